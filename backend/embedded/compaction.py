"""Compaction: what is over moves from the hot log into chunks, a few taps at a time, beside the writer."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Final

import structlog

from backend.embedded.chunks import ChunkDamaged, rows_of
from backend.embedded.hot import HOUR_MS, hot_by_tap, hot_taps, remove
from backend.embedded.marks import RECEIVED, REWRITTEN, mark
from backend.embedded.scaled import Row
from backend.embedded.sealing import sealed_hour, write_sealed
from backend.embedded.store import Store

log = structlog.get_logger(__name__)

PART_MS: Final = HOUR_MS // 3
"""Hours are sealed in three goes, the later ones over again with what there is: a short log makes quick charts."""
QUIET_MS: Final = 120_000
"""A part is due once a reading was received this long after its end, and nothing came into it for as long."""
PATIENCE_MS: Final = 600_000
"""Late readings that keep coming wait for one another no longer than this."""
READINGS_AT_ONCE: Final = 1000
_SYNC_AFTER: Final = 20_000
"""Readings sealed after which we do not wait for the writer's next sync: a backlog must not be one transaction."""
_SLICE_MS: Final = HOUR_MS // 6
_LOOKED_AT: Final = 24
"""Hours with waiting readings that one step looks at before it lets others have the store."""


class _OvertakenError(Exception):
    """Somebody changed what was being sealed."""


@dataclass(frozen=True, slots=True)
class _Due:
    """Readings of some taps in a part of an hour; moments in epoch ms."""

    start: int
    end: int
    taps: Sequence[int]

    @property
    def hour(self) -> int:
        """When the hour begins, in epoch seconds."""
        return self.start // 1000


class Compaction:
    """Seals what is due, in steps that hold the store only for milliseconds at a time.

    Readings are read in slices and packed while others use the store; what writes them makes sure that nothing has
    changed since, and otherwise leaves everything as it is for the next step. Used by one thread.
    """

    def __init__(self, store: Store, *, part_ms: int = PART_MS) -> None:
        self._store = store
        self._part_ms = part_ms
        self._from = 0
        self._begun: tuple[int, int] | None = None
        self._unreadable: set[tuple[int, int]] = set()
        self._unsynced = 0

    def step(self, now: datetime | None = None) -> bool:  # noqa: ARG002 - as a job; hours are judged by receipt
        """Seal some of what has been due for longest; gives whether more may be due.

        Where the chunk of an hour is damaged, what came late for it stays in the log, and that is logged. Raises
        StoreUnavailable; what was not durable then is undone, and sealed again.
        """
        with self._store.read() as db:
            due = self._next(db)
        if due is not None:
            self._unsynced += self._seal(due)
        more = due is not None or self._from > 0
        if self._unsynced >= _SYNC_AFTER or (self._unsynced and not more):
            self._unsynced = 0
            self._store.sync()
        return more

    def _next(self, db: sqlite3.Connection) -> _Due | None:
        """What to seal now; remembers where to look on."""
        over = (mark(db, RECEIVED) - QUIET_MS) // self._part_ms * self._part_ms
        for _ in range(_LOOKED_AT):
            (at,) = db.execute("SELECT min(at) FROM hot WHERE at >= ?", (self._from,)).fetchone()
            if at is None or at >= over:
                self._from, self._begun = 0, None
                return None
            start = self._from = at // HOUR_MS * HOUR_MS
            end = min(start + HOUR_MS, over)
            taps = self._due_taps(db, start, end)
            if taps:
                return _Due(start, end, taps)
            self._from = start + HOUR_MS
        return None

    def _due_taps(self, db: sqlite3.Connection, start: int, end: int) -> list[int]:
        """Taps whose readings of [start, end) are to be sealed in one step, none where it is not due."""
        waiting = [one for one in hot_taps(db, start, end) if (start, one.tap) not in self._unreadable]
        if not waiting:
            return []
        if self._begun != (start, end):
            newest = mark(db, RECEIVED)
            # What was received in the future came while a clock was ahead: that is over.
            come_late = 0 <= newest - max(one.last_received for one in waiting) < QUIET_MS
            if come_late and newest - min(one.first_received for one in waiting) < PATIENCE_MS:
                return []
            self._begun = start, end
        before = accumulate((one.count for one in waiting), initial=0)
        return [one.tap for one, count in zip(waiting, before, strict=False) if count < READINGS_AT_ONCE]

    def _seal(self, due: _Due) -> int:
        """Seal it, unless somebody changes it meanwhile; gives how many readings."""
        with self._store.read() as db:
            rewritten, generation = mark(db, REWRITTEN), self._store.generation
        before = {tap: rows for tap in due.taps if (rows := self._sealed_before(due, tap)) is not None}
        if not before:
            return 0
        waiting = self._waiting(due, list(before))
        count = sum(map(len, waiting.values()))
        done = [sealed_hour([*before[tap], *rows], hour=due.hour, tap=tap) for tap, rows in waiting.items()]
        try:
            with self._store.write() as db:
                same = mark(db, REWRITTEN) == rewritten and self._store.generation == generation
                if not same or remove(db, list(before), due.start, due.end) != count:
                    raise _OvertakenError  # noqa: TRY301 - what undoes the step is that its block raises
                write_sealed(db, done)
        except _OvertakenError:
            log.debug("an hour changed while it was being sealed; it is sealed again", hour=due.hour)
            return 0
        return count

    def _sealed_before(self, due: _Due, tap: int) -> list[Row] | None:
        """The readings of a chunk that others join; None where it cannot be read."""
        try:
            with self._store.read() as db:
                return rows_of(db, due.hour, tap)
        except ChunkDamaged as damaged:
            self._unreadable.add((due.start, tap))
            log.error("late readings stay in the log", reason=str(damaged))  # noqa: TRY400 - the sentence says it all
            return None

    def _waiting(self, due: _Due, taps: Sequence[int]) -> dict[int, list[Row]]:
        rows: dict[int, list[Row]] = defaultdict(list)
        for begin in range(due.start, due.end, _SLICE_MS):
            with self._store.read() as db:
                for tap, some in hot_by_tap(db, taps, begin, min(begin + _SLICE_MS, due.end)).items():
                    rows[tap] += some
        return rows
