"""What waits for the broker: readings in order, kept until each is acknowledged, within bounds."""

import asyncio
from collections import namedtuple

# One reading on its way: what messages.entry needs, the milliseconds of this run and the wall ticks of its making, and
# whether it only repeats what is known. A tuple, because 256 of them have to fit beside TLS on an ESP32.
Entry = namedtuple(
    "Entry",
    (
        "boot",
        "seq",
        "t",
        "weight_lbs",
        "raw",
        "stable",
        "cal",
        "temp_f",
        "battery",
        "rssi",
        "pour",
        "lived",
        "at",
        "heartbeat",
    ),
)


class Outbox:
    """A bounded queue. When full the oldest heartbeat makes room, then the oldest reading, never one with a pour.

    `dropped` counts what was given up. Readings that carry pours may grow it beyond its size. Its room is taken at the
    start: on a small heap there may be no stretch long enough once the broker has been away for an hour.
    """

    def __init__(self, size):
        self._ring = [None] * size
        self._start = 0
        self._count = 0
        self._sending = None
        self._filled = asyncio.Event()
        self.dropped = 0

    def __len__(self):
        return self._count

    def put(self, entry):
        """Add an entry at the end, making room if need be."""
        if self._count == len(self._ring) and not self._make_room(entry):
            return
        self._ring[self._slot(self._count)] = entry
        self._count += 1
        self._filled.set()

    def take(self):
        """Remove and return the oldest entry, or None."""
        if not self._count:
            return None
        entry = self._ring[self._start]
        self._ring[self._start] = None
        self._start = self._slot(1)
        self._count -= 1
        return entry

    async def head(self):
        """Wait for an entry and return the oldest, which stays in until `done`."""
        while not self._count:
            self._filled.clear()
            await self._filled.wait()
        self._sending = self._ring[self._start]
        return self._sending

    def done(self):
        """Remove the entry that `head` gave: the broker has it."""
        if self._sending is not None and self._ring[self._start] is self._sending:
            self.take()
        self._sending = None

    def _slot(self, place):
        return (self._start + place) % len(self._ring)

    def _make_room(self, entry):
        """Free one slot for `entry`; return False where the entry itself is what is worth least."""
        place = self._oldest(heartbeats_only=True)
        if place is None and not entry.heartbeat:
            place = self._oldest(heartbeats_only=False)
        if place is not None:
            self._remove(place)
        elif entry.pour is not None:
            self._widen()
            return True
        self.dropped += 1
        return place is not None

    def _oldest(self, *, heartbeats_only):
        for place in range(self._count):
            entry = self._ring[self._slot(place)]
            if entry.pour is None and entry is not self._sending and (entry.heartbeat or not heartbeats_only):
                return place
        return None

    def _remove(self, place):
        for later in range(place + 1, self._count):
            self._ring[self._slot(later - 1)] = self._ring[self._slot(later)]
        self._count -= 1
        self._ring[self._slot(self._count)] = None

    def _widen(self):
        entries = [self._ring[self._slot(place)] for place in range(self._count)]
        self._ring = entries + [None]
        self._start = 0
