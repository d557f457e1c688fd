"""Takes commands, carries each out once, and answers; what it needs to remember it keeps on flash."""

import asyncio

from . import responses
from .answers import Answers
from .config import ON_TRIAL
from .order import Refused, read
from .port import const, sleep_ms, ticks_diff, ticks_ms
from .results import Results
from .selftest import Selftest
from .streaming import Stream
from .trial import Trial
from .wanted import wanted
from .works import Identify, Restart, Tare

_LOOK_MS = const(50)
_BACKLOG_MS = const(5000)  # the broker sends what it kept for us at once; what comes later was sent just now
_AT_ONCE = const(16)
_REFILL_MS = const(2000)  # each command may cost a write: a storm must not wear the flash out


class Commands:
    """The commands of one scale. `answers` are waiting to be told; at most one work of each kind is under way."""

    def __init__(self, app):
        self._app = app
        self._log = app.board.log
        self._results = Results(app.board.files, self._log)
        self._works = {}
        self._woken = asyncio.Event()
        self._left = _AT_ONCE
        self._refilled_at = ticks_ms()
        self.answers = Answers(self._log)
        self._tell_of_the_time_before()

    @property
    def watching(self):
        """Whether somebody waits for counts."""
        return any(name in self._works for name in ("tare", "stream", "selftest"))

    def untold(self):
        """Return how many answers and readings the broker does not have yet."""
        return len(self.answers) + len(self._app.outbox)

    def take(self, _topic, payload):
        """Take one message. On return it may be acknowledged: what was accepted is on flash."""
        try:
            order = read(bytes(payload))
        except (ValueError, RuntimeError, MemoryError) as error:  # the last two: nested too deep
            self._log("a command that cannot be answered: %s" % error)
            return
        known = self._results.find(order.id)
        if known is not None:
            self.answers.put(order.id, known.answer)
            return
        try:
            order.check()
            if self._in_time(order):
                self._spend()
                self._carry_out(order)
        except Refused as refused:
            answer = responses.failed(order.id, refused.word, refused.why)
            if self._results.find(order.id):  # it had begun
                self._results.end(order.id, order.name, answer)
            self.answers.put(order.id, answer)

    def hear(self, now, raw, stable):
        """Take one count of the cell at `now` (measuring ticks): whatever is under way may want it."""
        for name in self._works:
            self._works[name].hear(now, raw, stable)

    async def run(self, tell):
        """Go on with what is under way, for ever; `tell(payload)` sends a light message or raises OSError."""
        while True:
            if not self._works:
                self._woken.clear()
                await self._woken.wait()
            now = ticks_ms()
            for work in list(self._works.values()):
                self._look(work, now)
            stream = self._works.get("stream")
            payload = stream.due(now) if stream else None
            if payload is not None:
                try:
                    await tell(payload)
                except OSError:
                    pass  # no connection: raw counts are worth nothing later
            await sleep_ms(_LOOK_MS)

    def _look(self, work, now):
        try:
            answer = work.look(now)
        except Exception as error:
            self._log("%s has failed: %r" % (work.name, error))
            answer = responses.failed(work.id, "fault", repr(error))
        if answer is not None:
            self._end(work, answer)

    def _in_time(self, order):
        now = self._app.board.wall_epoch()
        if now is not None:
            if now > order.expires:
                raise Refused("expired", "it was meant until %d and now is %d" % (order.expires, now))
            return True
        welcomed_at = self._app.link.welcomed_at
        if welcomed_at is not None and ticks_diff(ticks_ms(), welcomed_at) > _BACKLOG_MS:
            return True
        self._log("%s may be old, and the clock is not set: send it again" % order.id)
        return False

    def _spend(self):
        grown = ticks_diff(ticks_ms(), self._refilled_at) // _REFILL_MS
        if grown < 0 or grown >= _AT_ONCE:  # less than nothing: the ticks have wrapped, days have passed
            self._left = _AT_ONCE
            self._refilled_at = ticks_ms()
        elif grown:
            self._left = min(_AT_ONCE, self._left + grown)
            self._refilled_at += grown * _REFILL_MS
        if not self._left:
            raise Refused("busy", "too many commands at once: wait a few seconds")
        self._left -= 1

    def _carry_out(self, order):
        result = getattr(self, "_do_" + order.name)(order)
        if result is not None:
            answer = responses.done(order.id, result or None)
            self._results.end(order.id, order.name, answer)
            self.answers.put(order.id, answer)

    def _start(self, order, work):
        """Begin `work`, in place of an older one of its kind; first remember that it was accepted."""
        older = self._works.get(order.name)
        answer = responses.accepted(order.id)
        try:
            self._results.begin(order.id, order.name, answer)
        except OSError as error:
            raise Refused("flash", "it could not be remembered, so it was not begun: %r" % error)  # noqa: B904 - MicroPython has no `from`
        if older is not None:
            self._end(older, older.stop())
        self._works[order.name] = work
        self.answers.put(order.id, answer)
        self._woken.set()

    def _end(self, work, answer):
        if self._works.get(work.name) is work:
            self._works.pop(work.name)
        self._results.end(work.id, work.name, answer)
        self.answers.put(work.id, answer)

    def _one_at_a_time(self, order):
        if order.name in self._works:
            raise Refused("busy", "%s is under way already: wait for its answer" % order.name)

    def _do_identify(self, order):
        self._start(order, Identify(order, self._app.board))

    def _do_stream(self, order):
        if order.params["seconds"]:
            return self._start(order, Stream(order, self._app.board))
        running = self._works.get("stream")
        if running is not None:
            self._end(running, running.stop())
        return ""

    def _do_tare(self, order):
        self._one_at_a_time(order)
        if self._app.fault:
            raise Refused("fault", "the cell is " + self._app.fault)
        self._start(order, Tare(order, self._app))

    def _do_selftest(self, order):
        self._one_at_a_time(order)
        self._start(order, Selftest(order, self._app))

    def _do_reboot(self, order):
        self._one_at_a_time(order)
        if "set_config" in self._works:
            raise Refused("busy", "new settings are on trial: wait for the answer to them")
        self._start(order, Restart(order, self._app.board, self.untold))

    def _do_maintenance(self, order):
        self._app.set_aside(order.params["minutes"] if order.params["on"] else 0)
        return ""

    def _do_get_config(self, _order):
        return responses.settings(self._app.config, self._app.board.fw)

    def _do_set_config(self, order):
        self._one_at_a_time(order)
        if self._app.saved.by == order.id:  # power was lost between the saving and the answer
            return responses.calibration(self._app.config)
        settings = wanted(order.params, self._app.config)
        on_trial = any(name in ON_TRIAL for name in settings)
        if on_trial:
            self._start(order, Trial(order, self._app))
        try:
            self._app.change(settings, order.id, on_trial=on_trial)
        except OSError as error:
            self._works.pop(order.name, None)
            raise Refused("flash", "the settings could not be saved, so none was changed: %r" % error)  # noqa: B904 - MicroPython has no `from`
        return None if on_trial else responses.calibration(self._app.config)

    def _tell_of_the_time_before(self):
        """Answer what a restart has cut short, or has done."""
        for result in self._results.unfinished():
            answer = self._after_restart(result)
            self._results.end(result.id, result.name, answer)
            self.answers.put(result.id, answer)

    def _after_restart(self, result):
        app = self._app
        if result.name == "reboot":
            return responses.done(result.id, responses.started(app.boot, app.board.reset_cause()))
        if result.name == "set_config" and app.saved.by == result.id:
            return responses.done(result.id, responses.calibration(app.config))
        if result.name == "set_config" and app.saved.rolled_back == result.id:
            return responses.failed(result.id, "rolled_back", "the scale restarted while they were on trial")
        return responses.failed(result.id, "restarted", "the scale restarted in the middle of it")
