"""Whether a platform stands still: noise, slope, and how long."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.command import Sampled
from backend.domain.steadiness import HELD_S, KEPT_S, Samples, steadiness

FACTOR = 9500.0
T0 = datetime(2026, 3, 20, 20, 0, tzinfo=UTC)


def message(*raw: int, command_id: str = "a") -> Sampled:
    return Sampled(location_id="loc-001", command_id=command_id, device_id="SCALE-1", raw=raw, stable=True)


def stream(*lbs: float, factor: float = FACTOR, noise: float = 19.0, seed: int = 1) -> Samples:
    dice = random.Random(seed)
    return Samples(raw=tuple(round(one * factor + dice.gauss(0, noise)) for one in lbs))


def test_a_quiet_platform_is_steady_after_three_seconds_and_says_how_quiet_it_is() -> None:
    still = steadiness(stream(*[100.0] * 30), factor=FACTOR)

    assert still is not None
    assert still.steady
    assert still.held_s == HELD_S
    assert still.mean_raw == pytest.approx(950_000, abs=12)
    assert still.sd_lbs == pytest.approx(0.002, abs=0.001)
    assert abs(still.slope_lbs_per_s) < 0.002


def test_a_quiet_second_is_not_enough() -> None:
    still = steadiness(stream(*[100.0] * 10), factor=FACTOR)

    assert still is not None
    assert not still.steady


@pytest.mark.parametrize("factor", [FACTOR, -FACTOR])
def test_flowing_beer_and_a_foot_on_the_platform_are_not_still(factor: float) -> None:
    pouring = steadiness(stream(*[100 - 0.0066 * n for n in range(30)], factor=factor), factor=factor)
    knocked = steadiness(stream(*[100.0] * 25, 101.0, *[100.0] * 4, factor=factor), factor=factor)

    assert pouring is not None
    assert knocked is not None
    assert not pouring.steady
    assert pouring.slope_lbs_per_s == pytest.approx(-0.066, abs=0.01)
    assert not knocked.steady
    assert knocked.held_s == pytest.approx(0.4)


def test_nothing_is_said_before_there_are_two_samples() -> None:
    assert steadiness(Samples(), factor=FACTOR) is None
    assert steadiness(Samples(raw=(5,)), factor=FACTOR) is None


def test_another_stream_begins_anew() -> None:
    first = Samples().after(message(1, 2, 3)).after(message(4, 5))

    another = first.after(message(9, command_id="b"))

    assert first.raw == (1, 2, 3, 4, 5)
    assert another.raw == (9,)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-(2**23), 2**23 - 1), min_size=1, max_size=32), max_size=40))
def test_what_is_kept_of_a_stream_is_its_last_seconds_in_order(batches: list[list[int]]) -> None:
    samples = Samples()
    for batch in batches:
        samples = samples.after(message(*batch))

    assert list(samples.raw) == [one for batch in batches for one in batch][-int(KEPT_S * 10) :]


def test_a_stream_that_has_ended_is_old_and_one_that_was_cut_begins_anew() -> None:
    heard = Samples().after(message(1, 2), wall=T0)

    assert not heard.old(T0 + timedelta(seconds=2))
    assert heard.old(T0 + timedelta(seconds=4))
    assert heard.after(message(3), wall=T0 + timedelta(seconds=2)).raw == (1, 2, 3)
    assert heard.after(message(3), wall=T0 + timedelta(seconds=4)).raw == (3,)
    assert not Samples().after(message(1)).old(T0)
