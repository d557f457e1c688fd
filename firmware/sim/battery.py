"""The battery of a scale that is not on the mains: it sags over days, and its voltage tells how full it is."""

from firmware.scale.battery import volts_of

_PERCENT_A_DAY = 4.0
_DAY_MS = 86400000


class Battery:
    """One cell, so full (percent) at a moment of the story."""

    def __init__(self, percent, now_ms):
        self._percent = percent
        self._since = now_ms

    def at(self, now_ms):
        """(volts, percent) at that moment; an empty battery stays at 0."""
        percent = max(0.0, self._percent - _PERCENT_A_DAY * (now_ms - self._since) / _DAY_MS)
        return volts_of(percent), int(percent + 0.5)
