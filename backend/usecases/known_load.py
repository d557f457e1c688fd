"""The load a scale is calibrated with: a weight that is named, or what a fresh full keg should weigh."""

from backend.domain.calibration import (
    KNOWN_WEIGHT_SHARE,
    Method,
    check_known,
    full_keg_plus_minus,
)
from backend.domain.keg import Keg, TareSource
from backend.domain.keg_type import keg_type
from backend.domain.refusal import Conflict, Invalid
from backend.domain.scale import Scale
from backend.domain.taring import FRESH_SHARE
from backend.domain.wizard import Wizard
from backend.ports import Ports
from backend.usecases import load


def full_keg(ports: Ports, scale: Scale) -> Keg:
    """The keg on a scale, which must be full."""
    tap = load.tap(ports, scale.tap_id) if scale.tap_id else None
    if tap is None or tap.keg_id is None:
        raise Conflict("no keg stands on this scale: put a full one on, and say which it is")
    ledger = load.ledger(ports, tap.keg_id)
    if ledger.opening - ledger.remaining > FRESH_SHARE * ledger.opening:
        raise Invalid("beer was poured from this keg already: calibrate with the next one, before its first pour")
    return load.keg(ports, tap.keg_id)


def known_load(
    ports: Ports, scale: Scale, wizard: Wizard, known_lbs: float | None, plus_minus_lbs: float | None
) -> tuple[float, float]:
    """The known load of a wizard and how far (lb) it may be off."""
    if wizard.method is Method.FULL_KEG:
        keg = full_keg(ports, scale)
        gravity = load.beer(ports, keg.beer_id).specific_gravity
        return _expected_full(keg), full_keg_plus_minus(keg, specific_gravity=gravity)
    if known_lbs is None:
        raise Invalid("say what the known weight weighs")
    check_known(known_lbs)
    return known_lbs, KNOWN_WEIGHT_SHARE * known_lbs if plus_minus_lbs is None else plus_minus_lbs


def _expected_full(keg: Keg) -> float:
    """What a full keg should weigh (lb); a shell that this scale inferred says nothing about this scale."""
    usual = keg_type(keg.type_id).tare_lbs
    inferred = keg.tare.source is TareSource.INFERRED_FROM_FULL
    if inferred and usual is None:
        raise Invalid("nobody knows what the shell of this keg weighs: calibrate with a known weight instead")
    return keg.beer_lbs + (usual if inferred and usual is not None else keg.tare.empty_lbs)
