"""Sending a command to a scale, and seeing what became of it."""

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import commands, scales
from backend.domain.audit import Deed
from backend.domain.command import Command, CommandName, Param, given, put_off
from backend.domain.command_params import ACTS, checked_params
from backend.domain.ids import TapId, checked_id
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict, Invalid, NotFound
from backend.domain.scale import Scale, ScaleStatus
from backend.domain.times import epoch_ms, whole_ms
from backend.ports import Action, BrokerUnavailable, Item, Ports, StoreUnavailable
from backend.usecases import load
from backend.usecases.audit import record
from backend.usecases.commit import commit

MOST_WAITING: Final = 16
"""Commands of one scale that may be without an answer: a scale remembers as many, to do none of them twice."""
KEPT: Final = 100
"""Commands that are kept of each scale."""
_LET_GO: Final = 10
_LONGEST_SECONDS: Final = 3600
_AUDITED: Final = frozenset({CommandName.SET_CONFIG, CommandName.MAINTENANCE, CommandName.REBOOT})
"""What changes something on a scale."""


def send_command(  # noqa: PLR0913 - what, to which scale, by whom and when
    ports: Ports,
    *,
    tap_id: TapId | None = None,
    device_id: str | None = None,
    name: CommandName,
    params: Mapping[str, Param],
    member: Member,
    now: datetime,
    wall: datetime,
    seconds: int = 60,
    part_of: Act | None = None,
) -> Command:
    """Ask a scale, named by itself or by its tap, to do something within `seconds` of the wall.

    The scale of a tap that shares the keg of another one is that one's.

    The command is kept first and sent then: where the broker is away it comes back with no `tries`, and is sent by
    `repeat_unanswered`, as it is again while no answer comes. The scale does it once. `part_of` is the act a workflow
    asks for in place of the command's own, and which it audits itself.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such scale or tap.
        Invalid: a parameter is wrong; the sentence names it.
        Conflict: no scale stands there, it is retired, or it owes too many answers.
    """
    scale = _scale(ports, tap_id=tap_id, device_id=device_id, member=member, act=part_of or ACTS[name])
    checked = checked_params(name, params)
    if not 1 <= seconds <= _LONGEST_SECONDS:
        raise Invalid(f"a command cannot wait {seconds} s: give 1 to {_LONGEST_SECONDS}")
    sent_at = whole_ms(wall)

    def decide() -> tuple[Sequence[Action], Command]:
        known = ports.table.query(commands.newest(scale.device_id, limit=KEPT - 1 + _LET_GO)).items
        if sum(commands.waits(item) for item in known) >= MOST_WAITING:
            raise Conflict(f"{scale.device_id} owes {MOST_WAITING} answers: wait a minute, then repeat")
        asked = Command(
            command_id=_fresh_id(known, scale.device_id, name, member, sent_at),
            location_id=str(scale.location_id),
            device_id=scale.device_id,
            tap_id=tap_id or scale.tap_id,
            name=name,
            params=checked,
            sent_by=member.sub,
            sent_at=sent_at,
            expires_at=sent_at + timedelta(seconds=seconds),
            due_at=sent_at,
        )
        command = given(asked, wall=sent_at)
        old = [commands.delete(item) for item in known[KEPT - 1 :] if not commands.waits(item)]
        audit = [] if part_of or name not in _AUDITED else [_audited(command, member, now)]
        return [commands.put(command), *old, *audit], replace(command, version=1)

    return _sent(ports, commit(ports, decide))


def view_command(ports: Ports, *, device_id: str, command_id: str, member: Member) -> Command:
    """How a command stands. Raises NotFound."""
    scale = _scale(ports, tap_id=None, device_id=device_id, member=member, act=Act.VIEW_LEVELS)
    item = ports.table.get(commands.key(device_id, checked_id(command_id, kind="command")))
    command = commands.from_item(item) if item else None
    if command is None or command.location_id != scale.location_id:
        raise NotFound(f"there is no command {command_id} of scale {device_id}")
    return command


def view_commands(ports: Ports, *, device_id: str, member: Member, limit: int = 20) -> list[Command]:
    """The newest commands of a scale at its present bar, newest first, at most 100. Raises NotFound, Invalid."""
    if not 1 <= limit <= KEPT:
        raise Invalid(f"{limit} commands cannot be listed: give 1 to {KEPT}")
    scale = _scale(ports, tap_id=None, device_id=device_id, member=member, act=Act.VIEW_LEVELS)
    found = [commands.from_item(item) for item in ports.table.query(commands.newest(device_id, limit=limit)).items]
    return [command for command in found if command.location_id == scale.location_id]


def _scale(ports: Ports, *, tap_id: TapId | None, device_id: str | None, member: Member, act: Act) -> Scale:
    """The scale that is meant, if the member may do this with it."""
    if (tap_id is None) == (device_id is None):
        raise Invalid("name a tap or a scale, and not both")
    if tap_id is not None:
        member.must(act, location_id=tap_id.location_id)
        holder = load.holder(ports, tap_id)
        device_id = load.tap(ports, holder).scale_id
        if device_id is None:
            raise Conflict(f"no scale stands under tap {holder}: place one there first")
    item = ports.table.get(scales.key(str(device_id)))
    scale = scales.from_item(item) if item else None
    if scale is None or scale.location_id is None or member.role_at(scale.location_id) is None:
        raise NotFound(f"there is no scale {device_id}")
    member.must(act, location_id=scale.location_id)
    if scale.status is ScaleStatus.RETIRED:
        raise Conflict(f"scale {device_id} is retired: it does nothing any more")
    return scale


def _fresh_id(known: Sequence[Item], device_id: str, name: CommandName, member: Member, sent_at: datetime) -> str:
    """An id that sorts by time and comes from its cause; a second like it in the same millisecond gets another."""
    taken = {commands.key_of(item) for item in known}
    for again in range(len(known) + 1):
        cause = f"{device_id} {name.value} {member.sub} {again}"
        command_id = f"{epoch_ms(sent_at):013d}-{hashlib.sha256(cause.encode()).hexdigest()[:6]}"
        if commands.key(device_id, command_id) not in taken:
            break
    return command_id


def _audited(command: Command, member: Member, now: datetime) -> Action:
    return record(
        location_id=command.location_id,
        at=now,
        member=member,
        deed=Deed.COMMANDED,
        subject=command.device_id,
        after={"command": command.name.value, **command.params},
    )


def _sent(ports: Ports, command: Command) -> Command:
    """Give a command that is kept to the broker; where that is away it is noted that nobody has it yet."""
    try:
        ports.commands.send(command=command)
    except BrokerUnavailable:
        with contextlib.suppress(StoreUnavailable, Conflict):  # it is kept and due, whatever becomes of this note
            return commit(ports, lambda: _put_off(ports, command), durable=False)
    return command


def _put_off(ports: Ports, command: Command) -> tuple[Sequence[Action], Command]:
    item = ports.table.get(commands.key(command.device_id, command.command_id))
    stands = commands.from_item(item) if item else command
    if stands != command:
        return [], stands  # somebody was faster: a scale has it after all
    after = replace(put_off(command, wall=command.sent_at), tries=0)
    return [commands.put(after)], replace(after, version=after.version + 1)
