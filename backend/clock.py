"""One clock a process: the real one, and the story's clock of the demo, which may run faster."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from backend.domain.times import EPOCH

MAX_SPEED: Final = 600.0


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
        while (left := (moment - self.now()).total_seconds()) > 0:
            await asyncio.sleep(min(left, 60))


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Where a story stands, as it is saved and told to the simulator: its time (epoch s) and its speed."""

    seconds: float
    speed: float


class DemoClock:
    """A story that begins at a moment of our choice and may run fast; it never runs backwards."""

    def __init__(self, *, start: datetime, speed: float = 1.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._anchor_story = (start - EPOCH).total_seconds()
        self._anchor_wall = monotonic()
        self._speed = _checked_speed(speed)

    @property
    def speed(self) -> float:
        """Seconds of the story in a second of the wall."""
        return self._speed

    def story(self) -> Story:
        """Where the story stands now."""
        elapsed = max(0.0, self._monotonic() - self._anchor_wall)
        return Story(seconds=self._anchor_story + elapsed * self._speed, speed=self._speed)

    def now(self) -> datetime:
        """The story's time, UTC."""
        return EPOCH + timedelta(seconds=self.story().seconds)

    def wall(self) -> datetime:
        """The real time, UTC."""
        return datetime.now(tz=UTC)

    def set_speed(self, speed: float) -> Story:
        """Go on from now at another speed; raises ValueError outside 0.1 to 600."""
        new_speed = _checked_speed(speed)
        here = self.story()
        self._anchor_story, self._anchor_wall, self._speed = here.seconds, self._monotonic(), new_speed
        return self.story()

    def restart_at(self, moment: datetime) -> None:
        """Go on from a later moment, as when a saved story is taken up; an earlier one changes nothing."""
        self._anchor_story = max(self.story().seconds, (moment - EPOCH).total_seconds())
        self._anchor_wall = self._monotonic()

    async def sleep_until(self, moment: datetime) -> None:
        """Return once the story has reached `moment`, also if the speed changes meanwhile."""
        while (left := (moment - self.now()).total_seconds()) > 0:
            await asyncio.sleep(min(left / self._speed, 1.0))


def _checked_speed(speed: float) -> float:
    if not 0.1 <= speed <= MAX_SPEED:
        raise ValueError(
            f"speed {speed} is outside 0.1 to {MAX_SPEED:.0f}: choose 1 for real time, 60 for a minute a second"
        )
    return float(speed)
