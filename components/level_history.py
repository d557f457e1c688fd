"""What the chart of a tap's history draws: levels column by column, keg changes, and the level of now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class KegLevels(NamedTuple):
    """The levels (percent) of one keg in the bins that begin at `starts_s` (epoch s), at least one, in order of time.

    Columns, because a year is thousands of bins: what is done to a column costs a fraction of what it costs for each.
    """

    keg: str
    starts_s: Sequence[int]
    means: Sequence[float]
    lows: Sequence[float]
    highs: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class KegChange:
    """When a keg was put on (epoch milliseconds, UTC), and what is written at its mark."""

    at_ms: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelNow:
    """The level (percent) of the keg on tap at `at_ms` (epoch milliseconds, UTC), as the page's headline tells it."""

    at_ms: int
    keg: str
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelHistory:
    """What the chart draws, in order of time. `key` names the range, so that zoom survives an update within it.

    The line ends at `now`, where it is known: a bin's average would stand beside another number in the headline.
    `since` says when the history begins, where that is later than the range.
    """

    key: str
    start_ms: int
    end_ms: int
    bin_ms: int
    kegs: Sequence[KegLevels]
    changes: Sequence[KegChange]
    tz: str
    warn_pct: float = 20.0
    crit_pct: float = 10.0
    now: LevelNow | None = None
    since: str = ""
