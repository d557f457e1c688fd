"""The simulated bar as the product sees it, with the real child process; no broker is needed, its scales stay alone."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fake_child import command
from live_bar import ELSEWHERE, HALF, ONE, T0, TWO, run, set_up, until

import app.simulator
from app.simulator import BARTENDER_TAKES, Simulator, SimulatorRefused
from backend.clock import DemoClock
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState
from backend.domain.member import OWNER
from backend.domain.refusal import Invalid, NotFound
from backend.domain.times import EPOCH
from backend.ports import Ports, StoreUnavailable
from backend.usecases import load
from backend.usecases.change_keg import change_keg
from backend.usecases.set_up import add_beer, set_up_tap
from backend.usecases.view_tap import kegs_of

ROOT = Path(__file__).parents[2]
SCALES = {ONE: "SCALE-1", TWO: "SCALE-2"}
FAST = 200.0
STOUT = Beer(beer_id="stout", name="Stout", specific_gravity=1.014)
THREE = TapId("loc-001", 3)


@pytest.fixture
def ports(ports: Ports) -> Ports:
    """The ports of a bar that is set up."""
    set_up(ports)
    add_beer(ports, beer=STOUT, location_id="loc-001", member=OWNER)
    return ports


@contextlib.asynccontextmanager
async def living(
    ports: Ports, *, beer_lbs: tuple[float, float] = (100.0, 80.0), speed: float = FAST
) -> AsyncIterator[Simulator]:
    """The real simulated bar with so much beer on its two taps, while the block runs; nobody drinks there."""
    clock = DemoClock(start=T0, speed=speed)
    simulator = Simulator(ports, clock, scales=SCALES, command=[sys.executable, "-m", "firmware.sim"], folder=ROOT)
    await simulator.start(plan(beer_lbs))
    try:
        yield simulator
    finally:
        await simulator.stop()


def plan(beer_lbs: tuple[float, float]) -> dict[str, Any]:
    keg = {"shell_lbs": 29.7, "full_lbs": 160.3, "sg": 1.010}
    return {
        "seed": 1,
        "broker": {"host": "127.0.0.1", "port": 1},
        "drinkers": False,
        "scales": [{"scale": f"SCALE-{n}", "beer_lbs": lbs, **keg} for n, lbs in enumerate(beer_lbs, start=1)],
    }


def kegs(ports: Ports, tap_id: TapId = ONE) -> list[Keg]:
    """The kegs that stood on a tap, newest first."""
    return list(kegs_of(ports, tap_id=tap_id, until=T0 + timedelta(days=1), limit=10))


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


def test_a_pour_takes_what_was_ordered_out_of_that_keg_alone(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            before = await simulator.truth()
            await simulator.pour(ONE, oz=16)
            assert (await simulator.truth())[ONE].pouring
            await _until_true(simulator, lambda truth: not truth[ONE].pouring)
            after = await simulator.truth()

            assert before[ONE].gallons - after[ONE].gallons == pytest.approx(16 / 128)
            assert before[TWO].gallons == after[TWO].gallons

    run(story())


def test_a_changed_keg_is_told_to_the_product_once_with_the_moments_of_the_bar(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []

    def heard(*args: Any, **fields: Any) -> Keg:
        told.append(fields)
        return change_keg(*args, **fields)

    monkeypatch.setattr(app.simulator, "change_keg", heard)

    async def story() -> None:
        async with living(ports) as simulator:
            began = await _told_at(simulator)
            await simulator.change(ONE)
            await until(lambda: told)
            await asyncio.sleep(60 / FAST)
            truth = await simulator.truth()
            ended = await _told_at(simulator)

            assert len(told) == 1
            lifted, placed = (_seconds(told[0][name]) for name in ("lifted_at", "at"))
            assert began - 1 < lifted < placed <= ended
            assert (lifted % 1, placed % 1) == (0, 0)  # a scale's clock tells whole seconds
            assert 41.2 + 1 <= placed - lifted <= 41.2 + 3
            assert told[0]["tap_id"] == ONE
            assert truth[ONE].gallons == pytest.approx(15.5, abs=1e-6)

    run(story())
    fresh, old = kegs(ports)
    assert fresh.tapped_at == told[0]["at"]
    assert old.closed_at == told[0]["lifted_at"]
    assert fresh.beer_id == "pils"
    assert len(kegs(ports, TWO)) == 1


def test_another_beer_in_another_size_is_put_on_as_it_was_asked_for(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            await simulator.change(ONE, beer_id="stout", type_id="sixth_barrel")
            await until(lambda: len(kegs(ports)) == 2)
            truth = await simulator.truth()

            assert truth[ONE].gallons == pytest.approx(31 / 6, abs=1e-6)

    run(story())
    fresh = kegs(ports)[0]
    tap = load.tap(ports, ONE)
    assert (fresh.beer_id, fresh.type_id) == ("stout", "sixth_barrel")
    assert (tap.keg_id, tap.specific_gravity) == (fresh.keg_id, 1.014)


def test_a_refused_change_does_not_take_the_place_of_the_one_under_way(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            await simulator.change(ONE)
            with pytest.raises(SimulatorRefused, match="being changed already"):
                await simulator.change(ONE, beer_id="stout")
            await until(lambda: len(kegs(ports)) == 2)
            await asyncio.sleep(60 / FAST)

    run(story())
    assert [keg.beer_id for keg in kegs(ports)] == ["pils", "pils"]


def test_the_bartender_comes_once_a_keg_ran_empty_and_not_before(ports: Ports) -> None:
    emptied: list[float] = []

    async def story() -> None:
        async with living(ports, beer_lbs=(0.5, 80.0)) as simulator:
            heard = simulator._pipe._heard

            def hear(said: Any) -> None:
                if said.get("event") == "kicked":
                    emptied.append(said["t"])
                heard(said)

            simulator._pipe._heard = hear
            await simulator.pour(ONE, oz=16)
            await until(lambda: len(kegs(ports)) == 2)

    run(story())
    fresh, old = kegs(ports)
    assert len(emptied) == 1
    assert old.closed_at is not None
    waited = _seconds(old.closed_at) - emptied[0]
    takes = BARTENDER_TAKES.total_seconds()
    assert takes - 0.3 * FAST <= waited <= takes + 1.5 * FAST  # a busy machine lets the bar fall behind its clock
    assert fresh.state is KegState.ON_TAP
    assert len(kegs(ports, TWO)) == 1


def test_the_bartender_leaves_a_keg_alone_that_somebody_changed_meanwhile(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports, beer_lbs=(0.0, 80.0)) as simulator:
            await simulator.replace_empty()
            await simulator.change(ONE)
            await until(lambda: len(kegs(ports)) == 2)
            await asyncio.sleep((BARTENDER_TAKES.total_seconds() + 120) / FAST)

            assert simulator._bartenders == set()

    run(story())
    assert len(kegs(ports)) == 2


def test_after_a_restart_the_bartender_is_sent_to_the_empty_kegs_and_no_others(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports, beer_lbs=(0.0, 80.0)) as simulator:
            await simulator.replace_empty()
            await until(lambda: len(kegs(ports)) == 2)

            assert (await simulator.truth())[ONE].gallons == pytest.approx(15.5, abs=1e-6)

    run(story())
    assert len(kegs(ports, TWO)) == 1


def test_the_story_goes_on_without_a_jump_when_its_speed_changes(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports, speed=1) as simulator:
            moments = [await _told_at(simulator)]
            for speed in (60, 600, 1, 10):
                before = simulator.story.seconds
                await simulator.set_speed(speed)
                after = simulator.story.seconds
                assert 0 <= after - before < 0.5 * 600
                assert simulator.story.speed == speed
                moments.append(await _told_at(simulator))
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.2)
            bar, ours = await _told_at(simulator), simulator.story.seconds

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
                with pytest.raises(SimulatorRefused, match="stop the demo and start it again"):
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


CHANGES_ONE = f"""
for order in orders():
    say(event="done", id=order["id"])
    if order["do"] == "change":
        say(event="changed", scale="SCALE-1", lifted_at={T0.timestamp()} + 1, placed_at={T0.timestamp()} + 41)
"""


@contextlib.asynccontextmanager
async def pretended(ports: Ports, folder: Path, script: str) -> AsyncIterator[Simulator]:
    """A bar that is only pretended, a minute into its story."""
    clock = DemoClock(start=T0 + timedelta(minutes=1))
    simulator = Simulator(ports, clock, scales=SCALES, command=command(folder, script), folder=folder)
    await simulator.start(plan((100, 80)))
    try:
        yield simulator
    finally:
        await simulator.stop()


def test_a_store_that_is_away_is_told_of_the_change_once_it_is_back(
    ports: Ports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def sometimes(*args: Any, **fields: Any) -> Keg:
        tries.append(1)
        if len(tries) < 3:
            raise StoreUnavailable("the disk is full")
        return change_keg(*args, **fields)

    monkeypatch.setattr(app.simulator, "change_keg", sometimes)
    monkeypatch.setattr(app.simulator, "AGAIN_S", 0.02)

    async def story() -> None:
        async with pretended(ports, tmp_path, CHANGES_ONE) as simulator:
            await simulator.change(ONE)
            await until(lambda: len(kegs(ports)) == 2)

    run(story())
    assert len(tries) == 3


def test_a_change_that_is_refused_is_told_once_and_logged(
    ports: Ports, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change_keg(ports, tap_id=ONE, keg=HALF, at=T0 + timedelta(seconds=50), member=OWNER, now=T0 + timedelta(seconds=50))

    async def story() -> None:
        async with pretended(ports, tmp_path, CHANGES_ONE) as simulator:
            await simulator.change(ONE)
            await until(lambda: simulator._tellings == set() and simulator._next == {})
            await until(lambda: simulator._tellings == set())

    run(story())
    assert "a changed keg was refused" in capsys.readouterr().out
    assert len(kegs(ports)) == 2


def test_what_the_bar_has_said_is_told_to_the_end_when_it_is_stopped(ports: Ports, tmp_path: Path) -> None:
    async def story() -> None:
        async with pretended(ports, tmp_path, CHANGES_ONE) as simulator:
            await simulator.change(ONE)

    run(story())
    assert len(kegs(ports)) == 2


def test_strange_scales_in_what_the_bar_says_change_nothing(
    ports: Ports, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = """
say(event="kicked", scale="SCALE-99")
say(event="changed", scale="SCALE-99")
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
    assert "nobody here ordered" in out
    assert len(kegs(ports)) == 1


async def _told_at(simulator: Simulator) -> float:
    said = await simulator._pipe.order("truth")
    return float(said["t"])


async def _until_true(simulator: Simulator, told: Any) -> None:
    async with asyncio.timeout(5):
        while not told(await simulator.truth()):  # noqa: ASYNC110 - the bar tells of no change
            await asyncio.sleep(0.02)


def _seconds(moment: datetime) -> float:
    return (moment - EPOCH).total_seconds()
