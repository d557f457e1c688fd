"""The simulated bar as the product sees it: its truth, its levers, its story, and what it refuses."""

import asyncio
from pathlib import Path

import pytest
from fake_child import command
from live_bar import ELSEWHERE, ONE, T0, TWO, run, until
from simulated import (
    FAST,
    ROOT,
    SCALES,
    kegs,
    living,
    plan,
    pretended,
    set_up_two_beers,
    told_at,
    until_true,
)

from app.simulator import Simulator, SimulatorRefused
from backend.clock import DemoClock
from backend.domain.ids import TapId
from backend.domain.member import OWNER
from backend.domain.refusal import Invalid, NotFound
from backend.ports import Ports
from backend.usecases.set_up import set_up_tap

THREE = TapId("loc-001", 3)


@pytest.fixture
def ports(ports: Ports) -> Ports:
    """The ports of a bar that is set up."""
    return set_up_two_beers(ports)


def test_the_truth_is_told_by_tap(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            truth = await simulator.truth()

            assert set(truth) == {ONE, TWO}
            assert truth[ONE].gallons == pytest.approx(100 / (8.345 * 1.010))
            assert truth[TWO].gallons == pytest.approx(80 / (8.345 * 1.010))
            assert truth[ONE].weight_lbs > 129.7
            assert not truth[ONE].pouring
            assert not truth[ONE].online
            assert simulator.running
        assert not simulator.running

    run(story())


def test_a_bar_goes_on_with_what_stood_in_place_of_its_kegs(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports, stands_lbs={1: 44.092, 2: 0.0}) as simulator:
            truth = await simulator.truth()

            assert (truth[ONE].stands_lbs, truth[TWO].stands_lbs) == (44.092, 0.0)
            assert (truth[ONE].beer_lbs, truth[TWO].beer_lbs) == (100.0, 80.0)
            await simulator.put_back(ONE)
            await until_true(simulator, lambda told: told[ONE].weight_lbs > 129)
            assert (await simulator.truth())[ONE].stands_lbs is None

    run(story())


def test_a_pour_takes_what_was_ordered_out_of_that_keg_alone(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            before = await simulator.truth()
            await simulator.pour(ONE, oz=16)
            assert (await simulator.truth())[ONE].pouring
            await until_true(simulator, lambda truth: not truth[ONE].pouring)
            after = await simulator.truth()

            assert before[ONE].gallons - after[ONE].gallons == pytest.approx(16 / 128)
            assert before[TWO].gallons == after[TWO].gallons

    run(story())


def test_the_story_goes_on_without_a_jump_when_its_speed_changes(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports, speed=1) as simulator:
            moments = [await told_at(simulator)]
            for speed in (60, 600, 1, 10):
                before = simulator.story.seconds
                await simulator.set_speed(speed)
                after = simulator.story.seconds
                assert 0 <= after - before < 0.5 * 600
                assert simulator.story.speed == speed
                moments.append(await told_at(simulator))
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.2)
            bar, ours = await told_at(simulator), simulator.story.seconds

            assert moments == sorted(moments)
            assert bar == pytest.approx(ours, abs=10)

    run(story())


@pytest.mark.parametrize("speed", [0, -1, 601, float("nan")])
def test_a_speed_out_of_bounds_changes_nothing(ports: Ports, speed: float) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            with pytest.raises(ValueError, match="speed"):
                await simulator.set_speed(speed)

            assert simulator.story.speed == FAST

    run(story())


def test_guests_can_be_sent_home_and_let_in(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            await simulator.set_drinkers(on=False)
            assert not simulator.drinkers_on
            await simulator.set_drinkers(on=True)
            assert simulator.drinkers_on

    run(story())


def test_bumps_hands_and_wifi_reach_the_bar(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            await simulator.bump(ONE)
            await simulator.lean(ONE, lbs=5, seconds=60)
            with pytest.raises(SimulatorRefused, match="a hand is on the keg already"):
                await simulator.lean(ONE)
            await simulator.wifi(ONE, up=True)

    run(story())


def test_a_tap_without_a_simulated_scale_is_refused_whatever_is_asked(ports: Ports) -> None:
    set_up_tap(ports, tap_id=THREE, member=OWNER)

    async def story() -> None:
        async with living(ports) as simulator:
            asked = [
                simulator.pour(THREE, oz=16),
                simulator.bump(ELSEWHERE),
                simulator.lean(THREE),
                simulator.wifi(THREE, up=True),
                simulator.change(THREE),
                simulator.change(TapId("loc-009", 9)),
            ]
            for one in asked:
                with pytest.raises(SimulatorRefused, match="no simulated scale stands under tap loc-00"):
                    await one

    run(story())


def test_what_is_no_beer_or_size_is_refused_and_the_keg_stays(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            with pytest.raises(NotFound, match="no beer water"):
                await simulator.change(ONE, beer_id="water")
            with pytest.raises(Invalid, match="no keg type"):
                await simulator.change(ONE, type_id="bucket")

            assert (await simulator.truth())[ONE].gallons == pytest.approx(100 / (8.345 * 1.010))

    run(story())
    assert len(kegs(ports)) == 1


def test_a_tap_that_has_no_beer_yet_asks_for_one(ports: Ports) -> None:
    set_up_tap(ports, tap_id=THREE, member=OWNER)

    async def story() -> None:
        simulator = Simulator(ports, DemoClock(start=T0), scales={THREE: "SCALE-3"}, command=["false"], folder=ROOT)
        with pytest.raises(SimulatorRefused, match="say which beer"):
            await simulator.change(THREE)

    run(story())


def test_a_bar_that_has_ended_says_so(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            process = simulator._pipe._process
            assert process is not None
            process.kill()
            await until(lambda: not simulator.running)
            for one in (simulator.truth(), simulator.pour(ONE, oz=4), simulator.change(ONE)):
                with pytest.raises(SimulatorRefused, match="wait a moment, it is started again by itself"):
                    await one

    run(story())


def test_a_plan_that_is_refused_is_a_refusal(ports: Ports, tmp_path: Path) -> None:
    script = """
for order in orders():
    say(event="error", message="the plan has 0 scales: give 1 to 200", id=order["id"])
"""

    async def story() -> None:
        simulator = Simulator(
            ports, DemoClock(start=T0), scales=SCALES, command=command(tmp_path, script), folder=tmp_path
        )
        with pytest.raises(SimulatorRefused, match="give 1 to 200"):
            await simulator.start(plan((100, 80)))
        await simulator.stop()

    run(story())


def test_strange_scales_in_what_the_bar_says_change_nothing(
    ports: Ports, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = """
say(event="kicked", scale="SCALE-99")
say(event="changed", scale="SCALE-1", lifted_at=1, placed_at=2)
say(event="error", message="a scale smokes")
for order in orders():
    say(event="truth", id=order["id"], scales=[
        {"scale": "SCALE-99", "beer_lbs": 0, "gallons": 0, "weight_lbs": 0, "pouring": False, "online": False},
        {"scale": "SCALE-2", "beer_lbs": 5, "gallons": 1, "weight_lbs": 40, "pouring": True, "online": True},
    ])
"""

    async def story() -> None:
        async with pretended(ports, tmp_path, script) as simulator:
            truth = await simulator.truth()
            await simulator.replace_empty()

            assert list(truth) == [TWO]
            assert simulator._bartenders == set()

    run(story())
    out = capsys.readouterr().out
    assert "a scale smokes" in out
    assert len(kegs(ports)) == 1
