"""What is told of the scales of the demo bar: how they were calibrated, which cell has aged, which has a battery."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from app.demo_bar import PAST
from app.demo_people import ALEX
from backend.domain.calibration import Calibration, Method

AGED_PLACE: Final = 10
"""Place in the list of taps of the scale whose cell has aged since it was calibrated."""
AGED_PCT: Final = 3.0
BATTERIES: Final[Mapping[int, float]] = MappingProxyType({3: 81.0, 7: 34.0, 11: 17.0})
"""Scales without a cable, by their places, with what their batteries hold (percent) when the story begins."""
KNOWN_LBS: Final = 44.092
"""The weight in the cellar: 20 kg."""

_CALIBRATED: Final[Mapping[int, Sequence[float]]] = MappingProxyType(
    {2: (59, 24), 5: (59, 33, 6), 7: (59, 27), 9: (58, 12), AGED_PLACE: (59, 46), 13: (), 14: ()}
)
"""How many days before the story begins a scale was calibrated, by its place."""
_USUALLY: Final = (59.0,)
_PERCENT_A_DAY: Final = 4.0
_DAY_S: Final = 86_400.0
_AGED_BETWEEN: Final = 0.0035
"""By how much (share) a factor was off when it was next looked at."""
_WANDERED_BETWEEN: Final = 1700
"""By how many counts a zero was off then."""


def zero_of(place: int) -> int:
    """Counts of a bare platform, by the last calibration."""
    return 84_311 + 311 * place


def factor_of(place: int) -> int:
    """Counts a pound, by the last calibration."""
    return 9_507 + 7 * place


def revision_of(place: int) -> int:
    """The revision of what a scale computes with; each calibration is one more."""
    return max(1, len(_CALIBRATED.get(place, _USUALLY)))


def battery_of(place: int, *, since: datetime | None, now: datetime) -> float | None:
    """What the battery of a scale holds (percent) that stands there since then; None for a scale with a cable."""
    percent = BATTERIES.get(place)
    if percent is None or since is None:
        return percent
    days = (now - since - PAST).total_seconds() / _DAY_S
    return max(0.0, percent - _PERCENT_A_DAY * max(0.0, days))


def calibrations_of(place: int, *, device_id: str, start: datetime) -> tuple[Calibration, ...]:
    """Give the calibrations of a scale before the story begins at `start`, in order; none where nobody did that."""
    days = _CALIBRATED.get(place, _USUALLY)
    return tuple(
        _calibration(place, later=len(days) - number - 1, rev=number + 1, device_id=device_id, at=start - _days(ago))
        for number, ago in enumerate(days)
    )


def _days(ago: float) -> timedelta:
    return timedelta(days=ago, hours=6, minutes=17)


def _calibration(place: int, *, later: int, rev: int, device_id: str, at: datetime) -> Calibration:
    up = 1 if place % 2 else -1
    return Calibration(
        device_id=device_id,
        factor=round(factor_of(place) * (1 - up * later * _AGED_BETWEEN), 3),
        zero=zero_of(place) - up * later * _WANDERED_BETWEEN,
        rev=rev,
        method=Method.KNOWN_WEIGHT,
        calibrated_at=at,
        confirmed_at=at,
        factor_since=at,
        by=ALEX.sub,
        by_name=ALEX.name,
        known_lbs=KNOWN_LBS,
        plus_minus_pct=0.31,
        residual_lbs=round(0.03 + 0.01 * (place % 5), 2),
    )
