"""Taring: the platform, an empty keg or a full one, weighed while it is still, checked, and taken back if need be."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from backend.domain.audit import Deed, Facts
from backend.domain.calibration import Method
from backend.domain.command import CommandName
from backend.domain.ids import TapId
from backend.domain.keg import Keg, Tare
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict
from backend.domain.taring import (
    check_full_enough,
)
from backend.domain.wizard import Setting, Step, TareOf, Wizard, WizardKind
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.audit import record
from backend.usecases.correct import correct_keg
from backend.usecases.save_calibration import send_setting
from backend.usecases.wizards import asked, begun, calibration_of, leader, moved, scale_for, setting_of, stored

TARE_S: Final = 30
"""So long (wall) a scale may take to answer: somebody stands beside it and waits."""
_SAME_LBS: Final = 0.001


def tare(
    ports: Ports,
    *,
    tap_id: TapId,
    tare_of: TareOf,
    member: Member,
    now: datetime,
    wall: datetime,
    confirmed_lbs: float | None = None,
) -> Wizard:
    """Tare a tap by what stands on its scale now; the scale is asked, and `follow_command` does the rest.

    An empty platform: the scale should read zero, and is set to it where it is a little off. An empty keg: what it
    weighs is its tare. A full keg: its tare is what it weighs less the beer it holds. Look at it by `view_wizard`.
    A figure that is unlikely is asked about first (`Wizard.asks`): say Tare again with it as `confirmed_lbs`. Of a tap
    that shares a keg, the scale under that keg is meant.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such tap.
        Conflict: no scale, or no keg, stands there, somebody else is at it, or the keg's shell is known better.
        Invalid: beer was poured from the keg already, so it is not full.
    """
    member.must(Act.TARE, location_id=tap_id.location_id)
    tap_id = load.holder(ports, tap_id)
    tap = load.tap(ports, tap_id)
    if tap.scale_id is None:
        raise Conflict(f"no scale stands under tap {tap_id}: place one there first")
    scale_for(ports, device_id=tap.scale_id, member=member, act=Act.TARE)
    keg = None if tare_of is TareOf.PLATFORM else _keg(ports, tap_id, tap.keg_id, tare_of)
    wizard = Wizard(
        device_id=tap.scale_id,
        location_id=tap_id.location_id,
        tap_id=tap_id,
        kind=WizardKind.TARE,
        step=Step.ASKING,
        by=member.sub,
        by_name=member.name,
        begun_at=wall,
        touched_at=wall,
        tare_of=tare_of,
        present=setting_of(calibration_of(ports, tap.scale_id)),
        keg_id=keg.keg_id if keg else None,
        former_tare=keg.tare if keg else None,
        residual_lbs=confirmed_lbs,
    )
    wizard = begun(ports, wizard, wall=wall, take_over=False)
    if wizard.present is None:
        asked(ports, wizard, name=CommandName.GET_CONFIG, params={}, act=Act.TARE, now=now, wall=wall, seconds=TARE_S)
    return weigh(ports, wizard, now=now, wall=wall)


def undo_tare(ports: Ports, *, tap_id: TapId, member: Member, now: datetime, wall: datetime) -> Wizard:
    """Take the last tare of a tap back, up to 24 h (wall) after it.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such tap.
        Conflict: there is nothing to take back any more, or the keg was changed or corrected since.
    """
    member.must(Act.TARE, location_id=tap_id.location_id)
    tap_id = load.holder(ports, tap_id)
    tap = load.tap(ports, tap_id)
    device_id = tap.scale_id
    wizard = stored(ports, device_id) if device_id else None
    if wizard is None or wizard.kind is not WizardKind.TARE or not wizard.may_be_undone(wall):
        raise Conflict(f"no tare of tap {tap_id} can be taken back: tare it anew")
    if wizard.tare_of is TareOf.PLATFORM:
        return _zero_undone(ports, wizard, member=member, now=now, wall=wall)
    if wizard.keg_id is None or wizard.former_tare is None:
        raise Conflict(f"what the shell weighed before is not known: tare tap {tap_id} anew")
    _stands_as_tared(ports, wizard, keg_id=tap.keg_id)
    correct_keg(
        ports, keg_id=wizard.keg_id, tare=wizard.former_tare, member=member, now=now, reason="the tare was taken back"
    )
    entry = record(
        location_id=wizard.location_id,
        at=now,
        member=member,
        deed=Deed.TARE_UNDONE,
        subject=wizard.keg_id,
        before=tare_facts(wizard.tare),
        after=tare_facts(wizard.former_tare),
    )
    done = moved(ports, wizard.device_id, lambda before: (replace(before, undone=True), (entry,)))
    return done or wizard


def _stands_as_tared(ports: Ports, wizard: Wizard, *, keg_id: str | None) -> None:
    """Raises Conflict where another keg stands on the tap by now, or somebody corrected the shell since."""
    if keg_id != wizard.keg_id:
        raise Conflict(f"keg {wizard.keg_id} is not on this tap any more: correct its shell on its page")
    now = load.keg(ports, str(wizard.keg_id)).tare
    if not any(tare is not None and _same(now, tare) for tare in (wizard.tare, wizard.former_tare)):
        raise Conflict("what its shell weighs was corrected since: look at the keg's page, and correct it there")


def _same(one: Tare, other: Tare) -> bool:
    return one.source is other.source and abs(one.empty_lbs - other.empty_lbs) < _SAME_LBS


def _keg(ports: Ports, tap_id: TapId, keg_id: str | None, tare_of: TareOf) -> Keg:
    """The keg on a tap, if it can be what is said of it."""
    if keg_id is None:
        raise Conflict(f"no keg is assigned to tap {tap_id}: say first which keg stands there")
    keg = load.keg(ports, keg_id)
    if tare_of is TareOf.FULL_KEG:
        ledger = load.ledger(ports, keg_id)
        check_full_enough(keg, gone=ledger.opening - ledger.remaining, opening=ledger.opening)
    return keg


def weigh(ports: Ports, wizard: Wizard, *, now: datetime, wall: datetime) -> Wizard:
    """Ask the scale what it carries, and note by which command."""
    command = asked(ports, wizard, name=CommandName.TARE, params={}, act=Act.TARE, now=now, wall=wall, seconds=TARE_S)

    def note(before: Wizard) -> tuple[Wizard, Sequence[Action]] | None:
        if before.step is not wizard.step or before.command_id not in {None, wizard.command_id}:
            return None
        return replace(before, command_id=command.command_id), ()

    return moved(ports, wizard.device_id, note) or wizard


def _zero_undone(ports: Ports, wizard: Wizard, *, member: Member, now: datetime, wall: datetime) -> Wizard:
    former, present = wizard.former, setting_of(calibration_of(ports, wizard.device_id))
    if former is None or present is None:
        raise Conflict("the zero was not changed: there is nothing to take back")
    back = replace(
        wizard.at(Step.SENDING, wall=wall),
        by=member.sub,
        by_name=member.name,
        method=Method.UNDONE,
        present=present,
        sent=Setting(factor=former.factor, zero=former.zero, rev=present.rev + 1),
        former=present,
        command_id=None,
    )
    entry = platform_audited(back, present, back.sent, now, deed=Deed.TARE_UNDONE)
    going = moved(ports, wizard.device_id, lambda _before: (back, (entry,)))
    return send_setting(ports, going or back, act=Act.TARE, now=now, wall=wall)


def platform_audited(
    wizard: Wizard, before: Setting | None, after: Setting | None, now: datetime, *, deed: Deed = Deed.TARED
) -> Action:
    """Give the row of the audit that says who set the zero of a scale from what to what."""
    return record(
        location_id=wizard.location_id,
        at=now,
        member=leader(wizard),
        deed=deed,
        subject=wizard.device_id,
        before={"zero": before.zero if before else None},
        after={"zero": after.zero if after else None},
    )


def tare_facts(tare: Tare | None) -> Facts:
    """Give what the audit tells of a tare."""
    return {} if tare is None else {"empty_lbs": tare.empty_lbs, "source": tare.source.value}
