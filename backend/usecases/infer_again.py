"""A tare that was inferred from a full weight held the error of its calibration: with a new one it is another."""

from dataclasses import replace
from datetime import datetime

from backend.domain.calibration import Calibration
from backend.domain.command import Command
from backend.domain.keg import Tare, TareSource
from backend.domain.refusal import Refusal
from backend.domain.wizard import Setting, Wizard, WizardKind
from backend.ports import Ports
from backend.usecases import load
from backend.usecases.correct import correct_keg
from backend.usecases.wizards import leader, stored


def with_tare(ports: Ports, wizard: Wizard, *, before: Calibration | None, after: Setting) -> Wizard:
    """Give the wizard with what the shell of the keg on its scale weighs by the new calibration, where that follows.

    What was counted when the keg was full is what its full weight says by the calibration before; the same counts
    by the new one are another weight, and the shell is that less the beer.
    """
    keg_id = load.tap(ports, wizard.tap_id).keg_id if wizard.tap_id else None
    keg = load.keg(ports, keg_id) if keg_id else None
    if before is None or keg is None or keg.tare.source is not TareSource.INFERRED_FROM_FULL:
        return wizard
    if keg.tapped_at is None or keg.tapped_at < before.factor_since:
        return wizard  # it was weighed by yet another factor
    full_lbs = (keg.full_lbs * before.factor + before.zero - after.zero) / after.factor
    shell_lbs = full_lbs - keg.beer_lbs
    if shell_lbs <= 0:
        return wizard
    tare = Tare(empty_lbs=shell_lbs, source=TareSource.INFERRED_FROM_FULL)
    return replace(wizard, keg_id=keg_id, tare=tare, former_tare=keg.tare)


def infer_again(ports: Ports, *, command: Command, now: datetime) -> None:
    """Correct the keg on a scale that has taken a calibration by what its shell weighs now; twice is harmless."""
    wizard = stored(ports, command.device_id)
    if wizard is None or wizard.kind is not WizardKind.CALIBRATION or wizard.sent is None:
        return
    if wizard.tare is None or wizard.keg_id is None or wizard.sent.rev != command.params.get("rev"):
        return
    if wizard.tap_id is None or load.tap(ports, wizard.tap_id).keg_id != wizard.keg_id:
        return
    why = "its scale was calibrated, and its shell is inferred from its full weight"
    try:
        correct_keg(ports, keg_id=wizard.keg_id, tare=wizard.tare, member=leader(wizard), now=now, reason=why)
    except Refusal:
        return  # a person is correcting this keg just now: theirs is the later word
