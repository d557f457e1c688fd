"""Pours on the board: the shipped firmware measures them, the board follows and rests where the beer is."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scale_stream import LOAD, OUNCE, T0, Platform, Sent, at_rest_at, pour, published, shows, weighed

from backend.domain.shown import shown_level

FULL = 140.0


def _net(gross: float) -> float:
    return gross - LOAD.empty_lbs


@pytest.mark.parametrize("ounces", [4, 5, 8, 12, 16, 20])
@pytest.mark.parametrize("rate", [1.0, 2.0, 3.0])
def test_a_pour_starts_to_fall_soon_and_rests_within_an_ounce(ounces: int, rate: float) -> None:
    gone = pour(40, ounces, rate=rate)
    last_drop = 40 + ounces / rate

    told = shows(published(lambda second: FULL - gone(second), seconds=last_drop + 5, seed=ounces))

    falling = next(sent.second for sent, shown in told if shown.net_lbs < _net(FULL) - 0.05)
    four_ounces_gone = 40 + 4 / rate
    assert falling <= four_ounces_gone + 1.5
    rested = next(shown for sent, shown in told if sent.second > last_drop and sent.stable)
    assert rested.net_lbs == pytest.approx(_net(FULL) - ounces * OUNCE, abs=OUNCE)
    assert next(sent.second for sent, _ in told if sent.second > last_drop and sent.stable) <= last_drop + 2
    assert not rested.pouring


def test_the_board_says_that_it_pours_while_it_pours() -> None:
    gone = pour(40, 16)

    told = shows(published(lambda second: FULL - gone(second), seconds=60))

    pouring = [sent.second for sent, shown in told if shown.pouring]
    assert 40 < pouring[0] < 42
    assert 46 < pouring[-1] < 51


def test_a_pour_never_shows_more_beer_than_before_it() -> None:
    gone = pour(40, 20)

    told = shows(published(lambda second: FULL - gone(second), seconds=60))

    nets = [shown.net_lbs for _, shown in told]
    assert all(later <= earlier + 0.02 for earlier, later in itertools.pairwise(nets))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), pause=st.floats(2, 40), ounces=st.sampled_from([4, 8, 12, 16, 20]))
def test_pours_in_a_row_each_rest_within_an_ounce(seed: int, pause: float, ounces: int) -> None:
    starts = [20 + n * (ounces / 2 + pause) for n in range(4)]
    pours = [pour(start, ounces) for start in starts]

    def platform(second: float) -> float:
        return FULL - sum(gone(second) for gone in pours)

    told = shows(published(platform, seconds=starts[-1] + ounces / 2 + 6, seed=seed))

    assert told[-1][1].net_lbs == pytest.approx(_net(FULL) - 4 * ounces * OUNCE, abs=OUNCE)


def test_a_claimed_taster_counts_however_small() -> None:
    rest = shown_level(None, weighed(at_rest_at(FULL, 0)), load=LOAD)

    after = shown_level(rest, weighed(at_rest_at(FULL - 0.07, 20), claimed_lbs=0.068), load=LOAD)

    assert after.net_lbs == pytest.approx(_net(FULL) - 0.07)


def test_a_claim_does_not_make_beer_of_a_hand_under_the_keg() -> None:
    rest = shown_level(None, weighed(at_rest_at(FULL, 0)), load=LOAD)

    held = shown_level(rest, weighed(at_rest_at(FULL - 6, 3), claimed_lbs=0.26), load=LOAD)
    free = shown_level(held, weighed(at_rest_at(FULL - 0.26, 9)), load=LOAD)

    assert held.net_lbs == pytest.approx(_net(FULL))
    assert free.net_lbs == pytest.approx(_net(FULL), abs=0.3)


def _evening(seed: int) -> tuple[list[Sent], list[tuple[float, float]], float]:
    """Eight hours of a bar as messages without the chip: 60 pours, a cooler that wanders, a heartbeat of 30 s."""
    dice = random.Random(seed)
    starts = sorted(dice.sample(range(60, 8 * 3600 - 60, 40), 60))
    wander = dice.uniform(0.22, 0.4)  # lb peak to peak in an hour

    def drift(second: float) -> float:
        hour = second / 3600 % 1
        return wander * (hour if hour < 0.5 else 1 - hour) * 2

    sent, pours, left, last = [], [], 150.0, 0.0
    for start in starts:
        heartbeat = last
        while heartbeat + 30 < start:
            heartbeat += 30
            sent.append(at_rest_at(left + drift(heartbeat) + dice.gauss(0, 0.001), heartbeat))
        sent.append(at_rest_at(left + drift(start), start))
        ounces = dice.choice([4, 8, 12, 16, 16, 16, 20])
        for step in range(1, ounces + 1):
            second = start + step / 2
            sent.append(at_rest_at(left - step * OUNCE + drift(second), second, stable=False))
        left -= ounces * OUNCE
        last = start + ounces / 2 + 1.5
        sent.append(at_rest_at(left + drift(last) + dice.gauss(0, 0.001), last))
        pours.append((last, left))
    return sent, pours, left


@pytest.mark.parametrize("seed", range(8))
def test_an_evening_of_sixty_pours_ends_within_a_tenth_of_a_gallon(seed: int) -> None:
    sent, _, left = _evening(seed)

    told = shows(sent)

    assert told[-1][1].net_lbs == pytest.approx(_net(left), abs=0.1 * 128 * OUNCE)


@pytest.mark.parametrize("seed", range(4))
def test_every_pour_of_an_evening_falls_by_what_was_poured(seed: int) -> None:
    sent, pours, _ = _evening(seed)

    rests = {one.second: shown.rest_net_lbs for one, shown in shows(sent)}

    falls = [(rests[a[0]] - rests[b[0]], a[1] - b[1]) for a, b in itertools.pairwise(pours)]
    close = sum(abs(seen - true) <= OUNCE for seen, true in falls)
    assert close >= len(falls) - 2  # one or two may be set right to the absolute weight at their end


@pytest.mark.parametrize("step", [4, 7, 12, 20])
def test_a_story_at_sixty_times_shows_pours_although_readings_are_seconds_apart(step: int) -> None:
    gone = pour(100, 16)
    platform: Platform = lambda second: FULL - gone(second)  # noqa: E731 - a curve
    stream = [at_rest_at(platform(second), second, stable=not 100 < second < 108) for second in range(0, 200, step)]

    told = shows(stream)

    assert told[-1][1].net_lbs == pytest.approx(_net(FULL) - 16 * OUNCE, abs=OUNCE)


def test_an_emptied_keg_shows_nothing_and_never_less() -> None:
    gone = pour(20, 200, rate=3)

    told = shows(published(lambda second: max(29.5, 38.0 - gone(second)), seconds=100))

    assert min(shown.net_lbs for _, shown in told) == 0.0
    assert told[-1][1].net_lbs == pytest.approx(0.0, abs=0.05)
    assert told[0][0].t == T0
