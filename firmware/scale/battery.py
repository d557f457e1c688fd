"""How full a lithium cell is, by its voltage: a typical curve, and a gauge that does not flicker."""

# Open-circuit volts by percent, from a typical cell: good to about 10 percent in the flat middle.
CURVE = (
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
_STICKY = 1.0  # percent: the radio alone pulls the voltage up and down by more than a hundredth of a volt


def percent_of(volts):
    """Return how full a cell of that voltage is, 0 to 100 percent."""
    low, low_volts = CURVE[0]
    if volts <= low_volts:
        return 0.0
    for high, high_volts in CURVE[1:]:
        if volts <= high_volts:
            return low + (high - low) * (volts - low_volts) / (high_volts - low_volts)
        low, low_volts = high, high_volts
    return 100.0


def volts_of(percent):
    """Return the voltage of a cell that is so full."""
    low, low_volts = CURVE[0]
    for high, high_volts in CURVE[1:]:
        if percent <= high:
            return low_volts + (high_volts - low_volts) * (percent - low) / (high - low)
        low, low_volts = high, high_volts
    return low_volts


class Gauge:
    """Whole percent of one cell; it moves only where the voltage says that it has moved by over one."""

    def __init__(self):
        self._shown = None

    def feed(self, volts):
        """Take a voltage; return (volts, percent)."""
        percent = percent_of(volts)
        if self._shown is None or abs(percent - self._shown) > _STICKY:
            self._shown = int(percent + 0.5)
        return volts, self._shown
