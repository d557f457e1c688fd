"""A change taken back after beer was poured: what was drunk stays in the books of a keg."""

from dataclasses import replace

import pytest
from bar import FULL, MANAGER, ONE, OUNCE, STAFF, TWO, Bar, at, claim, said
from test_swap_rights import stocked

from backend.domain.keg import KegState, TareSource
from backend.domain.refusal import Conflict
from backend.domain.swap import SwapStep
from backend.usecases.candidates import listed
from backend.usecases.change_keg import NextKeg
from backend.usecases.choose_keg import choose_keg
from backend.usecases.keg_stock import queue_next, remove_keg
from backend.usecases.undo_swap import undo_swap
from backend.usecases.view_swap import view_swap


def poured(bar: Bar, *, pints: int) -> None:
    """So many pints of a full keg, from the hundredth second on."""
    bar.take([said(20, FULL), said(60, FULL)])
    for number in range(pints):
        before = FULL - number * 16 * OUNCE
        second = 100 + 40 * number
        bar.take([said(second, before - 16 * OUNCE, pour=claim(second - 10, before, 16))])


@pytest.mark.parametrize("queued", [False, True])
def test_a_keg_of_the_stock_that_was_opened_is_not_full_again_where_its_change_is_undone(
    bar: Bar, *, queued: bool
) -> None:
    keg_id = stocked(bar, "pils", second=0)
    if queued:
        queue_next(bar.ports, tap_id=ONE, keg_id=keg_id, member=MANAGER, now=at(5))
    choose_keg(bar.ports, tap_id=ONE, keg_id=keg_id, member=MANAGER, now=at(10))
    poured(bar, pints=10)

    undo_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(700))

    keg = bar.keg(keg_id)
    assert (keg.state, keg.queued_on, keg.tap_id, keg.closed_at) == (KegState.LIFTED, None, ONE, at(700))
    assert bar.ledger(keg_id).pours == 10
    assert [(stay.keg_id, stay.closed_at) for stay in bar.stays()] == [(keg_id, at(700))]
    with pytest.raises(Conflict, match="in the books"):
        remove_keg(bar.ports, keg_id=keg_id, member=MANAGER, now=at(800))


def test_opened_and_put_on_again_it_does_not_tell_its_shell_as_if_it_were_full(bar: Bar) -> None:
    keg_id = stocked(bar, "pils", second=0)
    choose_keg(bar.ports, tap_id=ONE, keg_id=keg_id, member=MANAGER, now=at(10))
    before = bar.keg(keg_id).tare
    poured(bar, pints=3)
    undo_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(700))
    left = FULL - 3 * 16 * OUNCE
    bar.take([said(720, left), said(730, left), said(740, 0.1, stable=False), said(760, left), said(770, left)])

    choose_keg(bar.ports, tap_id=ONE, keg_id=keg_id, member=MANAGER, now=at(800))

    assert before.source is TareSource.TYPE_DEFAULT
    assert bar.keg(keg_id).tare == before
    assert bar.ledger(keg_id).remaining == pytest.approx(15.5 - 3 * 16 / 128, abs=0.01)


def test_nothing_was_drunk_so_it_is_back_in_stock_as_it_came(bar: Bar) -> None:
    keg_id = stocked(bar, "pils", second=0)
    came = bar.keg(keg_id)
    choose_keg(bar.ports, tap_id=ONE, keg_id=keg_id, member=MANAGER, now=at(10))
    bar.take([said(20, FULL), said(60, FULL)])

    undo_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(700))

    back = bar.keg(keg_id)
    assert (back.state, back.tapped_at, back.tare) == (KegState.IN_STOCK, None, came.tare)
    assert bar.stays() == []
    remove_keg(bar.ports, keg_id=keg_id, member=MANAGER, now=at(800))


def test_where_another_keg_was_queued_since_the_one_that_comes_back_waits_in_the_stock(bar: Bar) -> None:
    bar.change(second=0)
    first, second = stocked(bar, "pils", second=20), stocked(bar, "pils", second=21)
    queue_next(bar.ports, tap_id=ONE, keg_id=first, member=MANAGER, now=at(30))
    bar.take([said(100, 70.0), said(200, 70.0), said(300, 0.1, stable=False), said(400, FULL), said(410, FULL)])
    assert bar.tap().keg_id == first
    queue_next(bar.ports, tap_id=ONE, keg_id=second, member=MANAGER, now=at(500))

    undo_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(600))

    assert [keg.keg_id for keg in listed(bar.ports, "loc-001", KegState.NEXT)] == [second]
    assert [keg.keg_id for keg in listed(bar.ports, "loc-001", KegState.IN_STOCK)] == [first]


def test_where_no_keg_was_before_a_guess_told_otherwise_takes_its_pours_with_it(bar: Bar) -> None:
    guess = stocked(bar, "stout", second=0)
    queue_next(bar.ports, tap_id=ONE, keg_id=guess, member=MANAGER, now=at(5))
    bar.take([said(10, 0.1), said(20, FULL), said(26, FULL), said(32, FULL)])
    assert bar.tap().keg_id == guess
    before = FULL
    bar.take([said(100, before - 16 * OUNCE, pour=claim(90, before, 16))])

    choose_keg(bar.ports, tap_id=ONE, beer_id="pils", type_id="half_barrel", member=MANAGER, now=at(200))

    keg_id = bar.tap().keg_id
    assert keg_id not in {None, guess}
    assert {pour.keg_id for pour in bar.pours()} == {keg_id}
    assert bar.ledger(str(keg_id)).pours == 1
    assert (bar.keg(guess).state, bar.keg(guess).queued_on) == (KegState.NEXT, ONE)
    assert [stay.keg_id for stay in bar.stays()] == [keg_id]


def opened_then_bare(bar: Bar) -> str:
    """A keg was drunk of and its change undone, so that the tap has none, and is lifted off; gives its id."""
    keg_id = bar.change(second=0).keg_id
    poured(bar, pints=2)
    undo_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(300))
    assert (bar.tap().keg_id, bar.keg(keg_id).state) == (None, KegState.LIFTED)
    bar.take([said(310, 0.1, stable=False), said(320, 0.1)])
    return keg_id


def test_a_guess_in_no_list_told_otherwise_is_one_keg_with_books_of_its_own(bar: Bar) -> None:
    opened_then_bare(bar)
    bar.take([said(400, FULL), said(406, FULL), said(412, FULL)])
    guess = str(bar.tap().keg_id)
    bar.take([said(500, FULL - 16 * OUNCE, pour=claim(490, FULL, 16))])
    assert (bar.tap().beer_id, bar.ledger(guess).pours) == ("pils", 1)

    choose_keg(bar.ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=MANAGER, now=at(600))

    keg_id = str(bar.tap().keg_id)
    ledger = bar.ledger(keg_id)
    assert bar.tap().beer_id == "stout"
    assert (ledger.pours, ledger.specific_gravity) == (1, 1.014)
    assert ledger.poured == pytest.approx(16 * OUNCE / (8.345 * 1.014))
    assert [pour.keg_id for pour in bar.pours()][-1] == keg_id
    assert bar.take([said(700, FULL - 32 * OUNCE, pour=claim(690, FULL - 16 * OUNCE, 16))]).pours == 1


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_known_keg_that_was_guessed_keeps_what_was_drunk_of_it_before_and_no_more(bar: Bar, *, by_hand: bool) -> None:
    known, left = bar.change(TWO, second=0).keg_id, FULL - 128 * OUNCE
    bar.take([said(20, FULL, device_id="SCALE-2"), said(60, FULL, device_id="SCALE-2")])
    bar.take([said(100, left, device_id="SCALE-2", pour=claim(30, FULL, 128)), said(160, left, device_id="SCALE-2")])
    bar.take([said(200, 0.1, device_id="SCALE-2", stable=False), said(210, 0.1, device_id="SCALE-2")])
    bar.change(TWO, second=300)
    was, there = bar.ledger(known), bar.keg(known)
    assert (there.state, bar.tap().keg_id, was.pours) == (KegState.LIFTED, None, 1)
    bar.take([said(390, 0.1), said(400, left), said(406, left), said(412, left)])
    assert bar.tap().keg_id == known
    bar.take([said(500, left - 16 * OUNCE, pour=claim(490, left, 16))])

    if by_hand:
        bar.change(second=401, keg=NextKeg(beer_id="stout", type_id="half_barrel"))
    else:
        choose_keg(bar.ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=MANAGER, now=at(600))

    ledger, keg = bar.ledger(known), bar.keg(known)
    assert ledger.pours == 1
    assert ledger.poured == pytest.approx(was.poured)
    assert ledger.remaining == pytest.approx(was.remaining, abs=0.01)
    assert replace(keg, version=there.version) == there
    assert bar.ledger(str(bar.tap().keg_id)).pours == 1
    assert [stay.keg_id for stay in bar.stays()] == [bar.tap().keg_id]


@pytest.mark.parametrize("pints", [0, 3])
def test_undone_where_no_keg_was_before_what_stands_there_is_asked_for_and_not_guessed_again(
    bar: Bar, pints: int
) -> None:
    keg_id = stocked(bar, "pils", second=0)
    choose_keg(bar.ports, tap_id=ONE, keg_id=keg_id, member=MANAGER, now=at(10))
    poured(bar, pints=pints)
    undo_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(700))
    left = FULL - pints * 16 * OUNCE

    bar.take([said(720 + 10 * number, left) for number in range(5)])

    assert bar.tap().keg_id is None
    assert view_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(800)).state is SwapStep.UNKNOWN
    choose_keg(bar.ports, tap_id=ONE, keg_id=keg_id, member=MANAGER, now=at(800))
    ledger = bar.ledger(keg_id)
    assert (bar.tap().keg_id, ledger.pours) == (keg_id, pints)
    assert ledger.remaining == pytest.approx(15.5 - pints / 8, abs=0.01)
