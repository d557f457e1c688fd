"""Drift: how far a scale has wandered from its calibration, told from kegs that it saw full and empty.

A keg that a scale weighs full and later empty gives a span check for nothing: the difference is the beer it held,
which is known from its size and gravity, while the shell, of which nobody knows the weight to a kilogram, cancels.
Between two kegs the platform is empty for a moment, which gives a zero check.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Final

from backend.domain.calibration import FILL_SHARE, GRAVITY_PLUS_MINUS
from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.keg import GAS_LBS_PER_GALLON, Keg, Tare, TareSource
from backend.domain.keg_type import keg_type

_GAS_UNSURE: Final = 0.5
"""How much of it may be gone (1 sd, share): a keg that was vented before it was lifted weighs less."""
_LEFT_LBS: Final = 0.2
"""What is left in a keg that is called empty: foam and the last of a glass."""
_LEFT_UNSURE_LBS: Final = 0.25
_WANDER_LBS: Final = 0.1
"""How far (1 sd, lb) a zero wanders while nobody looks; a weight and the zero of the same minute share it."""
_SAME_MINUTE_LBS: Final = 0.05
_SHELLS_DIFFER_LBS: Final = 2.2
"""Shells of one type differ by about 1 kg."""
_MOST_DRIFT: Final = 0.08
"""A scale that is further off than this wants a new calibration before anything else."""

CERTAIN: Final = 3.0
"""A drift counts only where it is more than so many standard deviations."""
KEGS: Final = 2
"""So many kegs, the last ones, are believed: with more of them a drift that began lately would hide behind the past."""
_DISAGREE: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What one scale showed of one keg, all in lb: full at its start, empty at its end, and the bare platform around.

    What was not seen is None. `beer_lbs` is what the full keg's beer weighs by its size and gravity, `gallons` what it
    holds, `shell_lbs` what its shell should weigh within `shell_plus_minus_lbs`.
    """

    device_id: str
    tap_id: TapId
    keg_id: str
    tapped_at: datetime
    beer_lbs: float
    gallons: float
    specific_gravity: float
    shell_lbs: float
    shell_plus_minus_lbs: float
    fresh_lbs: float | None = None
    zero_before_lbs: float | None = None
    empty_lbs: float | None = None
    zero_after_lbs: float | None = None
    ended_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far a scale shows too much (above zero) or too little, in percent of the load, give or take (1 sd).

    `kegs` is from how many of them this is told. `reported` says that it is above what the bar wants to be warned of,
    and certain enough to be told.
    """

    pct: float
    plus_minus_pct: float
    kegs: int
    reported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroDrift:
    """What the bare platform reads (lb) between kegs, and whether that is worth telling."""

    lbs: float
    gaps: int
    reported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftNoted(Event):
    """A scale was found off: by `pct` of the load (span), or by `zero_lbs` with nothing on it."""

    device_id: str
    tap_id: str | None
    pct: float | None = None
    plus_minus_pct: float | None = None
    zero_lbs: float | None = None


def shell_of(keg: Keg, tare: Tare) -> tuple[float, float]:
    """Give what the shell of a keg should weigh and how far (lb) that may be off, for judging whether it was empty.

    A tare that was worked out from a full weight on this scale holds this scale's error, so it says nothing here.
    """
    if tare.source in {TareSource.WEIGHED_EMPTY, TareSource.STAMPED}:
        return tare.empty_lbs, tare.plus_minus_lbs
    usual = keg_type(keg.type_id).tare_lbs
    if usual is None:
        return tare.empty_lbs, max(_SHELLS_DIFFER_LBS, tare.plus_minus_lbs)
    return usual, _SHELLS_DIFFER_LBS


def was_full(life: Life, lbs: float) -> bool:
    """Whether a keg that reads `lbs` (less the zero of its scale) can be full."""
    expected = life.shell_lbs + life.beer_lbs
    return abs(lbs - expected) <= life.shell_plus_minus_lbs + _MOST_DRIFT * expected


def was_empty(life: Life, lbs: float) -> bool:
    """Whether a keg that reads `lbs` (less the zero of its scale) can be empty."""
    gas = GAS_LBS_PER_GALLON * life.gallons
    expected = life.shell_lbs + gas + _LEFT_LBS
    allowed = life.shell_plus_minus_lbs + gas + _LEFT_UNSURE_LBS + _MOST_DRIFT * expected
    return abs(lbs - expected) <= allowed


def span_of(life: Life) -> tuple[float, float] | None:
    """Give by how many percent a scale shows too much by one keg's life, and how far (1 sd) that may be off.

    None where the keg was not seen both full and empty.
    """
    if life.fresh_lbs is None or life.empty_lbs is None:
        return None
    before, after = life.zero_before_lbs, life.zero_after_lbs
    fresh, empty = life.fresh_lbs, life.empty_lbs
    unsure = 2 * _WANDER_LBS
    if before is not None and after is not None:
        fresh, empty, unsure = fresh - before, empty - after, 2 * _SAME_MINUTE_LBS
    if not was_full(life, fresh) or not was_empty(life, empty):
        return None
    gas = GAS_LBS_PER_GALLON * life.gallons
    expected = life.beer_lbs - gas - _LEFT_LBS
    filled = FILL_SHARE * life.beer_lbs
    dense = life.beer_lbs * GRAVITY_PLUS_MINUS / life.specific_gravity
    off = sqrt(filled**2 + dense**2 + (_GAS_UNSURE * gas) ** 2 + _LEFT_UNSURE_LBS**2 + unsure**2)
    return 100.0 * ((fresh - empty) / expected - 1.0), 100.0 * off / expected


def drift_of(lives: Sequence[Life], *, warn_pct: float) -> Drift | None:
    """Judge the span of a scale by the kegs it saw since it was calibrated, newest first; None where it saw none.

    Two kegs that say the same are told as soon as their mean is above `warn_pct` and certain; a single one only
    where it is above it beyond doubt, because one keg may have been changed with beer left in it, or filled short.
    """
    found = [estimate for estimate in map(span_of, lives) if estimate is not None][:KEGS]
    if not found:
        return None
    weights = [1.0 / off**2 for _, off in found]
    mean = sum(weight * pct for weight, (pct, _) in zip(weights, found, strict=True)) / sum(weights)
    off = sqrt(1.0 / sum(weights))
    if len(found) == 1:
        certain = abs(mean) - CERTAIN * off > warn_pct
        return Drift(pct=mean, plus_minus_pct=off, kegs=1, reported=certain)
    apart = abs(found[0][0] - found[1][0])
    if apart > _DISAGREE * sqrt(found[0][1] ** 2 + found[1][1] ** 2):
        off = max(off, apart / 2)
    agree = all(pct * mean > 0 and abs(pct) > warn_pct / 2 for pct, _ in found)
    reported = agree and abs(mean) > warn_pct and abs(mean) > CERTAIN * off
    return Drift(pct=mean, plus_minus_pct=off, kegs=len(found), reported=reported)


def zero_drift_of(lives: Sequence[Life], *, warn_pct: float) -> ZeroDrift | None:
    """Judge the zero of a scale by what the bare platform read between the last kegs, newest first.

    Told where two gaps in a row agree that it makes more than `warn_pct` of a keg: one may have had a hand on it.
    """
    gaps = [(life.zero_before_lbs, life.beer_lbs) for life in lives if life.zero_before_lbs is not None][:KEGS]
    if not gaps:
        return None
    mean = sum(lbs for lbs, _ in gaps) / len(gaps)
    over = [abs(lbs) > warn_pct / 100.0 * beer and lbs * mean > 0 for lbs, beer in gaps]
    return ZeroDrift(lbs=mean, gaps=len(gaps), reported=len(gaps) == KEGS and all(over))
