"""The twin of one scale: board, chip and platform, with the real App on top; stepped by whoever owns the story."""

import os

from firmware.scale.app import App
from firmware.scale.config import Config
from firmware.scale.files import Flash

from .battery import Battery
from .board import Air, SimBoard
from .chip import Chip
from .cooler import Wander
from .dice import Dice
from .keg import Keg, weight
from .stand import TICK_MS, Stand

_NOISE_LBS = 0.00198  # 0.9 g rms, measured (study notes)
_KNOCKS_A_SECOND = 1 / 2400
_CELL = "cell"  # beside the files of the program: what the cell has become
_BREATH_MS = 3000  # between two glasses under one faucet


class Twin:
    """One scale of the bar, from its checked plan (see plan.py). `happened` are events for the app, as dicts."""

    def __init__(self, spec, place, seed, broker, settings, now_ms, folder=None):
        self.scale = spec["scale"]
        self.place = place
        self.popularity = spec["popularity"]
        self.happened = []
        self.due_ms = now_ms + TICK_MS
        self._zero = spec["zero"]
        self._factor = spec["factor"]
        self._dice = Dice(seed, place, 31337)
        self.air = Air(broker["host"], broker["port"], spec["user"], spec["password"], not spec["offline"])
        self.chip = Chip()
        files = flash_of(folder, self.scale) if folder else None
        self.board = SimBoard(self.scale, self.chip, self.air, now_ms, seed + place, files)
        if spec["battery_pct"] is not None:
            self.board.battery_cell = Battery(spec["battery_pct"], now_ms)
        self._probe = spec["probe"]
        self.stand = Stand(keg_of(spec), self._wander(spec["wander_g"]), self._dice, now_ms)
        if spec["stands_lbs"] is not None:
            self.stand.begin_beside(weight(spec["stands_lbs"]) if spec["stands_lbs"] else None)
        self._settings = dict(zero=self._zero, factor=self._factor, cal=spec["cal"], **(settings or {}))
        self.app = App(self.board, Config(**self._settings))
        self._factor *= 1 + spec["aged_pct"] / 100
        self._age()
        self._free_ms = now_ms
        self._next = None

    def _wander(self, grams):
        dice = self._dice
        drawn = dice.between(108, 165)
        return Wander(drawn if grams is None else grams, dice.between(600, 1500), 1 if dice.below(2) else -1)

    def feel(self, celsius):
        """A second in air of that temperature."""
        self.stand.wander.feel(celsius, 1)
        if self._probe:
            self.board.celsius = celsius

    def tick(self, now_ms, rest_ms=TICK_MS):
        """Let the story go on to `now_ms` with one conversion; a scale at rest is due again after `rest_ms`."""
        self.board.now_ms = now_ms
        stand = self.stand
        stand.advance(now_ms)
        if stand.happened:
            self._report()
        lbs = stand.felt_lbs + _NOISE_LBS * self._dice.normal()
        self.chip.convert(self._zero + int(lbs * self._factor))
        self.app.step()
        idle = rest_ms != TICK_MS and stand.resting and not self.app.commands.watching
        self.due_ms = now_ms + (rest_ms if idle else TICK_MS)

    def restart(self):
        """Start the program again, as after a reset: what was in memory is gone, what was on flash is not."""
        self.board.restarted()
        self.app = App(self.board, Config(**self._settings))

    def drift(self, span_pct, zero_lbs):
        """Have the cell give `span_pct` more counts a pound, and `zero_lbs` more at rest; the program does not know."""
        self._zero += int(zero_lbs * self._factor)
        self._factor *= 1 + span_pct / 100
        try:
            self.board.files.write(_CELL, "%d %r" % (self._zero, self._factor))
        except OSError as error:
            self.board.log("the age of its cell could not be saved: %r" % error)

    def _age(self):
        """Take the cell as an earlier run has left it."""
        text = self.board.files.read(_CELL)
        if text is None:
            return
        try:
            zero, factor = text.split(" ")
            self._zero, self._factor = int(zero), float(factor)
        except ValueError:
            self.board.log("the file of its cell is damaged: it is taken for new")

    def wake(self, now_ms):
        """Live up to `now_ms` without a conversion and be due at once: something is about to be done to the keg."""
        self.stand.advance(now_ms)
        self.due_ms = now_ms

    def jostle(self, now_ms):
        """Now and then somebody in the cooler knocks against the keg."""
        if self._dice.chance(_KNOCKS_A_SECOND) and not self.stand.changing:
            self.wake(now_ms)
            self.stand.bump(self._dice.between(-4, 4))

    def drink(self, drinkers, now_ms):
        """Serve the guests of this tap: open the faucet when one of them is due and it is free."""
        if not self._next or self._next[0] * 1000 < now_ms - 900000:  # they do not wait longer than a quarter
            self._next = drinkers.next_pour(self.place, max(now_ms // 1000 - 1, self._next[0] if self._next else 0))
            if not self._next:
                self._next = (now_ms // 1000 + 86400, 0, 0)
        t, oz, seconds = self._next
        if t * 1000 > now_ms or now_ms < self._free_ms:
            return
        self._next = drinkers.next_pour(self.place, t)
        if oz and not self.stand.pouring and not self.stand.changing and self.has_beer:
            self.wake(now_ms)
            self.stand.pour(oz, seconds)
            self._free_ms = now_ms + int(seconds * 1000) + _BREATH_MS

    @property
    def has_beer(self):
        """Whether a keg stands there with beer in it."""
        keg = self.stand.keg
        return keg is not None and keg.beer_lbs > 0

    def truth(self):
        """What is really so: an object for the app; its beer is also that of a keg beside the platform."""
        keg = self.stand.own_keg
        return {
            "scale": self.scale,
            "beer_lbs": keg.beer_lbs if keg else 0.0,
            "gallons": keg.gallons if keg else 0.0,
            "pouring": self.stand.pouring,
            "changing": self.stand.changing,
            "beside": self.stand.beside,
            "fault": self.chip.fault,
            "weight_lbs": self.stand.load_lbs,
            "cell_lbs": self.stand.settled_lbs,
            "poured_oz": self.stand.poured_oz,
            "online": self.app.link.connected,
            "lit": self.board.lit,
        }

    def _report(self):
        for event in self.stand.happened:
            kind = event[0]
            said = {"event": kind, "scale": self.scale}
            if kind == "poured":
                since, until, oz = event[1:4]
                said["t"] = since / 1000
                said["seconds"] = (until - since) / 1000
                said["oz"] = oz
            elif kind == "changed":
                said["lifted_at"] = event[1] / 1000
                said["placed_at"] = event[2] / 1000
                said["shell_lbs"] = self.stand.keg.shell_lbs
                said["beer_lbs"] = self.stand.keg.beer_lbs
            else:
                said["t"] = event[1] / 1000
            self.happened.append(said)
        self.stand.happened = []


def keg_of(spec):
    """The keg that a plan or an order describes, or None where it gives no shell."""
    if spec["shell_lbs"] is None:
        return None
    return Keg(spec["shell_lbs"], spec["beer_lbs"], spec["full_lbs"], spec["sg"], not spec["vented"])


def flash_of(folder, scale):
    """The files of a scale in a folder of its own, so that they outlive this process."""
    for path in (folder, folder + "/" + scale):
        try:
            os.mkdir(path)
        except OSError:
            pass  # it is there already, or cannot be: then the first write says so
    return Flash(folder + "/" + scale)
