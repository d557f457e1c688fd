"""Sending a command to a scale: by whom, to which, what is kept of it, and what a broker that is away does to it."""

import contextlib
import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from bar import ELSEWHERE, MANAGER, ONE, STAFF, T0, TWO, Bar
from broker_way import connected

from backend.cellar import commands, scales
from backend.domain.audit import Deed
from backend.domain.command import Command, CommandName, CommandState
from backend.domain.ids import TapId
from backend.domain.member import OWNER, Act, Grant, Member, Role
from backend.domain.refusal import Conflict, Forbidden, Invalid, NotFound
from backend.domain.scale import ScaleStatus
from backend.domain.times import from_epoch_ms
from backend.usecases.audit import view_audit
from backend.usecases.commands import KEPT, MOST_WAITING, send_command, view_command, view_commands
from backend.usecases.set_up import set_up_tap
from backend.wire.commands import CommandMessage

WALL = datetime.fromisoformat("2026-11-24T12:00:00.123456+00:00")
FULL: dict[CommandName, dict[str, bool | float]] = {
    CommandName.IDENTIFY: {"seconds": 10},
    CommandName.GET_CONFIG: {},
    CommandName.SET_CONFIG: {"zero": 84_000, "factor": 9500.0, "rev": 2},
    CommandName.TARE: {},
    CommandName.MAINTENANCE: {"on": True, "minutes": 30},
    CommandName.STREAM: {"hz": 10, "seconds": 30},
    CommandName.REBOOT: {},
    CommandName.SELFTEST: {},
}


def _send(
    bar: Bar,
    name: CommandName = CommandName.IDENTIFY,
    *,
    member: Member = OWNER,
    wall: datetime = WALL,
    tap_id: TapId | None = ONE,
    device_id: str | None = None,
    seconds: int = 60,
    part_of: Act | None = None,
) -> Command:
    return send_command(
        bar.ports,
        tap_id=tap_id,
        device_id=device_id,
        name=name,
        params=FULL[name],
        member=member,
        now=T0 + (wall - WALL),
        wall=wall,
        seconds=seconds,
        part_of=part_of,
    )


def _kept(bar: Bar, command: Command) -> Command:
    item = bar.ports.table.get(commands.key(command.device_id, command.command_id))
    assert item is not None
    return commands.from_item(item)


def _admin() -> Member:
    return Member(sub="admin-1", name="Ada", ceiling=Role.ADMIN)


@pytest.mark.parametrize("name", CommandName)
def test_a_command_goes_to_the_scale_under_the_tap_in_our_language(bar: Bar, name: CommandName) -> None:
    way = connected(bar.ports)

    command = _send(bar, name)

    ((topic, payload),) = way.said
    message = CommandMessage.parse(payload)
    assert topic == "keg/command/SCALE-1"
    assert (message.id, message.command, message.params) == (command.command_id, name.value, FULL[name])
    assert message.expires == int(WALL.timestamp()) + 60
    assert _kept(bar, command) == command
    assert (command.state, command.tries, command.version) == (CommandState.SENT, 1, 1)


STAFF_MAY = {
    CommandName.IDENTIFY,
    CommandName.GET_CONFIG,
    CommandName.TARE,
    CommandName.MAINTENANCE,
    CommandName.SELFTEST,
}
MANAGER_MAY = STAFF_MAY | {CommandName.STREAM, CommandName.SET_CONFIG}


@pytest.mark.parametrize("name", CommandName)
@pytest.mark.parametrize(
    ("member", "allowed"),
    [(STAFF, STAFF_MAY), (MANAGER, MANAGER_MAY), (_admin(), set(CommandName)), (OWNER, set(CommandName))],
    ids=["staff", "manager", "admin", "owner"],
)
@pytest.mark.parametrize("by_scale", [False, True], ids=["by tap", "by scale"])
def test_who_may_send_what_is_one_table(
    bar: Bar,
    name: CommandName,
    member: Member,
    allowed: set[CommandName],
    by_scale: bool,  # noqa: FBT001 - parametrized
) -> None:
    way = connected(bar.ports)
    where = {"tap_id": None, "device_id": "SCALE-1"} if by_scale else {"tap_id": ONE}

    if name in allowed:
        _send(bar, name, member=member, **where)  # type: ignore[arg-type]
    else:
        with pytest.raises(Forbidden, match=r"^only an? (Manager|Admin) may "):
            _send(bar, name, member=member, **where)  # type: ignore[arg-type]

    assert len(way.said) == (name in allowed)


def test_a_workflow_asks_for_its_own_act(bar: Bar) -> None:
    connected(bar.ports)

    _send(bar, CommandName.STREAM, member=STAFF, part_of=Act.TARE)

    with pytest.raises(Forbidden):
        _send(bar, CommandName.STREAM, member=STAFF, part_of=Act.CALIBRATE)


def test_another_location_is_answered_like_one_that_is_not_there(bar: Bar) -> None:
    stranger = Member(
        sub="x", name="X", ceiling=Role.MANAGER, grants=(Grant(location_id="loc-002", role=Role.MANAGER),)
    )

    with pytest.raises(NotFound, match=r"^there is no location loc-001$"):
        _send(bar, member=stranger)
    with pytest.raises(NotFound, match=r"^there is no scale SCALE-1$"):
        _send(bar, member=stranger, tap_id=None, device_id="SCALE-1")
    with pytest.raises(NotFound, match=r"^there is no scale SCALE-9$"):
        _send(bar, member=stranger, tap_id=None, device_id="SCALE-9")
    with pytest.raises(NotFound, match=r"^there is no scale SCALE-1$"):
        view_commands(bar.ports, device_id="SCALE-1", member=stranger)


def test_a_command_needs_a_scale_that_is_there(bar: Bar) -> None:
    bar.ports.table.transact(
        [scales.put(replace(bar.scale("SCALE-2"), status=ScaleStatus.RETIRED))],
    )

    with pytest.raises(Conflict, match="no scale stands under tap loc-002:01"):
        _send(bar, tap_id=ELSEWHERE)
    with pytest.raises(Conflict, match="SCALE-2 is retired"):
        _send(bar, tap_id=TWO)
    with pytest.raises(Invalid, match="name a tap or a scale"):
        _send(bar, tap_id=ONE, device_id="SCALE-1")
    with pytest.raises(Invalid, match="name a tap or a scale"):
        _send(bar, tap_id=None)


@pytest.mark.parametrize("seconds", [0, -1, 3601])
def test_a_command_is_worth_doing_for_an_hour_at_most(bar: Bar, seconds: int) -> None:
    with pytest.raises(Invalid, match="cannot wait"):
        _send(bar, seconds=seconds)


def test_a_wrong_parameter_leaves_nothing_behind(bar: Bar) -> None:
    way = connected(bar.ports)

    with pytest.raises(Invalid, match="rev of set_config"):
        send_command(
            bar.ports,
            tap_id=ONE,
            name=CommandName.SET_CONFIG,
            params={"zero": 0, "factor": 9500, "rev": 0},
            member=OWNER,
            now=T0,
            wall=WALL,
        )

    assert (way.said, view_commands(bar.ports, device_id="SCALE-1", member=OWNER)) == ([], [])


@pytest.mark.parametrize("breaks", [False, True], ids=["no connection", "lost just now"])
def test_where_the_broker_is_away_the_command_waits_and_says_so(bar: Bar, breaks: bool) -> None:  # noqa: FBT001
    way = connected(bar.ports)
    way.up, way.breaks = breaks, breaks

    command = _send(bar)

    assert (command.state, command.tries) == (CommandState.SENT, 0)
    assert command.due_at == command.sent_at + timedelta(seconds=5)
    assert _kept(bar, command) == command


def test_the_row_is_durable_before_the_broker_hears_of_it(bar: Bar) -> None:
    class Watching:
        up = True

        def __init__(self) -> None:
            self.seen: list[bool] = []

        def say(self, topic: str, payload: bytes) -> None:
            del topic
            where = commands.key("SCALE-1", CommandMessage.parse(payload).id)
            with contextlib.closing(sqlite3.connect(bar.store.path)) as beside:  # sees only what is committed
                found = beside.execute("SELECT 1 FROM items WHERE pk = ? AND sk = ?", (where.pk, where.sk)).fetchone()
            self.seen.append(found is not None)

    way = Watching()
    bar.ports.commands.use(way)  # type: ignore[attr-defined]

    _send(bar)

    assert way.seen == [True]


def test_commands_of_one_millisecond_have_ids_of_their_own_and_ids_sort_by_time(bar: Bar) -> None:
    connected(bar.ports)

    sent = [_send(bar, wall=WALL + timedelta(milliseconds=10 * (place // 2))) for place in range(8)]

    ids = [command.command_id for command in sent]
    assert len(set(ids)) == 8
    assert [one[:13] for one in ids] == sorted(one[:13] for one in ids)
    assert from_epoch_ms(int(ids[0][:13])) == sent[0].sent_at


def test_a_scale_that_owes_sixteen_answers_is_asked_nothing_more(bar: Bar) -> None:
    connected(bar.ports)
    for place in range(MOST_WAITING):
        _send(bar, wall=WALL + timedelta(seconds=place))

    with pytest.raises(Conflict, match="SCALE-1 owes 16 answers"):
        _send(bar, wall=WALL + timedelta(seconds=60))

    _send(bar, tap_id=TWO)


def test_the_last_hundred_commands_of_a_scale_are_kept_and_never_one_that_waits(bar: Bar) -> None:
    connected(bar.ports)
    first = _send(bar, wall=WALL)
    for place in range(1, KEPT + 5):
        command = _send(bar, wall=WALL + timedelta(seconds=place))
        bar.ports.table.transact([commands.put(replace(command, state=CommandState.DONE, due_at=None))])

    listed = bar.ports.table.query(commands.newest("SCALE-1", limit=1000)).items

    assert len(listed) == KEPT + 1
    assert commands.from_item(listed[-1]) == first


def test_what_changes_a_scale_is_audited_and_what_only_asks_is_not(bar: Bar) -> None:
    connected(bar.ports)
    for place, name in enumerate(CommandName):
        _send(bar, name, member=_admin(), wall=WALL + timedelta(seconds=place))
    _send(bar, CommandName.SET_CONFIG, wall=WALL + timedelta(seconds=60), part_of=Act.CALIBRATE)

    entries = view_audit(bar.ports, location_id="loc-001", member=OWNER, now=T0 + timedelta(hours=1)).entries

    assert {str(entry.after["command"]) for entry in entries} == {"set_config", "maintenance", "reboot"}
    assert {(entry.deed, entry.subject, entry.by) for entry in entries} == {(Deed.COMMANDED, "SCALE-1", "admin-1")}


def test_how_a_command_stands_can_be_asked(bar: Bar) -> None:
    connected(bar.ports)
    older, newer = (_send(bar, wall=WALL + timedelta(seconds=place)) for place in (0, 1))

    assert view_command(bar.ports, device_id="SCALE-1", command_id=older.command_id, member=STAFF) == older
    assert view_commands(bar.ports, device_id="SCALE-1", member=STAFF) == [newer, older]
    assert view_commands(bar.ports, device_id="SCALE-1", member=STAFF, limit=1) == [newer]


def test_what_is_no_command_is_not_found(bar: Bar) -> None:
    connected(bar.ports)
    sent = _send(bar)

    with pytest.raises(NotFound, match="there is no command 1-2 of scale SCALE-1"):
        view_command(bar.ports, device_id="SCALE-1", command_id="1-2", member=STAFF)
    with pytest.raises(NotFound):
        view_command(bar.ports, device_id="SCALE-2", command_id=sent.command_id, member=STAFF)
    with pytest.raises(Invalid):
        view_command(bar.ports, device_id="SCALE-1", command_id="../META", member=STAFF)
    with pytest.raises(Invalid):
        view_commands(bar.ports, device_id="SCALE-1", member=STAFF, limit=0)


def test_a_scale_that_moved_to_another_bar_tells_nobody_there_what_it_was_asked_before(bar: Bar) -> None:
    connected(bar.ports)
    before = _send(bar)
    bar.ports.table.transact([scales.put(replace(bar.scale("SCALE-1"), location_id="loc-002", tap_id=ELSEWHERE))])

    after = _send(bar, tap_id=None, device_id="SCALE-1", wall=WALL + timedelta(seconds=1))

    assert view_commands(bar.ports, device_id="SCALE-1", member=OWNER) == [after]
    with pytest.raises(NotFound):
        view_command(bar.ports, device_id="SCALE-1", command_id=before.command_id, member=OWNER)


def test_a_tap_that_shares_its_scale_is_the_one_that_is_named(bar: Bar) -> None:
    connected(bar.ports)
    third = TapId("loc-001", 3)
    set_up_tap(bar.ports, tap_id=third, member=OWNER)

    with pytest.raises(Conflict):
        _send(bar, tap_id=third)

    assert _send(bar, tap_id=None, device_id="SCALE-2").tap_id == TWO
