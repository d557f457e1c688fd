"""What stands on one platform and what is done to it: pours, knocks, hands, and kegs that come and go.

`felt_lbs` is what the load cell feels without its noise: the load, the ringing after knocks, the creep of the
cell after a change of load, and the wander with the cooler. All of it is stepped by recurrences, so that both
interpreters compute the same bits.
"""

from .flow import Flow
from .motion import Motion

TICK_MS = 100
_CREEP_SHARE = 0.0003  # of a change of load; OIML R60 allows a cell of this class 0.7 of its error in 30 minutes
_CREEP_MS = 600000
_LIFT_MS = 1200
_WOBBLE_STOOD_MS = 2500  # who sets a keg down askew lifts it again within a breath
_WOBBLE_GAP_MS = 3000
_SETTLE_MS = 5000
_SPUTTER_MS = 1500
_HAND_RAMP_MS = 300
_QUIET_MS = 12000  # rest begins this long after the last movement


class RefusedError(ValueError):
    """What was asked cannot be done to this keg now; the sentence says what to do first."""


class Stand:
    """One platform. Times are story milliseconds; `happened` collects (kind, ...) tuples until somebody takes them."""

    def __init__(self, keg, wander, dice, now_ms):
        self.keg = keg
        self.wander = wander
        self.happened = []
        self.poured_oz = 0.0
        self.motion = Motion()
        self._dice = dice
        self._now = now_ms
        self._moved = now_ms
        self._share = 1.0  # of the keg's weight that the platform carries; less while it is being lifted
        self._slow = self.load_lbs  # a cell that has carried its keg for long creeps no more
        self._flow = None  # (flow, since, drawn, before_lbs)
        self._sputter_until = None
        self._hand = None  # (lbs, since, milliseconds)
        self._change = None  # (since, gap_ms, next keg, when the first was lifted, whether it is set down twice)
        self._placed = None
        self._beside = None  # the keg of this platform while something else stands there

    @property
    def beside(self):
        """True while the keg of this platform stands beside it."""
        return self._beside is not None

    @property
    def own_keg(self):
        """The keg of this platform, also while it stands beside it; None where there is none."""
        return self._beside or self.keg

    @property
    def load_lbs(self):
        """What an ideal scale would show, without any hand on the keg."""
        return self.keg.gross_lbs * self._share if self.keg else 0.0

    @property
    def settled_lbs(self):
        """What this cell shows once nothing moves: the load, its creep and its wander."""
        load = self.load_lbs
        return load - _CREEP_SHARE * (load - self._slow) + self.wander.lbs

    @property
    def felt_lbs(self):
        """What the cell feels at this moment, without noise."""
        return self.settled_lbs + self._pressed() + self.motion.lbs

    @property
    def pouring(self):
        """True from the first to the last drop."""
        return self._flow is not None

    @property
    def changing(self):
        """True from the hand on the old keg until the new one has settled."""
        return self._change is not None or self._placed is not None

    @property
    def resting(self):
        """True when nothing has moved for a while."""
        return self._flow is None and not self.changing and self._now - self._moved >= _QUIET_MS

    def pour(self, oz, seconds):
        """Open the faucet for `oz` ounces within `seconds`."""
        if self._change or not self.keg:
            raise RefusedError("no keg stands there now: wait for the new keg, or change the keg")
        if self.keg.beer_lbs <= 0:
            raise RefusedError("this keg has no beer left: change the keg first")
        if self._flow:
            raise RefusedError("it is pouring already: wait for the last drop")
        self._flow = (Flow(oz, seconds), self._now, 0.0, self.settled_lbs)

    def bump(self, lbs):
        """Somebody knocks against the keg."""
        self.motion.kick(lbs)
        self._moved = self._now

    def lean(self, lbs, seconds):
        """Somebody rests a hand on the keg for `seconds`, and takes it away with a knock."""
        if self._hand:
            raise RefusedError("a hand is on the keg already: wait until it is lifted")
        self._hand = (lbs, self._now, int(seconds * 1000))

    def change(self, keg, gap_s, *, wobbles=False):
        """Lift this keg away and, after `gap_s`, set `keg` down (None: nothing comes); at two goes if it wobbles."""
        self._exchange(keg, gap_s, wobbles=wobbles)
        self._beside = None

    def place(self, load, gap_s):
        """Set `load` down in place of what stands there (None: nothing); the keg waits beside the platform."""
        own = self.own_keg
        self._exchange(load, gap_s)
        self._beside = own

    def begin_beside(self, load):
        """Begin with `load` on the platform (None: nothing), as it has long stood there, and the keg beside it."""
        self._beside = self.keg
        self.keg = load
        self._slow = self.load_lbs

    def put_back(self, gap_s):
        """Set the keg down again that waits beside the platform."""
        if not self._beside:
            raise RefusedError("no keg waits beside this platform: take one off first")
        self.change(self._beside, gap_s)

    def _exchange(self, keg, gap_s, *, wobbles=False):
        if self.changing:
            raise RefusedError("the keg is being changed already: wait until the new one has settled")
        if self._flow:
            self._close_faucet()
        self._change = (self._now, int(gap_s * 1000), keg, self._now, wobbles)
        self.motion.kick(self._dice.between(1.5, 3.0))
        if self.keg:
            self.happened.append(("lifted", self._now))

    def advance(self, now_ms):
        """Let the story go on until `now_ms`."""
        elapsed = now_ms - self._now
        self._now = now_ms
        if self._flow:
            self._draw()
        if self._change:
            self._swap()
        if self._placed is not None:
            self._settle()
        if self._hand:
            self._press()
        load = self.load_lbs
        self._slow += (load - self._slow) * elapsed / _CREEP_MS
        motion = self.motion
        if not motion.still:
            self._moved = now_ms
            for _ in range(elapsed // TICK_MS):
                motion.step()

    def _draw(self):
        flow, since, drawn, before = self._flow
        self._moved = self._now
        if self._sputter_until is not None:
            self.motion.kick(self._dice.between(-0.15, 0.15))  # gas and foam blow through the line
            if self._now >= self._sputter_until:
                self._close_faucet()
                self.happened.append(("kicked", self._now))
            return
        elapsed = self._now - since
        drawn += self.keg.draw(flow.drawn(elapsed) - drawn)
        self._flow = (flow, since, drawn, before)
        if self.keg.beer_lbs <= 0:
            self._sputter_until = self._now + _SPUTTER_MS
        elif elapsed >= flow.duration_ms:
            self._close_faucet()

    def _close_faucet(self):
        _flow, since, drawn, before = self._flow
        self._flow = self._sputter_until = None
        self.poured_oz += drawn
        if drawn > 0:
            self.happened.append(("poured", since, self._now, drawn, before, self.settled_lbs))

    def _swap(self):
        since, gap, keg, lifted, wobbles = self._change
        self._moved = self._now
        elapsed = self._now - since
        if elapsed < 0:
            return  # it has been set down askew, and nobody has lifted it again yet
        if elapsed < _LIFT_MS:
            self._share = 1.0 - elapsed / _LIFT_MS
        elif elapsed < _LIFT_MS + gap:
            if self.keg:
                self.keg = None
                self.motion.kick(-self._dice.between(0.5, 1.5))
        else:
            self.keg = keg
            self._share = 1.0
            self._change = None
            if keg:
                self.motion.kick(keg.gross_lbs * self._dice.between(0.15, 0.3))  # nobody sets 160 lb down softly
                if wobbles:
                    self._change = (self._now + _WOBBLE_STOOD_MS, _WOBBLE_GAP_MS, keg, lifted, False)
                else:
                    self._placed = (lifted, self._now)

    def _settle(self):
        self._moved = self._now
        lifted, placed = self._placed
        if self._now - placed >= _SETTLE_MS and self.motion.still:
            self._placed = None
            self.happened.append(("changed", lifted, placed))

    def _press(self):
        lbs, since, length = self._hand
        self._moved = self._now
        if self._now - since >= length:
            self._hand = None
            self.motion.kick(-0.2 * lbs)
        else:
            self.motion.kick(0.02 * lbs * self._dice.normal())  # no hand is quite still

    def _pressed(self):
        if not self._hand:
            return 0.0
        lbs, since, length = self._hand
        elapsed = self._now - since
        edge = min(elapsed, length - elapsed)
        return lbs * edge / _HAND_RAMP_MS if edge < _HAND_RAMP_MS else lbs
