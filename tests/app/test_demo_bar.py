"""The demo bar: when its story begins, and what stands on its taps then."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from app.demo import lively_seed, orders_after
from app.demo_bar import LAST_GLASSES_OZ, LOCATION, MOST_TAPS, about_to_run_out, demo_taps, last_glasses_oz, story_start
from backend.domain.units import OZ_PER_GALLON

SPRING = datetime(2026, 3, 8, 10, 0, tzinfo=UTC)
"""The clocks of Los Angeles go from 02:00 to 03:00."""
AUTUMN = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
"""They go from 02:00 back to 01:00."""
WEEK = timedelta(days=7)


@given(st.datetimes(datetime(2005, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
@example(SPRING)
@example(SPRING + WEEK)
@example(AUTUMN)
@example(AUTUMN + timedelta(minutes=30))
@example(datetime(2026, 3, 21, 3, 40, tzinfo=UTC))
@example(datetime(2026, 3, 21, 3, 39, 59, 999_999, tzinfo=UTC))
def test_the_story_begins_on_the_last_friday_evening_whatever_the_clocks_do(wall: datetime) -> None:
    start = story_start(wall)

    local = start.astimezone(LOCATION.zone)
    later = datetime.combine(local.date() + WEEK, local.time(), tzinfo=LOCATION.zone)
    assert f"{local:%A %H:%M:%S.%f}" == "Friday 20:40:00.000000"
    assert start.tzinfo is UTC
    assert start <= wall < later.astimezone(UTC)


def test_every_tap_holds_something_and_one_is_about_to_run_out() -> None:
    taps = demo_taps(MOST_TAPS, start=AUTUMN)

    stories = [tap.story for tap in taps]
    assert [story.tap_id.number for story in stories] == list(range(1, MOST_TAPS + 1))
    assert len({story.scale_id for story in stories}) == MOST_TAPS
    assert all(0 < story.left_gallons < story.fresh_gallons for story in stories)
    assert sum(story.left_gallons * OZ_PER_GALLON < 40 for story in stories) == 1


def test_one_scale_is_silent_when_the_story_begins() -> None:
    silent = [tap.story for tap in demo_taps(MOST_TAPS, start=AUTUMN) if tap.offline]

    assert len(silent) == 1
    assert silent[0].silent_since is not None
    assert silent[0].silent_since < AUTUMN


def test_the_last_glasses_run_out_with_one_of_the_next_guests() -> None:
    assert last_glasses_oz([16.0, 12.0, 16.0]) == 27.0
    assert last_glasses_oz([4.0, 4.0, 16.0, 16.0]) == 23.0


def test_a_tap_that_is_about_to_run_out_keeps_all_else() -> None:
    tap = demo_taps(1, start=AUTUMN)[0]

    soon = about_to_run_out(tap, oz=32.0)

    assert soon.story.left_gallons == 0.25
    assert (soon.story.tap_id, soon.popularity, soon.offline) == (tap.story.tap_id, tap.popularity, tap.offline)


@given(week=st.integers(0, 200))
def test_guests_of_any_friday_soon_empty_the_first_keg(week: int) -> None:
    start = story_start(datetime(2026, 1, 5, tzinfo=UTC) + timedelta(weeks=week))

    seed = lively_seed(start)

    orders = itertools.takewhile(lambda order: order[0] <= start.timestamp() + 210, orders_after(start, seed=seed))
    assert sum(oz for _, oz in orders) >= LAST_GLASSES_OZ
