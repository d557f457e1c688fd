"""The facts behind a level, one function each: what it is, how far it may be off, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import hypot
from typing import Final

from backend.domain.calibration import GRAVITY_PLUS_MINUS, WANDER_LBS, Calibration, Method
from backend.domain.drift import Drift, ZeroDrift
from backend.domain.keg import GAS_LBS_PER_GALLON, Keg, TareSource
from backend.domain.keg_type import TYPICAL_GRAVITY
from backend.domain.ledger import Ledger
from backend.domain.level import Level
from backend.domain.member import person_words
from backend.domain.shown import Load
from backend.domain.tap import Tap, TapState
from backend.domain.units import gallons_of
from backend.domain.why import Fact

UNKNOWN_FACTOR_PCT: Final = 1.0
"""How far (1 sd, percent) the factor of a scale may be off that nobody calibrated here."""
_CREEPS_FOR: Final = timedelta(minutes=30)
_CREEP_SHARE: Final = 0.0003
"""Of a change of load, in half an hour; what data sheets of plain cells give."""
_OFF_LBS: Final = 0.3
"""A bare platform that reads more than this wants to be tared."""
_OFF_PCT: Final = 1.0
"""A scale that is found off by more than this wants to be calibrated."""

_BY_METHOD: Final = {
    Method.KNOWN_WEIGHT: "calibrated with a known weight",
    Method.FULL_KEG: "calibrated with a fresh full keg",
    Method.ZERO: "zero set on the empty platform",
    Method.UNDONE: "an earlier calibration, taken back to",
    Method.REPORTED: "told by the scale; not calibrated here",
}
_BY_SOURCE: Final = {
    TareSource.WEIGHED_EMPTY: "the empty shell was weighed",
    TareSource.STAMPED: "read from the stamp",
    TareSource.INFERRED_FROM_FULL: "its full weight less its beer",
    TareSource.BEER_TYPE: "usual for this beer and size",
    TareSource.TYPE_DEFAULT: "typical of its size; shells differ by about 2 lb",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """A gross weight (lb) with the keg it is of; the last two are None where there is no level."""

    gross_lbs: float | None
    load: Load | None
    level: Level | None

    def effect(self, lbs: float) -> float | None:
        """By how many points of percent a level is off where the weight or the shell is off by so many lb."""
        if self.load is None or self.level is None:
            return None
        return 100.0 * abs(lbs) / (self.load.full_lbs - self.load.empty_lbs)

    @property
    def share(self) -> float:
        """How full the keg is, 0 to 1."""
        return self.level.percent / 100.0 if self.level else 0.0


def raw_fact(raw: int | None, *, at: datetime, device_id: str) -> Fact:
    """What the converter counted."""
    return Fact(name="raw counts", value=raw, unit="counts", at=at, source=device_id if raw is not None else "not sent")


def factor_fact(calibration: Calibration | None, drift: Drift | None, weighing: Weighing) -> Fact:
    """Counts per lb; how far it is off is told by the kegs it saw, where it saw any."""
    known = calibration.plus_minus_pct if calibration else None
    off = UNKNOWN_FACTOR_PCT if known is None else known
    if drift is not None:
        off = hypot(drift.pct, drift.plus_minus_pct)
    advice = None
    if calibration is None or calibration.method is Method.REPORTED:
        advice = "calibrate the scale with a known weight"
    elif drift is not None and abs(drift.pct) > max(_OFF_PCT, drift.plus_minus_pct):
        advice = f"calibrate the scale: by its last kegs it shows {drift.pct:+.1f} %"
    return Fact(
        name="factor",
        value=calibration.factor if calibration else None,
        unit="counts/lb",
        plus_minus=off / 100.0 * abs(calibration.factor) if calibration else None,
        effect_pct=weighing.effect(off / 100.0 * (weighing.gross_lbs or 0.0)),
        at=calibration.calibrated_at if calibration else None,
        source=_by(calibration),
        advice=advice,
    )


def zero_fact(calibration: Calibration | None, zero: ZeroDrift | None, weighing: Weighing) -> Fact:
    """Counts of the empty platform; it wanders with the cooler, and may have moved."""
    moved = zero.lbs if zero else 0.0
    off = hypot(moved, WANDER_LBS)
    return Fact(
        name="zero",
        value=calibration.zero if calibration else None,
        unit="counts",
        plus_minus=off * abs(calibration.factor) if calibration else None,
        effect_pct=weighing.effect(off),
        at=calibration.calibrated_at if calibration else None,
        source=f"the bare platform read {moved:+.1f} lb between kegs" if zero else _by(calibration),
        advice="tare the empty platform at the next change of kegs" if abs(moved) > _OFF_LBS else None,
    )


def weight_fact(state: TapState, weighing: Weighing) -> Fact:
    """The gross weight; how far it may be off is said by factor and zero."""
    at_rest = "at rest" if state.stable else "moving"
    advice = None if state.stable or weighing.level is None else "wait until it is at rest"
    return Fact(name="weight", value=state.weight_lbs, unit="lb", at=state.updated_at, source=at_rest, advice=advice)


def tare_fact(keg: Keg, weighing: Weighing, *, at: datetime | None, by: str | None) -> Fact:
    """The mass of the shell. Inferred from full it is right while the keg is full, and tells less the emptier it is."""
    tare = keg.tare
    off = tare.plus_minus_lbs
    if tare.source is TareSource.INFERRED_FROM_FULL:
        off *= 1.0 - weighing.share
    known = tare.source in {TareSource.WEIGHED_EMPTY, TareSource.STAMPED}
    return Fact(
        name="tare",
        value=tare.empty_lbs,
        unit="lb",
        plus_minus=tare.plus_minus_lbs,
        effect_pct=weighing.effect(off),
        at=at,
        source=_BY_SOURCE[tare.source] + (f", by {person_words(by)}" if by and known else ""),
        advice=None if known else "weigh its shell once it is empty, or enter the tare that is stamped on it",
    )


def gravity_fact(load: Load, weighing: Weighing) -> Fact:
    """The gravity of the beer: lb become gallons by it, and it says what a full keg weighs."""
    gravity = load.specific_gravity
    usual = abs(gravity - TYPICAL_GRAVITY) < 1e-9  # noqa: PLR2004 - the same figure, as floats go
    off = GRAVITY_PLUS_MINUS / gravity
    return Fact(
        name="gravity",
        value=gravity,
        plus_minus=GRAVITY_PLUS_MINUS,
        effect_pct=100.0 * off * weighing.share if weighing.level else None,
        source="the usual one" if usual else "given for this beer",
        advice="enter the final gravity of this beer" if usual else None,
    )


def gas_fact(load: Load, weighing: Weighing) -> Fact:
    """The gas in place of the beer that has left: it is weighed with it."""
    gallons = gallons_of(load.full_lbs - load.empty_lbs, specific_gravity=load.specific_gravity)
    gas = GAS_LBS_PER_GALLON * gallons * (1.0 - weighing.share)
    return Fact(
        name="gas",
        value=gas if weighing.level else None,
        unit="lb",
        plus_minus=gas / 2 if weighing.level else None,
        effect_pct=weighing.effect(gas),
        source="serving pressure over the beer, by volume",
    )


def swap_fact(tap: Tap, weighing: Weighing, *, now: datetime) -> Fact:
    """When the keg was put on; a cell creeps after that for a while."""
    since = now - tap.tapped_at if tap.tapped_at is not None else None
    creeps = since is not None and timedelta() <= since < _CREEPS_FOR
    return Fact(
        name="last swap",
        value=tap.keg_id,
        effect_pct=weighing.effect(_CREEP_SHARE * (weighing.gross_lbs or 0.0)) if creeps else None,
        at=tap.tapped_at,
        source="this keg has been on since",
        advice="the cell creeps for half an hour after a change: look again then" if creeps else None,
    )


def drift_fact(drift: Drift) -> Fact:
    """How far the scale was found off by the kegs it saw full and empty; what that does is told with the factor."""
    kegs = "1 keg" if drift.kegs == 1 else f"{drift.kegs} kegs"
    return Fact(
        name="drift", value=drift.pct, unit="%", plus_minus=drift.plus_minus_pct, source=f"{kegs} seen full and empty"
    )


def books_fact(ledger: Ledger, level: Level | None) -> Fact:
    """What is left by the books, and how far that is from the weight."""
    apart = f", {level.gallons - ledger.remaining:+.2f} gal by weight" if level else ""
    booked = (
        f"{ledger.opening:.2f} gal less {ledger.poured:.2f} poured, {ledger.wasted:.2f} wasted, "
        f"{ledger.cleaned:.2f} cleaned, {ledger.unseen:+.2f} unseen{apart}"
    )
    return Fact(name="books", value=ledger.remaining, unit="gal", source=booked)


def _by(calibration: Calibration | None) -> str:
    if calibration is None:
        return "in the scale's own settings; it has not told them"
    weight = f" of {calibration.known_lbs:.1f} lb" if calibration.known_lbs else ""
    by = (
        f", by {calibration.by_name or person_words(calibration.by)}"
        if calibration.method is not Method.REPORTED
        else ""
    )
    return _BY_METHOD[calibration.method] + weight + by
