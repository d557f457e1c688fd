"""A scale looks at itself for four seconds: cell, noise, rate, signal, memory and flash."""

import gc

from . import responses
from .counts import Counts
from .port import const
from .works import Work

_LOOK_MS = const(3900)
_SILENT_MS = const(8000)  # wall time
_LEAST_HZ = 7.0
_MOST_HZ = 13.0  # ten a second is what filter and settling are made for
_FILE = "selftest"


class Selftest(Work):
    """Collects counts, then reports; it fails with `fault` where cell, rate or flash do not do what they should."""

    def __init__(self, order, app):
        super().__init__(order)
        self._app = app
        self._counts = Counts()

    def hear(self, now, raw, stable):
        """Take one count."""
        if self._counts.span_ms < _LOOK_MS:
            self._counts.feed(now, raw, stable)

    def look(self, now):
        """Report once the time is over."""
        if self._counts.span_ms < _LOOK_MS and self.passed_ms(now) < _SILENT_MS:
            return None
        return self._report()

    def _report(self):
        board, counts = self._app.board, self._counts
        cell = self._app.fault or ("ok" if counts.number else "silent")
        flash = writes(board.files, str(self.began))
        sd = counts.sd if counts.number > 1 else None
        report = responses.selftest(cell, sd, counts.rate_hz, board.rssi(), free_bytes(), flash)
        if cell == "ok" and flash and _LEAST_HZ <= counts.rate_hz <= _MOST_HZ:
            return responses.done(self.id, report)
        return responses.failed(self.id, "fault", result=report)


def writes(files, text):
    """Tell whether the flash takes a file and gives it back."""
    try:
        files.write(_FILE, text)
        same = files.read(_FILE) == text
        files.remove(_FILE)
    except OSError:
        return False
    return same


def free_bytes():
    """Return the free bytes of the heap, or None where the interpreter does not tell."""
    return gc.mem_free() if hasattr(gc, "mem_free") else None
