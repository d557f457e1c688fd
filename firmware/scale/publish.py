"""Which of ten weights a second are worth a message, and in which order they go out.

On change, at least every heartbeat, when the weight comes to rest; when it leaves its rest, the last settled weight
goes first with its own time, then the live one.
"""

from .port import const, ticks_diff

_CONVERSION_MS = const(100)  # a heartbeat goes out one conversion early rather than one late


class Weight:
    """One weight to publish: epoch seconds or None, lb, raw counts, at rest or not."""

    __slots__ = ("lbs", "raw", "stable", "t")

    def __init__(self, t, lbs, raw, stable):
        self.t = t
        self.lbs = lbs
        self.raw = raw
        self.stable = stable


class Publisher:
    """The publishing rule. Feed it every weight; it returns those to send, in order, with t never decreasing."""

    def __init__(self, config):
        self._config = config
        self._latest_t = None
        self.forget()

    def forget(self):
        """Begin again, as after a fault: the next weight goes out at once."""
        self._last = None
        self._last_at = 0
        self._settled = None

    def restart_clock(self):
        """Let t begin anew, for a clock that was put back."""
        self._latest_t = None
        self._settled = None

    def feed(self, now, weight, *, urgent=False):
        """Take one Weight at `now` (ticks); return the list of Weights to send, mostly empty.

        `urgent` says that something waits for the next settled reading: a weight at rest goes out at once.
        """
        config = self._config
        due = []
        plateau, self._settled = self._settled, weight if weight.stable else None
        if plateau and not weight.stable and not self._told(plateau):
            self._send(due, plateau, now)
        last = self._last
        waited = ticks_diff(now, self._last_at)
        if last is None or waited + _CONVERSION_MS >= config.heartbeat_s * 1000:
            self._send(due, weight, now)
        elif not weight.stable and not last.stable and waited < config.floor_ms:
            return due
        elif (
            last.stable != weight.stable
            or abs(weight.lbs - last.lbs) > config.deadband_lbs
            or (urgent and weight.stable)
        ):
            self._send(due, weight, now)
        return due

    def _told(self, plateau):
        """Tell whether the last message already said all that the end of this plateau would say."""
        last = self._last
        return last is not None and last.stable and last.t == plateau.t and same_text(last.lbs, plateau.lbs)

    def _send(self, due, weight, now):
        if weight.t is not None:
            if self._latest_t is not None and weight.t < self._latest_t:
                weight = Weight(self._latest_t, weight.lbs, weight.raw, weight.stable)
            self._latest_t = weight.t
        due.append(weight)
        self._last = weight
        self._last_at = now


def same_text(one, other):
    """Tell whether two weights in lb look the same in a message."""
    return abs(one - other) < 0.0005
