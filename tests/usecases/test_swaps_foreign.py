"""Kegs change on scales that are not ours: they say a weight every few seconds, and nothing of rest or pours."""

import pytest
from bar import EMPTY, FULL, MANAGER, ONE, OUNCE, Bar, at, said

from backend.domain.keg import Keg
from backend.domain.reading import Reading
from backend.ports import Query
from backend.usecases import load
from backend.usecases.keg_stock import queue_next, stock_kegs


def weighed(second: float, lbs: float) -> Reading:
    """What such a scale says."""
    return said(second, lbs, boot=None, clock=False)._replace(stable=None)


def queued(bar: Bar) -> Keg:
    """A stout comes next on the first tap."""
    (keg,) = stock_kegs(
        bar.ports, location_id="loc-001", beer_id="stout", type_id="half_barrel", count=1, member=MANAGER, now=at(1)
    )
    queue_next(bar.ports, tap_id=ONE, keg_id=keg.keg_id, member=MANAGER, now=at(2))
    return keg


def unseen(bar: Bar) -> int:
    """How many falls were booked that nobody saw."""
    return len(load.every(bar.ports, Query(partition="LOCATION#loc-001", begins_with="UNSEEN#")))


@pytest.mark.parametrize("every", [2, 10, 30])
@pytest.mark.parametrize("left", [90.0, EMPTY + 0.4])
def test_a_lift_and_another_keg_are_found_and_no_pour_is_booked(bar: Bar, every: int, left: float) -> None:
    old, new = bar.change(second=0), queued(bar)

    for second in range(10, 900, every):
        lbs = left if second < 300 else 0.2 if second < 400 else FULL
        bar.take([weighed(second, lbs)])

    assert bar.tap().keg_id == new.keg_id
    assert [stay.keg_id for stay in bar.stays()] == [new.keg_id, old.keg_id]
    assert (bar.pours(), unseen(bar)) == ([], 0)


@pytest.mark.parametrize("every", [2, 10, 30])
def test_a_change_while_the_scale_was_silent_is_found_and_nothing_is_booked(bar: Bar, every: int) -> None:
    bar.change(second=0)
    new = queued(bar)

    for second in [*range(10, 300, every), *range(900, 1400, every)]:
        bar.take([weighed(second, 90.0 if second < 300 else FULL)])

    assert bar.tap().keg_id == new.keg_id
    assert len(bar.stays()) == 2
    assert (bar.pours(), unseen(bar)) == ([], 0)


@pytest.mark.parametrize("every", [2, 10, 30])
def test_glasses_after_a_change_are_of_the_new_keg(bar: Bar, every: int) -> None:
    bar.change(second=0)
    new = queued(bar)

    def lbs(second: float) -> float:
        if second < 400:
            return 90.0 if second < 300 else 0.2
        return FULL - 16 * OUNCE * min(1.0, max(0.0, (second - 700) / 8))

    for second in range(10, 1200, every):
        bar.take([weighed(second, lbs(second))])

    assert {pour.keg_id for pour in bar.pours()} == {new.keg_id}
    assert len(bar.pours()) == 1
    assert bar.ledger(new.keg_id).poured == pytest.approx(16 * OUNCE / (8.345 * 1.014), rel=0.05)
