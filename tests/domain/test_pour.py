"""Pours found in weights: what is a pour, what is not, and what is remembered between two weights."""

import math
import random
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traces import GRAM_LBS, OUNCE_LBS, RAMP_S, Glass

from backend.domain.pour import FoundPour, Weight, at_rest, find_pours, seek
from backend.domain.refusal import Invalid

Platform = Callable[[float], float]
SPACINGS = (0.1, 0.25, 1.0, 2.0, 10.0, 30.0)


def glass(start: float, ounces: float, *, rate: float = 2.0) -> Glass:
    return Glass(start, ounces / rate + RAMP_S, ounces)


def poured(full_lbs: float, *glasses: Glass) -> Platform:
    return lambda second: full_lbs - sum(one.drawn(second - one.start) for one in glasses if second > one.start)


def looked_at(platform: Platform, *, seconds: float, every: float, seed: int = 1) -> list[Weight]:
    dice = random.Random(seed)
    count = int(seconds / every)
    return [Weight(n * every, platform(n * every) + dice.gauss(0, 0.9 * GRAM_LBS)) for n in range(count)]


def found(trace: Sequence[Weight]) -> list[FoundPour]:
    return find_pours([one.lbs for one in trace], [one.at_s for one in trace], stable=[one.stable for one in trace])


def ounces(pour: FoundPour) -> float:
    return (pour.before_lbs - pour.after_lbs) / OUNCE_LBS


@settings(deadline=None, max_examples=60)
@given(
    size=st.floats(4, 20),
    rate=st.floats(1, 3),
    every=st.sampled_from(SPACINGS),
    start=st.floats(100, 130),
    full=st.floats(25, 165),
    epoch=st.sampled_from([0.0, 1.5, -1e6, 1_774_064_400.0, 8.2e8 + 0.25]),
)
def test_one_glass_is_one_pour_at_any_spacing_in_any_epoch(
    size: float, rate: float, every: float, start: float, full: float, epoch: float
) -> None:
    trace = looked_at(poured(full, glass(start, size, rate=rate)), seconds=330, every=every)

    pours = find_pours([one.lbs for one in trace], [epoch + one.at_s for one in trace])

    assert len(pours) == 1
    assert abs(ounces(pours[0]) - size) * OUNCE_LBS < 15 * GRAM_LBS
    assert not pours[0].unseen
    slack = 1.0 if every < 1 else 2 * every
    assert abs(pours[0].start_s - epoch - start) <= slack
    assert pours[0].start_s + pours[0].seconds >= epoch + start - slack


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), pause=st.floats(30, 200), size=st.sampled_from([4, 8, 12, 16]))
def test_glasses_at_irregular_times_are_all_found(seed: int, pause: float, size: int) -> None:
    dice = random.Random(seed)
    glasses = [glass(60 + n * (pause + 12), size) for n in range(6)]
    platform = poured(120, *glasses)
    times, second = [], 0.0
    while second < 60 + 6 * (pause + 12) + 60:
        times.append(second)
        second += dice.choice((0.1, 0.3, 1.0, 2.5, 7.0))

    pours = find_pours([platform(second) + dice.gauss(0, 0.002) for second in times], times)

    assert len(pours) == 6
    assert sum(map(ounces, pours)) == pytest.approx(6 * size, rel=0.02)


@pytest.mark.parametrize("every", [0.1, 0.25, 1.0, 2.0])
@pytest.mark.parametrize("pause", [12, 20, 35, 60])
def test_two_pints_one_after_the_other_are_two(every: float, pause: float) -> None:
    first = glass(60, 16)
    second = glass(first.start + first.seconds + pause, 16)

    pours = found(looked_at(poured(100, first, second), seconds=260, every=every))

    assert [round(ounces(pour)) for pour in pours] == [16, 16]


def test_where_ten_seconds_lie_between_two_looks_a_shut_tap_still_ends_a_pour() -> None:
    for shift in range(10):
        pints = [glass(300 + shift, 16), glass(328 + shift, 16)]

        pours = found(looked_at(poured(100, *pints), seconds=500, every=10))

        assert len(pours) == 2
        assert sum(map(ounces, pours)) == pytest.approx(32, abs=0.3)


def test_a_jug_is_one_pour_however_rarely_somebody_looks() -> None:
    for every in SPACINGS[:-1]:
        pours = found(looked_at(poured(100, glass(100, 60)), seconds=300, every=every))

        assert [round(ounces(pour)) for pour in pours] == [60]


def swinging(second: float) -> float:
    return 100 + (0.5 if 60 < second < 110 else 0.0) - (0.6 if 150 < second < 156 else 0.0)


@pytest.mark.parametrize("every", SPACINGS)
@pytest.mark.parametrize(
    ("what", "platform"),
    [
        ("lifted off", lambda second: 100 if second < 60 else 0.0),
        ("lifted slowly", lambda second: 100 - min(max(second - 60, 0) * 20, 100)),
        ("changed for a lighter one", lambda second: 100 if second < 60 else 0.0 if second < 130 else 97.0),
        ("lifted and put back", lambda second: 0.0 if 60 < second < 130 else 100 if second < 60 else 99.7),
        ("leaned on", lambda second: 112 if 60 < second < 130 else 100.0),
        ("leaned on by a child", lambda second: 100.4 if 60 < second < 180 else 100.0),
        ("leaking", lambda second: 100 - 0.002 * second),
        ("held up and let go", lambda second: 98.5 if 90 < second < 96 else 100.0),
        ("swinging", swinging),
    ],
)
def test_what_is_no_pour_is_not_found(every: float, what: str, platform: Platform) -> None:
    pours = found(looked_at(platform, seconds=400, every=every))

    assert pours == [], what


@pytest.mark.parametrize("every", [*SPACINGS, 0.5, 5.0])
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("pause", [60, 600])
def test_what_a_hand_takes_that_stays_away_is_found_however_often_somebody_looks(
    every: float, *, whole: bool, pause: int
) -> None:
    can_lbs, bottle_lbs = 0.342 / 0.45359237, 0.686 / 0.45359237
    first, second = 205.3, 205.3 + max(pause, 2.5 * every)

    trace = looked_at(
        lambda at: 40 - can_lbs * (at > first) - bottle_lbs * (at > second), seconds=second + 200, every=every
    )
    pours = found([one._replace(at_s=float(int(one.at_s))) for one in trace] if whole and every >= 1 else trace)

    assert [pour.before_lbs - pour.after_lbs for pour in pours] == pytest.approx([can_lbs, bottle_lbs], abs=0.015)
    assert [pour.start_s for pour in pours] == pytest.approx([first, second], abs=every + 1)


@pytest.mark.parametrize("every", [0.1, 0.25, 1.0])
def test_where_it_can_be_told_no_more_than_a_glass_falls_faster_than_beer_flows(every: float) -> None:
    pours = found(looked_at(lambda second: 100 - 1.9 * (second > 60), seconds=120, every=every))

    assert pours == []


@pytest.mark.parametrize("every", [0.1, 0.25, 1.0])
def test_a_glass_taken_by_hand_that_comes_back_within_half_a_minute_was_none(every: float) -> None:
    pours = found(looked_at(lambda second: 100 - 1.2 * (60 < second < 85), seconds=180, every=every))

    assert pours == []


@pytest.mark.parametrize("every", [0.1, 0.25, 1.0])
def test_the_first_pull_at_a_keg_that_is_lifted_is_no_glass(every: float) -> None:
    for pull in (0.6, 1.0, 1.5):
        lifted = looked_at(
            lambda second: 100 - pull * (second > 60) - 4 * (second > 66) - (95 - pull) * (second > 72),  # noqa: B023
            seconds=120,
            every=every,
        )

        assert found(lifted) == []


@pytest.mark.parametrize("every", [0.1, 0.25, 1.0])
def test_a_hand_that_leaves_a_keg_bit_by_bit_takes_nothing_with_it(every: float) -> None:
    pours = found(
        looked_at(lambda second: 100 + 9 * (40 < second < 140) - 1.2 * (80 < second < 140), seconds=240, every=every)
    )

    assert pours == []


def cooling(cycle_s: float, *, sharp: float) -> Platform:
    """A compressor's sawtooth: 180 g that fall within a share of a cycle, then come back."""
    low = 1 - math.exp(-0.4 / sharp)

    def felt(second: float) -> float:
        phase = second % cycle_s / cycle_s
        share = 1 - math.exp(-phase / sharp) if phase < 0.4 else low * math.exp(-(phase - 0.4) / sharp)
        return 40 - 180 * GRAM_LBS * share

    return felt


@pytest.mark.parametrize("every", [2.0, 10.0, 30.0, 45.0, 60.0])
@pytest.mark.parametrize("cycle_s", [1200, 1800, 2400])
def test_the_sharp_edge_of_a_compressor_is_no_pour_however_rarely_somebody_looks(every: float, cycle_s: int) -> None:
    for seed in range(3):
        shift = seed * every / 3 - 600
        keg = cooling(cycle_s, sharp=0.12)

        assert found(looked_at(lambda at: keg(at - shift), seconds=8 * 3600, every=every, seed=seed)) == []  # noqa: B023


@pytest.mark.parametrize("every", [30.0, 45.0, 60.0])
def test_glasses_beside_a_compressor_are_found_by_one_who_looks_rarely(every: float) -> None:
    keg, dice = cooling(1800, sharp=0.12), random.Random(5)
    glasses = [glass(300 + 400 * n + dice.uniform(0, 100), dice.choice((8, 12, 16))) for n in range(40)]
    drawn = poured(0, *glasses)

    pours = found(looked_at(lambda at: keg(at) + drawn(at), seconds=16_600, every=every))

    assert len(pours) == len(glasses)
    assert sum(map(ounces, pours)) == pytest.approx(sum(one.ounces for one in glasses), rel=0.03)


def test_a_fall_across_a_silence_is_unseen_and_its_beer_is_counted() -> None:
    before = looked_at(poured(100), seconds=60, every=1.0)
    after = [Weight(600 + one.at_s, one.lbs - 40 * OUNCE_LBS) for one in before]

    pours = found([*before, *after])

    assert [pour.unseen for pour in pours] == [True]
    assert ounces(pours[0]) == pytest.approx(40, abs=0.2)
    assert (pours[0].start_s, pours[0].seconds) == pytest.approx((59, 541), abs=2)


def test_what_a_cooler_does_while_nobody_looks_is_not_unseen_beer() -> None:
    before = looked_at(poured(100), seconds=60, every=1.0)

    for grams in (-180, 180):
        after = [Weight(4000 + one.at_s, one.lbs + grams * GRAM_LBS) for one in before]
        assert found([*before, *after]) == []


def test_a_keg_changed_while_nobody_looked_is_no_pour_where_it_is_heavier() -> None:
    before = looked_at(poured(40), seconds=60, every=1.0)
    after = [Weight(600 + one.at_s, one.lbs + 120) for one in before]

    assert found([*before, *after]) == []


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), cuts=st.lists(st.integers(1, 399), max_size=12), every=st.sampled_from([0.5, 2.0]))
def test_it_makes_no_difference_where_a_batch_ends(seed: int, cuts: list[int], every: float) -> None:
    platform = poured(130, *(glass(40 + 60 * n, 4 + 4 * n) for n in range(4)))
    trace = looked_at(platform, seconds=400 * every, every=every, seed=seed)
    whole = [Weight(float(int(one.at_s)), one.lbs) for one in trace]
    seeking, once = seek(None, whole)

    bounds = sorted({0, *cuts, len(whole)})
    memory, pieces = None, []
    for start, end in pairwise(bounds):
        memory, pours = seek(memory, whole[start:end])
        pieces += pours

    assert len(pieces) == len(once)
    for one, other in zip(once, pieces, strict=True):
        assert ounces(one) == pytest.approx(ounces(other), abs=0.3)  # what is remembered is rounded, and bands are not
        assert one.start_s == pytest.approx(other.start_s, abs=1.1)
    assert seeking is not None
    assert memory is not None
    assert memory.whole
    assert memory.rests == seeking.rests


def test_a_weight_at_rest_is_where_seeking_can_go_on() -> None:
    seeking, pours = seek(at_rest(100.0, 50.0), [Weight(400.0 + n, 98.0) for n in range(5)])

    assert [pour.unseen for pour in pours] == [True]
    assert seeking is not None
    assert seeking.rests


def test_nothing_to_look_at_changes_nothing() -> None:
    seeking = at_rest(100.0, 50.0)

    assert find_pours([], []) == []
    assert seek(seeking, []) == (seeking, [])


@pytest.mark.parametrize(
    ("weights", "times", "stable"),
    [
        ([1.0, 2.0], [0.0], None),
        ([1.0, 2.0], [0.0, 1.0], [True]),
        ([1.0, 2.0], [1.0, 0.0], None),
        ([1.0, float("nan")], [0.0, 1.0], None),
        ([1.0, 2.0], [0.0, float("inf")], None),
    ],
)
def test_what_is_no_trace_is_refused(
    weights: list[float], times: list[float], stable: list[bool | None] | None
) -> None:
    with pytest.raises(Invalid):
        find_pours(weights, times, stable=stable)
