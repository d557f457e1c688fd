"""The books of kegs on tap follow what their scales weigh, and only where a keg stands at rest."""

from dataclasses import replace

import pytest
from bar import FULL, HALF, ONE, OUNCE, STAFF, TWO, Bar, at, claim, said

from backend.cellar import taps
from backend.domain.maintenance import AsideKind
from backend.domain.units import OZ_PER_GALLON
from backend.ports import Key, Put
from backend.usecases.anchor import anchor_books
from backend.usecases.maintenance import begin_maintenance, end_maintenance

HOUR = 3600


def _weigh(bar: Bar, second: float, lbs: float, **how: bool) -> int:
    """A reading, and a look at the books; gives how many were written."""
    bar.take([said(second, lbs, **how)])  # type: ignore[arg-type]  # only `stable`
    return anchor_books(bar.ports, location_id="loc-001", now=at(second + 1))


def test_a_keg_that_lost_beer_nobody_told_of_has_it_in_its_books_as_unseen(bar: Bar) -> None:
    keg = bar.change(second=0)
    gone = 1.5 * OZ_PER_GALLON * OUNCE
    _weigh(bar, HOUR, FULL)

    for second in range(HOUR + 600, 2 * HOUR, 600):
        _weigh(bar, second, FULL - gone)

    ledger = bar.ledger(keg.keg_id)
    assert (ledger.pours, ledger.poured) == (0, 0)
    assert ledger.unseen == pytest.approx(1.5, abs=0.08)
    assert ledger.rest_lbs == pytest.approx(FULL - gone)


def test_books_are_not_anchored_while_the_cell_still_creeps(bar: Bar) -> None:
    keg = bar.change(second=0)

    written = [_weigh(bar, second, FULL) for second in (600, 2600, 2701)]

    assert written == [0, 0, 1]
    assert bar.ledger(keg.keg_id).rest_at == at(2701)


def test_a_keg_that_moves_or_is_not_heard_or_is_away_anchors_nothing(bar: Bar) -> None:
    bar.change(second=0)

    assert _weigh(bar, HOUR, FULL, stable=False) == 0
    bar.take([said(HOUR + 60, FULL)])
    assert anchor_books(bar.ports, location_id="loc-001", now=at(HOUR + 700)) == 0
    assert _weigh(bar, HOUR + 720, 1.0) == 0
    assert _weigh(bar, HOUR + 780, FULL, stable=False) == 0


def test_a_weight_seen_twice_is_written_once(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(HOUR, FULL)])

    written = [anchor_books(bar.ports, location_id="loc-001", now=at(HOUR + second)) for second in (1, 2, 300)]

    assert written == [1, 0, 0]


def test_what_a_cleaning_took_unclaimed_is_found_at_the_first_weighing_after_it(bar: Bar) -> None:
    keg = bar.change(second=0)
    _weigh(bar, HOUR, FULL)
    begin_maintenance(bar.ports, tap_id=ONE, kind=AsideKind.CLEANING, member=STAFF, now=at(HOUR + 60))
    claimed = FULL - 64 * OUNCE
    bar.take([said(HOUR + 300, claimed, pour=claim(HOUR + 280, FULL, 64))])
    assert _weigh(bar, HOUR + 900, claimed - 32 * OUNCE) == 0  # the tap is still aside
    end_maintenance(bar.ports, tap_id=ONE, member=STAFF, now=at(HOUR + 1000))

    for second in range(HOUR + 1100, 3 * HOUR, 600):
        _weigh(bar, second, claimed - 32 * OUNCE)

    ledger = bar.ledger(keg.keg_id)
    assert ledger.cleaned == pytest.approx(0.75, abs=1e-6)
    assert (ledger.wasted, ledger.pours) == (0, 0)
    assert ledger.unseen == pytest.approx(0, abs=1e-6)


def test_what_left_during_maintenance_is_waste(bar: Bar) -> None:
    keg = bar.change(second=0)
    _weigh(bar, HOUR, FULL)
    begin_maintenance(bar.ports, tap_id=ONE, kind=AsideKind.MAINTENANCE, member=STAFF, now=at(HOUR + 60), minutes=10)

    _weigh(bar, HOUR + 900, FULL - 64 * OUNCE)
    _weigh(bar, HOUR + 1800, FULL - 64 * OUNCE)

    assert bar.ledger(keg.keg_id).wasted == pytest.approx(0.5)


def test_a_keg_on_two_taps_is_weighed_once(bar: Bar) -> None:
    keg = bar.change(second=0)
    bar.change(TWO, second=0)
    bar.take([said(HOUR, FULL), said(HOUR, FULL, device_id="SCALE-2")])
    two = replace(bar.tap(TWO), keg_id=keg.keg_id)
    state = replace(bar.state(TWO), keg_id=keg.keg_id)
    bar.ports.table.transact([taps.put(two), taps.put_state(state)])

    assert anchor_books(bar.ports, location_id="loc-001", now=at(HOUR + 1)) == 1


def test_a_tap_that_cannot_be_read_keeps_no_other_from_its_books(bar: Bar) -> None:
    bar.change(second=0)
    keg = bar.change(TWO, keg=HALF, second=0)
    bar.take([said(HOUR, FULL), said(HOUR, FULL, device_id="SCALE-2")])
    damaged = dict(bar.ports.table.get(taps.key(ONE)) or {}, full_lbs="x")
    bar.ports.table.transact([Put(item=damaged)])

    assert anchor_books(bar.ports, location_id="loc-001", now=at(HOUR + 1)) == 1
    assert bar.ledger(keg.keg_id).rest_at == at(HOUR)
    assert bar.ports.table.get(Key("LOCATION#loc-001", "TAP#01")) == damaged


def test_a_crate_that_stood_on_a_keg_for_an_hour_leaves_nothing_in_its_books(bar: Bar) -> None:
    keg = bar.change(second=0)

    for second in range(HOUR, 2 * HOUR, 600):
        _weigh(bar, second, 1000.0)
    leaned_on = bar.ledger(keg.keg_id)
    for second in range(2 * HOUR, 20 * HOUR, 600):
        _weigh(bar, second, FULL)

    assert leaned_on.remaining == pytest.approx(15.5)
    assert leaned_on.rest_at is None
    assert bar.ledger(keg.keg_id).remaining == pytest.approx(15.5, abs=0.01)
