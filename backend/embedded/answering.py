"""How what scales answer is taken: by the wall's time, and of the counts they stream no more than a screen can show."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from backend.domain.command import Answer, Sample

A_SECOND: Final = 4.0
"""Samples of a scale that are told in a second: twice what our scales send."""
AT_ONCE: Final = 12.0
"""Samples that may come at once, as after a short pause of the network."""
_MOST_SCALES: Final = 200


class Responded(NamedTuple):
    """What one scale said on `keg/response/{device}`."""

    device_id: str
    response: Answer | Sample


class Answering:
    """Tells the time for answers, and lets samples through at a bounded rate, each scale by itself."""

    def __init__(self, wall: Callable[[], datetime] | None = None) -> None:
        """Without `wall` an answer is taken by its receipt, which is the wall's time everywhere but in the demo."""
        self._wall = wall
        self._room: dict[str, tuple[float, datetime]] = {}

    def wall(self, received_at: datetime) -> datetime:
        """The real time of an answer."""
        return self._wall() if self._wall else received_at

    def lets(self, device_id: str, *, wall: datetime) -> bool:
        """Whether a sample of this scale is told now; one too many is dropped."""
        room, since = self._room.pop(device_id, (AT_ONCE, wall))
        room = min(AT_ONCE, room + A_SECOND * max(0.0, (wall - since).total_seconds()))
        if len(self._room) >= _MOST_SCALES:
            del self._room[next(iter(self._room))]  # the one that was heard longest ago
        let = room >= 1
        self._room[device_id] = (room - let, wall)
        return let
