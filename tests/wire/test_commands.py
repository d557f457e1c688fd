import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.wire.commands import MAX_COMMAND_BYTES, PARAMS, CommandMessage, checked_params
from backend.wire.messages import MessageRefused

EXPIRES = datetime(2026, 3, 18, 21, 21, tzinfo=UTC)


def command(name: str, **params: Any) -> CommandMessage:
    return CommandMessage.of(command_id="cmd-1", command=name, params=params, expires=EXPIRES)


def test_a_command_goes_out_with_its_four_fields_in_their_order() -> None:
    payload = command("set_config", zero=84213, factor=-9500.5, rev=4).payload

    assert payload == (
        b'{"id":"cmd-1","command":"set_config","params":{"zero":84213,"factor":-9500.5,"rev":4},"expires":1773868860}'
    )


def test_what_is_not_said_goes_out_at_its_default() -> None:
    assert json.loads(command("stream").payload)["params"] == {"hz": 10, "seconds": 60}
    assert json.loads(command("maintenance", on=False).payload)["params"] == {"on": False, "minutes": 60}
    assert json.loads(command("set_config", heartbeat_s=15).payload)["params"] == {"heartbeat_s": 15}


@pytest.mark.parametrize(
    ("name", "params", "reason"),
    [
        ("dance", {}, "command"),
        ("identify", {"seconds": 0}, "params of identify: seconds"),
        ("identify", {"seconds": "20"}, "valid integer"),
        ("identify", {"minutes": 1}, "minutes: Extra inputs"),
        ("reboot", {"now": True}, "now: Extra inputs"),
        ("maintenance", {}, "on: Field required"),
        ("maintenance", {"on": 1}, "valid boolean"),
        ("stream", {"hz": 80}, "hz: "),
        ("set_config", {}, "nothing to set"),
        ("set_config", {"rev": 4}, "all three or none"),
        ("set_config", {"zero": 1, "factor": 49.9, "rev": 4}, "at least 50"),
        ("set_config", {"zero": 1, "factor": float("nan"), "rev": 4}, "finite"),
        ("set_config", {"zero": 2**23, "factor": 9500, "rev": 4}, "zero: "),
        ("set_config", {"zero": 1, "factor": 9500, "rev": 0}, "rev: "),
        ("set_config", {"outbox": 8}, "outbox: Extra inputs"),
    ],
)
def test_a_wrong_command_is_refused_by_the_name_of_what_is_wrong(
    name: str, params: dict[str, Any], reason: str
) -> None:
    with pytest.raises(MessageRefused) as refused:
        command(name, **params)

    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("command_id", ["", "a b", "a/b", "-a", "a" * 64, 'a"', "a\n"])
def test_an_id_that_could_not_stand_in_a_key_is_refused(command_id: str) -> None:
    with pytest.raises(MessageRefused):
        CommandMessage.of(command_id=command_id, command="tare", params={}, expires=EXPIRES)


@given(
    name=st.sampled_from(sorted(PARAMS)),
    params=st.dictionaries(
        st.sampled_from(["seconds", "hz", "on", "minutes", "zero", "factor", "rev", "heartbeat_s", "deadband_lbs"]),
        st.one_of(st.booleans(), st.integers(-10, 400), st.floats(), st.text(max_size=4)),
    ),
)
def test_every_command_that_can_be_made_is_short_and_reads_back_the_same(name: str, params: dict[str, Any]) -> None:
    try:
        made = command(name, **params)
    except MessageRefused:
        return

    assert len(made.payload) <= MAX_COMMAND_BYTES
    assert CommandMessage.parse(made.payload) == made
    assert checked_params(made.command, made.params) == made.params


def test_a_fraction_of_a_second_expires_no_later_than_it_was_meant() -> None:
    made = CommandMessage.of(
        command_id="c", command="tare", params={}, expires=EXPIRES + timedelta(microseconds=999_999)
    )

    assert made.expires == int(EXPIRES.timestamp())
