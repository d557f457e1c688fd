"""Commands that take their time: each is shown every count and looked at often, until it gives its last answer."""

from . import responses
from .counts import Counts
from .port import const, ticks_diff, ticks_ms

_BLINK_MS = const(250)
_WEIGH_MS = const(1900)  # the first and the twentieth count lie so far apart
_WEIGH_COUNTS = const(10)
_SILENT_MS = const(6000)  # in wall time: a cell that gives counts has given enough by then


class Work:
    """One command under way. `look` returns None, or the last answer as bytes."""

    def __init__(self, order):
        self.id = order.id
        self.name = order.name
        self.began = ticks_ms()

    def hear(self, now, raw, stable):
        """Take one count of the cell at `now` (measuring ticks)."""

    def look(self, now):
        """Go on, at `now` (wall ticks)."""

    def stop(self):
        """Give way to a newer one of the same kind; return the last answer."""
        return responses.done(self.id)

    def passed_ms(self, now):
        """Return for how long it has been under way."""
        return ticks_diff(now, self.began)


class Identify(Work):
    """Blinks the light."""

    def __init__(self, order, board):
        super().__init__(order)
        self._board = board
        self._for_ms = order.params["seconds"] * 1000

    def look(self, now):
        """Switch the light, and at the end leave it off."""
        passed = self.passed_ms(now)
        if passed >= self._for_ms:
            return self.stop()
        self._board.light(passed // _BLINK_MS % 2 == 0)
        return None

    def stop(self):
        """Leave the light off."""
        self._board.light(False)
        return super().stop()


class Tare(Work):
    """Weighs for two seconds and tells how far that is from zero."""

    def __init__(self, order, app):
        super().__init__(order)
        self._app = app
        self._counts = Counts()

    def hear(self, now, raw, stable):
        """Take one count, until there are enough."""
        if not self._enough():
            self._counts.feed(now, raw, stable)

    def look(self, now):
        """Report once there are enough counts."""
        counts = self._counts
        if self._enough():
            report = responses.tare(self._app.config.lbs(counts.mean), counts.mean, counts.sd, counts.stable)
            if counts.stable:
                return responses.done(self.id, report)
            return responses.failed(self.id, "unstable", result=report)
        if self.passed_ms(now) > _SILENT_MS:
            return responses.failed(self.id, "fault", "the cell gives no counts: %s" % (self._app.fault or "too few"))
        return None

    def _enough(self):
        return self._counts.span_ms >= _WEIGH_MS and self._counts.number >= _WEIGH_COUNTS


class Restart(Work):
    """Starts the board again once all is told, or after five seconds."""

    tells_ms = 5000

    def __init__(self, order, board, untold):
        super().__init__(order)
        self._board = board
        self._untold = untold
        self._asked = False

    def look(self, now):
        """Restart; the answer is given by the next start."""
        if not self._asked and (not self._untold() or self.passed_ms(now) >= self.tells_ms):
            self._asked = True
            self._board.reboot()
