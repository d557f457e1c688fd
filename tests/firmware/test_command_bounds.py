"""The scale and the backend agree on what a command may say, word by word and bound by bound."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scale_bench.commanded import Scale

from backend.wire import commands as wire
from backend.wire.messages import MessageRefused

EXAMPLES = sorted(Path(wire.__file__).with_name("examples").glob("command_*.json"))
LATER = datetime(2032, 7, 19, tzinfo=UTC)
NAMES = sorted({name for message in wire.PARAMS.values() for name in message.model_fields})
NUMBERS = st.one_of(
    st.integers(-3, 12), st.integers(290, 310), st.integers(590, 610), st.integers(-(2**24), 2**24), st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False, width=32), st.sampled_from([0.01, 2.0, 49.9, -50, 200_000, 1440]),
    st.text(max_size=2),
)  # fmt: skip


def answered_by_a_scale(payload: bytes) -> dict[str, Any]:
    scale = Scale(cal=0)
    scale.say(payload)
    (answer,) = scale.answers()
    return answer


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_scale_understands_every_golden_command(example: Path) -> None:
    payload = example.read_bytes().replace(b"1773868860", b"1973868860")

    assert answered_by_a_scale(payload)["ok"] is True


@given(command=st.sampled_from(sorted(wire.PARAMS)), params=st.dictionaries(st.sampled_from(NAMES), NUMBERS))
@example(command="set_config", params={"zero": -(2**23), "factor": 200_000, "rev": 0x7FFF_FFFF})
@example(command="set_config", params={"zero": 2**23 - 1, "factor": -50, "rev": 1})
def test_what_the_backend_would_send_the_scale_takes_and_nothing_else(command: str, params: dict[str, Any]) -> None:
    said = {"id": "c1", "command": command, "params": params, "expires": int(LATER.timestamp())}

    answer = answered_by_a_scale(json.dumps(said).encode())
    try:
        wire.CommandMessage.of(command_id="c1", command=command, params=params, expires=LATER)
    except MessageRefused:
        allowed = False
    else:
        allowed = True

    assert answer["ok"] is allowed, (answer, params)
