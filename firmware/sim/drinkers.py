"""Who drinks what and when: the same drinkers fill the demo's past and pour live, from one seed.

Each quarter of an hour on each tap has its own seed, so any moment can be asked for by itself and the live
evening goes on exactly where the past ends. Within a quarter guests come at chance (one chance a minute);
some order rounds, some nights are better than others, and now and then foam is let off first.
"""

from .dice import TWO32, Dice
from .flow import seconds_for
from .week import business_day, pours_an_hour

QUARTER = 900
_MINUTES = 15
_BREATH = 3  # seconds between two glasses under one faucet

# Glasses in tenths of an ounce, with how many of a hundred guests take each.
_GLASSES = ((40, 6), (80, 6), (100, 8), (120, 17), (160, 51), (200, 12))

ROUND = 0.18  # how often a guest orders more than one
FOAM = 0.05  # how often foam is let off before the glass


class Drinkers:
    """The guests of one bar. `taps` is the popularity of each tap (1 is average).

    `local` is the bar's offset from UTC in seconds (whole quarters of an hour), or a function that gives it for
    a moment (seconds since 1970), so that the bar's evening stays the evening across a change of the clocks.
    """

    def __init__(self, seed, taps, local=0):
        self._seed = seed
        self._taps = taps
        self._local = local
        self._night = (None, 0.0)

    def in_quarter(self, tap, start):
        """The orders of `tap` in the quarter that begins at `start`: a list of (t, oz, seconds), by time.

        `t` is the first drop, in whole seconds since 1970; `oz` includes foam; no two orders overlap.
        """
        local_s = self._local_s(start)
        rate = pours_an_hour(local_s) * self._taps[tap]
        if rate <= 0:
            return []
        dice = Dice(self._seed, tap, start // QUARTER)
        limit = int(min(0.9, rate * self._how_good(business_day(local_s)) / 60 / (1 + 1.5 * ROUND)) * TWO32)
        orders = []
        word = dice.word
        for minute in range(_MINUTES):
            if word() < limit:
                _order(dice, tap, start + minute * 60 + dice.below(60), orders)
        return orders

    def open_at(self, t):
        """Whether the bar is open at `t`, seconds since 1970."""
        return pours_an_hour(self._local_s(t)) > 0

    def next_pour(self, tap, after):
        """The first order of `tap` later than `after`, as (t, oz, seconds), or None if there is none for a week."""
        start = after // QUARTER * QUARTER
        for quarter in range(start - QUARTER, start + 7 * 86400, QUARTER):  # a round may run over its quarter
            for order in self.in_quarter(tap, quarter):
                if order[0] > after:
                    return order
        return None

    def _local_s(self, t):
        return t + (self._local(t) if callable(self._local) else self._local)

    def _how_good(self, day):
        """The factor of one night: 0.75 to 1.25, the same on every tap."""
        if self._night[0] != day:
            self._night = (day, Dice(self._seed, 7919, day).between(0.75, 1.25))
        return self._night[1]


def past(seed, taps, start, end, local=0):
    """Yield every pour of a stretch of the bar's past as (t, tap, oz, seconds), in time order.

    `taps` is the popularity of each tap; `tap` counts from 0; `start` <= t < `end`, seconds since 1970.
    """
    drinkers = Drinkers(seed, taps, local)
    ready = [0] * len(taps)
    late = []
    for quarter in range(start // QUARTER * QUARTER - QUARTER, end, QUARTER):
        pours = late
        for tap in range(len(taps)):
            for t, oz, seconds in drinkers.in_quarter(tap, quarter):
                at = max(t, ready[tap])
                ready[tap] = at + int(seconds) + _BREATH
                pours.append((at, tap, oz, seconds))
        pours.sort()
        late = [pour for pour in pours if pour[0] >= quarter + QUARTER]
        for pour in pours:
            if start <= pour[0] < min(end, quarter + QUARTER):
                yield pour


def _order(dice, tap, t, orders):
    """Add one guest's order: a glass, or a round of two to four alike."""
    size = _glass(dice)
    glasses = 2 + dice.below(3) if dice.chance(ROUND) else 1
    flow = 1.8 + 0.1 * (tap % 4)  # each line has its own length and pressure
    for _ in range(glasses):
        if orders:
            last = orders[-1]
            t = max(t, last[0] + int(last[2]) + _BREATH)
        tenths = size * (970 + dice.below(71)) // 1000  # nobody pours to the drop: 3 % short to 4 % over
        if dice.chance(FOAM):
            tenths += 5 + dice.below(16)
        oz = tenths / 10
        orders.append((t, oz, seconds_for(oz, flow)))


def _glass(dice):
    """A glass, in tenths of an ounce."""
    left = dice.below(100)
    for tenths, share in _GLASSES:
        left -= share
        if left < 0:
            return tenths
    return _GLASSES[-1][0]
