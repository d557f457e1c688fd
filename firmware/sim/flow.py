"""The flow of one pour: a faucet that opens in 0.3 s, runs at about 2 oz a second and closes in 0.3 s."""

RAMP_MS = 300


class Flow:
    """One pour of `oz` US fluid ounces in `seconds`, from its first to its last drop."""

    def __init__(self, oz, seconds):
        self.oz = oz
        self.duration_ms = max(2 * RAMP_MS, int(seconds * 1000 + 0.5))
        self._peak = oz / (self.duration_ms - RAMP_MS)

    def drawn(self, elapsed_ms):
        """Ounces that have left after `elapsed_ms`: the area under the ramps, exactly `oz` at the end."""
        if elapsed_ms >= self.duration_ms:
            return self.oz
        left = self.duration_ms - elapsed_ms
        if elapsed_ms <= RAMP_MS:
            return self._peak * elapsed_ms * elapsed_ms / (2 * RAMP_MS)
        if left <= RAMP_MS:
            return self.oz - self._peak * left * left / (2 * RAMP_MS)
        return self._peak * (elapsed_ms - RAMP_MS / 2)


def seconds_for(oz, oz_per_second):
    """How long `oz` take at that flow, ramps included, in whole tenths of a second."""
    return int(10 * oz / oz_per_second + 3 + 0.5) / 10
