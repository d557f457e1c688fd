"""Saying anew which keg stood at a tap when: the readings of that time and their roll-ups are rewritten."""

import sqlite3
from collections.abc import Iterator

import structlog

from backend.embedded.chunks import ChunkDamaged, rows_of
from backend.embedded.hot import HOUR, HOUR_MS
from backend.embedded.marks import REWRITTEN, add_to_mark
from backend.embedded.rollups import sealed_hours
from backend.embedded.scaled import Row
from backend.embedded.sealing import SealedHour, sealed_hour, write_sealed

log = structlog.get_logger(__name__)

_KEG = 6
_AT_ONCE = 24
"""Hours that are held in memory before they are written."""


def assign_keg(db: sqlite3.Connection, tap: int, keg: int, *, start_ms: int, end_ms: int) -> int:
    """Let the readings of [start, end) be those of this keg; gives how many were not.

    An hour whose chunk cannot be read stays as it is, and that is logged.
    """
    rewritten = db.execute(
        "UPDATE hot SET keg = ? WHERE at >= ? AND at < ? AND tap = ? AND keg <> ?", (keg, start_ms, end_ms, tap, keg)
    ).rowcount
    waiting: list[SealedHour] = []
    for hour in sealed_hours(db, tap, start_ms // HOUR_MS * HOUR, -(-end_ms // HOUR_MS) * HOUR):
        try:
            rows = rows_of(db, hour, tap)
        except ChunkDamaged as damaged:
            log.error("an hour keeps the keg it had", reason=str(damaged))  # noqa: TRY400 - the sentence says it all
            continue
        said = list(_said(rows, keg, start_ms, end_ms))
        changed = sum(now is not before for now, before in zip(said, rows, strict=True))
        if changed:
            rewritten += changed
            waiting.append(sealed_hour(said, hour=hour, tap=tap))
        if len(waiting) >= _AT_ONCE:
            write_sealed(db, waiting)
            waiting = []
    if waiting:
        write_sealed(db, waiting)
    if rewritten:
        add_to_mark(db, REWRITTEN, 1)
    return rewritten


def _said(rows: list[Row], keg: int, start_ms: int, end_ms: int) -> Iterator[Row]:
    for row in rows:
        yield (*row[:_KEG], keg, *row[_KEG + 1 :]) if row[_KEG] != keg and start_ms <= row[0] < end_ms else row
