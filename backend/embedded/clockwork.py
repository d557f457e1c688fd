"""The clockwork: what has to be done again and again in the background, one job at a time, in one thread."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from backend.clock import Clock
from backend.domain.times import EPOCH, epoch_ms
from backend.embedded.backoff import Backoff
from backend.embedded.schedules import Schedule
from backend.embedded.store import Store

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 1.0
"""The longest we sleep before we look at the clocks again: the story may have been made faster."""
_BREATH_SECONDS: Final = 0.02
_FIRST_RETRY_SECONDS: Final = 30.0
_LONGEST_RETRY_SECONDS: Final = 3600.0


class Finding(Exception):  # noqa: N818 - what a job found, not that it failed
    """Raised by a job that is done: what it found is shown until it is done again, and it is not tried before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to be done again and again.

    `run` gets the time of the job's clock and gives whether more of it is left: it is called again at once then,
    after the other jobs that are due, so that one that does its work in short steps keeps nobody waiting. What it
    raises, unless it is a Finding, is logged, shown, and a reason to try again later. With `by_wall` the real time
    decides, not the story's. When it was done is kept in the store, so that a restart neither forgets nor repeats
    it, unless it is not to be `remembered`, because it finds out by itself what is left to do.
    """

    name: str
    schedule: Schedule
    run: Callable[[datetime], bool]
    by_wall: bool = False
    remembered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """How a job stands: when it was done last (None: never), and what went wrong since or was found (None: nothing)."""

    last: datetime | None
    note: str | None


@dataclass(slots=True)
class _Kept:
    """What we know of a job while we run; `retry_at` in monotonic seconds."""

    last: datetime | None
    since: datetime
    more: bool = False
    found: str | None = None
    note: str | None = None
    retry_at: float | None = None
    backoff: Backoff = field(default_factory=lambda: Backoff(first=_FIRST_RETRY_SECONDS, most=_LONGEST_RETRY_SECONDS))


class Clockwork:
    """Runs jobs in the order given; remembers in the store when each was done last."""

    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        store: Store,
        clock: Clock,
        stopping: threading.Event | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`stopping` is set when it is time to end: a long job may look at it.

        Raises StoreUnavailable where the store cannot tell when the jobs were done last.
        """
        self._jobs = {job.name: job for job in jobs}
        self._store = store
        self._clock = clock
        self._stopping = stopping or threading.Event()
        self._monotonic = monotonic
        self._kept = {job.name: _Kept(last=self._last(job), since=self._now(job)) for job in jobs}
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="clockwork", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End after the step that is being done; blocks that long."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    @property
    def running(self) -> bool:
        """Whether it is at work: it was started, and its thread lives."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def turn(self) -> None:
        """Do what is due now, in order, each once."""
        for name, job in self._jobs.items():
            if not self._stopping.is_set():
                self._attend(job, self._kept[name])

    def state(self) -> Mapping[str, JobState]:
        """How each job stands."""
        return {name: JobState(last=kept.last, note=kept.note or kept.found) for name, kept in self._kept.items()}

    def _work(self) -> None:
        while not self._stopping.is_set():
            self.turn()
            busy = any(kept.more and kept.retry_at is None for kept in self._kept.values())
            self._stopping.wait(_BREATH_SECONDS if busy else LOOK_SECONDS)

    def _attend(self, job: Job, kept: _Kept) -> None:
        """Run a job if it is due; what fails, also in telling when it is due, is tried again later."""
        if kept.retry_at is not None and self._monotonic() < kept.retry_at:
            return
        try:
            now = self._now(job)
            if self._is_due(job, kept, now=now):
                kept.more, kept.found = _run(job, now)
                if job.remembered:
                    self._remember(job, now)
                kept.last = now
        except Exception as error:  # whatever it is, the other jobs go on
            wait = kept.backoff.wait()
            kept.retry_at, kept.note = self._monotonic() + wait, str(error) or type(error).__name__
            log.exception("a job failed and is tried again", job=job.name, seconds=round(wait))
        else:
            kept.note, kept.retry_at = None, None
            kept.backoff.reset()

    def _is_due(self, job: Job, kept: _Kept, *, now: datetime) -> bool:
        # A clock that was ahead and has been set right must not put a job off for as long as it was ahead.
        kept.since = min(kept.since, now)
        kept.last = None if kept.last is None else min(kept.last, now)
        return kept.more or job.schedule.due(last=kept.last, since=kept.since) <= now

    def _now(self, job: Job) -> datetime:
        return self._clock.wall() if job.by_wall else self._clock.now()

    def _last(self, job: Job) -> datetime | None:
        if not job.remembered:
            return None
        with self._store.read() as db:
            found = db.execute("SELECT value FROM marks WHERE name = ?", (_mark(job.name),)).fetchone()
        return None if found is None else EPOCH + timedelta(milliseconds=found[0])

    def _remember(self, job: Job, now: datetime) -> None:
        with self._store.write() as db:
            db.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (_mark(job.name), epoch_ms(now)))
        self._store.sync()


def _run(job: Job, now: datetime) -> tuple[bool, str | None]:
    """Whether more is left to do, and what was found."""
    try:
        return job.run(now), None
    except Finding as found:
        log.error("a job has found something wrong", job=job.name, found=str(found))  # noqa: TRY400
        return False, str(found)


def _mark(name: str) -> str:
    return f"job {name}"
