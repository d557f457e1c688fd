"""Zero and factor from two known loads, and how far they can be trusted."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.calibration import (
    LEAST_KNOWN_LBS,
    PRESETS_LBS,
    Calibration,
    Method,
    Point,
    check_known,
    fitted,
    full_keg_plus_minus,
    verified,
)
from backend.domain.keg import Keg, KegState, Tare, TareSource
from backend.domain.refusal import Invalid

AT = datetime(2026, 3, 20, 20, 0, tzinfo=UTC)


def point(raw: float, known_lbs: float, plus_minus_lbs: float = 0.1) -> Point:
    return Point(raw=raw, sd_counts=19.0, known_lbs=known_lbs, plus_minus_lbs=plus_minus_lbs, taken_at=AT)


@settings(deadline=None)
@given(
    zero=st.integers(-500_000, 500_000),
    factor=st.floats(500, 15_000) | st.floats(-15_000, -500),
    lbs=st.floats(15, 400),
)
def test_two_points_give_back_the_cell_they_were_taken_from(zero: int, factor: float, lbs: float) -> None:
    fit = fitted(zero=point(zero, 0.0), known=point(zero + lbs * factor, lbs), present=(factor, zero))

    assert fit.factor == pytest.approx(factor, rel=1e-9)
    assert fit.zero == zero
    assert fit.change_pct == pytest.approx(0.0, abs=1e-6)
    assert not fit.must_be_confirmed


def test_a_heavier_weight_makes_a_better_factor() -> None:
    light = fitted(zero=point(0, 0.0), known=point(22 * 9500, 22.0, 0.04), present=None)
    heavy = fitted(zero=point(0, 0.0), known=point(110 * 9500, 110.0, 0.22), present=None)

    assert light.plus_minus_pct == pytest.approx(0.67, abs=0.02)
    assert heavy.plus_minus_pct < light.plus_minus_pct / 2


def test_a_large_change_and_an_unknown_past_want_to_be_confirmed() -> None:
    small = fitted(zero=point(0, 0.0), known=point(50 * 9800, 50.0), present=(9500.0, 0))
    large = fitted(zero=point(0, 0.0), known=point(50 * 10_100, 50.0), present=(9500.0, 0))
    first = fitted(zero=point(0, 0.0), known=point(50 * 9500, 50.0), present=None)

    assert (small.must_be_confirmed, large.must_be_confirmed, first.must_be_confirmed) == (False, True, True)
    assert large.change_pct == pytest.approx(6.3, abs=0.1)


def test_a_cell_that_is_wired_the_other_way_round_is_taken_and_said() -> None:
    fit = fitted(zero=point(1000, 0.0), known=point(1000 - 50 * 9500, 50.0), present=(9500.0, 1000))

    assert fit.factor == -9500
    assert any("other way round" in warning for warning in fit.warnings)
    assert any("sign" in warning for warning in fit.warnings)
    assert fit.must_be_confirmed


def test_a_platform_without_the_weight_on_it_is_refused() -> None:
    with pytest.raises(Invalid, match="is the weight on the platform"):
        fitted(zero=point(84_000, 0.0), known=point(84_120, 50.0), present=None)


@pytest.mark.parametrize("counts", [50 * 200, 50 * 300_000])
def test_a_factor_of_no_cell_is_refused(counts: float) -> None:
    with pytest.raises(Invalid, match="no load cell's"):
        fitted(zero=point(0, 0.0), known=point(counts, 50.0), present=None)


def test_a_zero_beyond_the_amplifier_is_refused() -> None:
    with pytest.raises(Invalid, match="beyond what the amplifier can count"):
        fitted(zero=point(8_400_000, 0.0), known=point(8_400_000 - 50 * 9500, 50.0), present=None)


def test_every_preset_can_calibrate_and_a_kilogram_cannot() -> None:
    for lbs in PRESETS_LBS.values():
        check_known(lbs)

    for lbs in (2.2, LEAST_KNOWN_LBS - 0.1, 500.0):
        with pytest.raises(Invalid, match="cannot calibrate"):
            check_known(lbs)


@pytest.mark.parametrize(
    ("weight", "known", "well"), [(50.2, 50, True), (50.4, 50, False), (200.5, 200, True), (-0.2, 0, True)]
)
def test_a_weight_that_is_read_back_must_be_what_it_is(weight: float, known: float, well: bool) -> None:  # noqa: FBT001 - a table of cases
    assert verified(weight, known_lbs=known) is well


@pytest.mark.parametrize(
    ("source", "lbs"),
    [
        (TareSource.WEIGHED_EMPTY, 0.77),
        (TareSource.TYPE_DEFAULT, 2.33),
        (TareSource.INFERRED_FROM_FULL, 2.33),
    ],
)
def test_a_full_keg_is_known_as_well_as_its_shell_and_filling(source: TareSource, lbs: float) -> None:
    keg = Keg(
        keg_id="k",
        location_id="loc-001",
        beer_id="pils",
        type_id="half_barrel",
        state=KegState.ON_TAP,
        tare=Tare(empty_lbs=29.7, source=source),
        full_lbs=160.34,
    )

    assert full_keg_plus_minus(keg, specific_gravity=1.010) == pytest.approx(lbs, abs=0.03)


def test_a_calibration_weighs_and_says_which_way_its_cell_is_wired() -> None:
    calibration = Calibration(
        device_id="SCALE-1",
        factor=-9500.0,
        zero=1000,
        rev=3,
        method=Method.KNOWN_WEIGHT,
        calibrated_at=AT,
        confirmed_at=AT,
        factor_since=AT,
        by="manager-1",
    )

    assert calibration.lbs(1000 - 95_000) == pytest.approx(10.0)
    assert calibration.reversed
