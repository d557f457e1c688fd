"""A command is read back as it was written, within the table's limits, and is due only as long as it waits."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.cellar import commands
from backend.cellar.limits import check_group
from backend.domain.command import Command, CommandName, CommandState
from backend.domain.command_params import PARAMS
from backend.domain.ids import TapId
from backend.domain.times import whole_ms

IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", fullmatch=True)
WORDS = st.text(min_size=1, max_size=40)
MOMENTS = st.datetimes(
    min_value=datetime(1971, 1, 1),  # noqa: DTZ001 - a bound of hypothesis
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
).map(whole_ms)
FLOATS = st.floats(-1e9, 1e9).map(lambda number: round(number, 3))
TOLD = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | FLOATS
    | st.text(max_size=50)
    | st.lists(st.integers(-(2**63), 2**63))
)
RESULTS = st.none() | st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True), TOLD, max_size=8)
PARAM = st.booleans() | st.integers(-(2**23), 2**23) | FLOATS
COMMANDS = st.builds(
    Command,
    command_id=st.from_regex(r"[0-9]{13}-[0-9a-f]{6}", fullmatch=True),
    location_id=IDS,
    device_id=IDS,
    tap_id=st.none() | st.builds(TapId, IDS, st.integers(1, 99)),
    name=st.sampled_from(CommandName),
    params=st.dictionaries(st.sampled_from(sorted({key for bounds in PARAMS.values() for key in bounds})), PARAM),
    sent_by=WORDS,
    sent_at=MOMENTS,
    expires_at=MOMENTS,
    due_at=st.none() | MOMENTS,
    state=st.sampled_from(CommandState),
    error=st.none() | WORDS,
    result=RESULTS,
    late=st.none() | st.sampled_from(CommandState),
    answered_at=st.none() | MOMENTS,
    tries=st.integers(0, 100),
    version=st.integers(0, 10**6),
)


@given(command=COMMANDS)
def test_a_command_is_read_back_as_it_was_written(command: Command) -> None:
    put = commands.put(command)

    check_group([put])
    read = commands.from_item(put.item)

    assert read.version == command.version + 1
    assert (read.due_at is None) is ("due_shard" not in put.item)
    assert commands.put(read).item == {**put.item, "version": command.version + 2}


@given(command=COMMANDS)
def test_it_stands_in_the_index_of_what_is_due_and_in_no_other(command: Command) -> None:
    item = commands.put(command).item

    assert "device_id" not in item
    assert "expires_at" not in item
    assert {"due_shard", "due_at"} & set(item) in ({"due_shard", "due_at"}, set())
    assert commands.waits(item) is not command.state.final


@given(moment=MOMENTS)
def test_what_is_due_sorts_as_time_does(moment: datetime) -> None:
    earlier = commands.due(wall=moment, limit=1)
    later = commands.due(wall=moment + timedelta(seconds=1), limit=1)

    assert earlier.between is not None
    assert later.between is not None
    assert earlier.between[1] < later.between[1]


def test_the_row_is_the_golden_one() -> None:
    sent_at = datetime(2026, 3, 18, 20, 41, 7, tzinfo=UTC)
    command = Command(
        command_id="1773866467000-3fa9c1",
        location_id="loc-001",
        device_id="SCALE-0042",
        tap_id=TapId("loc-001", 7),
        name=CommandName.STREAM,
        params={"hz": 10, "seconds": 60},
        sent_by="manager-1",
        sent_at=sent_at,
        expires_at=sent_at + timedelta(seconds=60),
        due_at=sent_at + timedelta(seconds=5.25),
        tries=1,
    )

    assert commands.put(command).item == {
        "PK": "DEVICE#SCALE-0042",
        "SK": "CMD#1773866467000-3fa9c1",
        "loc_id": "loc-001",
        "tap_id": "loc-001:07",
        "command": "stream",
        "params": {"hz": 10, "seconds": 60},
        "sent_by": "manager-1",
        "sent_at": "2026-03-18T20:41:07.000Z",
        "expires": "2026-03-18T20:42:07.000Z",
        "state": "sent",
        "error": None,
        "result": None,
        "late": None,
        "answered_at": None,
        "tries": 1,
        "due_shard": "DUE#COMMANDS",
        "due_at": 1773866472.25,
        "version": 1,
    }
