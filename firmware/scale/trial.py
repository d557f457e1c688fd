"""New settings of the connection on trial: kept once the broker was reached with them, else taken back and told."""

from . import responses
from .port import const, ticks_diff
from .works import Work

_TOLD_MS = const(2000)  # the old connection may still carry the acceptance


class Trial(Work):
    """Connects anew and watches whether that holds."""

    lasts_ms = 120000
    stands_ms = 5000  # a connection that stood this long is one

    def __init__(self, order, app):
        super().__init__(order)
        self._app = app
        self._left = None  # the number of the connection that was given up
        self._stands_since = None

    def look(self, now):
        """Give up the old connection, then judge the new one."""
        link = self._app.link
        if self._left is None:
            if not self._app.commands.untold() or self.passed_ms(now) > _TOLD_MS:
                self._left = link.renew()
                self.began = now
            return None
        if self._proven(link, now):
            self._app.saved.keep()
            return responses.done(self.id, responses.calibration(self._app.config))
        if self.passed_ms(now) < self.lasts_ms:
            return None
        self._app.take_back()
        link.renew()
        return responses.failed(
            self.id, "rolled_back", "the broker was not reached within %d s" % (self.lasts_ms // 1000)
        )

    def _proven(self, link, now):
        if not link.connected or link.connection == self._left:
            self._stands_since = None
            return False
        if self._stands_since is None:
            self._stands_since = now
        return ticks_diff(now, self._stands_since) >= self.stands_ms
