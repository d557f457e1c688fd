"""What people type is read strictly, in the bar's own time, and refused in words that say what to do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.entries import cents_of, comes_twice, day_of, moment_of, number_of, time_of, whole_of
from app.money import money_words
from backend.domain.refusal import Invalid

ASTORIA = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize("text", ["29.7", "29,7", " 29.70 "])
def test_a_number_may_have_a_point_or_a_comma(text: str) -> None:
    assert number_of(text, what="the shell", least=3, most=80) == 29.7


@pytest.mark.parametrize("text", ["", "a", "1e999", "nan", "inf", "-1", "81", "1.2.3", "0x10", "٣٠.٣.٣"])
def test_what_is_no_such_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="the shell"):
        number_of(text, what="the shell", least=3, most=80)


def test_bounds_are_told_with_their_unit_and_what_is_no_number_is_told_so() -> None:
    with pytest.raises(Invalid, match=r"^the shell lies between 3 and 80 lb: "):
        number_of("1e9", what="the shell", least=3, most=80, unit="lb")
    with pytest.raises(Invalid, match=r"^the cost lies between 0 and 10,000 \$: "):
        cents_of("10001", what="the cost", most=10_000)
    for text in ("nan", "inf", "ten"):
        with pytest.raises(Invalid, match=r"^the cost is a number: enter figures"):
            cents_of(text, what="the cost", most=10_000)


def test_a_count_is_whole() -> None:
    assert whole_of("3", what="the count", least=1, most=30) == 3
    for text in ("1.5", "0", "31", ""):
        with pytest.raises(Invalid, match="the count"):
            whole_of(text, what="the count", least=1, most=30)


@given(st.integers(min_value=0, max_value=1_000_000))
def test_money_is_read_as_it_is_told(cents: int) -> None:
    told = money_words(cents).removeprefix("$").replace(",", "")

    assert cents_of(told, what="the cost", most=10_000) == cents


def test_money_without_figures_is_none_and_half_a_cent_is_refused() -> None:
    assert cents_of("", what="the cost", most=10) is None
    assert money_words(-350) == "-$3.50"
    for text in ("1.005", "10.01", "-1", "ten"):
        with pytest.raises(Invalid, match="the cost"):
            cents_of(text, what="the cost", most=10)


def test_a_day_is_a_day_of_our_time() -> None:
    assert day_of("2026-03-20", what="the day") == date(2026, 3, 20)
    assert day_of("", what="the day") is None
    for text in ("20.3.2026", "2026-02-30", "1026-03-20", "20260-3-20", "2026-03-20T10:00"):
        with pytest.raises(Invalid, match="the day"):
            day_of(text, what="the day")


def test_a_time_of_day_has_no_zone() -> None:
    assert time_of("19:10", what="the time") == time(19, 10)
    for text in ("", "25:00", "19:10+02:00", "seven"):
        with pytest.raises(Invalid, match="the time"):
            time_of(text, what="the time")


def test_a_time_that_the_clocks_showed_twice_can_be_told_apart() -> None:
    day, clock = date(2026, 11, 1), time(1, 30)

    first, second = (moment_of(day, clock, ASTORIA, second=second) for second in (False, True))

    assert comes_twice(day, clock, ASTORIA)
    assert (first, second) == (datetime(2026, 11, 1, 8, 30, tzinfo=UTC), datetime(2026, 11, 1, 9, 30, tzinfo=UTC))
    assert not comes_twice(date(2026, 11, 2), clock, ASTORIA)


def test_a_time_that_the_clocks_never_showed_is_refused() -> None:
    with pytest.raises(Invalid, match="never showed 02:30: it may have been 03:30"):
        moment_of(date(2026, 3, 8), time(2, 30), ASTORIA)
    assert not comes_twice(date(2026, 3, 8), time(2, 30), ASTORIA)


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)))  # noqa: DTZ001 - made UTC below
def test_every_moment_is_read_back_from_what_the_clocks_showed(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC, microsecond=0)
    local = moment.astimezone(ASTORIA)

    read = moment_of(local.date(), local.time(), ASTORIA, second=bool(local.fold))

    assert read == moment
    assert comes_twice(local.date(), local.time(), ASTORIA) == (
        moment_of(local.date(), local.time(), ASTORIA, second=not local.fold)
        in {moment + timedelta(hours=1), moment - timedelta(hours=1)}
    )
