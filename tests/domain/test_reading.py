"""Measured time and the watermark: which clock is believed, and which reading is newer."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.reading import PourClaim, Reading, Watermark, clock_agrees, measured_time
from backend.domain.refusal import Invalid
from backend.domain.times import EPOCH, epoch_ms, from_epoch_ms, from_iso, iso, whole_ms

NOW = datetime(2026, 3, 20, 20, 40, 5, 250_000, tzinfo=UTC)
SECONDS = 1_774_039_205
DAY = 86_400
YEARS = 50 * 365 * DAY


@pytest.mark.parametrize(
    ("ahead", "believed"),
    [
        (0, True),
        (120, True),
        (121, False),
        (-120, True),
        (-30 * DAY + 1, True),
        (-30 * DAY - 1, False),
        (30 * DAY, False),
        (YEARS, False),
        (-YEARS, False),
        (2**62, False),
    ],
)
def test_a_scales_time_is_believed_from_thirty_days_back_to_two_minutes_ahead(ahead: int, *, believed: bool) -> None:
    sent_t = SECONDS + ahead

    measured = measured_time(sent_t, received_at=NOW)

    assert measured == (EPOCH + timedelta(seconds=sent_t) if believed else NOW)


def test_a_scale_without_a_clock_or_with_a_wrong_one_is_measured_at_receipt() -> None:
    assert measured_time(None, received_at=NOW) == NOW
    assert measured_time(SECONDS - 60, received_at=NOW, clock_trusted=False) == NOW


def test_a_measured_time_has_no_more_than_what_is_stored() -> None:
    assert measured_time(None, received_at=NOW.replace(microsecond=250_999)) == NOW


@pytest.mark.parametrize(("speed", "believed"), [(1.0, False), (60.0, True)])
def test_a_fast_story_may_be_as_much_further_ahead(speed: float, *, believed: bool) -> None:
    measured = measured_time(SECONDS + 600, received_at=NOW, tolerance_scale=speed)

    assert (measured == EPOCH + timedelta(seconds=SECONDS + 600)) is believed


@pytest.mark.parametrize(("ahead", "agrees"), [(0, True), (120, True), (122, False), (-119, True), (-121, False)])
def test_a_birth_agrees_within_two_minutes(ahead: int, *, agrees: bool) -> None:
    assert clock_agrees(SECONDS + ahead, received_at=NOW) is agrees


@pytest.mark.parametrize("after", [88.4, 88.5, float("nan")])
def test_a_pour_that_took_nothing_is_refused(after: float) -> None:
    with pytest.raises(Invalid, match="no fall in weight"):
        PourClaim(start=SECONDS, seconds=8.5, before_lbs=88.4, after_lbs=after)


def _reading(
    *, boot: int | None, seq: int | None, second: int, digest: str = "", device_id: str = "SCALE-1"
) -> Reading:
    return Reading(
        device_id=device_id,
        received_at=NOW,
        measured_at=NOW + timedelta(seconds=second),
        weight_lbs=100.0,
        digest=digest or f"{boot}.{seq}.{second}",
        boot=boot,
        seq=seq,
    )


def _last(readings: list[Reading]) -> Watermark:
    mark = Watermark.of(readings[0])
    for reading in readings[1:]:
        if mark.passed_by(reading):
            assert reading.measured_at >= mark.measured_at
            mark = Watermark.of(reading)
    return mark


@st.composite
def _streams(draw: st.DrawFn) -> list[Reading]:
    """What a scale sends over a few boots, its time never falling within one; some publishers number nothing."""
    readings, second = [], 0
    for boot in draw(st.lists(st.one_of(st.none(), st.integers(0, 2**32 - 1)), min_size=1, max_size=4, unique=True)):
        for seq in range(draw(st.integers(1, 6))):
            second += draw(st.integers(0, 2))
            readings.append(_reading(boot=boot, seq=None if boot is None else seq, second=second, digest=f"d{second}"))
    return readings


@given(readings=_streams(), seed=st.integers())
def test_any_order_of_arrival_with_duplicates_ends_at_the_same_reading(readings: list[Reading], seed: int) -> None:
    dice = random.Random(seed)
    arrived = [*readings, *dice.choices(readings, k=len(readings))]
    dice.shuffle(arrived)

    assert _last(arrived) == _last(sorted(readings, key=lambda reading: reading.order))


def test_a_reading_sent_again_by_a_scale_without_a_clock_is_not_newer() -> None:
    mark = Watermark.of(_reading(boot=7, seq=5, second=10))

    assert not mark.passed_by(_reading(boot=7, seq=4, second=60))
    assert mark.passed_by(_reading(boot=7, seq=6, second=10))
    assert mark.passed_by(_reading(boot=8, seq=1, second=11))


def test_the_same_reading_again_is_not_newer_whether_numbered_or_not() -> None:
    for reading in (_reading(boot=7, seq=5, second=10), _reading(boot=None, seq=None, second=10)):
        assert not Watermark.of(reading).passed_by(reading)


MOMENTS = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(moment=MOMENTS, other=MOMENTS)
def test_moments_are_stored_to_the_millisecond_and_sort_as_time_does(moment: datetime, other: datetime) -> None:
    assert from_iso(iso(moment)) == from_epoch_ms(epoch_ms(moment)) == whole_ms(moment)
    assert (iso(moment) < iso(other)) is (whole_ms(moment) < whole_ms(other))
