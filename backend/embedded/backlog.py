"""Messages that have arrived and are not taken yet: in order, bounded, with the brake that keeps it so."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

from backend.embedded.link import Delivery

MOST_WAITING: Final = 4000
MOST_WAITING_BYTES: Final = 4 * 1024 * 1024


class Backlog:
    """A queue of one event loop.

    Above 4,000 messages or 4 MB it is `full`: whoever fills it should stop reading. Once half of that is taken,
    `room` is set. What is read already still finds its place, a few hundred messages at most.
    """

    def __init__(self) -> None:
        self.some = asyncio.Event()
        """Set while something waits, or when somebody wants the taker to look up."""
        self.room = asyncio.Event()
        """Set while more may come."""
        self.room.set()
        self._waiting: deque[Delivery] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def put(self, held: Delivery) -> None:
        """Add a message that has arrived."""
        self._waiting.append(held)
        self._bytes += len(held.payload)
        self.some.set()
        if len(self._waiting) >= MOST_WAITING or self._bytes >= MOST_WAITING_BYTES:
            self.room.clear()

    def take(self, most: int) -> list[Delivery]:
        """Take the oldest messages, at most `most`."""
        batch = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        self._bytes -= sum(len(held.payload) for held in batch)
        return batch

    def give_back(self, batch: Sequence[Delivery]) -> None:
        """Put messages back to where they were taken from."""
        self._waiting.extendleft(reversed(batch))
        self._bytes += sum(len(held.payload) for held in batch)

    def make_room(self) -> bool:
        """Set `room` again where half of the bound is free; gives whether it was just set."""
        low = len(self._waiting) <= MOST_WAITING // 2 and self._bytes <= MOST_WAITING_BYTES // 2
        if self.room.is_set() or not low:
            return False
        self.room.set()
        return True
