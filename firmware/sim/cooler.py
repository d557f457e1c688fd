"""The walk-in cooler: its compressor cycle, and what it does to the zero of each load cell.

Measured on a real cooler (study notes): untouched kegs wander 100 to 180 g peak to peak with the compressor,
about an hour a cycle, some cells up while others go down, and lag the air by a quarter of an hour and more.
"""

LOW_C = 3.2
HIGH_C = 4.2
_MIDDLE_C = 3.7
_WARMING_S = 2280.0
_COOLING_S = 1320.0
LBS_PER_GRAM = 0.002204623


class Cooler:
    """Air temperature between two set points, in degrees Celsius."""

    def __init__(self, dice=None):
        self._dice = dice
        self.celsius = _MIDDLE_C
        self._cooling = False
        self._rate = 1.0
        if dice:
            for _ in range(dice.below(360)):
                self.advance(10)

    def advance(self, seconds):
        """Let the compressor run or rest for a few seconds; each half cycle is up to 8 % faster or slower."""
        span = (LOW_C - HIGH_C) / _COOLING_S if self._cooling else (HIGH_C - LOW_C) / _WARMING_S
        self.celsius += span * self._rate * seconds
        if self.celsius <= LOW_C if self._cooling else self.celsius >= HIGH_C:
            self._cooling = not self._cooling
            self._rate = self._dice.between(0.92, 1.08) if self._dice else 1.0


class Wander:
    """The error of one cell, in lbs: the air's temperature, delayed by `lag_s`, times a gain of either sign.

    It begins without an error, as if the scale had just been set to zero there. `grams` is the peak-to-peak swing
    in a plain cycle; the gain for it is found by living through four of them.
    """

    def __init__(self, grams, lag_s, sign):
        self._lag_s = lag_s
        self._felt_c = _MIDDLE_C
        self._gain = 0.0
        if grams:
            self._gain = sign * grams * LBS_PER_GRAM / _swing(lag_s)
        self.lbs = 0.0

    def feel(self, celsius, seconds):
        """The cell has stood in air of `celsius` for `seconds` more."""
        self._felt_c += (celsius - self._felt_c) * seconds / self._lag_s
        self.lbs = self._gain * (self._felt_c - _MIDDLE_C)


def _swing(lag_s):
    """How far the delayed temperature swings in a plain cycle, in degrees Celsius."""
    cooler = Cooler()
    felt = low = high = _MIDDLE_C
    for n in range(1440):
        cooler.advance(10)
        felt += (cooler.celsius - felt) * 10 / lag_s
        if n == 720:
            low = high = felt
        elif n > 720:
            low = min(low, felt)
            high = max(high, felt)
    return high - low
