"""Sending a calibration to its scale, and taking it back: the former values under a new revision."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from backend.cellar import calibrations
from backend.domain.calibration import (
    Calibration,
    Fit,
    Method,
)
from backend.domain.command import CommandName
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict, Invalid
from backend.domain.wizard import Setting, Step, Wizard, WizardKind
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.wizards import asked, begun, calibration_of, led, moved, scale_for, setting_of

SAVE_S: Final = 900
"""So long (wall) a scale that sleeps or is away may take to hear its new calibration."""


def save_calibration(
    ports: Ports, *, device_id: str, confirm: bool = False, member: Member, now: datetime, wall: datetime
) -> Wizard:
    """Send what was computed to the scale; it counts once the scale has confirmed it (`follow_command`).

    `confirm` says that a change of more than 5 %, or one from an unknown factor, is meant.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such scale.
        Invalid: the change is large and not confirmed.
        Conflict: nothing was computed, or the scale has not told which revision it holds.
    """
    scale_for(ports, device_id=device_id, member=member, act=Act.CALIBRATE)

    def step(before: Wizard) -> tuple[Wizard, Sequence[Action]]:
        unsent = before.step is Step.SENDING and before.command_id is None
        led(before, member=member, wall=wall, at=Step.SENDING if unsent else Step.REVIEW)
        fit, present = before.fit, before.present
        if fit is None or present is None:
            raise Conflict("the scale has not told its present settings yet: wait until it is heard")
        if fit.must_be_confirmed and not confirm:
            raise Invalid(f"{_change(fit)}: confirm that this is meant")
        sent = Setting(factor=round(fit.factor, 3), zero=fit.zero, rev=present.rev + 1)
        return replace(before.at(Step.SENDING, wall=wall), sent=sent, former=present, command_id=None), ()

    wizard = moved(ports, device_id, step)
    if wizard is None:
        raise Conflict("no calibration is under way: begin one")
    return send_setting(ports, wizard, act=Act.CALIBRATE, now=now, wall=wall)


def undo_calibration(ports: Ports, *, device_id: str, member: Member, now: datetime, wall: datetime) -> Wizard:
    """Send the zero and factor that were in force before the last calibration, as a new revision.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such scale.
        Conflict: there is no calibration before the present one, or somebody else is in a wizard.
    """
    scale = scale_for(ports, device_id=device_id, member=member, act=Act.CALIBRATE)
    present, former = calibration_of(ports, device_id), _former(ports, device_id)
    if present is None or former is None:
        raise Conflict(f"no earlier calibration of {device_id} is known: calibrate it anew")
    wizard = Wizard(
        device_id=device_id,
        location_id=str(scale.location_id),
        tap_id=scale.tap_id,
        kind=WizardKind.CALIBRATION,
        step=Step.SENDING,
        by=member.sub,
        by_name=member.name,
        begun_at=wall,
        touched_at=wall,
        method=Method.UNDONE,
        present=setting_of(present),
        former=setting_of(present),
        sent=Setting(factor=former.factor, zero=former.zero, rev=present.rev + 1),
    )
    wizard = begun(ports, wizard, wall=wall, take_over=False)
    return send_setting(ports, wizard, act=Act.CALIBRATE, now=now, wall=wall)


def view_calibrations(ports: Ports, *, device_id: str, member: Member, limit: int = 50) -> list[Calibration]:
    """Give the calibrations of a scale, newest first. Raises NotFound, Forbidden."""
    scale_for(ports, device_id=device_id, member=member, act=Act.VIEW_LEVELS)
    found = ports.table.query(calibrations.past(device_id, limit=limit)).items
    return list(load.readable(calibrations.from_item, found))


def send_setting(ports: Ports, wizard: Wizard, *, act: Act, now: datetime, wall: datetime) -> Wizard:
    """Tell the scale its new zero and factor, and note by which command."""
    sent = wizard.sent
    if sent is None:
        raise Conflict("nothing was computed that could be sent: begin again")
    params = {"zero": sent.zero, "factor": sent.factor, "rev": sent.rev}
    command = asked(
        ports, wizard, name=CommandName.SET_CONFIG, params=params, act=act, now=now, wall=wall, seconds=SAVE_S
    )

    def note(before: Wizard) -> tuple[Wizard, Sequence[Action]] | None:
        if before.step is not Step.SENDING or before.sent != sent:
            return None  # the scale has answered already
        return replace(before, command_id=command.command_id), ()

    return moved(ports, wizard.device_id, note) or wizard


def _change(fit: Fit) -> str:
    """What a person is asked to confirm."""
    if fit.change_pct is None:
        return "what the scale computed with before was not known when its weight was measured"
    return f"the factor changes by {fit.change_pct:+.1f} %"


def _former(ports: Ports, device_id: str) -> Calibration | None:
    """The calibration before the one in force."""
    found = ports.table.query(calibrations.past(device_id, limit=2)).items
    return calibrations.from_item(found[1]) if len(found) > 1 else None
