"""The ESP32 counts in 32-bit floats: the state of the filter, rounded after each step, must tell the same weight."""

import struct

from scale_bench.traces import follow, pour

BOTH_INTERPRETERS = True


def single(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def rounded(thing):
    """Round every float that a filter keeps to 32 bits, in place."""
    for name in ("_older", "_newest", "followed", "weight", "variance"):
        setattr(thing, name, single(getattr(thing, name)))
    thing.noise._median = single(thing.noise._median)
    thing.noise.variance = single(thing.noise.variance)
    thing.noise._before = single(thing.noise._before)
    thing.noise._last = single(thing.noise._last)


def test_32_bit_floats_stay_within_five_thousandths_of_a_pound():
    truth = pour(30, 16, full=160.0)

    exact = follow(truth, 120)
    coarse = follow(lambda second: single(truth(second)), 120, each=rounded)

    worst = max(abs(one.weight - other.weight) for one, other in zip(exact, coarse))  # noqa: B905 - no strict there

    assert worst < 0.005


def test_32_bit_floats_call_the_same_moments_at_rest():
    truth = pour(30, 16, full=160.0)

    exact = follow(truth, 120)
    coarse = follow(truth, 120, each=rounded)

    different = sum(one.stable != other.stable for one, other in zip(exact, coarse))  # noqa: B905 - no strict there

    assert different <= 2
