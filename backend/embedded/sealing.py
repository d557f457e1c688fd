"""Sealing: the readings of an hour move from the hot log into chunks, and its roll-ups are counted anew.

A reading lies in the hot log or in one chunk, never in both; roll-ups count exactly what is in chunks.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import structlog

from backend.embedded.chunk_codec import Packed, Weights
from backend.embedded.chunks import ChunkDamaged, packed_chunk, put_chunk, rows_of
from backend.embedded.hot import HOUR, HOUR_MS, hot_by_tap, in_order, remove
from backend.embedded.marks import REWRITTEN, add_to_mark
from backend.embedded.rollups import roll_up
from backend.embedded.scaled import Row
from backend.embedded.tally import Place, Tally, tallied

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SealedHour:
    """An hour of a tap, ready to be written."""

    hour: int
    tap: int
    packed: Packed
    count: int
    unnumbered: int
    tallies: dict[Place, Tally]


def sealed_hour(rows: Sequence[Row], *, hour: int, tap: int) -> SealedHour:
    """Pack and count all the rows of a tap's hour, in whatever order they come."""
    rows = sorted(rows, key=in_order)
    packed, unnumbered = packed_chunk(rows, hour=hour)
    readings = Weights([row[0] for row in rows], [row[6] for row in rows], [row[8] for row in rows])
    tallies = tallied(readings, seconds=HOUR)
    return SealedHour(hour, tap, packed, len(rows), unnumbered, tallies)


def write_sealed(db: sqlite3.Connection, sealed: Iterable[SealedHour]) -> None:
    """Write hours in the place of what their chunks and roll-ups were."""
    by_tap: dict[int, dict[int, dict[Place, Tally]]] = {}
    for one in sealed:
        put_chunk(db, one.hour, one.tap, one.packed, count=one.count, unnumbered=one.unnumbered)
        by_tap.setdefault(one.tap, {})[one.hour] = one.tallies
    for tap, hours in by_tap.items():
        roll_up(db, tap, hours)
    add_to_mark(db, REWRITTEN, 1)


def seal_at_once(db: sqlite3.Connection, places: Iterable[tuple[int, int]]) -> None:
    """Seal hours of taps, given as (hour, tap), in one go: for what was recorded in bulk.

    Where the hour has a chunk that cannot be read, what comes to it stays in the log, and that is logged.
    """
    done = []
    for hour, tap in sorted(places):
        try:
            before = rows_of(db, hour, tap)
        except ChunkDamaged as damaged:
            log.error("late readings stay in the log", reason=str(damaged))  # noqa: TRY400 - the sentence says it all
            continue
        start, end = hour * 1000, hour * 1000 + HOUR_MS
        rows = hot_by_tap(db, (tap,), start, end)[tap]
        done.append(sealed_hour([*before, *rows], hour=hour, tap=tap))
        remove(db, (tap,), start, end)
    write_sealed(db, done)
