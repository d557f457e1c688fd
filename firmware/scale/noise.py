"""How restless this scale is when nothing happens: a running median of second differences.

Second differences do not see a steady flow of beer, and a median does not see a bump, so neither passes for noise.
"""

from .port import const

_STEP = 1.02  # the tracker follows the median within seconds
_SIGMAS = 1.652  # median of |x0 - 2 x1 + x2| for normal noise: 0.6745 * sqrt(1 + 4 + 1) sigma
_LEAST = 0.001 * _SIGMAS  # lb
_MOST = 0.05 * _SIGMAS
_START = 0.004 * _SIGMAS
_WARM = const(2)


class Noise:
    """Follows the standard deviation of single samples; `variance` is its square in lb^2."""

    def __init__(self):
        self._median = _START
        self.variance = 0.0
        self._measure()
        self.restart()

    def restart(self):
        """Forget the last two samples: what comes next does not continue them."""
        self._samples = 0
        self._before = self._last = 0.0

    def feed(self, lbs):
        """Take one raw sample in lb."""
        if self._samples < _WARM:
            self._samples += 1
        elif abs(lbs - 2 * self._last + self._before) > self._median:
            self._median = min(self._median * _STEP, _MOST)
        else:
            self._median = max(self._median / _STEP, _LEAST)
        self._before, self._last = self._last, lbs
        self._measure()

    def _measure(self):
        sigma = self._median / _SIGMAS
        self.variance = sigma * sigma
