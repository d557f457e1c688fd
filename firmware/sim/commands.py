"""What the app may tell a bar: one method for each word of the control pipe, with its arguments checked before."""

from .bar import Bar
from .clock import StoryClock
from .flow import seconds_for
from .keg import weight
from .plan import CLOCK, REQUIRED, PlanError, checked, checked_plan
from .twin import keg_of

_NUMBER = (int, float)
_SCALE = (str, 1, 64, REQUIRED)
_OZ_PER_SECOND = 2.0

# word: its arguments as (kinds, least, most, what stands if it is absent)
_WORDS = {
    "start": {"plan": (dict, None, None, REQUIRED)},
    "clock": CLOCK,
    "pour": {
        "scale": _SCALE,
        "oz": (_NUMBER, 0.5, 256, 16),
        "seconds": (_NUMBER, 1, 600, None),  # absent: as fast as a faucet flows
    },
    "bump": {"scale": _SCALE, "lbs": (_NUMBER, -50, 50, 4)},
    "lean": {"scale": _SCALE, "lbs": (_NUMBER, -20, 200, 5), "seconds": (_NUMBER, 1, 600, 6)},
    "change": {
        "scale": _SCALE,
        "shell_lbs": (_NUMBER, 0, 1000, None),  # absent: the keg is taken away and nothing comes
        "beer_lbs": (_NUMBER, 0, 1000, 0),
        "full_lbs": (_NUMBER, 0, 2000, 0),
        "sg": (_NUMBER, 0.5, 2, 1.010),
        "vented": (bool, None, None, False),
        "gap": (_NUMBER, 1, 86400, 40),  # story seconds between the old keg and the new one
        "wobbles": (bool, None, None, False),  # set down askew, lifted again, set down well
    },
    "place": {
        "scale": _SCALE,
        "lbs": (_NUMBER, 0, 1000, None),  # 0: nothing; absent, and not emptied: the keg that waits beside is put back
        "emptied": (bool, None, None, False),  # the shell of that keg, without beer and gas
        "gap": (_NUMBER, 1, 86400, 2),
    },
    "wifi": {"scale": _SCALE, "up": (bool, None, None, REQUIRED)},
    "drift": {"scale": _SCALE, "span_pct": (_NUMBER, -20, 20, 3), "zero_lbs": (_NUMBER, -20, 20, 0)},
    "reboot": {"scale": _SCALE},
    "fault": {"scale": _SCALE, "fault": (str, 1, 16, None)},  # absent: the chip is sound again
    "drinkers": {"on": (bool, None, None, REQUIRED)},
    "truth": {},
    "stop": {},
}


class Commands:
    """Carries out one order at a time. `bar` and `clock` stand once `start` has come; `stopped` after `stop`.

    `start_link` is called with each twin of a new bar. What cannot be done raises ValueError with a sentence.
    """

    def __init__(self, start_link):
        self.bar = None
        self.clock = None
        self.stopped = False
        self._start_link = start_link

    def obey(self, order):
        """Do what the object `order` says and return the answer."""
        if not isinstance(order, dict):
            raise PlanError('an order is a JSON object such as {"do": "truth"}')
        do = order.get("do")
        if not isinstance(do, str) or do not in _WORDS:
            raise PlanError("do not know how to do %r: use one of %s" % (do, ", ".join(sorted(_WORDS))))
        given = {name: order[name] for name in order if name not in ("do", "id")}
        given = checked(given, _WORDS[do], "the order to " + do)
        if self.bar is None and do not in ("start", "stop"):
            raise PlanError("no bar is running yet: send start with a plan first")
        return getattr(self, "do_" + do)(**given) or {"event": "done", "do": do}

    def do_start(self, plan):
        """Build the bar of `plan`, start its story and link its scales to the broker."""
        if self.bar is not None:
            raise PlanError("a bar is running already: stop it and start this program again for another")
        plan = checked_plan(plan)
        bar = Bar(plan)
        self.clock = StoryClock(plan["clock"]["story"], plan["clock"]["speed"])
        self.bar = bar
        for twin in bar.twins:
            self._start_link(twin)
        return {"event": "ready", "scales": len(bar.twins)}

    def do_clock(self, story, speed):
        """Go on with the story from `story` (seconds since 1970) at `speed`."""
        self.clock.set(story, speed)

    def do_pour(self, scale, oz, seconds):
        """Pour `oz` ounces, within `seconds` where they are given."""
        self._stand(scale).pour(oz, seconds or seconds_for(oz, _OZ_PER_SECOND))

    def do_bump(self, scale, lbs):
        """Knock against the keg; the first swing is about `lbs`."""
        self._stand(scale).bump(lbs)

    def do_lean(self, scale, lbs, seconds):
        """Rest a hand of `lbs` on the keg for `seconds`."""
        self._stand(scale).lean(lbs, seconds)

    def do_change(self, scale, gap, wobbles, **keg):
        """Lift the keg away and set another down after `gap` story seconds."""
        self._stand(scale).change(keg_of(keg), gap, wobbles=wobbles)

    def do_place(self, scale, lbs, emptied, gap):
        """Set a weight or an empty shell down, or clear the platform, while the keg waits beside; or put it back."""
        stand = self._stand(scale)
        if not emptied and lbs is None:
            return stand.put_back(gap)
        own = stand.own_keg
        if not emptied:
            return stand.place(weight(lbs) if lbs else None, gap)
        if not own:
            raise PlanError("this platform has no keg whose shell could stand there: put a keg on first")
        return stand.place(weight(own.shell_lbs), gap)

    def do_wifi(self, scale, up):
        """Take the Wi-Fi of a scale away or give it back."""
        self._twin(scale).air.up = up

    def do_drift(self, scale, span_pct, zero_lbs):
        """Let the cell of a scale age: `span_pct` more counts a pound, and `zero_lbs` more with nothing on it."""
        self._twin(scale).drift(span_pct, zero_lbs)

    def do_reboot(self, scale):
        """Start the program of a scale again, as after a dip of its supply."""
        self._twin(scale).board.reboot()

    def do_fault(self, scale, fault):
        """Break the chip of a scale, or mend it."""
        self._twin(scale).chip.break_down(fault)

    def do_drinkers(self, on):
        """Let the guests in, or send them home."""
        self.bar.drinking = on

    def do_truth(self):
        """Tell what is really so."""
        return self.bar.truth()

    def do_stop(self):
        """End the program."""
        self.stopped = True

    def _twin(self, scale):
        twin = self.bar.by_scale.get(scale)
        if twin is None:
            raise PlanError("no scale %r in this bar: use an id of the plan" % scale)
        return twin

    def _stand(self, scale):
        twin = self._twin(scale)
        twin.wake(self.bar.now_ms)
        return twin.stand
