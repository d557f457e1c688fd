"""Whether a platform stands still enough to be measured: noise, slope, and how long it has been quiet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from math import sqrt
from typing import Final, Self

from backend.domain.command import Sampled

HELD_S: Final = 3.0
"""So long a weight must have been quiet before a point is taken from it."""
MOST_RANGE_LBS: Final = 0.5
MOST_SLOPE_LBS_PER_S: Final = 0.05
KEPT_S: Final = 20.0
"""What is older is forgotten: a screen shows the last seconds, a point is made of fewer."""

LATEST: Final = timedelta(seconds=3)
"""Our scales send two messages a second: after so long (wall) without one the stream has ended, or is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steadiness:
    """What the newest `HELD_S` seconds of a stream say.

    `mean_raw` and `sd_counts` in counts; `sd_lbs`, `range_lbs` in lb and `slope_lbs_per_s` by the factor that was
    given; `held_s` how long every sample has stayed within the range, up to now. `steady`: a point may be taken.
    """

    mean_raw: float
    sd_counts: float
    sd_lbs: float
    range_lbs: float
    slope_lbs_per_s: float
    held_s: float
    count: int
    steady: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The raw counts of one stream in order, `hz` a second; another stream begins anew.

    A message that was lost (they are sent once) only makes the seconds that are looked at a little longer ones.
    `heard_at` is when (wall) the newest came, where whoever gathers them says so: a stream that has ended tells what
    stood there then.
    """

    hz: float = 10.0
    raw: tuple[int, ...] = ()
    command_id: str | None = None
    heard_at: datetime | None = None

    def after(self, sampled: Sampled, *, wall: datetime | None = None) -> Self:
        """Give the samples after a message of the stream that came at `wall`."""
        before = self.raw if sampled.command_id == self.command_id and not self.old(wall) else ()
        kept = (*before, *sampled.raw)[-int(KEPT_S * self.hz) :]
        return type(self)(hz=self.hz, raw=kept, command_id=sampled.command_id, heard_at=wall)

    def old(self, wall: datetime | None) -> bool:
        """Whether the newest of them came too long ago to say what stands there now."""
        return wall is not None and self.heard_at is not None and wall - self.heard_at > LATEST


def steadiness(samples: Samples, *, factor: float) -> Steadiness | None:
    """Say how quiet the last seconds were, `factor` counts to the lb; None before there are two samples."""
    wanted = max(2, round(HELD_S * samples.hz))
    recent = samples.raw[-wanted:]
    if len(recent) < 2:  # noqa: PLR2004 - one sample has no spread
        return None
    per_lb = abs(factor)
    mean = sum(recent) / len(recent)
    sd = sqrt(sum((one - mean) ** 2 for one in recent) / (len(recent) - 1))
    spread = (max(recent) - min(recent)) / per_lb
    slope = _slope(recent, hz=samples.hz) / per_lb
    held = _held(samples, most=MOST_RANGE_LBS * per_lb)
    return Steadiness(
        mean_raw=mean,
        sd_counts=sd,
        sd_lbs=sd / per_lb,
        range_lbs=spread,
        slope_lbs_per_s=slope if factor > 0 else -slope,
        held_s=held,
        count=len(recent),
        steady=len(recent) >= wanted and spread < MOST_RANGE_LBS and abs(slope) < MOST_SLOPE_LBS_PER_S,
    )


def _slope(counts: Sequence[int], *, hz: float) -> float:
    """Counts a second, by least squares."""
    middle = (len(counts) - 1) / 2
    mean = sum(counts) / len(counts)
    over = sum((place - middle) * (one - mean) for place, one in enumerate(counts))
    return over * hz / sum((place - middle) ** 2 for place in range(len(counts)))


def _held(samples: Samples, *, most: float) -> float:
    """How long (s), counted back from now, all samples lie within `most` counts of each other."""
    back = samples.raw[::-1]
    ranges = zip(accumulate(back, max), accumulate(back, min), strict=True)
    held = next((place for place, (high, low) in enumerate(ranges) if high - low >= most), len(back))
    return held / samples.hz
