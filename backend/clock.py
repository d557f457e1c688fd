"""One clock a process: the real one, and the story's clock of the demo, which may run faster."""

import asyncio
import contextlib
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, Protocol

from backend.domain.times import EPOCH

MIN_SPEED: Final = 0.1
MAX_SPEED: Final = 600.0
_LONGEST_SLEEP_S: Final = 60.0
"""After so long a sleeper looks at the clock again: that of the machine may have been set."""


class Clock(Protocol):
    """What time it is in the bar, and on the wall."""

    @property
    def speed(self) -> float:
        """Seconds of the bar in a second of the wall."""

    def now(self) -> datetime:
        """The bar's time, UTC: what readings, pours, alerts and business days go by."""

    def wall(self) -> datetime:
        """The real time, UTC: what a person, a token or a disk waits for."""

    async def sleep_until(self, moment: datetime) -> None:
        """Return once `now()` has reached `moment`."""


class SystemClock:
    """The real time, for the bar and for the wall."""

    speed: float = 1.0

    def now(self) -> datetime:
        """The real time, UTC."""
        return datetime.now(tz=UTC)

    def wall(self) -> datetime:
        """The real time, UTC."""
        return datetime.now(tz=UTC)

    async def sleep_until(self, moment: datetime) -> None:
        """Return once the real time has reached `moment`."""
        while (left := (moment - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - nothing tells of a clock that is set
            await asyncio.sleep(min(left, _LONGEST_SLEEP_S))


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Where a story stands, as it is saved and told to the simulator: its time (epoch s) and its speed."""

    seconds: float
    speed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leg:
    """From a moment of the wall (monotonic s) on, the story goes on from `story` (epoch s) at one speed."""

    wall: float
    story: float
    speed: float


class DemoClock:
    """A story that begins at a moment of our choice and may run fast; it never runs backwards.

    Any thread may ask it and set its speed.
    """

    def __init__(self, *, start: datetime, speed: float = 1.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._sleepers: set[Callable[[], object]] = set()
        self._leg = _Leg(wall=monotonic(), story=(start - EPOCH).total_seconds(), speed=_checked_speed(speed))

    @property
    def speed(self) -> float:
        """Seconds of the story in a second of the wall."""
        return self._leg.speed

    def story(self) -> Story:
        """Where the story stands now."""
        with self._lock:
            return self._story(self._monotonic())

    def now(self) -> datetime:
        """The story's time, UTC."""
        return EPOCH + timedelta(seconds=self.story().seconds)

    def wall(self) -> datetime:
        """The real time, UTC."""
        return datetime.now(tz=UTC)

    def set_speed(self, speed: float) -> Story:
        """Go on from now at another speed; raises ValueError outside 0.1 to 600."""
        return self._go_on(speed=_checked_speed(speed))

    def restart_at(self, moment: datetime) -> None:
        """Go on from a later moment, as when a saved story is taken up; an earlier one changes nothing."""
        self._go_on(not_before=(moment - EPOCH).total_seconds())

    async def sleep_until(self, moment: datetime) -> None:
        """Return once the story has reached `moment`, also if the speed changes meanwhile."""
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()
        wake = partial(loop.call_soon_threadsafe, changed.set)
        self._sleepers.add(wake)
        try:
            while (left := (moment - self.now()).total_seconds()) > 0:
                changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), min(left / self.speed, _LONGEST_SLEEP_S))
        finally:
            self._sleepers.discard(wake)

    def _go_on(self, *, speed: float | None = None, not_before: float = -math.inf) -> Story:
        """Begin another leg here, and let the sleepers look at it."""
        with self._lock:
            wall = self._monotonic()
            here = self._story(wall)
            self._leg = _Leg(wall=wall, story=max(here.seconds, not_before), speed=speed or here.speed)
            story = self._story(wall)
            sleepers = tuple(self._sleepers)
        for wake in sleepers:
            wake()
        return story

    def _story(self, wall: float) -> Story:
        leg = self._leg
        return Story(seconds=leg.story + max(0.0, wall - leg.wall) * leg.speed, speed=leg.speed)


def _checked_speed(speed: float) -> float:
    if not MIN_SPEED <= speed <= MAX_SPEED:
        raise ValueError(
            f"speed {speed} is outside {MIN_SPEED} to {MAX_SPEED:.0f}: choose 1 for real time, 60 for a minute a second"
        )
    return float(speed)
