"""What a bin knows of its readings, exactly: tallies of parts merge into the tally of the whole."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backend.embedded.chunk_codec import Weights

Place = tuple[int, int]
"""Start of a bin in epoch seconds, and keg."""


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

    def merge(self, other: "Tally") -> None:
        """Count the readings of another tally too; of two that end at one moment, the other's last weight stands."""
        self.count += other.count
        self.total += other.total
        self.low = min(self.low, other.low)
        self.high = max(self.high, other.high)
        self.first_at = min(self.first_at, other.first_at)
        if other.last_at >= self.last_at:
            self.last_at = other.last_at
            self.last = other.last

    def copy(self) -> "Tally":
        """A tally of its own with the same figures."""
        return Tally(self.count, self.total, self.low, self.high, self.first_at, self.last_at, self.last)


def tallied(readings: Weights, *, seconds: int) -> dict[Place, Tally]:
    """Bins of readings, which come in their order."""
    at, keg, weight = readings
    if not at:
        return {}
    if keg.count(keg[0]) == len(keg):
        return {place: _tally(at, weight, begin, end) for place, begin, end in _runs(at, keg[0], seconds)}
    bins: dict[Place, Tally] = {}
    for kegs in set(keg):
        mine = [place for place, one in enumerate(keg) if one == kegs]
        bins |= tallied(
            Weights([at[place] for place in mine], [kegs] * len(mine), [weight[place] for place in mine]),
            seconds=seconds,
        )
    return bins


def coarser(bins: Mapping[Place, Tally], *, seconds: int) -> dict[Place, Tally]:
    """The same readings in longer bins."""
    longer: dict[Place, Tally] = {}
    for (start, keg), tally in bins.items():
        place = (start // seconds * seconds, keg)
        whole = longer.get(place)
        if whole is None:
            longer[place] = tally.copy()
        else:
            whole.merge(tally)
    return longer


def _runs(at: list[int], keg: int, seconds: int) -> Iterable[tuple[Place, int, int]]:
    """Each bin with where in the list its readings begin and end."""
    length, begin = seconds * 1000, 0
    while begin < len(at):
        start = at[begin] // length
        end = bisect_left(at, (start + 1) * length, begin)
        yield (start * seconds, keg), begin, end
        begin = end


def _tally(at: list[int], weight: list[int], begin: int, end: int) -> Tally:
    part = weight[begin:end]
    return Tally(end - begin, sum(part), min(part), max(part), at[begin], at[end - 1], part[-1])
