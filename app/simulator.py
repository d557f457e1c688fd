"""The simulated bar as the product sees it: its truth, its levers, and a bartender who changes empty kegs.

Nobody tells the product which keg was put on: the bartender queues it before, as a good one does, and the scales do
the rest.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from app.ask import ask
from app.control_pipe import ControlPipe, Said, SimulatorRefused
from backend.clock import DemoClock, Story
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.keg_type import keg_type
from backend.domain.maintenance import AsideKind
from backend.domain.member import SYSTEM, Member
from backend.domain.refusal import Refusal
from backend.ports import Ports, StoreUnavailable
from backend.usecases import load
from backend.usecases.keg_stock import queue_next
from backend.usecases.maintenance import begin_maintenance, end_maintenance
from backend.usecases.next_keg import next_keg

BARTENDER_TAKES: Final = timedelta(seconds=45)
"""How long (story time) after a keg ran empty the simulated bartender comes back with the next."""
TRIES: Final = 60
CHANGE_TAKES_S: Final = 40.0
"""From a keg lifted off until the next is set down (story time)."""
LINE_RUNS_S: Final = 120.0
LINE_RUNS_OZ: Final = 96.0
"""How long, and with how much beer, a line is flushed that is cleaned."""
CLEANING_TAKES: Final = timedelta(seconds=200)
"""All of it: what takes less than three minutes is not taken for a cleaning (see `Aside.cleans`)."""
AGAIN_S: Final = 1.0
"""How long (wall) until a keg is queued again in a store that could not take it."""
USUAL_SHELL_LBS: Final = 20.0
"""Of a size whose shell weight nobody knows."""
_LAST_WORDS_S: Final = 3.0

__all__ = ["Simulator", "SimulatorRefused", "Truth"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is really so under a tap: beer in its keg, gross lb on the platform, whether it flows, Wi-Fi up.

    `changing` while kegs are being moved; `beside` while its keg stands beside the platform; `lit` while its scale
    shows its light; `fault` is what ails its chip, None for a sound one.
    """

    gallons: float
    beer_lbs: float = 0.0
    weight_lbs: float
    pouring: bool
    online: bool
    changing: bool = False
    beside: bool = False
    lit: bool = False
    fault: str | None = None

    @property
    def stands_lbs(self) -> float | None:
        """What stands on the platform (lb) while the keg waits beside it; None where the keg stands there."""
        if not self.beside:
            return None
        return 0.0 if self.changing else self.weight_lbs


class Simulator:
    """Drives the simulated bar through its control pipe; in the demo only."""

    def __init__(
        self, ports: Ports, clock: DemoClock, *, scales: Mapping[TapId, str], command: Sequence[str], folder: Path
    ) -> None:
        self._ports = ports
        self._clock = clock
        self._scales = dict(scales)
        self._taps = {scale: tap for tap, scale in scales.items()}
        self._pipe = ControlPipe(command, folder=folder, heard=self._heard)
        self._bartenders: set[asyncio.Task[None]] = set()
        self._tellings: set[asyncio.Task[None]] = set()
        self._wifi_up = dict.fromkeys(scales, True)
        self.drinkers_on = True
        """Whether the simulated guests order by themselves."""

    @property
    def running(self) -> bool:
        """Whether the simulated bar lives."""
        return self._pipe.running

    @property
    def story(self) -> Story:
        """Where the story stands, and how fast it runs."""
        return self._clock.story()

    @property
    def wifi_up(self) -> Mapping[TapId, bool]:
        """Which scales have their Wi-Fi."""
        return self._wifi_up

    def wifi_by_scale(self) -> list[tuple[TapId, str, bool]]:
        """The same with the scales' ids."""
        return [(tap_id, self._scales[tap_id], up) for tap_id, up in self._wifi_up.items()]

    async def start(self, plan: Mapping[str, Any]) -> None:
        """Start the bar from its plan (see firmware/sim/plan.py); raises SimulatorRefused, OSError."""
        await self._pipe.open()
        self._wifi_up |= {self._taps[one["scale"]]: not one.get("offline", False) for one in plan["scales"]}
        story = self._clock.story()
        await self._pipe.order("start", plan={**plan, "clock": {"story": story.seconds, "speed": story.speed}})
        story = self._clock.story()  # building the bar took a moment of the story
        await self._pipe.order("clock", story=story.seconds, speed=story.speed)

    async def stop(self) -> None:
        """End the bar; a keg that is being put on is still queued, where the store takes it."""
        for bartender in self._bartenders:
            bartender.cancel()
        await self._pipe.close()
        if self._tellings:
            _, late = await asyncio.wait(self._tellings, timeout=_LAST_WORDS_S)
            for telling in late:
                telling.cancel()
        await asyncio.gather(*self._bartenders, *self._tellings, return_exceptions=True)

    async def replace_empty(self) -> None:
        """Send the bartender to every keg that stands there empty, as after a restart; raises SimulatorRefused."""
        for scale, truth in (await self._told()).items():
            if truth["beer_lbs"] <= 0 and scale in self._taps:
                self._send_bartender(scale)

    async def ended(self) -> None:
        """Return once the bar has ended, by itself or because it was stopped."""
        await self._pipe.ended()

    async def set_speed(self, speed: float) -> None:
        """Let the story run at another speed; where the bar refuses, it goes on as before.

        Raises SimulatorRefused, ValueError.
        """
        before = self._clock.speed
        story = self._clock.set_speed(speed)
        try:
            await self._pipe.order("clock", story=story.seconds, speed=story.speed)
        except SimulatorRefused:
            self._clock.set_speed(before)
            raise

    async def set_drinkers(self, *, on: bool) -> None:
        """Let the guests in, or send them home; raises SimulatorRefused."""
        await self._pipe.order("drinkers", on=on)
        self.drinkers_on = on

    async def pour(self, tap_id: TapId, *, oz: float) -> None:
        """Open the faucet for this many US oz; raises SimulatorRefused."""
        await self._order("pour", tap_id, oz=oz)

    async def bump(self, tap_id: TapId) -> None:
        """Knock against the keg; raises SimulatorRefused."""
        await self._order("bump", tap_id)

    async def lean(self, tap_id: TapId, *, lbs: float = 5.0, seconds: float = 6.0) -> None:
        """Rest a hand of this weight on the keg for some seconds (story time); raises SimulatorRefused."""
        await self._order("lean", tap_id, lbs=lbs, seconds=seconds)

    async def place(self, tap_id: TapId, *, lbs: float) -> None:
        """Set a weight down under a tap (0: nothing) while its keg waits beside; raises SimulatorRefused."""
        await self._order("place", tap_id, lbs=lbs)

    async def place_shell(self, tap_id: TapId) -> None:
        """Set the empty shell of a tap's keg down while the keg waits beside; raises SimulatorRefused."""
        await self._order("place", tap_id, emptied=True)

    async def put_back(self, tap_id: TapId) -> None:
        """Set the keg down again that waits beside; raises SimulatorRefused."""
        await self._order("place", tap_id)

    async def age(self, tap_id: TapId, *, span_pct: float, zero_lbs: float) -> None:
        """Let a scale's cell show more, by a share (percent) and with nothing on it (lb); raises SimulatorRefused."""
        await self._order("drift", tap_id, span_pct=span_pct, zero_lbs=zero_lbs)

    async def wifi(self, tap_id: TapId, *, up: bool) -> None:
        """Take a scale's Wi-Fi away or give it back; raises SimulatorRefused."""
        await self._order("wifi", tap_id, up=up)
        self._wifi_up[tap_id] = up

    async def truth(self) -> dict[TapId, Truth]:
        """Tell what is really so; raises SimulatorRefused."""
        return {
            self._taps[scale]: Truth(
                gallons=one["gallons"],
                beer_lbs=one.get("beer_lbs", 0.0),
                weight_lbs=one["weight_lbs"],
                pouring=one["pouring"],
                online=one["online"],
                changing=one.get("changing", False),
                beside=one.get("beside", False),
                lit=one.get("lit", False),
                fault=one.get("fault"),
            )
            for scale, one in (await self._told()).items()
            if scale in self._taps
        }

    async def change(
        self,
        tap_id: TapId,
        *,
        beer_id: str | None = None,
        type_id: str | None = None,
        gap_s: float = CHANGE_TAKES_S,
        wobbles: bool = False,
    ) -> None:
        """Lift the keg and put a full one on: what is queued, or the same again, or another beer or size.

        It is queued as next on the tap; that it was put on the product learns from the scale. The next stands there
        `gap_s` later (story time), at the second go where it wobbles.

        Raises:
            SimulatorRefused: the bar cannot do it now, or the tap has no beer and none is named.
            Refusal: there is no such tap, beer or size.
            StoreUnavailable: no keg can be written down now.
        """
        scale = self._scale(tap_id)
        now = self._clock.now()
        keg = await ask(next_keg, self._ports, tap_id=tap_id, beer_id=beer_id, type_id=type_id, member=SYSTEM, now=now)
        if keg is None:
            raise SimulatorRefused(f"tap {tap_id} has no beer yet: say which beer to put on")
        beer = await ask(load.beer, self._ports, keg.beer_id)
        await self._pipe.order(
            "change",
            scale=scale,
            shell_lbs=keg.tare.empty_lbs,
            beer_lbs=keg.beer_lbs,
            full_lbs=keg.full_lbs,
            sg=beer.specific_gravity,
            gap=gap_s,
            wobbles=wobbles,
        )
        queueing = _keep(self._queue(tap_id, keg), among=self._tellings)
        await asyncio.wait([queueing])

    async def put_on(
        self, tap_id: TapId, *, beer_id: str, type_id: str, filled: float = 1.0, heavier_lbs: float = 0.0
    ) -> None:
        """Lift the keg and put another on that nobody has announced: so full (0 to 1), in a shell heavier than usual.

        Raises:
            SimulatorRefused: the bar cannot do it now.
            Refusal: there is no such beer or size.
        """
        kind = keg_type(type_id)
        beer = await ask(load.beer, self._ports, beer_id)
        shell_lbs = max(1.0, (kind.tare_lbs or USUAL_SHELL_LBS) + heavier_lbs)
        full_lbs = kind.full_lbs(empty_lbs=shell_lbs, specific_gravity=beer.specific_gravity)
        await self._order(
            "change",
            tap_id,
            shell_lbs=shell_lbs,
            beer_lbs=min(1.0, max(0.0, filled)) * (full_lbs - shell_lbs),
            full_lbs=full_lbs,
            sg=beer.specific_gravity,
            gap=CHANGE_TAKES_S,
        )

    async def clean(self, tap_id: TapId, *, member: Member) -> None:
        """Clean the line as a bartender does: say so on the board, let beer run for two minutes, then say it is done.

        Raises:
            SimulatorRefused: no beer can run now.
            Refusal: the member may not, or the tap is set aside for another reason.
        """
        now = self._clock.now()
        kind = AsideKind.CLEANING
        await ask(begin_maintenance, self._ports, tap_id=tap_id, kind=kind, member=member, now=now)
        try:
            await self._order("pour", tap_id, oz=LINE_RUNS_OZ, seconds=LINE_RUNS_S)
        except SimulatorRefused:
            await ask(end_maintenance, self._ports, tap_id=tap_id, member=member, now=self._clock.now(), done=False)
            raise
        _keep(
            self._cleaned(tap_id, member, until=now + CLEANING_TAKES),
            among=self._bartenders,
        )

    async def reboot(self, tap_id: TapId) -> None:
        """Start the program of a scale again, as after a dip of its supply; raises SimulatorRefused."""
        await self._order("reboot", tap_id)

    async def fault(self, tap_id: TapId, fault: str | None) -> None:
        """Break the chip of a scale (`saturated`, `stuck`, `unplugged`), or mend it (None); raises SimulatorRefused."""
        await self._order("fault", tap_id, fault=fault)

    async def _cleaned(self, tap_id: TapId, member: Member, *, until: datetime) -> None:
        await self._clock.sleep_until(until)
        try:
            await ask(end_maintenance, self._ports, tap_id=tap_id, member=member, now=self._clock.now())
        except (Refusal, StoreUnavailable) as why:
            _log.warning("nobody could say that a line is clean: it ends by itself", tap=str(tap_id), why=str(why))

    def _scale(self, tap_id: TapId) -> str:
        scale = self._scales.get(tap_id)
        if scale is None:
            raise SimulatorRefused(f"no simulated scale stands under tap {tap_id}: choose another tap")
        return scale

    async def _order(self, do: str, tap_id: TapId, **fields: Any) -> None:
        await self._pipe.order(do, scale=self._scale(tap_id), **fields)

    async def _told(self) -> dict[str, Said]:
        """What the bar says is really so, by scale."""
        said = await self._pipe.order("truth")
        return {one["scale"]: one for one in said["scales"]}

    def _heard(self, said: Said) -> None:
        """Do what follows from something that happened in the bar."""
        kind = said.get("event")
        if kind == "kicked" and said["scale"] in self._taps:
            self._send_bartender(said["scale"])
        elif kind == "error":
            _log.warning("the simulated bar complains", message=said.get("message"))

    def _send_bartender(self, scale: str) -> None:
        _keep(self._replace_empty(scale), among=self._bartenders)

    async def _replace_empty(self, scale: str) -> None:
        """Come back after a while and change the keg, unless somebody else did meanwhile."""
        tap_id = self._taps[scale]
        await self._clock.sleep_until(self._clock.now() + BARTENDER_TAKES)
        try:
            there = (await self._told())[scale]
            if there["beer_lbs"] <= 0 and not there.get("beside", False):
                await self.change(tap_id)
        except (SimulatorRefused, Refusal, StoreUnavailable) as refused:
            _log.warning("the simulated bartender could not change a keg", tap=str(tap_id), why=str(refused))

    async def _queue(self, tap_id: TapId, keg: Keg) -> None:
        """Say what comes next on a tap, only once the bar puts it on: another change may still be under way."""
        for _ in range(TRIES):
            if await self._queued(tap_id, keg):
                return
            await asyncio.sleep(AGAIN_S)

    async def _queued(self, tap_id: TapId, keg: Keg) -> bool:
        """Whether the product knows of the keg, or refuses it for good."""
        now = self._clock.now()
        try:
            await ask(queue_next, self._ports, tap_id=tap_id, keg_id=keg.keg_id, member=SYSTEM, now=now)
        except StoreUnavailable as away:
            _log.warning("the next keg could not be queued yet", tap=str(tap_id), why=str(away))
            return False
        except Refusal as refused:
            _log.warning("the next keg was refused", tap=str(tap_id), why=str(refused))
        return True


def _keep(errand: Coroutine[Any, Any, None], *, among: set[asyncio.Task[None]]) -> asyncio.Task[None]:
    """Let it run, and hold on to it: the event loop alone does not."""
    task = asyncio.create_task(errand)
    among.add(task)
    task.add_done_callback(among.discard)
    return task
