"""When a weight has come to rest: no jump, a precise estimate and no slope, for one second.

The slope tells flowing beer (0.066 lb/s at one ounce a second) from a cooler's wander (under 0.005 lb/s).
"""

from .port import const, ticks_diff

_QUIET_MS = const(1000)
_WINDOW = const(10)  # samples, one second at 10 a second
_HALF = const(5)
_REST = 0.02  # lb/s: below it a weight may come to rest
_FLOW = 0.04  # lb/s: above it a weight at rest is called restless; apart, so that the flag does not flicker


class Settle:
    """Follows one filter and says whether the weight is at rest (`stable`)."""

    def __init__(self):
        self._lbs = [0.0] * _WINDOW
        self._ticks = [0] * _WINDOW
        self.reset(0)

    def reset(self, now):
        """Begin again at `now` (ticks): nothing is at rest."""
        self.stable = False
        self._count = 0
        self._restless_at = now

    def feed(self, now, level):
        """Take the state of the filter at `now` (ticks); return whether the weight is at rest."""
        place = self._count % _WINDOW
        self._lbs[place] = level.followed
        self._ticks[place] = now
        # Kept small for a device that runs for years; the place in the ring stays the same.
        self._count = self._count + 1 if self._count < 2 * _WINDOW else _WINDOW + 1
        if self._count < _WINDOW:
            return False
        steep = abs(self._slope())
        if level.jumped or (self.stable and steep > _FLOW):
            self._restless_at = now
            self.stable = False
        elif not self.stable and steep < _REST:
            self.stable = self._quiet(now) and level.settled()
        return self.stable

    def _quiet(self, now):
        # A jump needs its second of quiet; a slope carries that second in its window already.
        return ticks_diff(now, self._restless_at) >= _QUIET_MS

    def _slope(self):
        """Return lb/s between the means of the older and the newer half of the window."""
        older = newer = 0.0
        span = 0
        for back in range(_HALF):
            late = (self._count - 1 - back) % _WINDOW
            early = (self._count - 1 - back - _HALF) % _WINDOW
            newer += self._lbs[late]
            older += self._lbs[early]
            span += ticks_diff(self._ticks[late], self._ticks[early])
        return (newer - older) * 1000 / span if span > 0 else 0.0
