"""Compaction: hours that are over move from the hot log into chunks, a few taps at a time, beside the writer."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog

from backend.embedded.chunks import ChunkDamaged, rows_of
from backend.embedded.hot import HOUR_MS, hot_by_tap, hot_taps, remove
from backend.embedded.marks import RECEIVED, REWRITTEN, mark
from backend.embedded.scaled import Row
from backend.embedded.sealing import sealed_hour, write_sealed
from backend.embedded.store import Store

log = structlog.get_logger(__name__)

QUIET_MS: Final = 120_000
"""An hour is due once a reading was received this long after its end, and nothing came into it for as long."""
PATIENCE_MS: Final = 600_000
"""Late readings that keep coming into an hour wait for one another no longer than this."""
TAPS_AT_ONCE: Final = 8
_SLICE_MS: Final = HOUR_MS // 6
_LOOKED_AT: Final = 24
"""Hours with waiting readings that one step looks at before it lets others have the store."""


class _OvertakenError(Exception):
    """Somebody changed what was being sealed."""


class Compaction:
    """Seals what is due, in steps that hold the store only for milliseconds at a time.

    Readings are read in slices and packed while others use the store; what writes them makes sure that nothing has
    changed since, and otherwise leaves everything as it is for the next step. Used by one thread.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._from = 0
        self._due: int | None = None
        self._unreadable: set[tuple[int, int]] = set()

    def step(self, now: datetime | None = None) -> bool:  # noqa: ARG002 - as a job; hours are judged by receipt
        """Seal the oldest due hour of a few taps; gives whether more may be due.

        Where the chunk of an hour is damaged, what came late for it stays in the log, and that is logged. Raises
        StoreUnavailable, with nothing changed.
        """
        with self._store.read() as db:
            found = self._next(db)
        if found is not None:
            self._seal(*found)
        return found is not None or self._from > 0

    def _next(self, db: sqlite3.Connection) -> tuple[int, list[int]] | None:
        """The start of a due hour (epoch ms) and taps with readings in it; remembers where to look on."""
        newest = mark(db, RECEIVED)
        for _ in range(_LOOKED_AT):
            (at,) = db.execute("SELECT min(at) FROM hot WHERE at >= ?", (self._from,)).fetchone()
            start = None if at is None else at // HOUR_MS * HOUR_MS
            if start is None or start + HOUR_MS + QUIET_MS > newest:
                break
            self._from = start
            if self._is_due(db, start, newest):
                taps = [tap for tap in hot_taps(db, start, start + HOUR_MS) if (start, tap) not in self._unreadable]
                if taps:
                    return start, taps[:TAPS_AT_ONCE]
            self._from = start + HOUR_MS
        else:
            return None
        self._from = 0
        return None

    def _is_due(self, db: sqlite3.Connection, start: int, newest: int) -> bool:
        if start != self._due:
            first, last = db.execute(
                "SELECT min(received), max(received) FROM hot WHERE at >= ? AND at < ?", (start, start + HOUR_MS)
            ).fetchone()
            if newest - last < QUIET_MS and newest - first < PATIENCE_MS:
                return False
        self._due = start
        return True

    def _seal(self, start: int, taps: Sequence[int]) -> None:
        hour = start // 1000
        with self._store.read() as db:
            rewritten = mark(db, REWRITTEN)
        before = {tap: rows for tap in taps if (rows := self._sealed_before(start, tap)) is not None}
        if not before:
            return
        waiting = self._waiting(start, list(before))
        count = sum(map(len, waiting.values()))
        done = [sealed_hour([*before[tap], *rows], hour=hour, tap=tap) for tap, rows in waiting.items()]
        try:
            with self._store.write() as db:
                if mark(db, REWRITTEN) != rewritten or remove(db, list(before), start, start + HOUR_MS) != count:
                    raise _OvertakenError  # noqa: TRY301 - what undoes the step is that its block raises
                write_sealed(db, done)
        except _OvertakenError:
            log.debug("an hour changed while it was being sealed; it is sealed again", hour=hour)

    def _sealed_before(self, start: int, tap: int) -> list[Row] | None:
        """The readings of a chunk that late ones join; None where it cannot be read."""
        try:
            with self._store.read() as db:
                return rows_of(db, start // 1000, tap)
        except ChunkDamaged as damaged:
            self._unreadable.add((start, tap))
            log.error("late readings stay in the log", reason=str(damaged))  # noqa: TRY400 - the sentence says it all
            return None

    def _waiting(self, start: int, taps: Sequence[int]) -> dict[int, list[Row]]:
        rows: dict[int, list[Row]] = defaultdict(list)
        for begin in range(start, start + HOUR_MS, _SLICE_MS):
            with self._store.read() as db:
                for tap, some in hot_by_tap(db, taps, begin, begin + _SLICE_MS).items():
                    rows[tap] += some
        return rows
