"""Weights over time for tests, in lb, commonly ten a second, and what filter and stability make of them."""

from scale_bench.fake_board import Dice

from firmware.scale.filter import Filter
from firmware.scale.settle import Settle

STEP_MS = 100
OUNCE = 0.0658  # lb of beer at a specific gravity of 1.010
NOISE = 0.002  # lb, the 0.9 g rms of a good platform


class Seen:
    """One sample: seconds, the true weight, the filter's weight, and whether it was called at rest."""

    def __init__(self, second, truth, weight, stable):
        self.second = second
        self.truth = truth
        self.weight = weight
        self.stable = stable


def follow(truth, seconds, sigma=NOISE, seed=1, disturb=None, each=None, step_ms=STEP_MS):
    """Run the filter over `truth(second)` with noise; `disturb(second)` is added but is not true.

    `each(filter)` is called after every sample.
    """
    dice = Dice(seed)
    level = Filter()
    settle = Settle()
    seen = []
    for place in range(int(seconds * 1000) // step_ms):
        second = place * step_ms / 1000
        lbs = truth(second) + dice.bell(sigma) + (disturb(second) if disturb else 0.0)
        level.feed(lbs, step_ms)
        if each:
            each(level)
        seen.append(Seen(second, truth(second), level.weight, settle.feed(place * step_ms, level)))
    return seen


def pour(start, ounces, rate=2.0, full=100.0, ramp=0.3):
    """Return truth(second) of one pour at `rate` ounces a second, with ramps of `ramp` s at both ends."""
    length = ounces / rate + ramp  # the ramps together cost one ramp

    def opened(into):
        """Return the ounces that a tap has let through, `into` seconds after it began to open."""
        return rate * into * into / (2 * ramp) if into < ramp else rate * (into - ramp / 2)

    def truth(second):
        into = min(max(second - start, 0.0), length)
        closing = max(into - (length - ramp), 0.0)
        return full - (opened(into) - rate * closing * closing / (2 * ramp)) * OUNCE

    return truth


def last_drop(start, ounces, rate=2.0, ramp=0.3):
    """Return the second at which that pour has ended."""
    return start + ounces / rate + ramp
