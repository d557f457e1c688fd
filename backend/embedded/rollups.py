"""The roll-ups of sealed hours: always recomputed from the readings, never added to."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from backend.embedded.hot import HOUR
from backend.embedded.scaled import POUND
from backend.embedded.tally import Place, Tally, coarser
from backend.ports import Bin

DAY: Final = 86_400
IN_DAY: Final = (21_600, DAY)
"""Bins that are summed from those of the hours."""
KEPT: Final = (HOUR, *IN_DAY)
"""Bins that have rows; shorter ones are counted from the chunks when they are asked for."""

_BIN: Final[Callable[[Iterable[object]], Bin]] = partial(tuple.__new__, Bin)
"""`Bin._make` without the frame that counts its fields: the statement gives just these."""
_FIGURES: Final = "start, keg, count, total, low, high, first_after, last_after, last"


def roll_up(db: sqlite3.Connection, tap: int, hours: Mapping[int, Mapping[Place, Tally]]) -> None:
    """Put the tallies of whole hours in the place of those that are there, and count the days around them anew."""
    for hour, bins in hours.items():
        db.execute("DELETE FROM rollups WHERE bin = ? AND tap = ? AND start = ?", (HOUR, tap, hour))
        _insert(db, HOUR, tap, bins)
    for day in {hour // DAY * DAY for hour in hours}:
        recount_day(db, tap, day)


def recount_day(db: sqlite3.Connection, tap: int, day: int) -> None:
    """Sum the hours of the day that begins at `day` (epoch s)."""
    hourly = rolled_up(db, tap, HOUR, day, day + DAY)
    for seconds in IN_DAY:
        db.execute(
            "DELETE FROM rollups WHERE bin = ? AND tap = ? AND start >= ? AND start < ?",
            (seconds, tap, day, day + DAY),
        )
        _insert(db, seconds, tap, coarser(hourly, seconds=seconds))


def rolled_up(db: sqlite3.Connection, tap: int, seconds: int, first: int, beyond: int) -> dict[Place, Tally]:
    """The bins that begin in [first, beyond), by start; `seconds` of KEPT."""
    rows = db.execute(
        f"SELECT {_FIGURES} FROM rollups WHERE bin = ? AND tap = ? AND start >= ? AND start < ?",  # noqa: S608 - constant
        (seconds, tap, first, beyond),
    )
    return {
        (start, keg): Tally(count, total, low, high, start * 1000 + begins, start * 1000 + ends, last)
        for start, keg, count, total, low, high, begins, ends, last in rows
    }


def rolled_up_bins(db: sqlite3.Connection, tap: int, seconds: int, first: int, beyond: int) -> list[Bin]:
    """The same as bins, in order of start, then of first reading, then of the keg's name.

    The figures are worked out by SQLite: a year is 1,460 rows, and each would cost Python more than reading it did.
    """
    rows = db.execute(
        "SELECT r.start, n.name, r.count, CAST(r.total AS REAL) / r.count / ?5, r.low / ?5, r.high / ?5, r.last / ?5 "
        "FROM rollups r LEFT JOIN names n ON n.id = r.keg WHERE r.bin = ?1 AND r.tap = ?2 AND r.start >= ?3 "
        "AND r.start < ?4 ORDER BY r.start, r.first_after, coalesce(n.name, '')",
        (seconds, tap, first, beyond, float(POUND)),
    )
    return list(map(_BIN, rows))


def sealed_hours(db: sqlite3.Connection, tap: int, first: int, beyond: int, *, limit: int = -1) -> list[int]:
    """The hours that begin in [first, beyond) of which the tap has a chunk, the oldest `limit` of them."""
    rows = db.execute(
        "SELECT DISTINCT start FROM rollups WHERE bin = ? AND tap = ? AND start >= ? AND start < ? "
        "ORDER BY start LIMIT ?",
        (HOUR, tap, first, beyond, limit),
    )
    return [start for (start,) in rows]


def drop_rollups(db: sqlite3.Connection, tap: int, day: int) -> None:
    """Drop every bin of the day that begins at `day` (epoch s)."""
    db.executemany(
        "DELETE FROM rollups WHERE bin = ? AND tap = ? AND start >= ? AND start < ?",
        [(seconds, tap, day, day + DAY) for seconds in KEPT],
    )


def _insert(db: sqlite3.Connection, seconds: int, tap: int, bins: Mapping[Place, Tally]) -> None:
    db.executemany("INSERT INTO rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _rows(seconds, tap, bins))


def _rows(seconds: int, tap: int, bins: Mapping[Place, Tally]) -> Iterable[tuple[int, ...]]:
    for (start, keg), t in bins.items():
        began = start * 1000
        yield seconds, tap, start, keg, t.count, t.total, t.low, t.high, t.first_at - began, t.last_at - began, t.last
