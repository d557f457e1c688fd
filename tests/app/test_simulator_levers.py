"""The levers of the simulator page: each does what it says in the bar, and the page says how far the board is off."""

import asyncio

import pytest
from live_bar import ONE, T0, TWO, run, until
from simulated import FAST, living, set_up_two_beers, until_true

from app.demo_people import ROBIN
from app.pages.simulated_tap import truth_words
from app.pages.simulator_levers import PULLS, groups_of
from app.simulator import SimulatorRefused, Truth
from backend.domain.maintenance import AsideKind
from backend.domain.member import OWNER
from backend.domain.refusal import Conflict
from backend.ports import Ports
from backend.usecases import load
from backend.usecases.maintenance import begin_maintenance


@pytest.fixture
def ports(ports: Ports) -> Ports:
    """The ports of a bar that is set up."""
    return set_up_two_beers(ports)


def test_every_lever_is_drawn_once_and_every_word_has_its_lever() -> None:
    sound = Truth(gallons=1, weight_lbs=40, pouring=False, online=True)
    broken = Truth(gallons=1, weight_lbs=40, pouring=False, online=False, fault="stuck")

    drawn = [{lever["key"] for group in groups_of(one) for lever in group["levers"]} for one in (sound, broken)]

    assert drawn[0] | drawn[1] == set(PULLS)
    assert (drawn[0] - drawn[1], drawn[1] - drawn[0]) == ({"wifi_off", "fault"}, {"wifi_on", "mend"})


@pytest.mark.parametrize("key", sorted(PULLS))
def test_every_lever_is_obeyed_by_the_bar(ports: Ports, key: str) -> None:
    async def story() -> None:
        async with living(ports, speed=1.0) as simulator:
            if key == "back":  # of a keg that was lifted before
                await PULLS["lift"].act(simulator, TWO, OWNER)
                await until_true(simulator, lambda truth: not truth[TWO].changing)
            await PULLS[key].act(simulator, TWO, OWNER)

    run(story())
    assert PULLS[key].said.format(tap=2).endswith(".")
    assert PULLS[key].expect.endswith(".")


def test_another_keg_is_put_on_part_full_in_a_heavier_shell_and_nobody_is_told(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            await simulator.put_on(ONE, beer_id="stout", type_id="sixth_barrel", filled=0.5, heavier_lbs=2.0)
            await until_true(simulator, lambda truth: truth[ONE].gallons == pytest.approx(31 / 12, abs=1e-6))
            truth = (await simulator.truth())[ONE]

            beer_lbs = 31 / 12 * 8.345 * 1.014
            assert truth.weight_lbs == pytest.approx(17.5 + beer_lbs, abs=0.2)

    run(story())
    assert load.tap(ports, ONE).keg_id is not None


def test_cleaning_a_line_says_so_lets_beer_run_and_says_that_it_is_done(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            before = (await simulator.truth())[ONE].gallons
            await simulator.clean(ONE, member=ROBIN)
            aside = load.tap(ports, ONE).aside
            assert aside is not None
            assert (aside.kind, aside.ended_at, aside.by) == (AsideKind.CLEANING, None, ROBIN.sub)
            await until(lambda: load.tap(ports, ONE).cleaned_at)
            after = (await simulator.truth())[ONE]

            assert 128 * (before - after.gallons) == pytest.approx(96, abs=0.1)
            assert not after.pouring

    run(story())
    cleaned = load.tap(ports, ONE).aside
    assert cleaned is not None
    assert cleaned.ended_at is not None


def test_a_line_of_an_empty_keg_is_not_called_clean(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports, beer_lbs=(0.0, 80.0)) as simulator:
            with pytest.raises(SimulatorRefused, match="no beer left"):
                await simulator.clean(ONE, member=ROBIN)

    run(story())
    tap = load.tap(ports, ONE)
    assert tap.cleaned_at is None
    assert tap.aside is not None
    assert tap.aside.ended_at is not None


def test_a_tap_that_is_set_aside_for_something_else_is_not_cleaned(ports: Ports) -> None:
    begin_maintenance(ports, tap_id=ONE, kind=AsideKind.MAINTENANCE, member=OWNER, now=T0)

    async def story() -> None:
        async with living(ports, speed=1.0) as simulator:
            with pytest.raises(Conflict, match="end that first"):
                await simulator.clean(ONE, member=ROBIN)

            assert not (await simulator.truth())[ONE].pouring

    run(story())


def test_the_bartender_leaves_a_weight_alone_that_stands_in_place_of_an_empty_keg(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports, beer_lbs=(0.0, 80.0)) as simulator:
            await simulator.replace_empty()
            await simulator.place(ONE, lbs=44.1)
            await asyncio.sleep(100 / FAST)
            await until(lambda: simulator._bartenders == set())

            truth = (await simulator.truth())[ONE]
            assert (truth.weight_lbs, truth.beside) == (44.1, True)

    run(story())


def test_the_truth_is_told_in_words() -> None:
    lifted = Truth(gallons=3, weight_lbs=0, pouring=False, online=False, beside=True, fault="stuck")
    moved = Truth(gallons=3, weight_lbs=0, pouring=False, online=True, beside=True, changing=True)
    pouring = Truth(gallons=3, weight_lbs=60.04, pouring=True, online=True)

    said = [truth_words(truth, volume="3.00 gal") for truth in (lifted, moved, pouring)]

    assert said == [
        "3.00 gal, 0.0 lb on the platform, its keg beside it, chip stuck, offline",
        "3.00 gal, 0.0 lb on the platform, being moved",
        "3.00 gal, 60.0 lb on the platform, pouring",
    ]
