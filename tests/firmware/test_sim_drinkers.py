"""The guests: the shape of their week, their glasses, and that one seed is one story."""

import time
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.sim.drinkers import Drinkers, past
from firmware.sim.week import WEEK, hour_of_week, pours_an_hour

DAY = 86400
PACIFIC = -7 * 3600
FRIDAY_2040 = 1774064400  # 2026-03-20 20:40 there
TAPS = [1.6, 1.3, 1.0, 1.0, 0.7, 0.4]


def weeks(count: int, seed: int = 1) -> list[tuple[int, int, float, float]]:
    return list(past(seed, TAPS, FRIDAY_2040 - count * 7 * DAY, FRIDAY_2040, PACIFIC))


def test_the_week_has_an_hour_for_each_hour_and_is_closed_on_mornings() -> None:
    assert len(WEEK) == 168
    assert all(WEEK[day * 24 + hour] == 0 for day in range(7) for hour in range(3, 12))


def test_friday_20_40_is_hour_116_of_the_week_and_busy() -> None:
    assert hour_of_week(FRIDAY_2040 + PACIFIC) == 4 * 24 + 20
    assert pours_an_hour(FRIDAY_2040 + PACIFIC) > 8


def test_friday_and_saturday_sell_most_and_nobody_drinks_while_the_bar_is_closed() -> None:
    pours = weeks(8)

    hours = Counter(hour_of_week(t + PACIFIC) for t, *_ in pours)
    days = Counter((t + PACIFIC - 4 * 3600) // DAY % 7 for t, *_ in pours)  # 0 is Thursday

    closed = sum(count for hour, count in hours.items() if WEEK[hour] == 0)
    assert closed <= 0.002 * len(pours)  # a round begun before closing time is finished
    assert {day for day, _ in days.most_common(2)} == {1, 2}
    assert days[2] > 2 * days[4]


def test_a_popular_tap_pours_more() -> None:
    counts = Counter(tap for _, tap, _, _ in weeks(8))

    assert counts[0] / counts[2] == pytest.approx(1.6, rel=0.15)
    assert counts[5] / counts[2] == pytest.approx(0.4, rel=0.15)


def test_glasses_are_those_of_a_bar() -> None:
    ounces = [oz for _, _, oz, _ in weeks(4)]

    assert min(ounces) >= 3.8
    assert max(ounces) <= 23
    assert 13 < sum(ounces) / len(ounces) < 15.5
    assert 0.4 < sum(15.4 < oz < 16.8 for oz in ounces) / len(ounces) < 0.6


def test_the_past_is_in_time_order_and_no_faucet_pours_twice_at_once() -> None:
    pours = weeks(3)

    assert pours == sorted(pours)
    for tap in range(len(TAPS)):
        mine = [(t, seconds) for t, which, _, seconds in pours if which == tap]
        assert all(t + seconds < later for (t, seconds), (later, _) in pairwise(mine))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 3 * DAY))
def test_a_day_of_the_past_is_the_same_wherever_the_asking_begins(seed: int, days: int, length: int) -> None:
    morning = FRIDAY_2040 - (14 * 60 + 40) * 60 - days * DAY  # 06:00, the bar is closed

    longer = list(past(seed, TAPS, morning - 2 * DAY, morning + length, PACIFIC))
    shorter = list(past(seed, TAPS, morning, morning + length, lambda _t: PACIFIC))

    assert [pour for pour in longer if pour[0] >= morning] == shorter
    assert all(morning <= pour[0] < morning + length for pour in shorter)


def test_the_live_evening_goes_on_where_the_past_ends() -> None:
    drinkers = Drinkers(1, TAPS, PACIFIC)
    later = list(past(1, TAPS, FRIDAY_2040, FRIDAY_2040 + 3600, PACIFIC))

    live = []
    for tap in range(len(TAPS)):
        order = drinkers.next_pour(tap, FRIDAY_2040 - 1)
        while order and order[0] < FRIDAY_2040 + 3600:
            live.append((tap, order[1], order[2]))
            order = drinkers.next_pour(tap, order[0])

    assert Counter((tap, oz, seconds) for _, tap, oz, seconds in later) == Counter(live)


def test_another_seed_is_another_story() -> None:
    assert weeks(1, seed=1) != weeks(1, seed=2)


def test_nobody_ever_comes_to_a_tap_that_nobody_likes() -> None:
    assert Drinkers(1, [0.0]).next_pour(0, FRIDAY_2040) is None


def test_sixty_days_of_twelve_taps_take_seconds() -> None:
    began = time.monotonic()
    pours = sum(1 for _ in past(1, [1.0] * 12, FRIDAY_2040 - 60 * DAY, FRIDAY_2040, PACIFIC))
    took = time.monotonic() - began

    assert 30000 < pours < 45000
    assert took < 4
