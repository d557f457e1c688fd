"""From noisy pounds to the weight on the platform: a median of three, then a scalar Kalman filter with a gate.

The state is kept in lb relative to the zero of the scale, so that 32-bit floats stay exact enough.
"""

from .noise import Noise
from .port import const

_GATE = 16.0  # 4 sigma, squared: two innovations beyond it in a row are a jump, a single one is a spike
_WANDER = 0.11  # process noise a second, in parts of the measurement noise: settles with a time constant of 1 s
_MOST_MS = const(10000)  # after a longer pause the old estimate is worth no less than after this one
_PRECISE = 3  # the share of the noise that an estimate may have; a quarter would never come at one sample a second
_WARM = const(3)  # samples before the median has anything to choose from


class Filter:
    """Follows one weight. After `feed`: `weight` in lb, `variance` in lb^2, `jumped` where the gate gave way.

    `followed` is the sample that moved the weight: the median, or the weight itself where that was a spike.
    """

    def __init__(self):
        self.noise = Noise()
        self.reset()

    def reset(self):
        """Forget the weight, keep what is known of the noise."""
        self.noise.restart()
        self._samples = 0
        self._older = self._newest = 0.0
        self._outliers = 0
        self.followed = 0.0
        self.weight = 0.0
        self.variance = 0.0
        self.jumped = False

    def warm(self):
        """Tell whether enough samples came in for the weight to mean something."""
        return self._samples >= _WARM

    def settled(self):
        """Tell whether the estimate has gathered enough samples since the last jump to be precise."""
        return self.variance < self.noise.variance / _PRECISE

    def feed(self, lbs, elapsed_ms):
        """Take one sample in lb, `elapsed_ms` after the one before; return the weight in lb."""
        self.noise.feed(lbs)
        median = self._median(lbs)
        self.followed = median
        if self._samples < _WARM:
            self._samples += 1
            self.weight = median
            self.variance = self.noise.variance
            return self.weight
        return self._update(median, elapsed_ms)

    def _median(self, lbs):
        if self._samples == 0:
            self._older = self._newest = lbs
        low, high = min(self._older, self._newest), max(self._older, self._newest)
        self._older, self._newest = self._newest, lbs
        return max(low, min(lbs, high))

    def _update(self, measured, elapsed_ms):
        noise = self.noise.variance
        predicted = self.variance + noise * _WANDER * min(elapsed_ms, _MOST_MS) / 1000
        innovation = measured - self.weight
        self.jumped = False
        if innovation * innovation > _GATE * (predicted + noise):
            self._outliers += 1
            if self._outliers == 1:
                self.variance = predicted
                self.followed = self.weight
                return self.weight
            # From here on every further outlier counts at once: beer is flowing, or the keg swings.
            self._outliers = 1
            self.jumped = True
            predicted = max(predicted, innovation * innovation)
        else:
            self._outliers = 0
        gain = predicted / (predicted + noise)
        self.weight += gain * innovation
        self.variance = (1 - gain) * predicted
        return self.weight
