"""Two days of a tap at every pace its firmware can publish: time goes forward, and no bin spans two kegs."""

import random
from pathlib import Path

import pytest
from bar import FULL, ONE, Bar, at, opened, said

from backend.domain.reading import Reading

HOURS = 48
SWAPS = [5 * 3600 + 7, 17 * 3600 + 1234, 30 * 3600, 41 * 3600 + 59]
"""When kegs were changed: within bins, and once on the edge of one."""


def _two_days(every: int, dice: random.Random) -> list[Reading]:
    """Each keg has a whole pound of its own, so that a bin with two would show it; some readings come late."""
    readings = []
    for number, second in enumerate(range(0, HOURS * 3600, every)):
        keg = sum(second >= swap for swap in SWAPS)
        late = dice.choice([0, 0, 0, 40, 7000])
        readings.append(said(second, FULL - keg, seq=number, received=second + late))
    return sorted(readings, key=lambda reading: reading.received_at)


def _played(bar: Bar, readings: list[Reading], *, batch: int) -> list[float]:
    """Take them as they arrive, changing kegs when it was time; gives how the state's time went on."""
    times, swaps = [], list(SWAPS)
    for place in range(0, len(readings), batch):
        arrived = readings[place : place + batch]
        while swaps and arrived[0].received_at >= at(swaps[0]):
            bar.change(second=swaps.pop(0))
        bar.take(arrived)
        times.append((bar.state().updated_at - at(0)).total_seconds())
    return times


@pytest.mark.parametrize(("every", "batch"), [(5, 200), (30, 20), (60, 7), (120, 3), (300, 1)])
def test_two_days_at_each_pace_go_forward_and_average_over_no_change(fresh: Path, every: int, batch: int) -> None:
    readings = _two_days(every, random.Random(every))
    with opened(fresh) as bar:
        bar.change(second=-1)

        times = _played(bar, readings, batch=batch)

        assert times == sorted(times)
        assert bar.ports.history.count() == len(readings)
        for length in (300, 900, 3600, 21_600, 86_400):
            bins = bar.ports.history.points(tap_id=ONE, start=at(-86_400), end=at(4 * 86_400), bin_seconds=length)
            assert sum(one.count for one in bins) == len(readings)
            assert all(one.max_lbs - one.min_lbs < 0.5 for one in bins)
            assert len({one.keg_id for one in bins}) == len(SWAPS) + 1
