"""Taring: the platform, an empty keg or a full one, weighed while it is still, checked, and taken back if need be."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from backend.domain.audit import Deed, Facts
from backend.domain.calibration import Method
from backend.domain.command import Command, CommandName, Told
from backend.domain.ids import TapId
from backend.domain.keg import Keg, Tare, TareSource
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict, Invalid, Refusal
from backend.domain.taring import (
    NEAR_ZERO_LBS,
    check_full_enough,
    check_platform,
    tare_of_empty,
    tare_of_full,
)
from backend.domain.wizard import Setting, Step, TareOf, Wizard, WizardKind, scale_said
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.audit import record
from backend.usecases.correct import correct_keg
from backend.usecases.save_calibration import send_setting
from backend.usecases.wizards import asked, awaited, begun, calibration_of, leader, moved, scale_for, setting_of, stored

TARE_S: Final = 30
"""So long (wall) a scale may take to answer: somebody stands beside it and waits."""
_READ_BACK_FOR: Final = timedelta(seconds=20)
"""So long (wall) after it was set to zero a platform may take to come to rest."""


def tare(ports: Ports, *, tap_id: TapId, tare_of: TareOf, member: Member, now: datetime, wall: datetime) -> Wizard:
    """Tare a tap by what stands on its scale now; the scale is asked, and `follow_command` does the rest.

    An empty platform: the scale should read zero, and is set to it where it is a little off. An empty keg: what it
    weighs is its tare. A full keg: its tare is what it weighs less the beer it holds. Look at it by `view_wizard`.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such tap.
        Conflict: no scale, or no keg, stands there, somebody else is at it, or the keg's shell is known better.
        Invalid: beer was poured from the keg already, so it is not full.
    """
    member.must(Act.TARE, location_id=tap_id.location_id)
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
    )
    wizard = begun(ports, wizard, wall=wall, take_over=False)
    if wizard.present is None:
        asked(ports, wizard, name=CommandName.GET_CONFIG, params={}, act=Act.TARE, now=now, wall=wall, seconds=TARE_S)
    return _weigh(ports, wizard, now=now, wall=wall)


def undo_tare(ports: Ports, *, tap_id: TapId, member: Member, now: datetime, wall: datetime) -> Wizard:
    """Take the last tare of a tap back, up to 24 h (wall) after it.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such tap.
        Conflict: there is nothing to take back any more.
    """
    member.must(Act.TARE, location_id=tap_id.location_id)
    device_id = load.tap(ports, tap_id).scale_id
    wizard = stored(ports, device_id) if device_id else None
    if wizard is None or wizard.kind is not WizardKind.TARE or not wizard.may_be_undone(wall):
        raise Conflict(f"no tare of tap {tap_id} can be taken back: tare it anew")
    if wizard.tare_of is TareOf.PLATFORM:
        return _zero_undone(ports, wizard, member=member, now=now, wall=wall)
    if wizard.keg_id is None or wizard.former_tare is None:
        raise Conflict(f"what the shell weighed before is not known: tare tap {tap_id} anew")
    correct_keg(
        ports, keg_id=wizard.keg_id, tare=wizard.former_tare, member=member, now=now, reason="the tare was taken back"
    )
    entry = record(
        location_id=wizard.location_id,
        at=now,
        member=member,
        deed=Deed.TARE_UNDONE,
        subject=wizard.keg_id,
        before=_facts(wizard.tare),
        after=_facts(wizard.former_tare),
    )
    done = moved(ports, wizard.device_id, lambda before: (replace(before, undone=True), (entry,)))
    return done or wizard


def follow_tare(ports: Ports, *, command: Command, now: datetime, wall: datetime) -> None:
    """Go on with the tare that waited for this answer of its scale; the same answer again changes nothing."""
    wizard = stored(ports, command.device_id)
    if wizard is None or wizard.kind is not WizardKind.TARE or command.name is not CommandName.TARE:
        return
    if wizard.step is Step.SENDING and wizard.command_id is None and command.sent_at >= wizard.begun_at:
        # It was weighed, and the store broke before the scale was told: the answer comes again for that.
        send_setting(ports, wizard, act=Act.TARE, now=now, wall=wall)
    elif awaited(wizard, command):
        _weighed(ports, wizard, command.result or {}, now=now, wall=wall)


def weighs_on(ports: Ports, *, command: Command, now: datetime, wall: datetime) -> bool:
    """Read a platform back once more where it was not at rest yet: its scale begins to filter anew with a new zero."""
    wizard = stored(ports, command.device_id)
    if wizard is None or wizard.kind is not WizardKind.TARE or wizard.step is not Step.CHECK:
        return False
    if command.name is not CommandName.TARE or command.error != "unstable" or not awaited(wizard, command):
        return False
    if wall >= wizard.touched_at + _READ_BACK_FOR:
        return False
    _weigh(ports, wizard, now=now, wall=wall)
    return True


def weigh_again(ports: Ports, *, device_id: str, now: datetime, wall: datetime) -> None:
    """Read a platform back once its scale has taken its new zero."""
    wizard = stored(ports, device_id)
    if wizard is None or wizard.kind is not WizardKind.TARE or wizard.step is not Step.CHECK or wizard.command_id:
        return
    _weigh(ports, wizard, now=now, wall=wall)


def _keg(ports: Ports, tap_id: TapId, keg_id: str | None, tare_of: TareOf) -> Keg:
    """The keg on a tap, if it can be what is said of it."""
    if keg_id is None:
        raise Conflict(f"no keg is assigned to tap {tap_id}: say first which keg stands there")
    keg = load.keg(ports, keg_id)
    if tare_of is TareOf.FULL_KEG:
        ledger = load.ledger(ports, keg_id)
        check_full_enough(keg, gone=ledger.opening - ledger.remaining, opening=ledger.opening)
    return keg


def _weigh(ports: Ports, wizard: Wizard, *, now: datetime, wall: datetime) -> Wizard:
    """Ask the scale what it carries, and note by which command."""
    command = asked(ports, wizard, name=CommandName.TARE, params={}, act=Act.TARE, now=now, wall=wall, seconds=TARE_S)

    def note(before: Wizard) -> tuple[Wizard, Sequence[Action]] | None:
        if before.step is not wizard.step or before.command_id not in {None, wizard.command_id}:
            return None
        return replace(before, command_id=command.command_id), ()

    return moved(ports, wizard.device_id, note) or wizard


def _weighed(ports: Ports, wizard: Wizard, result: Mapping[str, Told], *, now: datetime, wall: datetime) -> None:
    """Decide on what the scale says it carries."""
    lbs, raw = result.get("residual_lbs"), result.get("raw")
    try:
        if not isinstance(lbs, (int, float)) or not isinstance(raw, int):
            raise Invalid("the scale did not say what it carries: update its firmware, then try again")
        if result.get("stable") is not True:
            raise Invalid(scale_said("unstable"))
        if wizard.tare_of is TareOf.PLATFORM:
            _platform(ports, wizard, float(lbs), raw, now=now, wall=wall)
        else:
            _shell(ports, wizard, float(lbs), now=now, wall=wall)
    except Refusal as no:
        problem = str(no)
        moved(ports, wizard.device_id, lambda before: _refused(before, problem, wall=wall))


def _platform(ports: Ports, wizard: Wizard, lbs: float, raw: int, *, now: datetime, wall: datetime) -> None:
    """An empty platform: near zero is well, a little off is set to zero and read again."""
    if abs(lbs) <= NEAR_ZERO_LBS:
        sent, former = wizard.sent, wizard.former
        beside = [_platform_audited(wizard, former, sent, now)] if sent and former else []
        moved(
            ports,
            wizard.device_id,
            lambda before: (replace(before.at(Step.DONE, wall=wall), residual_lbs=lbs), beside),
        )
        return
    check_platform(lbs, again=wizard.step is Step.CHECK)
    present = wizard.present
    if present is None:
        raise Conflict("the scale has not told its settings yet: try again")
    sent = Setting(factor=present.factor, zero=raw, rev=present.rev + 1)

    def sending(before: Wizard) -> tuple[Wizard, Sequence[Action]]:
        step = replace(before.at(Step.SENDING, wall=wall), sent=sent, former=present, residual_lbs=lbs)
        return replace(step, command_id=None), ()

    going = moved(ports, wizard.device_id, sending)
    if going is not None:
        send_setting(ports, going, act=Act.TARE, now=now, wall=wall)


def _shell(ports: Ports, wizard: Wizard, lbs: float, *, now: datetime, wall: datetime) -> None:
    """A keg, empty or full: its tare is worked out, and holds back to its start."""
    keg = load.keg(ports, str(wizard.keg_id))
    found = tare_of_empty(lbs, keg=keg) if wizard.tare_of is TareOf.EMPTY_KEG else tare_of_full(lbs, keg=keg)
    reason = "its empty shell was weighed" if found.source is TareSource.WEIGHED_EMPTY else "it was weighed full"
    correct_keg(ports, keg_id=keg.keg_id, tare=found, member=leader(wizard), now=now, reason=reason)
    former = wizard.former_tare
    entry = record(
        location_id=wizard.location_id,
        at=now,
        member=leader(wizard),
        deed=Deed.TARED,
        subject=keg.keg_id,
        before=_facts(former),
        after=_facts(found),
    )
    moved(
        ports,
        wizard.device_id,
        lambda before: (replace(before.at(Step.DONE, wall=wall), tare=found, residual_lbs=0.0), (entry,)),
    )


def _refused(before: Wizard, problem: str, *, wall: datetime) -> tuple[Wizard, Sequence[Action]] | None:
    if before.step.over:
        return None
    return before.at(Step.REFUSED, wall=wall, problem=problem), ()


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
    entry = _platform_audited(back, present, back.sent, now, deed=Deed.TARE_UNDONE)
    going = moved(ports, wizard.device_id, lambda _before: (back, (entry,)))
    return send_setting(ports, going or back, act=Act.TARE, now=now, wall=wall)


def _platform_audited(
    wizard: Wizard, before: Setting | None, after: Setting | None, now: datetime, *, deed: Deed = Deed.TARED
) -> Action:
    return record(
        location_id=wizard.location_id,
        at=now,
        member=leader(wizard),
        deed=deed,
        subject=wizard.device_id,
        before={"zero": before.zero if before else None},
        after={"zero": after.zero if after else None},
    )


def _facts(tare: Tare | None) -> Facts:
    return {} if tare is None else {"empty_lbs": tare.empty_lbs, "source": tare.source.value}
