"""Levels: what is left, never below nothing and never above full."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.beer import Beer, Serving
from backend.domain.keg_type import keg_type
from backend.domain.level import Level, NoLevel, is_overfull, level_of, level_of_net, percents_of
from backend.domain.refusal import Invalid


def test_the_sample_reading_of_the_specification_is_told_with_its_tare() -> None:
    kind = keg_type("half_barrel")
    empty = kind.tare_lbs or 0.0
    full = kind.full_lbs(empty_lbs=empty, specific_gravity=1.010)

    level = level_of(gross_lbs=87.3, empty_lbs=empty, full_lbs=full, specific_gravity=1.010)

    assert isinstance(level, Level)
    assert round(level.percent) == 44  # never 54.1
    assert round(level.gallons, 1) == 6.8  # never 8.4
    assert level.net_lbs == pytest.approx(57.6)


@given(
    gross=st.floats(-100, 1000),
    empty=st.floats(3, 60),
    beer=st.floats(5, 200),
    gravity=st.floats(0.98, 1.2),
)
def test_no_level_is_below_nothing_or_above_full(gross: float, empty: float, beer: float, gravity: float) -> None:
    level = level_of(gross_lbs=gross, empty_lbs=empty, full_lbs=empty + beer, specific_gravity=gravity)

    if gross < empty / 2:
        assert level is NoLevel.LIFTED
        return
    assert isinstance(level, Level)
    assert 0 <= level.percent <= 100
    assert level.gallons >= 0
    assert level.net_lbs == pytest.approx(max(0.0, gross - empty))
    assert Serving().in_gallons(level.gallons) >= 0


def test_a_vented_shell_is_empty_and_not_lifted() -> None:
    level = level_of(gross_lbs=29.2, empty_lbs=29.7, full_lbs=160.3, specific_gravity=1.01)

    assert level == Level(percent=0.0, gallons=0.0, net_lbs=0.0)


def test_an_overfilled_keg_is_full() -> None:
    assert level_of_net(140, capacity_lbs=130, specific_gravity=1.01).percent == 100


def test_a_load_far_above_a_full_keg_cannot_be_its_beer() -> None:
    overfull = [is_overfull(lbs, empty_lbs=30, full_lbs=160) for lbs in (20, 160, 192, 193, 1000)]

    assert overfull == [False, False, False, True, True]


@given(servings=st.integers(0, 500), oz=st.sampled_from([4.0, 10.0, 12.0, 16.0, 19.2, 33.8]), part=st.floats(0, 0.99))
def test_servings_are_floored_and_whole_ones_are_not_lost_to_rounding(servings: int, oz: float, part: float) -> None:
    gallons = (servings + part) * oz / 128

    assert Serving(oz=oz).in_gallons(gallons) == servings


@pytest.mark.parametrize("oz", [0, -1, 129, float("nan")])
def test_a_glass_that_cannot_be_is_refused(oz: float) -> None:
    with pytest.raises(Invalid, match="serving of"):
        Serving(oz=oz)


@pytest.mark.parametrize("gravity", [0.9, 1.3, float("nan"), float("inf")])
def test_a_gravity_that_no_beer_has_is_refused(gravity: float) -> None:
    with pytest.raises(Invalid, match="specific gravity"):
        Beer(beer_id="pils", name="Pils", specific_gravity=gravity)


def test_a_beer_without_a_name_is_refused() -> None:
    with pytest.raises(Invalid, match="needs a name"):
        Beer(beer_id="pils", name=" ")


@given(weights=st.lists(st.floats(-100, 300)), beer=st.floats(5, 200))
def test_the_percents_of_many_weights_are_those_of_each_to_a_tenth(weights: list[float], beer: float) -> None:
    each = [level_of_net(gross - 29.7, capacity_lbs=beer, specific_gravity=1.01).percent for gross in weights]

    told = percents_of(weights, empty_lbs=29.7, full_lbs=29.7 + beer)

    assert told == pytest.approx(each, abs=0.0500001)
    assert told == [round(percent, 1) for percent in told]
