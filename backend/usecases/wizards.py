"""What the wizards share: finding the scale, the one row, who is in it, and what a screen shows of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from backend.cellar import calibrations, scales, taps, wizards
from backend.domain.calibration import Calibration
from backend.domain.command import Command, CommandName, Param
from backend.domain.ids import TapId
from backend.domain.member import Act, Member, Role
from backend.domain.refusal import Conflict, NotFound
from backend.domain.scale import Scale
from backend.domain.taring import ASK_ABOVE_LBS
from backend.domain.wizard import Setting, Step, TareOf, Wizard, WizardKind
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.commands import send_command
from backend.usecases.commit import commit

CREEPS_FOR: Final = timedelta(minutes=30)
"""A load cell creeps after a change of load, most of it in this time (OIML R60): better not measured in it."""

_TOLD_FOR: Final = timedelta(minutes=30)
"""So long (wall) how a wizard ended is still shown."""
_ANSWERED: Final = {
    WizardKind.TARE: frozenset({Step.ASKING, Step.SENDING, Step.CHECK}),
    WizardKind.CALIBRATION: frozenset({Step.SENDING}),
}
"""Where a scale's answer is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WizardView:
    """A scale's wizard, None where none is open and nothing can be undone, and the calibration in force.

    `mine` says whether the member leads it, `may_undo` whether its last act can be taken back; `warnings` are
    sentences.
    """

    device_id: str
    tap_id: TapId | None
    wizard: Wizard | None
    calibration: Calibration | None
    mine: bool
    open: bool
    may_undo: bool
    warnings: tuple[str, ...]


def view_wizard(ports: Ports, *, device_id: str, member: Member, wall: datetime, now: datetime) -> WizardView:
    """Give how the tare or calibration of a scale stands, for whoever looks. Raises NotFound, Forbidden."""
    scale = scale_for(ports, device_id=device_id, member=member, act=Act.TARE)
    wizard = stored(ports, device_id)
    is_open = wizard is not None and wizard.open_at(wall)
    may_undo = wizard is not None and wizard.may_be_undone(wall)
    told = wizard is not None and (is_open or may_undo or wall < wizard.touched_at + _TOLD_FOR)
    return WizardView(
        device_id=device_id,
        tap_id=scale.tap_id,
        wizard=wizard if told else None,
        calibration=calibration_of(ports, device_id),
        mine=wizard is not None and wizard.by == member.sub,
        open=is_open,
        may_undo=may_undo,
        warnings=(*_warnings(ports, scale, now), *_lifted_since(ports, scale, wizard if may_undo else None)),
    )


def cancel_wizard(ports: Ports, *, device_id: str, member: Member, wall: datetime) -> None:
    """End a wizard without a change; what the scale was already told it may still do.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such scale.
        Conflict: none is open, or somebody else is in it.
    """
    scale_for(ports, device_id=device_id, member=member, act=Act.TARE)

    def decide() -> tuple[Sequence[Action], None]:
        wizard = stored(ports, device_id)
        if wizard is None or not wizard.open_at(wall):
            raise Conflict(f"nothing is under way on {device_id}: there is nothing to cancel")
        if wizard.by != member.sub and member.role_at(wizard.location_id) is Role.STAFF:
            raise Conflict(f"{wizard.by_name} is in it: ask them, or a Manager, to cancel")
        return [wizards.forget(wizard)], None

    commit(ports, decide)


def scale_for(ports: Ports, *, device_id: str, member: Member, act: Act) -> Scale:
    """Give a scale of a location where the member may do this. Raises NotFound, Forbidden."""
    item = ports.table.get(scales.key(device_id))
    scale = scales.from_item(item) if item else None
    if scale is None or scale.location_id is None or member.role_at(scale.location_id) is None:
        raise NotFound(f"there is no scale {device_id}")
    member.must(act, location_id=scale.location_id)
    return scale


def stored(ports: Ports, device_id: str) -> Wizard | None:
    """Give the wizard of a scale as it is stored, open or over."""
    item = ports.table.get(wizards.key(device_id))
    return wizards.from_item(item) if item else None


def calibration_of(ports: Ports, device_id: str) -> Calibration | None:
    """Give what a scale computes with as far as it has told; None where it never has."""
    item = ports.table.get(calibrations.key(device_id))
    return calibrations.from_item(item) if item else None


def setting_of(calibration: Calibration | None) -> Setting | None:
    """Give the bare numbers of a calibration."""
    if calibration is None:
        return None
    return Setting(factor=calibration.factor, zero=calibration.zero, rev=calibration.rev)


def begun(ports: Ports, wizard: Wizard, *, wall: datetime, take_over: bool) -> Wizard:
    """Store a new wizard over what was there. Raises Conflict where somebody else is in one."""

    def decide() -> tuple[Sequence[Action], Wizard]:
        before = stored(ports, wizard.device_id)
        if before is not None and before.led_by_another(wizard.by, wall=wall) and not take_over:
            raise Conflict(f"{before.by_name} is at this scale just now: wait for them, or take over")
        fresh = replace(wizard, version=before.version if before else 0)
        return [wizards.put(fresh)], _written(fresh)

    return commit(ports, decide)


def moved(
    ports: Ports, device_id: str, step: Callable[[Wizard], tuple[Wizard, Sequence[Action]] | None]
) -> Wizard | None:
    """Load the wizard, let `step` give it as it goes on and what else is written with it, and store that at once.

    Gives None, and writes nothing, where there is no wizard or `step` gives None.
    """

    def decide() -> tuple[Sequence[Action], Wizard | None]:
        before = stored(ports, device_id)
        after = step(before) if before is not None else None
        if after is None:
            return [], None
        wizard, beside = after
        return [wizards.put(wizard), *beside], _written(wizard)

    return commit(ports, decide)


def led(wizard: Wizard, *, member: Member, wall: datetime, at: Step) -> None:
    """Raises Conflict where a wizard cannot be gone on with by this member at this step."""
    if not wizard.open_at(wall):
        raise Conflict("this was begun too long ago, or is over: begin again")
    if wizard.by != member.sub:
        raise Conflict(f"{wizard.by_name} is at this scale just now: wait for them, or take over")
    if wizard.step is not at:
        raise Conflict(f"the wizard is at another step ({wizard.step.value}) by now: look at it again")


def asked(
    ports: Ports,
    wizard: Wizard,
    *,
    name: CommandName,
    params: Mapping[str, Param],
    act: Act,
    now: datetime,
    wall: datetime,
    seconds: int = 60,
) -> Command:
    """Send a command as part of a wizard, in the name of who leads it."""
    return send_command(
        ports,
        device_id=wizard.device_id,
        name=name,
        params=params,
        member=leader(wizard),
        now=now,
        wall=wall,
        seconds=seconds,
        part_of=act,
    )


def awaited(wizard: Wizard, command: Command) -> bool:
    """Whether a wizard waits for this command; its answer may have come before the wizard could note its id."""
    if wizard.step not in _ANSWERED[wizard.kind]:
        return False
    return wizard.command_id == command.command_id or (
        wizard.command_id is None
        and command.sent_at >= wizard.touched_at
        and command.name is (CommandName.SET_CONFIG if wizard.step is Step.SENDING else CommandName.TARE)
    )


def leader(wizard: Wizard) -> Member:
    """Stand for the member who leads a wizard where nobody is there to ask: they might when they began it."""
    return Member(sub=wizard.by, name=wizard.by_name, ceiling=Role.ADMIN)


def _written(wizard: Wizard) -> Wizard:
    return replace(wizard, version=wizard.version + 1)


def _warnings(ports: Ports, scale: Scale, now: datetime) -> tuple[str, ...]:
    if scale.tap_id is None:
        return ()
    tapped_at = load.tap(ports, scale.tap_id).tapped_at
    if tapped_at is None or not timedelta() <= now - tapped_at < CREEPS_FOR:
        return ()
    left = CREEPS_FOR - (now - tapped_at)
    minutes = ceil(left.total_seconds() / 60)
    return (f"a keg was put on a short while ago and the cell still creeps: better in {minutes} min",)


def _lifted_since(ports: Ports, scale: Scale, wizard: Wizard | None) -> tuple[str, ...]:
    """What a zero was moved by, where the scale now rests as much below it: something was taken off that lay there."""
    if wizard is None or wizard.tare_of is not TareOf.PLATFORM or wizard.sent is None or wizard.former is None:
        return ()
    moved_lbs = (wizard.sent.zero - wizard.former.zero) / wizard.sent.factor
    item = ports.table.get(taps.state_key(scale.tap_id)) if scale.tap_id and abs(moved_lbs) > ASK_ABOVE_LBS else None
    state = taps.state_from_item(item) if item else None
    if state is None or not state.stable or abs(state.weight_lbs + moved_lbs) > ASK_ABOVE_LBS:
        return ()
    said = (
        f"the zero was moved by {moved_lbs:+.1f} lb and the empty scale now rests at {state.weight_lbs:+.1f} lb: "
        "something lay on the platform, take the tare back"
    )
    return (said,)
