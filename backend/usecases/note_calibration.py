"""Noting what a scale has confirmed that it computes with; nothing else is written as its calibration."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import calibrations, wizards
from backend.domain.audit import Deed, Facts
from backend.domain.calibration import Calibration, CalibrationUpdated, Method
from backend.domain.command import Command, CommandName
from backend.domain.times import EPOCH, whole_ms
from backend.domain.wizard import Setting, Step, Wizard, WizardKind
from backend.ports import Action, Ports
from backend.usecases.audit import record
from backend.usecases.commit import commit
from backend.usecases.infer_again import with_tare
from backend.usecases.wizards import calibration_of, leader, stored

_NEXT: Final = timedelta(milliseconds=1)
_SAME_FACTOR: Final = 1e-5
"""Share of a factor: it is told rounded to three decimals, and kept in 32 bits by some scales."""


def note_calibration(ports: Ports, *, command: Command, wall: datetime, now: datetime) -> Calibration | None:
    """Note the zero, factor and revision that a scale told in answer to get_config or set_config.

    The same answer again changes nothing, and an older one than what is known is not believed. The wizard that
    waits for it goes on in the same step. Gives the calibration where it is another than before.
    """
    told = told_setting(command)
    if told is None:
        return None

    def decide() -> tuple[Sequence[Action], Calibration | None]:
        current, wizard = calibration_of(ports, command.device_id), stored(ports, command.device_id)
        if not _news(current, told, command):
            return _gone_on(wizard, told, wall=wall), None
        ours = wizard if wizard is not None and _took(wizard, told) else None
        noted = _noted(current, told, command, ours, wall=wall, now=now)
        if ours is not None and ours.kind is WizardKind.CALIBRATION:
            wizard = with_tare(ports, ours, before=current, after=told)
        rows = [calibrations.put(noted), calibrations.put_past(noted), *_gone_on(wizard, told, wall=wall)]
        if ours is not None and ours.kind is WizardKind.CALIBRATION:
            rows.append(_audited(ours, current, noted, now))
        return rows, noted

    noted = commit(ports, decide)
    if noted is not None:
        tap = str(command.tap_id) if command.tap_id else None
        updated = CalibrationUpdated(
            location_id=command.location_id, device_id=command.device_id, tap_id=tap, rev=noted.rev
        )
        ports.feed.publish([updated])
    return noted


def told_setting(command: Command) -> Setting | None:
    """The setting in an answer, where there is a whole one."""
    result = command.result or {}
    factor, zero, rev = result.get("factor"), result.get("zero"), result.get("rev")
    if command.name not in {CommandName.GET_CONFIG, CommandName.SET_CONFIG}:
        return None
    if not isinstance(factor, (int, float)) or not isinstance(zero, int) or not isinstance(rev, int) or not factor:
        return None
    return Setting(factor=float(factor), zero=zero, rev=rev)


def _news(current: Calibration | None, told: Setting, command: Command) -> bool:
    """Whether an answer tells another setting than the one that is known, and a later one.

    A revision only rises, but a scale that lost its memory begins again from none: that is believed where it was
    asked after the last one was confirmed.
    """
    if current is None or told.rev > current.rev:
        return True
    same = (told.factor, told.zero, told.rev) == (current.factor, current.zero, current.rev)
    return not same and command.name is CommandName.GET_CONFIG and command.sent_at > current.confirmed_at


def _noted(
    current: Calibration | None,
    told: Setting,
    command: Command,
    ours: Wizard | None,
    *,
    wall: datetime,
    now: datetime,
) -> Calibration:
    fit, known = (ours.fit, ours.known) if ours else (None, None)
    zeroed = ours is not None and ours.kind is WizardKind.TARE
    # Each has its own place in the list of them, in their order, however short after one another they come.
    at = max(whole_ms(now), current.calibrated_at + _NEXT) if current else whole_ms(now)
    same_factor = current is not None and abs(current.factor - told.factor) <= _SAME_FACTOR * abs(told.factor)
    return Calibration(
        device_id=command.device_id,
        factor=told.factor,
        zero=told.zero,
        rev=told.rev,
        method=(Method.ZERO if zeroed else ours.method or Method.REPORTED) if ours else Method.REPORTED,
        calibrated_at=at,
        confirmed_at=whole_ms(wall),
        factor_since=_factor_since(current, ours, at=at, same=same_factor),
        by=ours.by if ours else command.sent_by,
        by_name=ours.by_name if ours else "",
        known_lbs=known.known_lbs if known else None,
        # Where the factor is the one it was, what is known of it stays known.
        plus_minus_pct=fit.plus_minus_pct if fit else current.plus_minus_pct if current and same_factor else None,
        drift_pct=current.drift_pct if current and same_factor else None,
        drift_plus_minus_pct=current.drift_plus_minus_pct if current and same_factor else None,
        version=current.version if current else 0,
    )


def _factor_since(current: Calibration | None, ours: Wizard | None, *, at: datetime, same: bool) -> datetime:
    """Since when a scale has had its factor: one that it tells us of for the first time it may have had for ever."""
    if current is None:
        return EPOCH if ours is None else at
    return current.factor_since if same else at


def _gone_on(wizard: Wizard | None, told: Setting, *, wall: datetime) -> list[Action]:
    """The wizard once the scale told this: it knows the present setting, or what it sent has been taken."""
    if wizard is None or wizard.step.over:
        return []
    if wizard.step is not Step.SENDING:
        return [] if wizard.present == told else [wizards.put(replace(wizard, present=told))]
    if not _took(wizard, told):
        return []
    if wizard.method is Method.UNDONE:
        return [wizards.put(replace(wizard.at(Step.DONE, wall=wall), present=told, undone=True))]
    return [wizards.put(replace(wizard.at(Step.CHECK, wall=wall), present=told, command_id=None))]


def _took(wizard: Wizard, told: Setting) -> bool:
    """Whether a scale took what a wizard sent; the factor is told rounded, and computed in 32 bits there."""
    sent = wizard.sent
    return wizard.step is Step.SENDING and sent is not None and (sent.rev, sent.zero) == (told.rev, told.zero)


def _audited(wizard: Wizard, before: Calibration | None, after: Calibration, now: datetime) -> Action:
    undone = wizard.method is Method.UNDONE
    return record(
        location_id=wizard.location_id,
        at=now,
        member=leader(wizard),
        deed=Deed.CALIBRATION_UNDONE if undone else Deed.CALIBRATED,
        subject=wizard.device_id,
        before=_facts(before),
        after=_facts(after),
    )


def _facts(calibration: Calibration | None) -> Facts:
    if calibration is None:
        return {}
    return {
        "factor": calibration.factor,
        "zero": calibration.zero,
        "rev": calibration.rev,
        "method": calibration.method.value,
        "known_lbs": calibration.known_lbs,
    }
