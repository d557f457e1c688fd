"""What a bin knows of its readings, exactly: tallies of parts merge into the tally of the whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(slots=True)
class Tally:
    """Weights (scaled, whole) of one tap and keg in one bin; moments in epoch ms."""

    count: int
    total: int
    low: int
    high: int
    first_at: int
    last_at: int
    last: int

    @classmethod
    def of(cls, at: int, weight: int) -> Self:
        """The tally of a single reading."""
        return cls(1, weight, weight, weight, at, at, weight)

    def take(self, at: int, weight: int) -> None:
        """Count one more reading, not earlier than those before it."""
        self.count += 1
        self.total += weight
        if weight < self.low:
            self.low = weight
        elif weight > self.high:
            self.high = weight
        self.last_at = at
        self.last = weight

    def merge(self, later: "Tally") -> None:
        """Count the readings of another tally, all of them later than these."""
        self.count += later.count
        self.total += later.total
        self.low = min(self.low, later.low)
        self.high = max(self.high, later.high)
        self.last_at = later.last_at
        self.last = later.last

    def copy(self) -> "Tally":
        """A tally of its own with the same figures."""
        return Tally(self.count, self.total, self.low, self.high, self.first_at, self.last_at, self.last)


Place = tuple[int, int, int]
"""Tap, start of the bin in epoch seconds, keg."""


def tallied(rows: Iterable[tuple[int, int, int, int]], *, seconds: int) -> dict[Place, Tally]:
    """Bins of readings, given as (at, tap, keg, weight) in order of time."""
    length = seconds * 1000
    bins: dict[Place, Tally] = {}
    for at, tap, keg, weight in rows:
        place = (tap, at // length * seconds, keg)
        tally = bins.get(place)
        if tally is None:
            bins[place] = Tally.of(at, weight)
        else:
            tally.take(at, weight)
    return bins


def coarser(bins: Iterable[tuple[Place, Tally]], *, seconds: int) -> dict[Place, Tally]:
    """The same readings in longer bins; `bins` come in order of start."""
    longer: dict[Place, Tally] = {}
    for (tap, start, keg), tally in bins:
        place = (tap, start // seconds * seconds, keg)
        whole = longer.get(place)
        if whole is None:
            longer[place] = tally.copy()
        else:
            whole.merge(tally)
    return longer
