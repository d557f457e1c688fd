"""The calibration of a scale: zero and factor from two known loads, and how far they can be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import sqrt
from typing import Final

from backend.domain.events import Event
from backend.domain.keg import Keg, TareSource
from backend.domain.refusal import Invalid

LEAST_KNOWN_LBS: Final = 15.0
"""A lighter weight makes a factor worse than the one it replaces: 1 kg on a 200 kg cell is half a percent of it."""
MOST_KNOWN_LBS: Final = 440.0
"""200 kg, what the largest of our cells carries."""
PRESETS_LBS: Final[Mapping[str, float]] = {
    "25 lb": 25.0,
    "50 lb": 50.0,
    "10 kg": 22.046,
    "20 kg": 44.092,
    "25 kg": 55.116,
}
"""Weights that gyms and markets have, by their names."""
ASK_EMPTY_LBS: Final = 15.0
"""A platform that reads more by the present calibration is hardly empty; one that has lost its zero may be."""

LEAST_FACTOR: Final = 400.0
MOST_FACTOR: Final = 200_000.0
"""Counts per lb. HX711 at gain 128, 2^24 counts over 40 mV: a 50 kg cell of 1 mV/V at 5 V gives about 19,000, a 200 kg
cell of 2 mV/V about 9,500, a ton about 1,900; the scale itself takes no more than 200,000."""
MOST_ZERO: Final = 8_388_607
ASK_CHANGE_PCT: Final = 5.0
"""A factor that changes by more wants to be confirmed: mostly the weight was not the one that was said."""

WANDER_LBS: Final = 0.1
"""How far (1 sd, lb) a zero wanders in a cooler, 100 to 180 g peak to peak in an hour (measured on real coolers)."""
KNOWN_WEIGHT_SHARE: Final = 0.002
"""How far a weight that is sold as known may be off: cast gym weights are up to 2 %, market weights 0.01 %; people
are asked for the latter, and this is what a checked one keeps."""
FILL_SHARE: Final = 0.005
"""How far (1 sd) a keg's filling may be from its nominal volume; breweries fill by volume or weight to about this."""
GRAVITY_PLUS_MINUS: Final = 0.003
"""How far (1 sd) the gravity that was given for a beer may be off."""

VERIFIED_LBS: Final = 0.3
VERIFIED_SHARE: Final = 0.003
"""Read back, a known weight must be within 0.3 lb or 0.3 %, whichever is more."""
ELSE_LBS: Final = 3.0
ELSE_SHARE: Final = 0.05
"""Read back, what is further off than 3 lb or 5 %, whichever is more, is another load and no fault of the scale."""


class Method(StrEnum):
    """How a calibration came about."""

    KNOWN_WEIGHT = "known_weight"
    FULL_KEG = "full_keg"
    ZERO = "zero"  # only the zero was set, on an empty platform
    UNDONE = "undone"  # the one before was taken back
    REPORTED = "reported"  # what the scale says of itself; nobody calibrated it here


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What turns a scale's raw counts into lb, as the scale has confirmed it: `(raw - zero) / factor`.

    `plus_minus_pct` is how far the factor may be off (1 sd, percent); None where nobody knows. `residual_lbs` is what
    the verification read beside what it should have read; None before there was one. `calibrated_at` is the bar's time,
    `confirmed_at` the wall's; the factor has been the same since `factor_since` (setting the zero keeps it).
    `drift_pct` is how far the factor has been found off since (percent, above zero: the scale shows too much), with its
    uncertainty, and `zero_drift_lbs` what the bare platform read between the last kegs.
    """

    device_id: str
    factor: float
    zero: int
    rev: int
    method: Method
    calibrated_at: datetime
    confirmed_at: datetime
    factor_since: datetime
    by: str
    by_name: str = ""
    known_lbs: float | None = None
    plus_minus_pct: float | None = None
    residual_lbs: float | None = None
    drift_pct: float | None = None
    drift_plus_minus_pct: float | None = None
    zero_drift_lbs: float | None = None
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse a factor by which nothing can be weighed."""
        check_factor(self.factor)

    def lbs(self, raw: float) -> float:
        """The gross weight (lb) that a raw count stands for."""
        return (raw - self.zero) / self.factor

    @property
    def reversed(self) -> bool:
        """Whether the cell is wired the other way round: its counts fall under a load."""
        return self.factor < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A load that is known: mean raw count under it, its weight (lb) and how far that may be off (1 sd, lb)."""

    raw: float
    sd_counts: float
    known_lbs: float
    plus_minus_lbs: float
    taken_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A calibration that is computed and not yet the scale's.

    `change_pct` is how far the factor differs from the present one (None: that is not known); `zero_shift_lbs` how
    far the zero has moved, in lb by the new factor. `warnings` are sentences for the person who decides.
    """

    factor: float
    zero: int
    plus_minus_pct: float
    change_pct: float | None
    zero_shift_lbs: float | None
    warnings: tuple[str, ...] = ()

    @property
    def must_be_confirmed(self) -> bool:
        """Whether it differs so much from the present one that a person has to say that this is meant."""
        return self.change_pct is None or abs(self.change_pct) > ASK_CHANGE_PCT


def fitted(*, zero: Point, known: Point, present: tuple[float, int] | None) -> Fit:
    """Compute factor and zero from the empty platform and a known load; `present` is (factor, zero) in force.

    Raises:
        Invalid: the two loads differ too little, or no cell gives such a factor; the sentence says what to check.
    """
    lbs = known.known_lbs - zero.known_lbs
    counts = known.raw - zero.raw
    factor = counts / lbs
    if abs(counts) < 10 * max(1.0, zero.sd_counts, known.sd_counts):
        raise Invalid("the scale felt no difference between the two loads: is the weight on the platform?")
    check_factor(factor)
    offset = round(zero.raw - zero.known_lbs * factor)
    if abs(offset) > MOST_ZERO:
        raise Invalid("the empty platform is beyond what the amplifier can count: check how the cell is mounted")
    return Fit(
        factor=factor,
        zero=offset,
        plus_minus_pct=_plus_minus_pct(zero, known, factor),
        change_pct=100.0 * (factor / present[0] - 1.0) if present else None,
        zero_shift_lbs=(offset - present[1]) / factor if present else None,
        warnings=_warnings(factor, present),
    )


def _warnings(factor: float, present: tuple[float, int] | None) -> tuple[str, ...]:
    said = []
    if factor < 0:
        said.append("this cell is wired the other way round: its counts fall under a load. That is allowed.")
    if present and (factor < 0) != (present[0] < 0):
        said.append("the sign of the factor changes: were the wires of the cell swapped since the last calibration?")
    return tuple(said)


def _plus_minus_pct(zero: Point, known: Point, factor: float) -> float:
    """How far the factor may be off (1 sd, percent): the load itself, the wander of the zero, the noise."""
    per_lb = abs(factor)
    noise = (zero.sd_counts**2 + known.sd_counts**2) / per_lb**2
    off = sqrt(zero.plus_minus_lbs**2 + known.plus_minus_lbs**2 + WANDER_LBS**2 + noise)
    return 100.0 * off / (known.known_lbs - zero.known_lbs)


def check_factor(factor: float) -> None:
    """Raises Invalid for a factor (counts per lb) that no load cell gives."""
    if not LEAST_FACTOR <= abs(factor) <= MOST_FACTOR:
        raise Invalid(
            f"{factor:.0f} counts per lb is no load cell's: it lies between {LEAST_FACTOR:.0f} and {MOST_FACTOR:.0f}. "
            "Check that the weight is the one you named and stands on the platform alone"
        )


def check_known(known_lbs: float) -> None:
    """Raises Invalid for a known weight (lb) that is too light or too heavy to calibrate with."""
    if not LEAST_KNOWN_LBS <= known_lbs <= MOST_KNOWN_LBS:
        raise Invalid(
            f"a weight of {known_lbs:.1f} lb cannot calibrate a keg scale: use {LEAST_KNOWN_LBS:.0f} to "
            f"{MOST_KNOWN_LBS:.0f} lb, best 20 kg or more"
        )


def verified(weight_lbs: float, *, known_lbs: float) -> bool:
    """Whether a weight read back (lb) is what it should be."""
    return abs(weight_lbs - known_lbs) <= max(VERIFIED_LBS, VERIFIED_SHARE * abs(known_lbs))


def another_load(weight_lbs: float, *, known_lbs: float) -> bool:
    """Whether what is read back (lb) is neither the empty platform nor the known load, right or wrong."""
    off = min(abs(weight_lbs), abs(weight_lbs - known_lbs))
    return off > max(ELSE_LBS, ELSE_SHARE * known_lbs)


def full_keg_plus_minus(keg: Keg, *, specific_gravity: float) -> float:
    """How far (1 sd, lb) a fresh keg may be from its full weight: its shell, its filling, its gravity.

    A tare that was itself inferred from a full keg on this scale says nothing here: the shell counts as any of its
    type.
    """
    source = keg.tare.source
    shell = keg.tare.plus_minus_lbs if source is not TareSource.INFERRED_FROM_FULL else 2.2
    gravity = keg.beer_lbs * GRAVITY_PLUS_MINUS / specific_gravity
    return sqrt(shell**2 + (FILL_SHARE * keg.beer_lbs) ** 2 + gravity**2)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationUpdated(Event):
    """A scale confirmed another zero or factor."""

    device_id: str
    tap_id: str | None
    rev: int
