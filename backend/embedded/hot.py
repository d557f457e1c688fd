"""The hot log: readings in order of time as they came, until their hour is sealed into chunks."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from backend.embedded.chunk_codec import Weights
from backend.embedded.scaled import COLUMNS, Row

HOUR: Final = 3600
HOUR_MS: Final = HOUR * 1000
READING_ORDER: Final = "at, boot, seq, digest, weight"
"""Readings in order of time; those of one millisecond in an order that does not depend on their arrival."""
in_order: Final = itemgetter(*map(COLUMNS.split(", ").index, [*READING_ORDER.split(", "), "device"]))
"""What rows are sorted by: READING_ORDER, and then the device, so that the same rows always lie the same."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows of a tap wait, and when (epoch ms) the first and the last of them were received."""

    tap: int
    count: int
    first_received: int
    last_received: int


def insert(db: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Add rows, which must be new."""
    db.executemany(f"INSERT INTO hot ({COLUMNS}) VALUES ({', '.join('?' * 15)})", rows)  # noqa: S608 - constants


def hot_weights(db: sqlite3.Connection, tap: int, start_ms: int, end_ms: int) -> Weights:
    """What a tap weighed in [start, end), in order."""
    rows = db.execute(
        f"SELECT at, keg, weight FROM hot WHERE at >= ? AND at < ? AND tap = ? ORDER BY {READING_ORDER}",  # noqa: S608
        (start_ms, end_ms, tap),
    ).fetchall()
    return Weights(*map(list, zip(*rows, strict=True))) if rows else Weights([], [], [])


def hot_rows(db: sqlite3.Connection, tap: int, start_ms: int, end_ms: int, *, limit: int = -1) -> list[Row]:
    """The rows of a tap in [start, end), in order; the first `limit` of them."""
    return db.execute(
        f"SELECT {COLUMNS} FROM hot WHERE at >= ? AND at < ? AND tap = ? ORDER BY {READING_ORDER} LIMIT ?",  # noqa: S608
        (start_ms, end_ms, tap, limit),
    ).fetchall()


def hot_by_tap(db: sqlite3.Connection, taps: Collection[int], start_ms: int, end_ms: int) -> dict[int, list[Row]]:
    """The rows of several taps in [start, end) by one walk over the log, each tap's by time alone."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in db.execute(
        f"SELECT {COLUMNS} FROM hot WHERE at >= ? AND at < ? AND tap IN ({_marks(taps)})",  # noqa: S608 - marks only
        (start_ms, end_ms, *taps),
    ):
        found[row[1]].append(row)
    return found


def hot_taps(db: sqlite3.Connection, start_ms: int, end_ms: int) -> list[Waiting]:
    """The taps with rows in [start, end), sorted, and what waits of each."""
    rows = db.execute(
        "SELECT tap, count(*), min(received), max(received) FROM hot WHERE at >= ? AND at < ? GROUP BY tap",
        (start_ms, end_ms),
    )
    return [Waiting(*row) for row in rows]


def remove(db: sqlite3.Connection, taps: Collection[int], start_ms: int, end_ms: int) -> int:
    """Drop the rows of these taps in [start, end); gives how many there were."""
    return db.execute(
        f"DELETE FROM hot WHERE at >= ? AND at < ? AND tap IN ({_marks(taps)})",  # noqa: S608 - marks only
        (start_ms, end_ms, *taps),
    ).rowcount


def has_digest(db: sqlite3.Connection, at: int, device: int, digest: str) -> bool:
    """Whether a reading without numbers is in the log, whatever its tap."""
    found = db.execute("SELECT 1 FROM hot WHERE at = ? AND device = ? AND digest = ?", (at, device, digest)).fetchone()
    return found is not None


def _marks(values: Collection[int]) -> str:
    return ", ".join("?" * len(values))
