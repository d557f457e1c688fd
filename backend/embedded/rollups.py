"""The roll-ups of sealed hours: always recomputed from the readings, never added to."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from backend.embedded.tally import Place, Tally, coarser, tallied

HOUR: Final = 3600
DAY: Final = 86_400
_IN_HOUR: Final = (300, 900, 3600)
_IN_DAY: Final = (21_600, 86_400)

Touched = tuple[int, int]
"""A tap and an hour (its start in epoch seconds) whose readings changed."""

READING_ORDER: Final = "at, boot, seq, digest, weight"
"""Readings in order of time; those of one millisecond in an order that does not depend on their arrival."""


def recompute(db: sqlite3.Connection, touched: Iterable[Touched]) -> None:
    """Make the roll-ups of these hours, and of the days around them, what the readings say."""
    hours: dict[int, list[int]] = defaultdict(list)
    for tap, hour in sorted(set(touched)):
        hours[tap].append(hour)
    spans: dict[tuple[int, int], list[int]] = defaultdict(list)
    for tap, starts in hours.items():
        for span in _runs(starts):
            spans[span].append(tap)
    for (start, end), taps in sorted(spans.items()):
        _recompute_hours(db, taps, start, end)
    for tap, starts in hours.items():
        for day in sorted({start // DAY * DAY for start in starts}):
            _recompute_day(db, tap, day)


def _recompute_hours(db: sqlite3.Connection, taps: list[int], start: int, end: int) -> None:
    """Taps that share a run of hours share its one walk over the log, which is sorted by time alone."""
    fine = tallied(_readings(db, taps, start, end), seconds=_IN_HOUR[0])
    bins = sorted(fine.items(), key=_by_start)
    for seconds in _IN_HOUR:
        for tap in taps:
            db.execute(
                "DELETE FROM rollups WHERE bin = ? AND tap = ? AND start >= ? AND start < ?", (seconds, tap, start, end)
            )
        _insert(db, seconds, fine if seconds == _IN_HOUR[0] else coarser(bins, seconds=seconds))


def _recompute_day(db: sqlite3.Connection, tap: int, day: int) -> None:
    rows = db.execute(
        "SELECT start, keg, count, total, low, high, first_at, last_at, last FROM rollups "
        "WHERE bin = ? AND tap = ? AND start >= ? AND start < ? ORDER BY start",
        (HOUR, tap, day, day + DAY),
    ).fetchall()
    hourly = [((tap, start, keg), Tally(*figures)) for start, keg, *figures in rows]
    for seconds in _IN_DAY:
        db.execute(
            "DELETE FROM rollups WHERE bin = ? AND tap = ? AND start >= ? AND start < ?",
            (seconds, tap, day, day + DAY),
        )
        _insert(db, seconds, coarser(hourly, seconds=seconds))


def _readings(db: sqlite3.Connection, taps: list[int], start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    marks = ", ".join("?" * len(taps))
    return db.execute(
        f"SELECT at, tap, keg, weight FROM hot WHERE at >= ? AND at < ? AND tap IN ({marks}) "  # noqa: S608 - marks only
        f"ORDER BY {READING_ORDER}",
        (start * 1000, end * 1000, *taps),
    )


def _insert(db: sqlite3.Connection, seconds: int, bins: dict[Place, Tally]) -> None:
    db.executemany(
        "INSERT INTO rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (seconds, tap, start, keg, t.count, t.total, t.low, t.high, t.first_at, t.last_at, t.last)
            for (tap, start, keg), t in bins.items()
        ],
    )


def _runs(hours: list[int]) -> Iterator[tuple[int, int]]:
    """Sorted hours as spans without gaps, from the first second to the one after the last."""
    start = end = hours[0]
    for hour in hours:
        if hour > end:
            yield start, end
            start = hour
        end = hour + HOUR
    yield start, end


def _by_start(entry: tuple[Place, Tally]) -> int:
    return entry[0][1]
