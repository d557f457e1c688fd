"""Typed events for the screens, and the one hop from other threads onto the event loop."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import nicegui
import structlog

from app.ask import ask
from app.faces import row_of
from backend.clock import Clock
from backend.domain.command import CommandAnswered, Sampled
from backend.domain.correction import KegCorrected
from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.keg import KegTapped, SwapUndone
from backend.domain.ledger import PourEnded, WasteBooked
from backend.domain.location import Location
from backend.domain.maintenance import CleaningDue, TapBack, TapSetAside
from backend.domain.member import SYSTEM
from backend.domain.reading import ReadingTaken, ScaleHeard
from backend.domain.times import epoch_ms
from backend.ports import Ports
from backend.usecases.view_board import BoardView, view_board, view_faces
from components.rows import Beat, Row
from components.screens import Screens

TICK_S: Final = 0.05
"""Changes of this long are built and encoded once, and sent together to every screen."""
BEAT_S: Final = 2.0
"""How often a screen hears that we are alive, and what time it is in the bar."""

_log = structlog.get_logger(__name__)


class Live:
    """What moves on the screens of one location.

    `rows` tells the rows of taps that changed, at most every 50 ms; `beats` the bar's time, every 2 s. Both are
    emitted on the event loop. A page that listens must stop when it is left. The boards hear both through `screens`.
    `answers` tells what became of a command, `samples` what a scale that streams counts, both as they come.
    """

    def __init__(self, ports: Ports, clock: Clock, *, location_id: str) -> None:
        self.rows: nicegui.Event[Sequence[Row]] = nicegui.Event()
        """Rows of the taps that changed."""
        self.beats: nicegui.Event[Beat] = nicegui.Event()
        """The bar's time and speed."""
        self.answers: nicegui.Event[CommandAnswered] = nicegui.Event()
        """Commands that moved on."""
        self.samples: nicegui.Event[Sampled] = nicegui.Event()
        """Counts of scales that stream."""
        self.screens = Screens()
        """The boards that are open."""
        self._ports = ports
        self._clock = clock
        self._location_id = location_id
        self._location: Location | None = None
        self._changed: dict[TapId, None] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._end_listening: Callable[[], None] | None = None

    async def start(self) -> None:
        """Begin to listen to the feed and to tell the screens."""
        loop = asyncio.get_running_loop()

        def hop(event: Event) -> None:
            if event.location_id != self._location_id:
                return
            if isinstance(event, CommandAnswered):
                loop.call_soon_threadsafe(self.answers.emit, event)
            elif isinstance(event, Sampled):
                loop.call_soon_threadsafe(self.samples.emit, event)
            elif (tap_id := _tap_of(event)) is not None:
                loop.call_soon_threadsafe(self._changed.setdefault, TapId.parse(tap_id))

        await self.snapshot()
        self._end_listening = self._ports.feed.listen(hop)
        self._tasks = [asyncio.create_task(self._tell()), asyncio.create_task(self._beat())]

    async def stop(self) -> None:
        """End telling; stopping twice, or before the start, is harmless."""
        if self._end_listening:
            self._end_listening()
            self._end_listening = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def beat(self) -> Beat:
        """Give the bar's time now."""
        zone = self._location.timezone if self._location else "UTC"
        return Beat(now=epoch_ms(self._clock.now()) / 1000, speed=self._clock.speed, tz=zone)

    async def snapshot(self) -> list[Row]:
        """Give the rows of every tap of the location."""
        view: BoardView = await ask(view_board, self._ports, location_id=self._location_id, member=SYSTEM)
        self._location = view.location
        return [row_of(face, location=view.location) for face in view.faces]

    async def _tell(self) -> None:
        """Tell what changed once a tick; what is read first is told first, because only this reads."""
        while True:
            await asyncio.sleep(TICK_S)
            taps, self._changed = list(self._changed), {}
            try:
                if self.screens.behind():
                    await self._tell_all(taps)
                elif taps and self._heard():
                    await self._tell_some(taps)
            except Exception:  # noqa: BLE001 - telling must go on
                _log.exception("the screens could not be told; they will be")
                self._changed = {**dict.fromkeys(taps), **self._changed}
                await asyncio.sleep(BEAT_S)

    def _heard(self) -> bool:
        """Whether anybody listens; a board that comes later is given every row."""
        return bool(self.rows.callbacks) or len(self.screens) > 0

    async def _tell_all(self, taps: Sequence[TapId]) -> None:
        """Tell everything to the boards that need it, and what changed to the others."""
        rows = await self.snapshot()
        changed = {str(tap_id) for tap_id in taps}
        await self._show([row for row in rows if row["tap"] in changed])
        await self.screens.catch_up(rows, beat=self.beat())

    async def _tell_some(self, taps: Sequence[TapId]) -> None:
        if self._location is None:
            return
        faces = await ask(view_faces, self._ports, location=self._location, tap_ids=taps, member=SYSTEM)
        await self._show([row_of(face, location=self._location) for face in faces])

    async def _show(self, rows: Sequence[Row]) -> None:
        if rows:
            await self.screens.show(rows)
            self.rows.emit(rows)

    async def _beat(self) -> None:
        while True:
            beat = self.beat()
            await self.screens.beat(beat)
            self.beats.emit(beat)
            await asyncio.sleep(BEAT_S)


_OF_A_TAP: Final = (
    ReadingTaken,
    PourEnded,
    KegTapped,
    SwapUndone,
    ScaleHeard,
    TapSetAside,
    TapBack,
    CleaningDue,
    KegCorrected,
    WasteBooked,
)


def _tap_of(event: Event) -> str | None:
    return event.tap_id if isinstance(event, _OF_A_TAP) else None
