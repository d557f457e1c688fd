"""Rows of a calibration, of a wizard and of what a scale showed of a keg: read back the same, named as specified."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.cellar import calibrations, lives, rows, wizards
from backend.cellar.limits import check_group
from backend.domain.calibration import Calibration, Fit, Method, Point
from backend.domain.drift import Life
from backend.domain.ids import TapId
from backend.domain.keg import Tare, TareSource
from backend.domain.times import whole_ms
from backend.domain.wizard import Setting, Step, TareOf, Wizard, WizardKind
from backend.ports import Item, Put

IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", fullmatch=True)
MOMENTS = st.datetimes(
    min_value=datetime(1971, 1, 1),  # noqa: DTZ001 - a bound of hypothesis
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
).map(whole_ms)
WORDS = st.text(min_size=1, max_size=40)


def numbers(least: float, most: float) -> st.SearchStrategy[float]:
    return st.floats(least, most).map(lambda number: round(number, 9))


LBS = numbers(-100, 1000)
FACTORS = numbers(400, 200_000) | numbers(-200_000, -400)
ZEROS = st.integers(-(2**23), 2**23 - 1)
CALIBRATIONS = st.builds(
    Calibration,
    device_id=IDS,
    factor=FACTORS,
    zero=ZEROS,
    rev=st.integers(0, 2**31 - 1),
    method=st.sampled_from(Method),
    calibrated_at=MOMENTS,
    confirmed_at=MOMENTS,
    factor_since=MOMENTS,
    by=IDS,
    by_name=st.text(max_size=30),
    known_lbs=st.none() | LBS,
    plus_minus_pct=st.none() | numbers(0, 10),
    residual_lbs=st.none() | LBS,
    drift_pct=st.none() | numbers(-20, 20),
    drift_plus_minus_pct=st.none() | numbers(0, 5),
    zero_drift_lbs=st.none() | LBS,
    version=st.integers(0, 10**6),
)
POINTS = st.builds(
    Point,
    raw=numbers(-9e6, 9e6),
    sd_counts=numbers(0, 1e6),
    known_lbs=LBS,
    plus_minus_lbs=numbers(0, 9),
    taken_at=MOMENTS,
)
FITS = st.builds(
    Fit,
    factor=FACTORS,
    zero=ZEROS,
    plus_minus_pct=numbers(0, 10),
    change_pct=st.none() | numbers(-200, 200),
    zero_shift_lbs=st.none() | LBS,
    warnings=st.lists(WORDS, max_size=3).map(tuple),
)
SETTINGS = st.builds(Setting, factor=FACTORS, zero=ZEROS, rev=st.integers(0, 2**31 - 1))
TARES = st.builds(Tare, empty_lbs=numbers(1, 60), source=st.sampled_from(TareSource))
WIZARDS = st.builds(
    Wizard,
    device_id=IDS,
    location_id=IDS,
    tap_id=st.none() | st.builds(TapId, IDS, st.integers(1, 99)),
    kind=st.sampled_from(WizardKind),
    step=st.sampled_from(Step),
    by=IDS,
    by_name=WORDS,
    begun_at=MOMENTS,
    touched_at=MOMENTS,
    method=st.none() | st.sampled_from(Method),
    tare_of=st.none() | st.sampled_from(TareOf),
    present=st.none() | SETTINGS,
    zero=st.none() | POINTS,
    known=st.none() | POINTS,
    fit=st.none() | FITS,
    sent=st.none() | SETTINGS,
    former=st.none() | SETTINGS,
    command_id=st.none() | IDS,
    problem=st.none() | WORDS,
    keg_id=st.none() | IDS,
    tare=st.none() | TARES,
    former_tare=st.none() | TARES,
    residual_lbs=st.none() | LBS,
    undone=st.booleans(),
    version=st.integers(0, 10**6),
)
LIVES = st.builds(
    Life,
    device_id=IDS,
    tap_id=st.builds(TapId, IDS, st.integers(1, 99)),
    keg_id=IDS,
    tapped_at=MOMENTS,
    ended_at=st.none() | MOMENTS,
    beer_lbs=LBS,
    gallons=numbers(1, 20),
    specific_gravity=numbers(0.98, 1.2),
    shell_lbs=numbers(1, 60),
    shell_plus_minus_lbs=numbers(0, 3),
    fresh_lbs=st.none() | LBS,
    zero_before_lbs=st.none() | LBS,
    empty_lbs=st.none() | LBS,
    zero_after_lbs=st.none() | LBS,
    version=st.integers(0, 10**6),
)
MOMENT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
CALIBRATION = Calibration(
    device_id="SCALE-0042",
    factor=9514.25,
    zero=84_213,
    rev=4,
    method=Method.KNOWN_WEIGHT,
    calibrated_at=MOMENT,
    confirmed_at=MOMENT,
    factor_since=MOMENT,
    by="manager-1",
    by_name="Mia",
    known_lbs=55.116,
    plus_minus_pct=0.32,
    residual_lbs=0.04,
    drift_pct=0.4,
    drift_plus_minus_pct=0.5,
    zero_drift_lbs=0.1,
)


@settings(max_examples=60, deadline=None)
@given(CALIBRATIONS)
def test_a_calibration_comes_back_as_it_was(calibration: Calibration) -> None:
    put, past = calibrations.put(calibration), calibrations.put_past(calibration)
    check_group([put, past])

    assert calibrations.from_item(put.item) == replace(calibration, version=calibration.version + 1)
    assert calibrations.from_item(past.item) == replace(calibration, version=0)


@settings(max_examples=60, deadline=None)
@given(WIZARDS)
def test_a_wizard_comes_back_as_it_was(wizard: Wizard) -> None:
    put = wizards.put(wizard)
    check_group([put])

    assert wizards.from_item(put.item) == replace(wizard, version=wizard.version + 1)


@settings(max_examples=60, deadline=None)
@given(LIVES)
def test_a_life_comes_back_as_it_was(life: Life) -> None:
    put = lives.put(life)
    check_group([put])

    assert lives.from_item(put.item) == replace(life, version=life.version + 1)


def test_the_rows_of_a_calibration_are_the_golden_ones() -> None:
    told = {
        "scale_factor": 9514.25,
        "zero_offset": 84_213,
        "rev": 4,
        "method": "known_weight",
        "calibrated_at": "2026-03-01T10:00:00.000Z",
        "confirmed_at": "2026-03-01T10:00:00.000Z",
        "factor_since": "2026-03-01T10:00:00.000Z",
        "by": "manager-1",
        "by_name": "Mia",
        "known_weight": 55.116,
        "plus_minus_pct": 0.32,
        "residual_lbs": 0.04,
        "drift_pct": 0.4,
        "drift_plus_minus_pct": 0.5,
        "zero_drift_lbs": 0.1,
    }

    assert calibrations.put(CALIBRATION).item == {
        "PK": "DEVICE#SCALE-0042", "SK": "CALIBRATION", "version": 1, **told,
    }  # fmt: skip
    assert calibrations.put_past(CALIBRATION).item == {
        "PK": "DEVICE#SCALE-0042", "SK": "CAL#2026-03-01T10:00:00.000Z", **told,
    }  # fmt: skip


def test_they_carry_every_attribute_that_the_specification_names() -> None:
    current, past = calibrations.put(CALIBRATION).item, calibrations.put_past(CALIBRATION).item

    assert {"scale_factor", "zero_offset", "method", "drift_pct", "calibrated_at"} <= set(current)
    assert {"scale_factor", "known_weight", "by", "method", "drift_pct"} <= set(past)


def test_none_of_them_stands_in_an_index() -> None:
    wizard = Wizard(
        device_id="SCALE-0042",
        location_id="loc-001",
        tap_id=None,
        kind=WizardKind.TARE,
        step=Step.ASKING,
        by="a",
        by_name="A",
        begun_at=MOMENT,
        touched_at=MOMENT,
    )
    written = [calibrations.put(CALIBRATION), calibrations.put_past(CALIBRATION), wizards.put(wizard)]

    assert [item for item in (put.item for put in written) if {"device_id", "loc_id", "due_shard"} & set(item)] == []


@pytest.mark.parametrize(
    ("put", "read", "name"),
    [
        (calibrations.put(CALIBRATION), calibrations.from_item, "scale_factor"),
        (calibrations.put(CALIBRATION), calibrations.from_item, "method"),
        (calibrations.put_past(CALIBRATION), calibrations.from_item, "calibrated_at"),
    ],
)
def test_a_damaged_row_is_named(put: Put, read: Callable[[Item], object], name: str) -> None:
    for broken in ({}, {name: "§"}):
        item = {key: value for key, value in put.item.items() if key != name} | broken

        with pytest.raises(rows.BadRow, match="SCALE-0042"):
            read(item)
