"""Bumps, hands, lifts, wander and silence: nothing but beer leaving may leave the board low."""

import random
from collections.abc import Callable
from datetime import timedelta
from math import exp, pi, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scale_stream import LOAD, OUNCE, T0, Platform, Sent, at_rest_at, pour, published, shows, weighed

from backend.domain.shown import Shown, shown_level, shown_lifted
from backend.domain.times import EPOCH

FULL = 140.0
NET = FULL - LOAD.empty_lbs


def _rest(gross: float = FULL) -> Shown:
    return shown_level(None, weighed(at_rest_at(gross, 0)), load=LOAD)


def _rests(shown: Shown, *, gross: float, start: int, seconds: int, every: int = 5) -> Shown:
    for second in range(start, start + seconds + 1, every):
        shown = shown_level(shown, weighed(at_rest_at(gross, second)), load=LOAD)
    return shown


def _bump(start: float, lbs: float) -> Platform:
    """What a knock adds: 2.3 Hz, dying away in half a second."""
    return lambda second: (
        0.0 if second < start else lbs * exp((start - second) / 0.45) * sin(2 * pi * 2.3 * (second - start))
    )


def _held(start: float, end: float, lbs: float) -> Platform:
    return lambda second: lbs if start <= second < end else 0.0


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), grams=st.integers(100, 180), phase=st.floats(0, 6))
def test_noise_and_wander_of_a_cooler_never_move_the_board(seed: int, grams: int, phase: float) -> None:
    lbs = grams / 453.6

    def platform(second: float) -> float:
        return FULL + lbs / 2 * sin(2 * pi * second / 3600 + phase)

    told = shows(published(platform, seconds=900, seed=seed))

    first = told[1][1].net_lbs
    assert all(shown.net_lbs == pytest.approx(first, abs=0.03) for _, shown in told)
    assert not any(shown.pouring for _, shown in told)


@settings(max_examples=50, deadline=None)
@given(
    grams=st.integers(100, 180),
    every=st.sampled_from([1, 5, 30]),
    noise=st.lists(st.floats(-0.004, 0.004), min_size=50, max_size=50),
)
def test_a_night_of_wander_without_a_pour_shows_the_same_level(grams: int, every: int, noise: list[float]) -> None:
    half = grams / 453.6 / 2
    stream = [
        at_rest_at(FULL + half * sin(2 * pi * second / 3600) + noise[second // every % 50], second)
        for second in range(0, 8 * 3600 if every == 30 else 3600, every)
    ]

    told = shows(stream)

    assert {shown.net_lbs for _, shown in told} == {told[0][1].net_lbs}


@pytest.mark.parametrize("lbs", [-8.0, -2.0, -0.7, 0.7, 3.0, 10.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_bump_does_not_leave_the_level_low(lbs: float, seed: int) -> None:
    bump = _bump(40.3, lbs)

    told = shows(published(lambda second: FULL + bump(second), seconds=60, seed=seed))

    assert told[-1][1].net_lbs == pytest.approx(NET, abs=0.02)
    after = next(shown for sent, shown in told if sent.second > 41.5 and sent.stable)
    assert after.net_lbs == pytest.approx(NET, abs=0.05)


def test_a_bump_in_the_middle_of_a_pour_costs_no_beer() -> None:
    bump = _bump(43, -3)

    told = shows(published(lambda second: FULL - min(max(0, (second - 40) * 2), 16) * OUNCE + bump(second), seconds=60))

    assert told[-1][1].net_lbs == pytest.approx(NET - 16 * OUNCE, abs=OUNCE)


@pytest.mark.parametrize("lbs", [0.3, 1.0, 5.0, 20.0])
def test_a_short_lean_moves_nothing(lbs: float) -> None:
    hand = _held(40, 46, lbs)

    told = shows(published(lambda second: FULL + hand(second), seconds=60))

    assert all(shown.net_lbs == pytest.approx(NET, abs=0.05) for sent, shown in told if sent.stable)
    assert told[-1][1].net_lbs == pytest.approx(NET, abs=0.02)


@pytest.mark.parametrize("lbs", [0.3, 0.6, 1.0, 5.0, 20.0])
@pytest.mark.parametrize("minutes", [1.5, 3, 6])
def test_a_lean_of_minutes_that_ends_leaves_the_level_as_it_was(lbs: float, minutes: float) -> None:
    hand = _held(40, 40 + minutes * 60, lbs)

    told = shows(published(lambda second: FULL + hand(second), seconds=46 + minutes * 60))

    assert told[-1][1].net_lbs == pytest.approx(NET, abs=0.03)


@pytest.mark.parametrize("lbs", [0.3, 0.6])
def test_a_lean_too_light_to_matter_is_never_shown_as_beer(lbs: float) -> None:
    hand = _held(40, 300, lbs)

    told = shows(published(lambda second: FULL + hand(second), seconds=290))

    assert all(shown.net_lbs == pytest.approx(NET, abs=0.03) for _, shown in told)


def test_a_hand_that_stays_under_the_keg_is_waited_for() -> None:
    held = _rests(_rest(), gross=FULL - 5, start=2, seconds=55, every=9)

    assert held.net_lbs == NET


@pytest.mark.parametrize("lbs", [0.6, 5.0])
def test_a_hand_that_was_believed_after_a_minute_is_taken_back_a_minute_after_it_let_go(lbs: float) -> None:
    believed = _rests(_rest(), gross=FULL - lbs, start=0, seconds=80)
    assert believed.net_lbs == pytest.approx(NET - lbs)

    freed = _rests(believed, gross=FULL, start=82, seconds=65)

    assert freed.net_lbs == pytest.approx(NET)


def test_beer_poured_under_a_lean_is_gone_when_the_lean_ends() -> None:
    def platform(second: float) -> float:
        return FULL + _held(40, 240, 5.0)(second) - min(max(0, (second - 150) * 2), 16) * OUNCE

    told = shows(published(platform, seconds=250))

    assert told[-1][1].net_lbs == pytest.approx(NET - 16 * OUNCE, abs=OUNCE)


@pytest.mark.parametrize("lbs", [0.3, 0.6, 1.0, 5.0, 30.0])
@pytest.mark.parametrize("seconds", [2, 6, 20, 45])
def test_a_hand_that_supported_the_keg_does_not_leave_it_low(lbs: float, seconds: int) -> None:
    hand = _held(40, 40 + seconds, -lbs)

    told = shows(published(lambda second: FULL + hand(second), seconds=40 + seconds + 70))

    assert told[-1][1].net_lbs == pytest.approx(NET, abs=0.03)


@pytest.mark.parametrize("gone", [20, 80, 900])
@pytest.mark.parametrize("placed", [0.0, -0.3, 0.3])
def test_a_keg_lifted_and_put_back_shows_what_it_showed(gone: int, placed: float) -> None:
    lifted = shown_lifted(_rest())
    ramp = [at_rest_at(gross, 10 + gone + n, stable=False) for n, gross in enumerate((30.0, 90.0, FULL + 4))]

    moving = [shown for _, shown in shows(ramp, before=lifted)]
    back = shown_level(moving[-1], weighed(at_rest_at(FULL + placed, 15 + gone)), load=LOAD)

    assert all(shown.net_lbs == NET and not shown.pouring for shown in moving)
    assert back.net_lbs == NET
    assert not back.unseated


def test_another_keg_put_on_untold_is_believed_after_a_minute() -> None:
    lifted = shown_lifted(_rest(60.0))

    early = _rests(lifted, gross=160.0, start=20, seconds=55)
    late = _rests(early, gross=160.0, start=80, seconds=5)

    assert early.net_lbs == pytest.approx(60.0 - LOAD.empty_lbs)
    assert late.net_lbs == pytest.approx(160.0 - LOAD.empty_lbs)


@settings(max_examples=100, deadline=None)
@given(rise=st.floats(0.9, 60), every=st.integers(1, 30))
def test_the_level_goes_up_only_after_a_minute_of_standing_higher(rise: float, every: int) -> None:
    shown, start = _rest(80.0), 30

    for second in range(start, start + 130, every):
        shown = shown_level(shown, weighed(at_rest_at(80.0 + rise, second)), load=LOAD)
        if second < start + 60:
            assert shown.net_lbs == 80.0 - LOAD.empty_lbs

    assert shown.net_lbs == pytest.approx(80.0 + rise - LOAD.empty_lbs)


@settings(max_examples=100, deadline=None)
@given(minutes=st.integers(2, 600), wander=st.floats(-0.39, 0.39), stable=st.booleans())
def test_a_silence_with_wander_moves_nothing(minutes: int, wander: float, *, stable: bool) -> None:
    shown = _rest()
    start = minutes * 60

    if not stable:
        shown = shown_level(shown, weighed(at_rest_at(FULL + wander, start, stable=False)), load=LOAD)
    shown = _rests(shown, gross=FULL + wander, start=start + 1, seconds=150, every=30)

    assert shown.net_lbs == NET


@pytest.mark.parametrize("wander", [-0.3, 0.0, 0.3])
def test_a_pint_poured_during_a_silence_shows_at_once(wander: float) -> None:
    after = shown_level(_rest(), weighed(at_rest_at(FULL + wander - 16 * OUNCE, 3600)), load=LOAD)

    assert after.net_lbs == pytest.approx(NET + wander - 16 * OUNCE)


def test_a_rise_after_a_silence_does_not_take_the_last_pour_back() -> None:
    poured = shown_level(_rest(), weighed(at_rest_at(FULL - 0.6, 10)), load=LOAD)

    after = _rests(poured, gross=FULL, start=4000, seconds=120)

    assert after.net_lbs == pytest.approx(NET - 0.6)


def test_a_restart_of_the_scale_makes_no_taster_of_its_wander() -> None:
    after = shown_level(_rest(), weighed(at_rest_at(FULL - 0.3, 20), continuous=False), load=LOAD)

    assert after.net_lbs == NET


def test_a_new_keg_shows_its_own_weight_at_once_though_it_still_swings() -> None:
    swinging = shown_level(None, weighed(at_rest_at(75.0, 0, stable=False)), load=LOAD)
    settled = shown_level(swinging, weighed(at_rest_at(160.0, 2)), load=LOAD)

    assert settled.net_lbs == pytest.approx(160.0 - LOAD.empty_lbs)


def test_less_beer_on_show_than_on_the_platform_gives_way_after_a_minute() -> None:
    shown, gross, second = _rest(80.0), 80.0, 0
    while gross - 80.0 <= LOAD.apart_lbs:
        gross, second = gross + 0.06, second + 30
        shown = shown_level(shown, weighed(at_rest_at(gross, second)), load=LOAD)

    waiting = _rests(shown, gross=gross, start=second, seconds=55)
    risen = _rests(waiting, gross=gross, start=second + 60, seconds=0)

    assert waiting.net_lbs == pytest.approx(80.0 - LOAD.empty_lbs)
    assert risen.net_lbs == pytest.approx(gross - LOAD.empty_lbs)


def test_a_swing_up_while_it_pours_brings_no_beer_back() -> None:
    falling = [at_rest_at(FULL - fall, 2, stable=False) for fall in (0.5, 0.6)]
    poured = shows(falling, before=_rest())[-1][1]

    swung = shown_level(poured, weighed(at_rest_at(FULL - 0.3, 3, stable=False)), load=LOAD)

    assert swung.net_lbs == poured.net_lbs == pytest.approx(NET - 0.5)


def test_what_looked_like_a_pour_while_the_keg_was_lifted_is_forgotten_once_it_stands_again() -> None:
    lifting = shows([at_rest_at(FULL - fall, 2, stable=False) for fall in (0.5, 0.8)], before=_rest())[-1][1]
    assert lifting.pouring

    lifted = shown_lifted(lifting)
    back = shown_level(lifted, weighed(at_rest_at(FULL + 0.1, 9)), load=LOAD)

    assert (lifted.net_lbs, lifted.pouring) == (lifting.net_lbs, False)
    assert back.net_lbs == NET


def test_more_beer_on_show_than_on_the_platform_gives_way_at_once() -> None:
    creeping = _rest()
    for step in range(1, 20):
        creeping = shown_level(creeping, weighed(at_rest_at(FULL - step * 0.06, step * 30)), load=LOAD)

    assert abs(creeping.net_lbs - (creeping.rest_lbs - LOAD.empty_lbs)) <= LOAD.apart_lbs


_WEIGHTS = st.floats(-5, 200, allow_nan=False)


@settings(max_examples=300, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 400), _WEIGHTS, st.booleans(), st.booleans(), st.floats(0, 2), st.booleans()),
        max_size=40,
    )
)
def test_whatever_a_scale_says_the_level_is_never_below_zero_and_ends_near_the_platform(
    steps: list[tuple[int, float, bool, bool, float, bool]],
) -> None:
    shown, second = _rest(), 0
    for pause, gross, stable, continuous, claimed, lift in steps:
        second += pause
        sent = Sent(T0 + second, gross, stable, second)
        shown = shown_level(shown, weighed(sent, claimed_lbs=claimed, continuous=continuous), load=LOAD)
        if lift:
            shown = shown_lifted(shown)
        assert shown.net_lbs >= 0
        assert shown.rest_net_lbs >= 0

    shown = _rests(shown, gross=100.0, start=second + 1, seconds=240)

    assert shown.net_lbs == pytest.approx(100.0 - LOAD.empty_lbs, abs=LOAD.apart_lbs + 1e-9)
    assert shown.rest_at == EPOCH + timedelta(seconds=T0 + second + 241)
    assert not shown.pouring
    assert not shown.unseated


def _all(*curves: Callable[[float], float]) -> Callable[[float], float]:
    return lambda second: sum(curve(second) for curve in curves)


def test_a_rough_evening_ends_where_the_beer_is() -> None:
    nuisances = _all(_bump(30, 4), _held(60, 66, 5), _held(100, 112, -4), _bump(150, -6), _held(170, 290, 3))

    def platform(second: float) -> float:
        poured = sum(min(max(0, (second - start) * 2), 16) * OUNCE for start in (40, 80, 130, 300))
        return FULL + nuisances(second) - poured

    told = shows(published(platform, seconds=400))

    assert told[-1][1].net_lbs == pytest.approx(NET - 64 * OUNCE, abs=OUNCE)


def _nuisance(dice: random.Random, start: float) -> tuple[Platform, float]:
    """Something that is no pour, and when it is over."""
    lasts = dice.uniform(1, 20)
    lbs = dice.uniform(0.3, 15)
    kind = dice.choice(["bump", "lean", "hand", "long lean"])
    if kind == "bump":
        return _bump(start, dice.uniform(-8, 8)), start + dice.uniform(3, 30)
    if kind == "long lean":
        return _held(start, start + 60 + lasts * 3, lbs), start + 90 + lasts * 3
    return _held(start, start + lasts, -lbs if kind == "hand" else lbs), start + lasts + dice.uniform(5, 40)


@pytest.mark.parametrize("seed", range(10))
def test_however_rough_an_evening_is_it_ends_within_a_tenth_of_a_gallon(seed: int) -> None:
    dice, second = random.Random(seed), 20.0
    changes: list[Platform] = []
    for _ in range(8):
        if dice.random() < 0.4:
            ounces = dice.choice([4, 8, 12, 16, 20])
            gone = pour(second, ounces)
            changes.append(lambda at, gone=gone: -gone(at))
            second += ounces / 2 + dice.uniform(3, 40)
        else:
            nuisance, second = _nuisance(dice, second)
            changes.append(nuisance)
    platform = _all(*changes)

    told = shows(published(lambda at: FULL + platform(at), seconds=second + 70, seed=seed))

    assert told[-1][1].net_lbs == pytest.approx(NET + platform(second + 70), abs=12.8 * OUNCE)


def test_a_keg_that_is_being_lifted_does_not_look_like_a_pour() -> None:
    told = shows([at_rest_at(FULL - fall, 1 + fall / 30, stable=False) for fall in (3, 20, 45)], before=_rest())

    assert all(shown.net_lbs == NET and not shown.pouring for _, shown in told)
