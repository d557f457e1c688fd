"""What swings, and what a scale says wrongly once: neither is shown as beer, and neither brings beer back."""

import json

import pytest
from scale_stream import LOAD, OUNCE, Sent, at_rest_at, pour, published, shows, weighed

from backend.domain.shown import Shown, shown_level, shown_lifted
from firmware.sim.bar import Bar
from firmware.sim.proof import plan_of

FULL = 140.0
NET = FULL - LOAD.empty_lbs


def _said_by_the_simulated_bar(seed: int, *, lean_lbs: float = 0.0, bump_lbs: float = 0.0) -> list[list[Sent]]:
    """A minute of two scales with nobody pouring; after 40 s somebody leans on the kegs for 6 s, or knocks."""
    bar = Bar({**plan_of(seed, 2), "drinkers": False})
    said: list[list[Sent]] = [[], []]
    for tick in range(600):
        if tick == 400 + seed % 10:
            for twin in bar.twins:
                if lean_lbs:
                    twin.stand.lean(lean_lbs, 6.0)
                else:
                    twin.stand.bump(bump_lbs)
        bar.tick()
        for twin, sent in zip(bar.twins, said, strict=True):
            for _, payload in twin.app.take():
                one = json.loads(payload)
                sent.append(Sent(one["t"], one["weight_lbs"], one["stable"], tick / 10))
    return said


@pytest.mark.parametrize("lbs", [2.0, 5.0, 12.0])
@pytest.mark.parametrize("seed", range(8))
def test_a_leaning_hand_that_leaves_is_never_shown_as_a_pour(lbs: float, seed: int) -> None:
    for sent in _said_by_the_simulated_bar(seed, lean_lbs=lbs):
        told = [shown for one, shown in shows(sent) if one.second > 38]

        assert not any(shown.pouring for shown in told)
        assert {round(shown.net_lbs, 2) for shown in told} == {round(told[0].net_lbs, 2)}


@pytest.mark.parametrize("lbs", [-8.0, -3.0, 1.0, 6.0])
@pytest.mark.parametrize("seed", range(5))
def test_a_knock_is_never_shown_as_a_pour(lbs: float, seed: int) -> None:
    for sent in _said_by_the_simulated_bar(seed, bump_lbs=lbs):
        told = [shown for one, shown in shows(sent) if one.second > 38]

        assert not any(shown.pouring for shown in told)


@pytest.mark.parametrize("rate", [0.7, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("seed", range(4))
def test_a_real_pour_is_shown_within_a_second_of_its_fourth_ounce(rate: float, seed: int) -> None:
    start = 40 + seed / 12
    gone = pour(start, 8, rate=rate)

    told = shows(published(lambda second: FULL - gone(second), seconds=70, seed=seed))

    falling = next(sent.second for sent, shown in told if sent.second > 39 and shown.net_lbs < NET - 0.05)
    assert falling <= start + 4 / rate + 1.0


def test_a_knock_in_mid_pour_is_not_shown_as_beer_for_a_reading() -> None:
    falls = (0.1, 0.2, 0.3, 2.1, 0.5, 0.6)

    told = shows([at_rest_at(FULL - fall, 5 + n, stable=False) for n, fall in enumerate(falls)], before=_rest())

    assert min(shown.net_lbs for _, shown in told) == pytest.approx(NET - 0.6, abs=0.11)


def _rest() -> Shown:
    return shown_level(None, weighed(at_rest_at(FULL, 0)), load=LOAD)


def _after(wrong_lbs: float, shown: Shown, *, second: int) -> Shown:
    """What is remembered after a reading that cannot be: below half of the shell it says that the keg is lifted."""
    if wrong_lbs < LOAD.empty_lbs / 2:
        return shown_lifted(shown)
    return shown_level(shown, weighed(at_rest_at(wrong_lbs, second)), load=LOAD)


@pytest.mark.parametrize("wrong_lbs", [-5.0, 60.0, FULL + 3, 600.0])
@pytest.mark.parametrize("goes_on", [True, False])
def test_a_wrong_weight_in_mid_pour_brings_no_beer_back(wrong_lbs: float, *, goes_on: bool) -> None:
    falling = [at_rest_at(FULL - ounces * OUNCE, 10 + ounces // 2, stable=False) for ounces in range(2, 9, 2)]
    poured = shows(falling, before=_rest())[-1][1]

    nets = [poured.net_lbs]
    shown = _after(wrong_lbs, poured, second=15)
    nets.append(shown.net_lbs)
    for ounces in range(10, 16, 2) if goes_on else ():
        shown = shown_level(
            shown, weighed(at_rest_at(FULL - ounces * OUNCE, 10 + ounces // 2, stable=False)), load=LOAD
        )
        nets.append(shown.net_lbs)
    shown = shown_level(shown, weighed(at_rest_at(FULL - 16 * OUNCE, 19)), load=LOAD)

    assert poured.pouring
    assert all(net <= poured.net_lbs for net in nets)
    assert shown.net_lbs == pytest.approx(NET - 16 * OUNCE)
    assert not shown.unseated


def test_a_keg_lifted_in_mid_pour_comes_back_with_what_was_left() -> None:
    falling = [at_rest_at(FULL - ounces * OUNCE, 10 + ounces // 2, stable=False) for ounces in range(2, 9, 2)]
    lifted = shown_lifted(shows(falling, before=_rest())[-1][1])

    back = shown_level(lifted, weighed(at_rest_at(FULL - 8 * OUNCE + 0.05, 40)), load=LOAD)

    assert back.net_lbs == pytest.approx(NET - 8 * OUNCE, abs=0.15)
    assert back.net_lbs <= lifted.net_lbs
