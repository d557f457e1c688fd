"""What waits for the broker: readings in order, kept until each is acknowledged, within bounds."""

import asyncio
from collections import namedtuple

# One reading on its way: what messages.entry needs, the ticks of its making, and whether it only repeats what is
# known. A tuple, because 256 of them have to fit beside TLS on an ESP32.
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
        "at",
        "heartbeat",
    ),
)


class Outbox:
    """A bounded queue. When full the oldest heartbeat makes room, then the oldest reading, never one with a pour.

    `dropped` counts what was given up. Readings that carry pours may grow it beyond its size.
    """

    def __init__(self, size):
        self._size = size
        self._entries = []
        self._sending = None
        self._filled = asyncio.Event()
        self.dropped = 0

    def __len__(self):
        return len(self._entries)

    def put(self, entry):
        """Add an entry at the end, making room if need be."""
        self._entries.append(entry)
        if len(self._entries) > self._size:
            self._make_room()
        self._filled.set()

    def _make_room(self):
        for heartbeats_only in (True, False):
            for place, entry in enumerate(self._entries):
                if entry is self._sending or entry.pour is not None:
                    continue
                if entry.heartbeat or not heartbeats_only:
                    self._entries.pop(place)
                    self.dropped += 1
                    return

    def take(self):
        """Remove and return the oldest entry, or None."""
        return self._entries.pop(0) if self._entries else None

    async def head(self):
        """Wait for an entry and return the oldest, which stays in until `done`."""
        while not self._entries:
            self._filled.clear()
            await self._filled.wait()
        self._sending = self._entries[0]
        return self._sending

    def done(self):
        """Remove the entry that `head` gave: the broker has it."""
        if self._sending is not None:
            self._entries.remove(self._sending)
            self._sending = None
