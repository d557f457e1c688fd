"""The physics of one keg: what leaves it, what replaces it, what it weighs."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.sim.cooler import LBS_PER_GRAM, Cooler, Wander
from firmware.sim.dice import Dice
from firmware.sim.flow import Flow, seconds_for
from firmware.sim.keg import Keg

GRAMS_PER_LB = 1 / LBS_PER_GRAM


def half_barrel(beer_lbs: float, *, gas: bool = True) -> Keg:
    return Keg(29.7, beer_lbs, 160.2, 1.010, gas)


@given(st.floats(0.5, 256), st.floats(1.5, 2.5))
def test_a_flow_gives_exactly_what_was_ordered_and_never_runs_back(oz: float, oz_per_second: float) -> None:
    flow = Flow(oz, seconds_for(oz, oz_per_second))

    drawn = [flow.drawn(ms) for ms in range(0, flow.duration_ms + 200, 100)]

    assert drawn == sorted(drawn)
    assert drawn[0] == 0
    assert drawn[-1] == oz


def test_a_pint_takes_about_eight_seconds() -> None:
    assert seconds_for(16, 2.0) == 8.3


@given(st.lists(st.floats(0.1, 60), max_size=60))
def test_beer_falls_exactly_by_what_was_drawn(pours: list[float]) -> None:
    keg = half_barrel(20.0)
    before = keg.ounces

    drawn = sum(keg.draw(oz) for oz in pours)

    assert keg.ounces == pytest.approx(before - drawn, abs=1e-9)
    assert drawn == pytest.approx(min(before, sum(pours)), abs=1e-9)


def test_an_empty_half_barrel_under_pressure_reads_a_fifth_of_a_kilo_above_its_tare() -> None:
    grams = (half_barrel(0).gross_lbs - 29.7) * GRAMS_PER_LB

    assert grams == pytest.approx(211, abs=5)


def test_a_vented_empty_keg_weighs_its_shell() -> None:
    assert half_barrel(0, gas=False).gross_lbs == 29.7


def test_a_full_keg_weighs_what_it_should() -> None:
    keg = half_barrel(130.5)

    assert keg.gross_lbs == pytest.approx(160.2)
    assert keg.gallons == pytest.approx(15.48, abs=0.01)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("sign", [1, -1])
def test_the_wander_follows_the_compressor_between_100_and_180_grams(seed: int, sign: int) -> None:
    dice = Dice(seed)
    cooler = Cooler(dice)
    wander = Wander(dice.between(108, 165), dice.between(600, 1500), sign)

    seen = []
    for _ in range(8 * 3600):
        cooler.advance(1)
        wander.feel(cooler.celsius, 1)
        seen.append(wander.lbs * GRAMS_PER_LB)
    last = seen[-2 * 3600 :]

    assert 100 <= max(last) - min(last) <= 180
    assert 3.1 <= cooler.celsius <= 4.3


def test_two_cells_of_opposite_sign_wander_in_opposite_directions() -> None:
    cooler = Cooler(Dice(1))
    up, down = Wander(150, 900, 1), Wander(150, 900, -1)

    for _ in range(5000):
        cooler.advance(1)
        up.feel(cooler.celsius, 1)
        down.feel(cooler.celsius, 1)

    assert up.lbs == -down.lbs != 0


def test_the_compressor_takes_about_an_hour_a_cycle() -> None:
    cooler = Cooler(Dice(3))
    turns = []
    before, rising = cooler.celsius, None

    for second in range(12 * 3600):
        cooler.advance(1)
        if rising is False and cooler.celsius > before:
            turns.append(second)
        rising, before = cooler.celsius > before, cooler.celsius
    cycles = [later - earlier for earlier, later in pairwise(turns)]

    assert len(cycles) >= 9
    assert all(3000 <= cycle <= 4200 for cycle in cycles)


def test_the_noise_of_the_dice_is_normal_enough() -> None:
    dice = Dice(42)

    sample = [dice.normal() for _ in range(20000)]
    mean = sum(sample) / len(sample)
    variance = sum((x - mean) ** 2 for x in sample) / len(sample)

    assert abs(mean) < 0.03
    assert variance == pytest.approx(1, abs=0.03)
