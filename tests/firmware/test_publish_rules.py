"""What must hold at every publishing interval the firmware can produce, whatever the weight does."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scale_bench.fake_board import EPOCH, Dice

from firmware.scale.config import BOUNDS, Config
from firmware.scale.publish import Publisher, Weight


def within_bounds(name: str) -> st.SearchStrategy[float]:
    least, most, _ = BOUNDS[name]
    return st.integers(least, most) if isinstance(least, int) else st.floats(least, most)


CONFIGS = st.builds(
    Config,
    heartbeat_s=within_bounds("heartbeat_s"),
    deadband_lbs=within_bounds("deadband_lbs"),
    floor_ms=within_bounds("floor_ms"),
)
# A stretch of time: conversions, their distance in ms, lb at its end, at rest, and a jump of the clock in seconds.
STRETCHES = st.tuples(
    st.integers(1, 60),
    st.sampled_from([95, 100, 100, 105, 1000]),
    st.floats(-20, 200),
    st.booleans(),
    st.sampled_from([0, 0, 0, 0, -3, -100, 5, 3600]),
)
STARTS = st.integers(0, (1 << 30) - 1)


def run(config, start, stretches):
    """Return (elapsed ms, Weight) of all that is sent, and the elapsed ms of every conversion."""
    publisher = Publisher(config)
    sent, steps = [], []
    elapsed, clock, lbs = 0, EPOCH, 87.3
    for count, distance, target, stable, jump in stretches:
        clock += jump
        origin = lbs
        for place in range(count):
            lbs = target if stable else origin + (target - origin) * (place + 1) / count
            weight = Weight(clock + elapsed // 1000, lbs, 0, stable)
            steps.append(elapsed)
            sent += [(elapsed, due) for due in publisher.feed((start + elapsed) % (1 << 30), weight)]
            elapsed += distance
    return sent, steps


@given(CONFIGS, STARTS, st.lists(STRETCHES, min_size=1, max_size=12))
def test_the_published_time_never_decreases(config, start, stretches):
    sent, _ = run(config, start, stretches)

    times = [weight.t for _, weight in sent]

    assert times == sorted(times)


@given(CONFIGS, STARTS, st.lists(STRETCHES, min_size=1, max_size=12))
def test_no_silence_is_longer_than_the_heartbeat_and_one_conversion(config, start, stretches):
    sent, steps = run(config, start, stretches)

    moments = [moment for moment, _ in sent]
    longest = max(later - earlier for earlier, later in pairwise(steps)) if steps[1:] else 0

    assert moments[0] == 0
    for earlier, later in zip(moments, [*moments[1:], steps[-1]], strict=True):
        assert later - earlier <= config.heartbeat_s * 1000 + longest


@given(CONFIGS, STARTS, st.lists(STRETCHES, min_size=1, max_size=12))
def test_restless_messages_keep_their_distance_unless_a_heartbeat_is_due(config, start, stretches):
    sent, _ = run(config, start, stretches)

    for (earlier, one), (later, other) in pairwise(sent):
        if not one.stable and not other.stable:
            assert later - earlier >= min(config.floor_ms, config.heartbeat_s * 1000 - 100)


@given(CONFIGS, STARTS, st.lists(STRETCHES, min_size=1, max_size=12))
def test_every_rest_is_known_to_the_deadband_while_it_lasts_and_exactly_when_it_ends(config, start, stretches):
    publisher = Publisher(config)
    elapsed, rest, told = 0, None, None

    for count, distance, target, stable, _ in stretches:
        for _ in range(count):
            weight = Weight(EPOCH + elapsed // 1000, target, 0, stable)
            sent = publisher.feed((start + elapsed) % (1 << 30), weight)
            if rest is not None and not stable:
                settled = [due for due in sent if due.stable]
                assert [due.lbs for due in settled] == [rest] or abs(told.lbs - rest) < 0.001
            told = sent[-1] if sent else told
            rest = target if stable else None
            if stable:
                assert told.stable
                assert abs(told.lbs - target) <= config.deadband_lbs
            elapsed += distance


@pytest.mark.parametrize("heartbeat_s", [1, 2, 5, 10, 30, 60, 120, 300])
def test_two_days_of_pours_tell_times_that_never_decrease_and_no_longer_silence(heartbeat_s):
    publisher = Publisher(Config(heartbeat_s=heartbeat_s))
    dice = Dice(heartbeat_s)
    lbs, flowing, latest_t, told_at, worst = 160.0, 0, EPOCH, 0, 0

    for second in range(2 * 86400):
        flowing = max(0, flowing - 1) or (8 if dice.bell(1.0) > 2.6 else 0)
        lbs -= 0.13 if flowing else 0.0
        # The clock of a cheap board is put right by a second or two every six hours.
        drift = second % 21600 // 10000
        weight = Weight(EPOCH + second + drift, lbs + dice.bell(0.001), 0, stable=not flowing)
        for due in publisher.feed(second * 1000 % (1 << 30), weight):
            assert due.t >= latest_t
            latest_t = due.t
            worst = max(worst, second - told_at)
            told_at = second

    assert worst <= heartbeat_s
