"""The scale as a whole: a conversion becomes a weight, a weight becomes a message, a message waits for the broker."""

import asyncio

from . import messages
from .commands import Commands
from .filter import Filter
from .hx711 import Hx711
from .link import Link
from .outbox import Entry, Outbox
from .port import sleep_ms, ticks_diff, ticks_ms
from .pours import Seeker
from .publish import Publisher, Weight
from .saved import Saved
from .settle import Settle

_CLOCK_BACK_S = 120  # a clock put back by more begins a new boot, so that t never decreases within one
_POLL_MS = 5
_MINUTE_MS = 60000
_SILENCE_MS = 650  # a little longer than the driver waits before it calls the cell unplugged


class App:
    """One scale. `step()` is one conversion; `run()` is its whole life on a device.

    `pours`: whether this scale seeks its pours and claims them; its birth message says so.
    """

    def __init__(self, board, config, *, pours=True):
        self.board = board
        self.config = config
        self.saved = Saved(board.files, config, board.log)
        self.outbox = Outbox(config.outbox)
        self._cell = Hx711(board)
        self._filter = Filter()
        self._settle = Settle()
        self._publisher = Publisher(config)
        self._seeker = Seeker() if pours else None
        self._pours = []
        self._lived_ms = 0
        self._fed_at = board.ticks_ms()
        self._told_lbs = None
        self._latest_t = None
        self._aside = None  # (since, milliseconds) in measuring ticks
        self._begin()
        self.commands = Commands(self)
        self.link = Link(board, config, self.outbox, pours, self.commands)

    def _begin(self):
        self.boot = self.board.random32()
        self.seq = 0

    @property
    def fault(self):
        """None, 'saturated', 'stuck' or 'unplugged': while one stands, no weight is published."""
        return self._cell.fault

    @property
    def weight_lbs(self):
        """The gross weight in lb as last measured, or None while there is none to trust."""
        return self._filter.weight if self._filter.warm() and not self.fault else None

    @property
    def stable(self):
        """Whether the weight is at rest."""
        return self._settle.stable

    @property
    def aside(self):
        """Whether somebody works on this tap: what leaves the keg meanwhile is no pour."""
        return self._aside is not None

    def set_aside(self, minutes):
        """Claim no pours for so many minutes from now on; 0 ends it."""
        self._aside = (self.board.ticks_ms(), minutes * _MINUTE_MS) if minutes else None
        self._seek_anew()  # a pour does not reach over the edge of a maintenance
        self._seek_anew()

    def change(self, settings, by, *, on_trial=False):
        """Save settings (names of config.py) and bring them into force. Raises OSError: then none is changed."""
        self.saved.change(settings, by, on_trial=on_trial)
        self._weigh_anew(settings)

    def take_back(self):
        """Return to the settings before those on trial."""
        was = self.config.cal
        try:
            self.saved.take_back()
        except OSError as error:  # they are in force; the next restart finds the trial unfinished
            self.board.log("the settings before could not be saved: %r" % error)
        if self.config.cal != was:
            self._weigh_anew(("cal",))

    def _weigh_anew(self, settings):
        if "cal" in settings:  # old and new pounds must not meet in one filter; the next weight goes out at once
            self._forget(self.board.ticks_ms())

    def claim_pour(self, start, seconds, before_lbs, after_lbs):
        """Say that beer was poured: start in epoch s, gross weights in lb. It rides in the next reading sent."""
        if not self.aside:
            self._pours.append((start, seconds, before_lbs, after_lbs))

    def step(self):
        """Take one conversion through to the outbox. Returns at once; without a conversion nothing changes."""
        was = self._cell.fault
        raw = self._cell.read()
        now = self.board.ticks_ms()
        if self._cell.fault:
            if not was:
                self._forget(now)
            return
        if raw is None:
            return
        if self._aside and ticks_diff(now, self._aside[0]) >= self._aside[1]:
            self._aside = None
            self._seek_anew()  # what left the keg meanwhile is no pour
        elapsed = max(0, ticks_diff(now, self._fed_at))
        lbs = self.config.lbs(raw)
        weight = self._filter.feed(lbs, elapsed)
        self._fed_at = now
        stable = self._settle.feed(now, self._filter)
        self.commands.hear(now, raw, stable)
        found = self._seek(elapsed, lbs)
        if self._filter.warm():
            t = self._time()
            for ago, seconds, before, after, _ in found:
                self.claim_pour(
                    max(0, (self._lived_ms // 1000 if t is None else t) - round(ago)), seconds, before, after
                )
            self._publish(now, Weight(t, weight, raw, stable))

    def _seek(self, elapsed, lbs):
        self._lived_ms += elapsed  # counts without a clock, so that two pours of a boot never begin at the same moment
        return self._seeker.feed(elapsed / 1000, lbs) if self._seeker else ()

    def _seek_anew(self):
        if self._seeker:
            self._seeker.reset()

    def _forget(self, now):
        self._seek_anew()
        self._filter.reset()
        self._settle.reset(now)
        self._publisher.forget()

    def _time(self):
        t = self.board.epoch()
        if t is None:
            return None
        latest = self._latest_t
        put_back = latest is not None and t < latest - _CLOCK_BACK_S
        if put_back:
            self._begin()
            self._publisher.restart_clock()
        if latest is None or put_back:
            self.link.clock_is_set(t * 1000 - self._lived_ms)  # the backend judges our clock by the birth message
        self._latest_t = t if latest is None or put_back else max(t, latest)
        return t

    def _publish(self, now, weight):
        for due in self._publisher.feed(now, weight, urgent=bool(self._pours)):
            self._put(due)
            while self._pours:  # each message carries one
                self._put(due)

    def _put(self, weight):
        heartbeat = self._told_lbs is not None and abs(weight.lbs - self._told_lbs) <= self.config.deadband_lbs
        self._told_lbs = weight.lbs
        self.seq += 1
        board = self.board
        pour = self._pours.pop(0) if self._pours else None
        self.outbox.put(
            Entry(
                boot=self.boot,
                seq=self.seq,
                t=weight.t,
                weight_lbs=weight.lbs,
                raw=weight.raw,
                stable=weight.stable,
                cal=self.config.cal,
                temp_f=board.temp_f(),
                battery=board.battery(),
                rssi=board.rssi(),
                pour=pour,
                lived=self._lived_ms,
                at=ticks_ms(),
                heartbeat=heartbeat and pour is None,
            )
        )

    def take(self):
        """Return all waiting messages as (topic, payload) and empty the outbox: for a trace without a network."""
        taken = []
        while len(self.outbox):
            taken.append((self.link.readings_topic, messages.entry(self.outbox.take())))
        return taken

    async def measure(self):
        """Step at every conversion, for ever; poll for it every 5 ms, as a busy loop would starve the network."""
        while True:
            waiting_since = self.board.ticks_ms()
            while not self._cell.ready() and ticks_diff(self.board.ticks_ms(), waiting_since) < _SILENCE_MS:
                await sleep_ms(_POLL_MS)
            self.step()
            self.board.alive()
            await sleep_ms(_POLL_MS)

    async def run(self):
        """Measure and talk, for ever."""
        await asyncio.gather(self.measure(), self.link.run())
