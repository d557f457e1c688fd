"""The battery of a scale that is not on the mains: it sags over days, and its voltage tells how full it is."""

# Open-circuit volts of a lithium cell by percent, a typical curve (study notes, section 4).
_CURVE = (
    (0, 3.30),
    (5, 3.45),
    (10, 3.68),
    (20, 3.74),
    (30, 3.77),
    (40, 3.79),
    (50, 3.82),
    (60, 3.87),
    (70, 3.92),
    (80, 3.98),
    (90, 4.06),
    (100, 4.20),
)
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


def volts_of(percent):
    """The voltage of a cell that is so full."""
    low, low_volts = _CURVE[0]
    for high, high_volts in _CURVE[1:]:
        if percent <= high:
            return low_volts + (high_volts - low_volts) * (percent - low) / (high - low)
        low, low_volts = high, high_volts
    return low_volts
