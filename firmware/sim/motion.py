"""How a keg on its platform rings after a knock: a decaying oscillation, stepped without any library maths.

The two constants are those of a sampled oscillator y[n] = A y[n-1] - B y[n-2] at 10 a second,
with A = 2 r cos(w), B = r^2 for 2.3 Hz (w = 1.445) and a decay time of 0.45 s (r = 0.8007).
"""

_A = 0.2008
_B = 0.6411
_STILL_LBS = 0.0005


class Motion:
    """The swing of one platform, in lbs of apparent weight."""

    def __init__(self):
        self.lbs = 0.0
        self._before = 0.0
        self.still = True

    def kick(self, lbs):
        """A knock whose first swing is about `lbs` (signed)."""
        self.lbs += lbs
        self.still = False

    def step(self):
        """Go on by 0.1 s."""
        if self.still:
            return
        lbs = _A * self.lbs - _B * self._before
        self._before = self.lbs
        self.lbs = lbs
        if -_STILL_LBS < lbs < _STILL_LBS and -_STILL_LBS < self._before < _STILL_LBS:
            self.lbs = self._before = 0.0
            self.still = True
