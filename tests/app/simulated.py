"""The simulated bar in tests: the real child process without a broker, or one that is only pretended."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fake_child import command
from live_bar import ONE, T0, TWO, set_up, until

from app.simulator import Simulator
from backend.cellar import taps
from backend.clock import DemoClock
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.member import OWNER
from backend.domain.times import EPOCH
from backend.embedded.broker_address import BrokerAddress
from backend.ports import Item, Ports
from backend.usecases.set_up import add_beer
from backend.usecases.view_tap import kegs_of
from backend.wiring.embedded import open_embedded

ROOT = Path(__file__).parents[2]
SCALES = {ONE: "SCALE-1", TWO: "SCALE-2"}
FAST = 200.0
STOUT = Beer(beer_id="stout", name="Stout", specific_gravity=1.014)


def set_up_two_beers(ports: Ports) -> Ports:
    """A bar that is set up, with a second beer to change to."""
    set_up(ports)
    add_beer(ports, beer=STOUT, location_id="loc-001", member=OWNER)
    return ports


@contextlib.asynccontextmanager
async def living(
    ports: Ports,
    *,
    beer_lbs: tuple[float, float] = (100.0, 80.0),
    speed: float = FAST,
    stands_lbs: Mapping[int, float] | None = None,
) -> AsyncIterator[Simulator]:
    """The real simulated bar with so much beer on its two taps, while the block runs; nobody drinks there."""
    clock = DemoClock(start=T0, speed=speed)
    simulator = Simulator(ports, clock, scales=SCALES, command=[sys.executable, "-m", "firmware.sim"], folder=ROOT)
    await simulator.start(plan(beer_lbs, stands_lbs=stands_lbs))
    try:
        yield simulator
    finally:
        await simulator.stop()


@contextlib.asynccontextmanager
async def heard(
    folder: Path, *, beer_lbs: tuple[float, float] = (100.0, 80.0), speed: float = FAST
) -> AsyncIterator[tuple[Simulator, Ports]]:
    """The whole bar: the simulated scales, a real broker, the intake and the store; nobody drinks there."""
    clock = DemoClock(start=T0, speed=speed)
    embedded = open_embedded(folder, clock=clock)
    set_up_two_beers(embedded.ports)
    await embedded.start()
    simulator = Simulator(
        embedded.ports, clock, scales=SCALES, command=[sys.executable, "-m", "firmware.sim"], folder=ROOT
    )
    try:
        address = await until(lambda: embedded.broker.address)
        await simulator.start(plan(beer_lbs, broker=address))
        await until(lambda: load_state(embedded.ports, ONE) and load_state(embedded.ports, TWO))
        yield simulator, embedded.ports
    finally:
        await simulator.stop()
        await embedded.stop()


def load_state(ports: Ports, tap_id: TapId) -> Item | None:
    """The state of a tap once its scale was heard at rest."""
    item = ports.table.get(taps.state_key(tap_id))
    return item if item is not None and item["stable"] else None


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


def plan(
    beer_lbs: tuple[float, float],
    *,
    broker: BrokerAddress | None = None,
    stands_lbs: Mapping[int, float] | None = None,
) -> dict[str, Any]:
    """The plan of two half barrels; nobody drinks there. `stands_lbs` is what stands in place of a scale's keg."""
    user = {"user": broker.username, "password": broker.password} if broker else {}
    keg = {**user, "shell_lbs": 29.7, "full_lbs": 160.3, "sg": 1.010}
    stands: dict[int, dict[str, float]] = {n: {"stands_lbs": lbs} for n, lbs in (stands_lbs or {}).items()}
    return {
        "seed": 1,
        "broker": {"host": broker.host, "port": broker.port} if broker else {"host": "127.0.0.1", "port": 1},
        "drinkers": False,
        "scales": [
            {"scale": f"SCALE-{n}", "beer_lbs": lbs, **keg, **stands.get(n, {})}
            for n, lbs in enumerate(beer_lbs, start=1)
        ],
    }


def kegs(ports: Ports, tap_id: TapId = ONE) -> list[Keg]:
    """The kegs that stood on a tap, newest first."""
    return list(kegs_of(ports, tap_id=tap_id, until=T0 + timedelta(days=1), limit=10))


async def told_at(simulator: Simulator) -> float:
    """The bar's own time, epoch s."""
    said = await simulator._pipe.order("truth")
    return float(said["t"])


async def until_true(simulator: Simulator, told: Any) -> None:
    """Wait until the truth is so."""
    async with asyncio.timeout(15):
        while not told(await simulator.truth()):  # noqa: ASYNC110 - the bar tells of no change
            await asyncio.sleep(0.02)


def seconds_of(moment: datetime) -> float:
    """A moment as epoch s."""
    return (moment - EPOCH).total_seconds()
