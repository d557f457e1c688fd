"""The simulated bar as the product sees it: its truth, its levers, and a bartender who changes empty kegs."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from app.ask import ask
from app.control_pipe import ControlPipe, SimulatorRefused
from backend.clock import DemoClock, Story
from backend.domain.ids import TapId
from backend.domain.keg import Tare, TareSource
from backend.domain.keg_type import KEG_TYPES, keg_type
from backend.domain.member import SYSTEM, Member
from backend.domain.refusal import Refusal
from backend.domain.times import EPOCH
from backend.ports import Ports
from backend.usecases import load
from backend.usecases.change_keg import NextKeg, change_keg

BARTENDER_TAKES: Final = timedelta(minutes=4)
"""How long (story time) after a keg ran empty the simulated bartender comes back with the next."""

__all__ = ["Simulator", "SimulatorRefused", "Truth"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is really so under a tap: US gallons of beer, gross lb on the platform, whether it flows, Wi-Fi up."""

    gallons: float
    weight_lbs: float
    pouring: bool
    online: bool


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
        self._errands: set[asyncio.Task[None]] = set()
        self._next: dict[str, NextKeg] = {}
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

    async def start(self, plan: Mapping[str, Any]) -> None:
        """Start the bar from its plan (see firmware/sim/plan.py); raises SimulatorRefused, OSError."""
        await self._pipe.open()
        story = self._clock.story()
        await self._pipe.order("start", plan={**plan, "clock": {"story": story.seconds, "speed": story.speed}})
        story = self._clock.story()  # building the bar took a moment of the story
        await self._pipe.order("clock", story=story.seconds, speed=story.speed)

    async def stop(self) -> None:
        """End the bar."""
        for errand in self._errands:
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)
        await self._pipe.close()

    async def replace_empty(self) -> None:
        """Send the bartender to every keg that stands there empty, as after a restart; raises SimulatorRefused."""
        said = await self._pipe.order("truth")
        for one in said["scales"]:
            if one["beer_lbs"] <= 0 and one["scale"] in self._taps:
                self._send_off(self._replace_empty(one["scale"]))

    async def set_speed(self, speed: float) -> None:
        """Let the story run at another speed; raises SimulatorRefused, ValueError."""
        story = self._clock.set_speed(speed)
        await self._pipe.order("clock", story=story.seconds, speed=story.speed)

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

    async def wifi(self, tap_id: TapId, *, up: bool) -> None:
        """Take a scale's Wi-Fi away or give it back; raises SimulatorRefused."""
        await self._order("wifi", tap_id, up=up)

    async def truth(self) -> dict[TapId, Truth]:
        """Tell what is really so; raises SimulatorRefused."""
        said = await self._pipe.order("truth")
        return {
            self._taps[one["scale"]]: Truth(
                gallons=one["gallons"],
                weight_lbs=one["weight_lbs"],
                pouring=one["pouring"],
                online=one["online"],
            )
            for one in said["scales"]
            if one["scale"] in self._taps
        }

    async def change(self, tap_id: TapId, *, beer_id: str | None = None, type_id: str | None = None) -> None:
        """Lift the keg and put a full one on: of another beer or size, or the same again.

        The product is told as a bartender would tell it, once the new keg stands: see `change_keg`.

        Raises:
            SimulatorRefused: the bar cannot do it now.
            Refusal: there is no such beer, or no shell weight is known for the size.
        """
        tap = await ask(load.tap, self._ports, tap_id)
        beer = await ask(load.beer, self._ports, beer_id or tap.beer_id or "")
        kind = keg_type(type_id or tap.type_id or "half_barrel")
        shell_lbs = kind.tare_lbs or tap.empty_lbs or 20.0
        full_lbs = kind.full_lbs(empty_lbs=shell_lbs, specific_gravity=beer.specific_gravity)
        self._next[self._scales[tap_id]] = NextKeg(
            beer_id=beer.beer_id,
            type_id=kind.type_id,
            tare=Tare(empty_lbs=shell_lbs, source=TareSource.STAMPED),
            full_lbs=full_lbs,
        )
        await self._order(
            "change",
            tap_id,
            shell_lbs=shell_lbs,
            beer_lbs=full_lbs - shell_lbs,
            full_lbs=full_lbs,
            sg=beer.specific_gravity,
        )

    async def _order(self, do: str, tap_id: TapId, **fields: Any) -> None:
        scale = self._scales.get(tap_id)
        if scale is None:
            raise SimulatorRefused(f"no simulated scale stands under tap {tap_id}")
        await self._pipe.order(do, scale=scale, **fields)

    def _heard(self, said: Mapping[str, Any]) -> None:
        """Do what follows from something that happened in the bar."""
        kind = said.get("event")
        if kind == "kicked":
            self._send_off(self._replace_empty(said["scale"]))
        elif kind == "changed":
            self._send_off(self._tell_changed(said))
        elif kind == "error":
            _log.warning("the simulated bar complains", message=said.get("message"))

    def _send_off(self, errand: Any) -> None:
        task = asyncio.ensure_future(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _replace_empty(self, scale: str) -> None:
        tap_id = self._taps[scale]
        await self._clock.sleep_until(self._clock.now() + BARTENDER_TAKES)
        try:
            await self.change(tap_id)
        except (SimulatorRefused, Refusal) as refused:
            _log.warning("the simulated bartender could not change a keg", tap=str(tap_id), why=str(refused))

    async def _tell_changed(self, said: Mapping[str, Any]) -> None:
        """Tell the product about a keg that was changed, as the bartender who did it."""
        scale = said["scale"]
        keg = self._next.pop(scale, None)
        if keg is None:
            return
        lifted_at = EPOCH + timedelta(seconds=said["lifted_at"])
        placed_at = EPOCH + timedelta(seconds=said["placed_at"])
        member: Member = SYSTEM
        with contextlib.suppress(asyncio.CancelledError):
            try:
                await ask(
                    change_keg,
                    self._ports,
                    tap_id=self._taps[scale],
                    keg=keg,
                    at=placed_at,
                    lifted_at=lifted_at,
                    member=member,
                    now=self._clock.now(),
                )
            except Refusal as refused:
                _log.warning("a changed keg was refused", tap=str(self._taps[scale]), why=str(refused))


def sizes() -> dict[str, str]:
    """Give the sizes a simulated keg can have: those whose shell weight is known, by id."""
    return {kind.type_id: kind.name for kind in KEG_TYPES.values() if kind.tare_lbs is not None}
