"""What waits to be answered: at most sixteen answers, the newest of each command."""

import asyncio

from .port import const

_MOST = const(16)


class Answers:
    """A short queue. When it is full the oldest goes: it is kept with the results, and given when asked again."""

    def __init__(self, log):
        self._log = log
        self._waiting = []  # [id, payload]
        self._sending = None
        self._filled = asyncio.Event()

    def __len__(self):
        return len(self._waiting)

    def put(self, command_id, payload):
        """Have this answer told; it takes the place of an older one of the same command that still waits."""
        for waiting in self._waiting:
            if waiting[0] == command_id and waiting is not self._sending:
                waiting[1] = payload
                return
        if len(self._waiting) >= _MOST:
            oldest = next(waiting for waiting in self._waiting if waiting is not self._sending)
            self._waiting.remove(oldest)
            self._log("too many answers wait: that to %s is told when it is asked for again" % oldest[0])
        self._waiting.append([command_id, payload])
        self._filled.set()

    async def head(self):
        """Wait for an answer and return the payload of the oldest, which stays in until `done`."""
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        self._sending = self._waiting[0]
        return self._sending[1]

    def done(self):
        """Remove the answer that `head` gave: the broker has it."""
        if self._sending in self._waiting:
            self._waiting.remove(self._sending)
        self._sending = None
