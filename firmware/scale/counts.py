"""Raw counts of a few seconds: how many, their mean, how they scatter, and whether the weight was at rest."""

from math import sqrt

from .port import ticks_diff


class Counts:
    """Collects counts; sums are kept as whole numbers from the first count on, so that no float grows too long."""

    def __init__(self):
        self.number = 0
        self.stable = True
        self._first = 0
        self._sum = 0
        self._squares = 0
        self._began = self._last = 0

    def feed(self, now, raw, stable):
        """Take one count at `now` (measuring ticks)."""
        if not self.number:
            self._first = raw
            self._began = now
        away = raw - self._first
        self.number += 1
        self._sum += away
        self._squares += away * away
        self._last = now
        self.stable = self.stable and stable

    @property
    def span_ms(self):
        """Milliseconds from the first to the last count."""
        return ticks_diff(self._last, self._began)

    @property
    def mean(self):
        """The mean count, a whole number."""
        return self._first + (2 * self._sum + self.number) // (2 * self.number)

    @property
    def sd(self):
        """The standard deviation of single counts."""
        if self.number < 2:
            return 0.0
        # n * sum(x^2) - sum(x)^2 in whole numbers: exact whatever the size of a float.
        scatter = self.number * self._squares - self._sum * self._sum
        return sqrt(scatter / (self.number * (self.number - 1)))

    @property
    def rate_hz(self):
        """Counts a second, or 0 with fewer than two."""
        return (self.number - 1) * 1000 / self.span_ms if self.number > 1 and self.span_ms > 0 else 0.0
