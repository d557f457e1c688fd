"""What the whole scale makes of pours: found in its weights, told with the reading in which they end."""

from scale_bench.fake_board import EPOCH
from scale_bench.traces import OUNCE, last_drop, pour
from test_app import FACTOR, ZERO, Bench

from firmware.scale.app import App
from firmware.scale.config import Config

BOTH_INTERPRETERS = True


def lived(bench, platform, seconds):
    """Return the readings of so many seconds of a platform, each with the second at which it was told."""
    told = []
    for place in range(int(seconds * 10)):
        bench.feed(platform(place / 10))
        told += [(place / 10, reading) for reading in bench.news()]
    return told


def pours_of(told):
    return [(second, reading["pour"]) for second, reading in told if "pour" in reading]


def test_a_glass_is_found_and_told_with_a_reading_at_rest_within_two_seconds():
    for glass in (4, 16):
        told = lived(Bench(), pour(20, glass), 60)

        ((second, found),) = pours_of(told)
        assert last_drop(20, glass) < second < last_drop(20, glass) + 2
        assert abs(found["before_lbs"] - found["after_lbs"] - glass * OUNCE) < 0.033
        assert abs(found["start"] - EPOCH - 20) <= 1
        assert abs(found["seconds"] - glass / 2) < 1
        assert all(reading["stable"] for _, reading in told if "pour" in reading)


def test_a_scale_that_is_not_to_claim_its_pours_claims_none():
    bench = Bench()
    bench.app = App(bench.board, Config(zero=ZERO, factor=FACTOR, cal=3), pours=False)

    assert pours_of(lived(bench, pour(20, 16), 60)) == []


def test_what_leaves_while_the_tap_is_set_aside_is_no_pour_and_neither_is_its_end():
    bench = Bench()
    first = pour(20, 16)
    second = pour(55, 16)
    bench.app.set_aside(1)

    told = lived(bench, lambda at: first(at) + second(at) - 100, 100)

    assert pours_of(told) == []
    assert len(pours_of(lived(bench, pour(20, 16, full=100 - 32 * OUNCE), 60))) == 1


def test_another_calibration_is_no_pour():
    bench = Bench()
    lived(bench, lambda at: 100.0, 20)

    bench.app.change({"zero": ZERO + FACTOR, "factor": FACTOR, "cal": 4}, "somebody")

    assert pours_of(lived(bench, lambda at: 99.0, 30)) == []


def test_a_fault_in_between_is_no_pour():
    bench = Bench()
    lived(bench, lambda at: 100.0, 20)
    for _ in range(30):
        bench.raw(0x7FFFFF)

    assert pours_of(lived(bench, lambda at: 98.0, 30)) == []


def test_pours_without_a_clock_begin_at_moments_of_their_own():
    bench = Bench()
    bench.board.clock_set = False
    first = pour(20, 16)
    second = pour(50, 16)

    starts = [found["start"] for _, found in pours_of(lived(bench, lambda at: first(at) + second(at) - 100, 90))]

    assert len(starts) == 2
    assert abs(starts[0] - 20) <= 1
    assert abs(starts[1] - 50) <= 1
