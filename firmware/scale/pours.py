"""Finds pours in weights over time: a fall from one plateau to the next, as fast as beer flows, that stays.

Both levels are medians of the rests beside the fall, so neither the wander of a cooler nor a knock moves them. One
algorithm for ten samples a second on the scale and for readings up to 90 s apart on the server. It imports nothing,
keeps fewer than a hundred numbers, and counts seconds anew every hour, so that 32-bit floats are exact enough.
"""

LEAST_LBS = 0.13  # 59 g, two ounces: no cooler's wander falls that far between two plateaus
TOP_UP_LBS = 0.045  # enough where the flow was watched just after a pour: the foam has settled, a little more
TOP_UP_S = 30.0
GAP_S = 90.0  # a longer silence hides what happened in it
GAP_LBS = 0.45  # after a long one only more than a cooler's whole wander is beer
WANDER_LBS_PER_S = 0.0006  # 1 kg an hour: no cell wanders faster for long
FASTEST = 0.4  # lb/s, six ounces a second: beer does not flow faster, hands and kegs do
BRISK = 0.3  # lb/s: it may be beer; whether it stays is waited for
SLOWEST = 0.016  # lb/s, a quarter of an ounce a second: slower is a leak, gas or temperature
USUAL = 0.13  # lb/s, two ounces a second: tells the length of a pour that nobody watched
STOPPED = 0.05  # lb/s over a whole interval: the tap was shut for a part of it
SERVING_LBS = 1.6  # 24 ounces: a hand takes no more at once; more that nobody watched fall are two pours
LARGEST_LBS = 12.0  # from one reading to the next: more is no glass, but a keg
QUICKEST_LBS = 2.2  # from one reading to the next, where those are too rare to tell how fast it was
SHELL_LBS = 4.0  # no keg weighs less: it was lifted

_REST_S = 0.6  # so long within a band, and level from end to end, is a plateau
_CALM_S = 1.8  # or so long, where the weight also came up on its way: a hand may be on the keg
_UPS_LBS = 0.3
_BAND_LBS = 0.02
_LEVEL_LBS = 0.012
_SIGMAS = 5.0
_LOOK_S = 24.0  # a plateau's level is the median of its last points within so long
_PLATEAU = 9  # points
_PATH = 16  # points between two plateaus
_BIN_S = 0.2  # samples closer than this are taken three together
_RARE_S = 0.8  # readings further apart do not tell how fast a weight fell
_SPARSE_S = 20.0  # of readings further apart few steps may be a cooler's sharp edge
_HOLD_S = 15.0  # a fall that nobody watched has to stay so long, a very quick one twice that
_DIP_LBS = 0.5  # longer than a second this far below the level that it ends on: the keg was tilted or lifted
_KNOCK_LBS = 3.0  # a single rare reading no further below may have met a knock
_LEAN_S = 1800.0  # so long a rise is remembered, because what leans on a keg is taken away again


class Path:
    """The way from one plateau to the next as a few points: `s` and `lbs`, evenly thinned where it is long."""

    def __init__(self, s, lbs):
        self.s, self.lbs, self.stride = [s], [lbs], 0.0

    def add(self, s, lbs):
        """Go on to a point, unless it comes too soon after the last that was kept."""
        if s - self.s[-1] < self.stride:
            return
        if len(self.s) == _PATH:
            self.s, self.lbs = self.s[::2], self.lbs[::2]
            self.stride = max(2 * self.stride, (s - self.s[0]) / _PATH)
        self.s.append(s)
        self.lbs.append(lbs)

    def end(self, s, lbs):
        """End where the next plateau begins."""
        while len(self.s) > 1 and self.s[-1] >= s:
            self.s.pop()
            self.lbs.pop()
        self.s.append(s)
        self.lbs.append(lbs)

    def within(self, low, high):
        """Tell of two weights how long (s) it ran between them, its longest step there, and its points there."""
        running = widest = 0.0
        points = 0
        for n in range(1, len(self.s)):
            seconds = self.s[n] - self.s[n - 1]
            bottom, top = sorted(self.lbs[n - 1 : n + 1])
            share = min(top, high) - max(bottom, low)
            if share > 0.0:
                widest = max(widest, seconds)
                running += seconds * share / (top - bottom)
            if low < self.lbs[n] < high:
                points += 1
        return running, widest, points

    def cuts(self):
        """Return the points at which one pour ends and the next begins, where only few readings tell of them.

        The tap was shut for a part of an inner step with too little flow in it, so that step ends a pour.
        """
        lbs = self.lbs
        last = len(lbs) - 1
        found = [0]
        for n in range(2, last + 1):
            since = found[-1]
            much = lbs[since] - lbs[n] > SERVING_LBS
            if n == last:
                if much and not (since < n - 1 and self._full(n - 1)):
                    found.append(n - 1)
            elif not self._full(n):
                found.append(n - 1 if much and since < n - 1 else n)
        return found + [last]

    def _full(self, n):
        """Tell whether beer may have flowed through the whole of the step to point `n`."""
        return self.lbs[n - 1] - self.lbs[n] >= STOPPED * (self.s[n] - self.s[n - 1])


class Seeker:
    """Finds pours as weights come in.

    A claim is (ago, seconds, before_lbs, after_lbs, unseen): it began `ago` s before the last sample. `unseen` is a
    fall across a silence of over 90 s: beer that is gone, but nobody knows when. `grain_s` tells how coarse the times
    are: 1.0 where they are whole seconds.
    """

    def __init__(self, grain_s=0.0):
        self._grain = grain_s
        self.reset()

    def reset(self):
        """Forget what stands there: the next plateau is a new beginning."""
        self._now = 0.0
        self._bin = []
        self._point_at = None  # the last point
        self._point_lbs = 0.0
        self._slope = None  # lb from the last point but one to the last
        self._noise = 0.004  # lb, about the standard deviation of a point
        self._restless = False  # whether the scale ever said so, without which its word for rest means nothing
        self._at_rest = False  # whether that was its last word
        self._run_s, self._run_lbs = [], []  # the last points that lie within a band of each other
        self._run_since = 0.0
        self._resting = False  # whether that run is the plateau last settled on
        self._rest_at = 0.0  # the last moment of that plateau
        self._level = None  # its level, lb
        self._drift = 0.0  # its wander at its end, lb/s
        self._path = Path(0.0, 0.0)
        self._ups = 0.0  # how far (lb) the weight came up on that path, all its steps together
        self._silent_s = 0.0  # the longest silence on it
        self._lifted = False
        self._lean = self._lean_at = 0.0  # lb that came from above and may be taken away again, and when
        self._poured_at = None  # the end of the last pour
        self._held = None  # (began, seconds, before_lbs, after_lbs, until): a fall that has to stay until then
        self._found = ()

    def feed(self, elapsed_s, lbs, stable=None):
        """Take a weight in lb, `elapsed_s` after the one before, and the scale's word on its rest if it has one.

        Return the claims that have become certain: mostly none, else commonly one.
        """
        alone = stable is not None or elapsed_s >= _BIN_S
        if alone:
            self._empty_bin()
        self._now += elapsed_s
        if self._now > 4000.0:
            self._rebase()
        if alone:
            self._take(self._now, lbs, stable)
        else:
            self._bin.append(lbs)
            if len(self._bin) == 3:
                self._empty_bin()
        return self._told()

    def finish(self):
        """Return what was still waited for: no more weights come."""
        self._empty_bin()
        self._release()
        return self._told()

    def _told(self):
        found, self._found = self._found, ()
        return found and [(self._now - claim[0],) + claim[1:] for claim in found]

    def _empty_bin(self):
        if self._bin:
            lbs, self._bin = _median(self._bin), []
            self._take(self._now, lbs, None)

    def _take(self, s, lbs, stable):
        """Take one point."""
        silent = 0.0 if self._point_at is None else s - self._point_at
        if silent > GAP_S:
            if self._at_rest and not self._resting and self._run_s:
                self._settle()  # nothing more was said, because nothing more happened
            self._release()
            self._part()
            self._ups = 0.0
        self._at_rest = stable is True and self._restless
        if self._level is not None and lbs < SHELL_LBS <= self._level:
            self._lifted = True
        if stable is False:
            self._restless = True
            self._part()
            self._slope = None
            joined = False
        else:
            joined = self._join(s, lbs, silent)
            self._hear_noise(lbs)
        self._silent_s = max(self._silent_s, silent)
        if not self._resting and self._level is not None:
            self._path.add(s, lbs)
            self._ups += max(0.0, lbs - self._point_lbs)
        self._point_at, self._point_lbs = s, lbs
        if self._resting:
            if joined:
                self._rest_at = s
                self._silent_s = 0.0
            if self._held is not None and s >= self._held[4]:
                self._release()
        elif stable is not False and self._rests(s):
            self._settle()

    def _part(self):
        """End the run of points; if it was a plateau, that ends with it."""
        if self._resting:
            self._resting = False
            self._level = self._run_level()
            self._drift = self._run_drift()
            self._path = Path(self._rest_at, self._level)
        self._run_s, self._run_lbs = [], []

    def _join(self, s, lbs, silent):
        """Add a point to the run and return True, or begin a new run with it."""
        if self._run_s:
            band = _BAND_LBS + _SIGMAS * self._noise + WANDER_LBS_PER_S * silent
            if abs(lbs - self._run_level()) <= band:
                if len(self._run_s) == _PLATEAU:
                    self._run_s, self._run_lbs = self._run_s[1:], self._run_lbs[1:]
                self._run_s.append(s)
                self._run_lbs.append(lbs)
                return True
            self._part()
        self._run_s, self._run_lbs, self._run_since = [s], [lbs], s
        return False

    def _run_level(self):
        """Return the level (lb) of the run: the median of its last points."""
        since, first = self._run_s[-1] - _LOOK_S, 0
        while self._run_s[first] < since:
            first += 1
        return _median(self._run_lbs[first:])

    def _run_drift(self):
        """Return how fast (lb/s) the run wanders; 0 where it is too short to tell."""
        seconds = self._run_s[-1] - self._run_s[0]
        return (self._run_lbs[-1] - self._run_lbs[0]) / seconds if seconds >= 5.0 else 0.0

    def _hear_noise(self, lbs):
        """Follow the noise: a low quantile of second differences, so that pours do not pass for noise."""
        slope = lbs - self._point_lbs
        if self._slope is not None:
            # It comes to rest where 29 % are smaller, which is 0.91 sigma of normal noise.
            if abs(slope - self._slope) < 0.911 * self._noise:
                self._noise = max(self._noise / 1.05, 0.0005)
            else:
                # Slowly while nothing rests: a hand on the keg is no noise of the cell.
                self._noise = min(self._noise * (1.02 if self._resting or self._level is None else 1.004), 0.02)
        self._slope = None if self._point_at is None else slope

    def _rests(self, s):
        """Tell whether the run has become a plateau."""
        calm = self._ups < _UPS_LBS
        if self._at_rest and calm:
            return True
        seconds = s - self._run_since
        if len(self._run_s) < (2 if calm or seconds > 5.0 else 3) or seconds < (_REST_S if calm else _CALM_S):
            return False
        if abs(self._run_lbs[-1] - self._run_lbs[0]) <= _LEVEL_LBS + 4 * self._noise + WANDER_LBS_PER_S * seconds:
            return True
        self._run_s, self._run_lbs = self._run_s[1:], self._run_lbs[1:]  # without the last drops
        self._run_since = self._run_s[0]
        return False

    def _settle(self):
        """Judge the way to this plateau, and go on from here."""
        level = self._run_level()
        if self._level is not None:
            self._path.end(self._run_since, level)
            self._path.lbs[0] = self._level
            self._judge(self._level, level)
        self._level, self._resting, self._rest_at = level, True, self._run_s[-1]
        self._ups = self._silent_s = 0.0
        self._lifted = False

    def _judge(self, before, after):
        fall, began = before - after, self._path.s[0]
        seconds = self._path.s[-1] - began
        least = max(LEAST_LBS, 6 * self._noise)
        if self._lifted or self._silent_s > GAP_S:
            self._release(but_quick=self._lifted)
            self._lean = 0.0
            if not self._lifted and fall >= min(GAP_LBS, LEAST_LBS + WANDER_LBS_PER_S * seconds):
                self._claim(began, seconds, before, after, unseen=True)
        elif -fall >= least:
            self._rise(-fall)
        elif fall >= TOP_UP_LBS:
            self._fall(before, after, least)

    def _rise(self, rise):
        """Something leans on the keg, or what was under it is gone: then the fall before was no beer."""
        at, held = self._path.s[-1], self._held
        if held is not None and abs(rise - (held[2] - held[3])) < 0.4 * rise:
            self._held = None
            return
        self._release(but_quick=True)
        self._lean = rise + (self._lean if at - self._lean_at < _LEAN_S else 0.0)
        self._lean_at = at

    def _fall(self, before, after, least):
        """Claim a fall, wait whether it stays, or let it be: beer does not fall like that."""
        path = self._path
        began, ended, fall = path.s[0], path.s[-1], before - after
        running, widest, points = path.within(after + 0.2 * fall, before - 0.2 * fall)
        flow = fall / max(running / 0.6 + self._grain, 0.001)
        watched = points >= 2 and min(widest, self._silent_s) < 3.0 and SLOWEST < flow <= BRISK
        if widest >= 5.0:  # in so long the wander before and after may have gone on
            least += max(0.0, -(self._drift + self._run_drift()) / 2) * (ended - began)
        steepest = max([min(before, path.lbs[n - 1]) - path.lbs[n] for n in range(1, len(path.lbs))])
        shown = fall
        if widest >= _SPARSE_S:  # a cooler falls on from reading to reading; most of a glass is gone within a minute
            most = max([path.lbs[max(0, n - (1 if widest > 40.0 else 2))] - path.lbs[n] for n in range(len(path.lbs))])
            shown = min(fall, most - max(0.0, self._run_lbs[0] - after))
        soon = self._poured_at is not None and began - self._poured_at < TOP_UP_S
        if shown < least and not (soon and widest < _RARE_S and flow <= BRISK and fall >= 12 * self._noise):
            return
        leans = self._lean > 0.0 and ended - self._lean_at <= _LEAN_S
        leaned = leans and abs(fall - self._lean) < (0.03 if watched else 0.1) + 0.03 * self._lean
        too_slow = widest < 5.0 and flow < SLOWEST
        leaned_on = max(path.lbs) > before + _UPS_LBS  # of such a fall the last part was a hand that let go
        telling = widest < _RARE_S + self._grain and not leaned_on  # of how fast it was
        taken = fall <= SERVING_LBS and not leans  # by hand, a glass of it: that only has to stay away
        too_fast = flow > FASTEST and (fall > QUICKEST_LBS or (telling and not taken))
        below, _, lows = path.within(-1000.0, after - _DIP_LBS)
        dipped = below > 1.0 and not (lows == 1 and widest >= 3.0 and min(path.lbs) > after - _KNOCK_LBS)
        wrong = leaned or too_slow or too_fast or dipped or steepest > LARGEST_LBS
        self._release(but_quick=wrong)
        self._lean = 0.0 if leaned else self._lean
        if watched and not wrong:
            self._claim(began, ended - began, before, after)
        elif not wrong:
            self._hold(widest, ended + (2 if flow > FASTEST else 1) * _HOLD_S)

    def _hold(self, widest, until):
        """Wait whether a fall stays that nobody watched; few readings may hold several pours."""
        s, lbs, since, last = self._path.s, self._path.lbs, 0, len(self._path.s) - 1
        several = widest >= 3.0 and self._ups < _UPS_LBS and lbs[0] - lbs[last] > SERVING_LBS
        for n in self._path.cuts()[1:] if several else [last]:
            # A piece too small for a pour goes with the one beside it.
            if n == last or (lbs[since] - lbs[n] >= LEAST_LBS and lbs[n] - lbs[last] >= LEAST_LBS):
                self._release()
                took = min(s[n] - s[since], (lbs[since] - lbs[n]) / USUAL)
                began = (s[since] + s[n] - took) / 2  # in the middle of the time that it must have been in
                self._held = (began, took, lbs[since], lbs[n], until)
                since = n

    def _release(self, *, but_quick=False):
        """What was held has stayed: it was beer, unless so quick a fall was the beginning of something else."""
        held, self._held = self._held, None
        if held is not None and not (but_quick and held[2] - held[3] > FASTEST * held[1]):
            self._claim(held[0], held[1], held[2], held[3])

    def _claim(self, began, seconds, before, after, *, unseen=False):
        self._release()
        if not unseen:
            self._poured_at = began + seconds
        self._found += ((began, seconds, before, after, unseen),)

    def _rebase(self):
        """Count from now on."""
        base = self._now
        self._now = 0.0
        for name in ("_point_at", "_poured_at", "_run_since", "_rest_at", "_lean_at"):
            if getattr(self, name) is not None:
                setattr(self, name, getattr(self, name) - base)
        self._run_s = [s - base for s in self._run_s]
        self._path.s = [s - base for s in self._path.s]
        if self._held is not None:
            began, seconds, before, after, until = self._held
            self._held = (began - base, seconds, before, after, until - base)

    def pack(self):
        """Return what it remembers as a list of numbers, Nones and lists of numbers."""
        path = self._path
        return [getattr(self, "_" + name) for name in KEPT.split()] + [path.s, path.lbs, path.stride]

    def unpack(self, packed):
        """Go on from what another one packed."""
        for n, name in enumerate(KEPT.split()):
            value = packed[n]
            setattr(self, "_" + name, list(value) if isinstance(value, (list, tuple)) else value)
        path = self._path
        path.s, path.lbs, path.stride = list(packed[-3]), list(packed[-2]), packed[-1]


KEPT = (
    "now bin point_at point_lbs slope noise restless at_rest run_s run_lbs run_since resting rest_at level drift"
    " ups silent_s lifted lean lean_at poured_at held"
)


def _median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
