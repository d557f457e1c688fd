"""Going on with a tare once its scale has answered: what it carries is judged, set, read back or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from backend.domain.audit import Deed
from backend.domain.command import Command, CommandName, Told
from backend.domain.keg import TareSource
from backend.domain.member import Act
from backend.domain.refusal import Conflict, Invalid, Refusal
from backend.domain.taring import (
    AGREES_LBS,
    ASK_ABOVE_LBS,
    NEAR_ZERO_LBS,
    check_platform,
    holds_beer,
    tare_of_empty,
    tare_of_full,
)
from backend.domain.wizard import Setting, Step, TareOf, Wizard, WizardKind, scale_said
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.audit import record
from backend.usecases.correct import correct_keg
from backend.usecases.save_calibration import send_setting
from backend.usecases.tare import platform_audited, tare_facts, weigh
from backend.usecases.wizards import awaited, leader, moved, stored

_READ_BACK_FOR: Final = timedelta(seconds=20)
"""So long (wall) after it was set to zero a platform may take to come to rest."""


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
    weigh(ports, wizard, now=now, wall=wall)
    return True


def weigh_again(ports: Ports, *, device_id: str, now: datetime, wall: datetime) -> None:
    """Read a platform back once its scale has taken its new zero."""
    wizard = stored(ports, device_id)
    if wizard is None or wizard.kind is not WizardKind.TARE or wizard.step is not Step.CHECK or wizard.command_id:
        return
    weigh(ports, wizard, now=now, wall=wall)


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
        beside = [platform_audited(wizard, former, sent, now)] if sent and former else []
        moved(
            ports,
            wizard.device_id,
            lambda before: (replace(before.at(Step.DONE, wall=wall), residual_lbs=lbs), beside),
        )
        return
    again = wizard.step is Step.CHECK
    check_platform(lbs, again=again)
    if not again and abs(lbs) > ASK_ABOVE_LBS and not _confirmed(wizard, lbs):
        _ask(
            ports,
            wizard,
            lbs,
            f"the platform reads {lbs:+.1f} lb: take your hand, hoses and everything else off and tare again; "
            "if it is really empty, confirm that",
            wall=wall,
        )
        return
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
    if wizard.tare_of is TareOf.EMPTY_KEG and not _confirmed(wizard, lbs):
        ledger = load.ledger(ports, keg.keg_id)
        if holds_beer(lbs, keg=keg, remaining=ledger.remaining, opening=ledger.opening):
            tare_of_empty(lbs, keg=keg)
            problem = (
                f"by the books {ledger.remaining:.1f} gal are left in this keg: if it is really empty, "
                f"confirm that its shell weighs {lbs:.1f} lb"
            )
            _ask(ports, wizard, lbs, problem, wall=wall)
            return
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
        before=tare_facts(former),
        after=tare_facts(found),
    )
    moved(
        ports,
        wizard.device_id,
        lambda before: (replace(before.at(Step.DONE, wall=wall), tare=found, residual_lbs=0.0), (entry,)),
    )


def _confirmed(wizard: Wizard, lbs: float) -> bool:
    """Whether a person said yes to just this figure."""
    return wizard.residual_lbs is not None and abs(lbs - wizard.residual_lbs) <= AGREES_LBS


def _ask(ports: Ports, wizard: Wizard, lbs: float, problem: str, *, wall: datetime) -> None:
    """End the tare without a change, with the figure that is to be confirmed."""

    def asking(before: Wizard) -> tuple[Wizard, Sequence[Action]] | None:
        refused = _refused(before, problem, wall=wall)
        return None if refused is None else (replace(refused[0], residual_lbs=lbs), ())

    moved(ports, wizard.device_id, asking)


def _refused(before: Wizard, problem: str, *, wall: datetime) -> tuple[Wizard, Sequence[Action]] | None:
    if before.step.over:
        return None
    at_its_end = before.at(Step.REFUSED, wall=wall, problem=problem)
    return replace(at_its_end, residual_lbs=None), ()
