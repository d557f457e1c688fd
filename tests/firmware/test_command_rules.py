"""Whatever is sent how often, and whenever the power is cut: a command is carried out at most once."""

import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from scale_bench.commanded import Scale
from scale_bench.fake_board import EPOCH

from firmware.scale.app import App
from firmware.scale.files import Memory
from firmware.scale.results import KEPT


class PowerLostError(Exception):
    """The scale is off."""


class Flash(Memory):
    """A flash whose power can be cut before its n-th write."""

    left: int | None = None

    def write(self, name: str, text: str) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise PowerLostError
        super().write(name, text)


KINDS = ("set_config", "trial", "identify", "stream", "maintenance", "get_config", "dance")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(0, KEPT - 1), st.none() | st.integers(0, 3)),
        st.tuples(st.just("restart"), st.just(0), st.none()),
    ),
    max_size=40,
)


def message(number: int, kinds: list[str]) -> bytes:
    """The same number is always the same command."""
    kind = kinds[number]
    command = "set_config" if kind == "trial" else kind
    params = {
        "set_config": {"zero": number, "factor": 9000, "rev": 10 + number},
        "trial": {"keepalive_s": 10 + number},
        "maintenance": {"on": True},
    }.get(kind, {})
    said = {"id": f"c{number}", "command": command, "params": params, "expires": EPOCH + 3600}
    return json.dumps(said).encode()


@settings(max_examples=200, deadline=None)
@given(steps=STEPS, kinds=st.lists(st.sampled_from(KINDS), min_size=KEPT, max_size=KEPT))
def test_no_command_is_carried_out_twice_through_repeats_restarts_and_power_cuts(
    steps: list[tuple[str, int, int | None]], kinds: list[str]
) -> None:
    files = Flash()
    scale = Scale(files)
    done: Counter[str] = Counter()
    ended: dict[str, str] = {}

    def note(app: App) -> None:
        change = app.change

        def changed(wanted: dict[str, float], by: str, *, on_trial: bool = False) -> None:
            change(wanted, by, on_trial=on_trial)
            done[by] += 1

        app.change = changed

    note(scale.app)
    for step, number, cut in steps:
        scale.commands._left = KEPT
        files.left = cut
        try:
            alive = step == "send" and not scale.say(message(number, kinds))
        except PowerLostError:
            alive = False
        if not alive:
            files.left = None
            scale.start()
            note(scale.app)
        files.left = None
        for answer in scale.answers():
            if answer["state"] == "done" and kinds[int(answer["id"][1:])] == "set_config":
                assert ended.setdefault(answer["id"], "done") == "done"
                assert answer["result"]["rev"] == 10 + int(answer["id"][1:])

    assert all(times == 1 for times in done.values()), done
    assert len(files.texts) <= KEPT + 1
    assert scale.app.config.cal in {3, *(10 + number for number in range(KEPT))}
