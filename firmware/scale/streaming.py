"""A stream of raw counts as they come, for somebody who calibrates: light messages, none of them kept."""

from . import responses
from .port import const, ticks_diff
from .works import Work

_PAUSE_MS = const(500)  # two messages a second
_MOST = const(32)  # counts in one message
_CELL_HZ = const(10)


class Stream(Work):
    """Collects `hz` of ten counts a second; `due` gives the next message."""

    def __init__(self, order, board):
        super().__init__(order)
        self._board = board
        self._hz = order.params["hz"]
        self._for_ms = order.params["seconds"] * 1000
        self._share = 0
        self._raw = []
        self._stable = False
        self._said_at = self.began

    def hear(self, _now, raw, stable):
        """Take one count, or leave it out where fewer than ten a second are wanted."""
        self._share += self._hz
        if self._share < _CELL_HZ:
            return
        self._share -= _CELL_HZ
        self._stable = stable
        self._raw.append(raw)
        if len(self._raw) > _MOST:  # nobody has asked for them in time: the newest are worth most
            self._raw.pop(0)

    def due(self, now):
        """Return the next message, or None where it is too soon or there is nothing to say."""
        if not self._raw or ticks_diff(now, self._said_at) < _PAUSE_MS:
            return None
        self._said_at = now
        raw, self._raw = self._raw, []
        return responses.sample(self.id, raw, self._board.epoch(), self._stable)

    def look(self, now):
        """End when its time is over."""
        return self.stop() if self.passed_ms(now) >= self._for_ms else None
