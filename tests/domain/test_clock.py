"""The story's clock: continuous, never backwards, and awake when its speed changes."""

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.clock import DemoClock, SystemClock

START = datetime(2026, 3, 20, 20, 40, tzinfo=UTC)


class _Wall:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@given(steps=st.lists(st.tuples(st.floats(0, 3600), st.floats(0.1, 600)), max_size=20))
def test_a_story_goes_on_from_where_it_is_whatever_its_speed_becomes(steps: list[tuple[float, float]]) -> None:
    wall = _Wall()
    clock = DemoClock(start=START, monotonic=wall)
    expected, speed = START, 1.0
    for seconds, next_speed in steps:
        wall.seconds += seconds
        expected += timedelta(seconds=seconds * speed)
        before = clock.now()
        assert abs((before - expected).total_seconds()) < 0.01

        speed = clock.set_speed(next_speed).speed

        assert clock.now() == before
        assert clock.speed == next_speed


def test_a_story_never_runs_back_while_others_change_its_speed() -> None:
    clock = DemoClock(start=START)
    done = threading.Event()

    def change() -> None:
        while not done.is_set():
            for speed in (600, 0.1, 60):
                clock.set_speed(speed)

    changer = threading.Thread(target=change)
    changer.start()
    told = [clock.now() for _ in range(20_000)]
    done.set()
    changer.join()

    assert told == sorted(told)


def test_a_wall_that_runs_back_holds_the_story() -> None:
    wall = _Wall()
    clock = DemoClock(start=START, monotonic=wall)

    wall.seconds -= 50

    assert clock.now() == START


def test_a_saved_story_is_taken_up_later_and_never_earlier() -> None:
    clock = DemoClock(start=START, monotonic=_Wall())

    clock.restart_at(START - timedelta(hours=1))
    assert clock.now() == START

    clock.restart_at(START + timedelta(hours=1))
    assert clock.now() == START + timedelta(hours=1)


@pytest.mark.parametrize("speed", [0, 0.05, -1, 601, float("nan"), float("inf")])
def test_a_speed_that_cannot_be_told_is_refused(speed: float) -> None:
    clock = DemoClock(start=START)

    with pytest.raises(ValueError, match="choose 1 for real time"):
        clock.set_speed(speed)

    assert clock.speed == 1.0


def test_a_sleeper_wakes_in_the_storys_time_although_the_speed_changes_while_it_sleeps() -> None:
    clock = DemoClock(start=START)

    async def nap() -> float:
        begun = time.monotonic()
        asyncio.get_running_loop().call_later(0.05, clock.set_speed, 600)
        await clock.sleep_until(START + timedelta(seconds=60))
        return time.monotonic() - begun

    slept = asyncio.run(nap())

    assert clock.now() >= START + timedelta(seconds=60)
    assert 0.05 < slept < 2


def test_a_moment_that_has_passed_is_not_slept_for() -> None:
    clock = DemoClock(start=START)

    asyncio.run(asyncio.wait_for(clock.sleep_until(START - timedelta(days=1)), 1))
    asyncio.run(asyncio.wait_for(SystemClock().sleep_until(START), 1))

    assert clock.now() - START < timedelta(seconds=5)


def test_the_wall_is_the_real_time_for_both_clocks() -> None:
    assert abs((SystemClock().wall() - DemoClock(start=START).wall()).total_seconds()) < 1
    assert SystemClock().now().tzinfo is UTC
