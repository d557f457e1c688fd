"""Anchoring: books follow the weight of a keg, and neither gas nor wander nor a hand becomes beer that left."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.anchor import APART_GALLONS, EVERY, Rest, anchored, gone_since, loosened, rested, tolerance
from backend.domain.ids import TapId
from backend.domain.ledger import Ledger, Pour, Unseen, Waste

T0 = datetime(2026, 3, 20, 20, 0, tzinfo=UTC)
TAP = TapId("loc-001", 1)
HALF = Ledger(keg_id="keg-1", opening=15.5, specific_gravity=1.010)
SIXTEL = Ledger(keg_id="keg-2", opening=31 / 6, specific_gravity=1.010)
GALLONS_PER_GRAM = 1 / 453.59237 / (8.345 * 1.010)


def _at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def _weighed(ledger: Ledger, minutes: float, gallons: float, *, cal: int | None = 1) -> Ledger:
    return anchored(ledger, weighed=gallons, rest=Rest(30.0 + 8.4 * gallons, _at(minutes), cal))


def _pour(minutes: float, gallons: float) -> Pour:
    return Pour(
        pour_id=f"p{minutes}",
        tap_id=TAP,
        keg_id="keg-1",
        started_at=_at(minutes),
        seconds=8,
        gallons=gallons,
        before_lbs=100.0,
        after_lbs=99.0,
    )


def test_the_wander_of_a_cooler_books_next_to_nothing() -> None:
    ledger = SIXTEL
    for minutes in range(0, 24 * 60, 10):
        grams = 90 * math.sin(2 * math.pi * minutes / 60 + 0.3)
        ledger = (
            _weighed(ledger, minutes, 5.0 + grams * GALLONS_PER_GRAM)
            if minutes
            else replace(ledger, unseen=ledger.opening - 5.0)
        )

    assert ledger.remaining == pytest.approx(5.0, abs=15 * GALLONS_PER_GRAM)


def test_the_gas_of_a_whole_keg_is_followed_within_a_percent() -> None:
    ledger = HALF
    for number in range(120):  # a glass every half hour; the gas makes each weigh a third of a percent less
        ledger = ledger.with_pour(_pour(30 * number, 0.125 * (1 - 0.0036)))
        for minutes in (10, 20):
            truth = 15.5 - 0.125 * (number + 1) * (1 - 0.0036)
            ledger = _weighed(ledger, 30 * number + minutes, truth)

        assert abs(ledger.remaining - truth) < 0.01 * ledger.opening


def test_a_glass_that_was_missed_is_booked_in_hours_and_a_gallon_at_once() -> None:
    glass, gallon = _weighed(HALF, 0, 15.5), _weighed(HALF, 0, 15.5)
    for minutes in range(10, 30, 10):
        glass, gallon = _weighed(glass, minutes, 15.5 - 0.06), _weighed(gallon, minutes, 14.5)
    assert glass.unseen == pytest.approx(0.002, abs=0.001)
    assert gallon.remaining == pytest.approx(14.5, abs=tolerance(HALF))
    for minutes in range(30, 12 * 60, 10):
        glass = _weighed(glass, minutes, 15.5 - 0.06)

    assert glass.unseen == pytest.approx(0.06, abs=0.01)
    assert (glass.pours, glass.poured) == (0, 0)


def test_a_hand_that_is_there_at_one_weighing_books_nothing() -> None:
    ledger = _weighed(_weighed(HALF, 0, 15.5), 10, 15.5)

    for minutes, gallons in ((20, 14.9), (30, 15.5), (40, 15.9), (50, 15.5)):
        ledger = _weighed(ledger, minutes, gallons)

    assert ledger.unseen == 0


def test_more_than_beer_can_explain_books_nothing_until_a_second_weighing_agrees() -> None:
    ledger = replace(_weighed(HALF, 0, 15.5), poured=10.0, weighed=5.5)

    leaned_on = _weighed(_weighed(ledger, 20, 9.5), 40, 5.5)
    stays = _weighed(ledger, 20, 9.5)

    assert (leaned_on.unseen, stays.unseen) == (0, 0)
    assert _weighed(stays, 40, 9.5).remaining == pytest.approx(9.5, abs=tolerance(HALF))


@pytest.mark.parametrize("low", [1, 2, 6])
def test_books_go_on_after_a_keg_weighed_too_little_for_a_while(low: int) -> None:
    ledger = replace(_weighed(SIXTEL, 0, 4.0), unseen=SIXTEL.opening - 4.0)

    for number in range(low):
        ledger = _weighed(ledger, 10 * (number + 1), 3.5)
    for minutes in range(100, 24 * 60, 10):
        ledger = _weighed(ledger, minutes, 4.0)

    assert ledger.remaining == pytest.approx(4.0, abs=0.01)
    assert ledger.rest_at == _at(24 * 60 - 10)


def test_books_go_on_after_a_recalibration_that_finds_more_in_the_keg() -> None:
    ledger = replace(_weighed(SIXTEL, 0, 4.0), unseen=SIXTEL.opening - 4.0)

    for minutes in range(10, 24 * 60, 10):
        ledger = _weighed(ledger, minutes, 4.4, cal=2)

    assert ledger.remaining == pytest.approx(4.4, abs=0.01)


def test_what_leaned_on_a_keg_at_one_weighing_is_not_gone_when_it_is_away() -> None:
    ledger = _weighed(_weighed(HALF, 0, 15.0), 10, 15.0)
    leaned_on = _weighed(replace(ledger, unseen=0.5), 20, 15.8)

    gone = gone_since(leaned_on, weighed=15.0, rest=Rest(0, _at(40), 1))

    assert gone == 0


def test_a_keg_that_comes_back_fuller_than_its_books_is_believed_by_two_weighings() -> None:
    ledger = loosened(replace(_weighed(HALF, 0, 15.5), poured=10.0, weighed=5.5))

    for minutes in (20, 40):
        ledger = _weighed(ledger, minutes, 8.0)

    assert ledger.remaining == pytest.approx(8.0, abs=tolerance(HALF))


def test_weights_of_two_calibrations_are_not_compared() -> None:
    ledger = _weighed(HALF, 0, 15.5)

    again = _weighed(ledger, 20, 14.5, cal=2)

    assert (again.unseen, again.rest_cal, again.weighed) == (0, 2, 14.5)
    assert gone_since(ledger, weighed=14.5, rest=Rest(0, _at(20), 2)) == 0
    assert gone_since(ledger, weighed=14.5, rest=Rest(0, _at(20), 1)) == pytest.approx(1.0)
    assert gone_since(ledger, weighed=15.49, rest=Rest(0, _at(20), 1)) == 0


def test_two_weighings_within_ten_minutes_are_one() -> None:
    ledger = _weighed(HALF, 0, 15.5)

    assert _weighed(ledger, EVERY.total_seconds() / 60 - 0.1, 15.0) == ledger


def test_a_pour_told_after_the_weight_had_told_it_is_not_counted_twice() -> None:
    ledger = _weighed(HALF, 0, 15.5)
    for minutes in range(10, 60, 10):
        ledger = _weighed(ledger, minutes, 14.5)
    assert ledger.unseen == pytest.approx(1.0, abs=tolerance(HALF))

    for number in range(8):
        ledger = ledger.with_pour(_pour(5 + number / 10, 0.125))

    assert ledger.poured == 1.0
    assert ledger.remaining == pytest.approx(14.5, abs=0.001)
    assert ledger.unseen == pytest.approx(0.0, abs=0.001)


def test_waste_and_falls_told_late_are_not_counted_twice_either() -> None:
    ledger = _weighed(_weighed(_weighed(HALF, 0, 15.5), 10, 14.5), 20, 14.5)
    fall = Unseen(unseen_id="u", tap_id=TAP, keg_id="keg-1", at=_at(5), gallons=0.5, before_lbs=9.0, after_lbs=5.0)
    waste = Waste(waste_id="w", tap_id=TAP, keg_id="keg-1", at=_at(6), gallons=0.25, reason="line", by="sam")

    after = ledger.with_unseen(fall).with_waste(waste)

    assert after.remaining == pytest.approx(14.5, abs=tolerance(HALF))
    assert after.wasted == 0.25


def test_what_is_taken_back_leaves_the_books_as_if_it_had_never_been() -> None:
    ledger = _weighed(HALF, 0, 15.5)
    pour = _pour(5, 0.125)
    fall = Unseen(unseen_id="u", tap_id=TAP, keg_id="keg-1", at=_at(5), gallons=0.5, before_lbs=9.0, after_lbs=5.0)
    waste = Waste(waste_id="w", tap_id=TAP, keg_id="keg-1", at=_at(6), gallons=0.25, reason="cleaning", by="sam")

    there = ledger.with_pour(pour).with_unseen(fall).with_waste(waste)
    back = there.without_waste(waste).without_unseen(fall).without_pour(pour)

    assert there.cleaned == 0.25
    assert replace(back, since=None) == ledger


def test_a_keg_that_leaves_ends_with_what_it_weighed() -> None:
    ledger = rested(HALF.with_pour(_pour(1, 3.0)), weighed=12.2, rest=Rest(130.0, _at(9), 1))

    assert ledger.remaining == pytest.approx(12.2)
    assert ledger.unseen == pytest.approx(0.3)


@given(
    weights=st.lists(st.floats(4.6, 5.2), min_size=3, max_size=60),
    poured=st.floats(0, 0.3),
)
def test_books_never_leave_the_range_of_the_weights_and_themselves(weights: list[float], poured: float) -> None:
    ledger = SIXTEL.with_pour(_pour(-5, poured))
    low, high = min(ledger.remaining, *weights), max(ledger.remaining, *weights)

    for number, gallons in enumerate(weights):
        ledger = _weighed(ledger, 10 * number, gallons)
        assert low - 1e-9 <= ledger.remaining <= high + 1e-9

    assert ledger.opening == pytest.approx(
        ledger.poured + ledger.wasted + ledger.cleaned + ledger.unseen + ledger.remaining
    )


@given(weight=st.floats(0, 9), start=st.floats(0, 6))
def test_a_weight_that_stays_is_what_the_books_come_to(weight: float, start: float) -> None:
    ledger = replace(SIXTEL, unseen=SIXTEL.opening - start)

    for minutes in range(0, 48 * 60, 10):
        ledger = _weighed(ledger, minutes, weight)

    assert ledger.remaining == pytest.approx(weight, abs=0.001)
    assert tolerance(SIXTEL) == APART_GALLONS
