"""Dropping readings that are older than a bar wants to keep, a day of a tap at a time."""

import sqlite3
from typing import Final

from backend.embedded.chunks import drop_chunk
from backend.embedded.hot import remove
from backend.embedded.marks import READINGS, REWRITTEN, add_to_mark
from backend.embedded.rollups import DAY, drop_rollups, sealed_hours

_WAITING_AT_ONCE: Final = 2000
_DAY_MS: Final = DAY * 1000


def forget_some(db: sqlite3.Connection, location_id: str, *, before_ms: int) -> int:
    """Drop the oldest sealed day of a tap of the location, or else old readings that wait in the log.

    Gives how many readings, 0 where none are older than the UTC day of `before_ms`, which stays whole. The pages that
    become free are used again; which numbers were recorded is still known.
    """
    taps = _taps_of(db, location_id)
    until = before_ms // _DAY_MS * DAY
    dropped = next((count for tap in taps if (count := _forget_day(db, tap, until))), 0)
    if not dropped and taps:
        dropped = _forget_waiting(db, taps, until * 1000)
    if dropped:
        add_to_mark(db, READINGS, -dropped)
        add_to_mark(db, REWRITTEN, 1)
    return dropped


def _taps_of(db: sqlite3.Connection, location_id: str) -> list[int]:
    first, beyond = f"{location_id}#TAP#", f"{location_id}#TAP$"  # the character after # is $
    return [tap for (tap,) in db.execute("SELECT id FROM names WHERE name >= ? AND name < ?", (first, beyond))]


def _forget_day(db: sqlite3.Connection, tap: int, until: int) -> int:
    """Drop the tap's oldest day that began before `until` (epoch s)."""
    (day,) = db.execute(
        "SELECT min(start) FROM rollups WHERE bin = ? AND tap = ? AND start < ?", (DAY, tap, until)
    ).fetchone()
    if day is None:
        return 0
    dropped = sum(drop_chunk(db, hour, tap) for hour in sealed_hours(db, tap, day, day + DAY))
    drop_rollups(db, tap, day)
    return dropped


def _forget_waiting(db: sqlite3.Connection, taps: list[int], until_ms: int) -> int:
    marks = ", ".join("?" * len(taps))
    last = db.execute(
        f"SELECT at FROM hot WHERE at < ? AND tap IN ({marks}) ORDER BY at LIMIT 1 OFFSET ?",  # noqa: S608 - marks only
        (until_ms, *taps, _WAITING_AT_ONCE),
    ).fetchone()
    return remove(db, taps, 0, until_ms if last is None else last[0] + 1)
