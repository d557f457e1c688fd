"""The bar's wall clock on an axis that Plotly reads as UTC."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_QUARTER_MS: Final = 900_000
_DAY_MS: Final = 86_400_000
_QUARTERS: Final = _DAY_MS // _QUARTER_MS


def local_ms(at_ms: float, tz: str) -> int:
    """A moment as the bar's wall clock shows it, in the milliseconds Plotly reads as UTC."""
    return int(at_ms + _ahead_ms(int(at_ms // _QUARTER_MS), tz))


def local_column(starts_s: Sequence[int], *, after_ms: int, tz: str) -> list[int]:
    """The same for what lies `after_ms` behind each of these moments (epoch s, at least one, in order of time)."""
    first, last = starts_s[0] * 1000 + after_ms, starts_s[-1] * 1000 + after_ms
    ahead = _steadily_ahead_ms(first // _DAY_MS, last // _DAY_MS, tz)
    if ahead is None:
        return [local_ms(start * 1000 + after_ms, tz) for start in starts_s]
    shift = after_ms + ahead
    return [start * 1000 + shift for start in starts_s]


@lru_cache(maxsize=10_000)
def _steadily_ahead_ms(first_day: int, last_day: int, tz: str) -> int | None:
    """By how much the clock is ahead of UTC through these days; None where it is set (no clock is, twice a day)."""
    found = {_ahead_ms(day * _QUARTERS, tz) for day in range(first_day, last_day + 2)}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=100_000)
def _ahead_ms(quarter: int, tz: str) -> int:
    """By how much the wall clock is ahead of UTC in a quarter of an hour: no clock is set within one."""
    offset = datetime.fromtimestamp(quarter * _QUARTER_MS / 1000, tz=UTC).astimezone(ZoneInfo(tz)).utcoffset()
    return int(offset.total_seconds() * 1000) if offset else 0
