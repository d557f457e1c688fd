"""What a store file holds, told without opening it for writing: of a backup before it is put back, and of a store."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from backend.domain.times import from_epoch_ms
from backend.embedded.copying import reading_only
from backend.embedded.migrations import user_version
from backend.embedded.refused import DamagedFile, StoreRefused, refuse_strangers
from backend.embedded.rollups import DAY

_OF_CHUNKS: Final = 2
"""The schema whose roll-ups tell their last reading by how long after their start it came."""

_ANOTHER: Final = "choose another backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What lies in a store file; `size` in bytes, `newest` is when its newest reading was measured."""

    schema: int
    size: int
    taps: int
    readings: int
    newest: datetime | None


def look_through(path: Path) -> Contents:
    """Read a file from its first page to its last, and tell what it holds.

    Raises:
        StoreRefused: it is no file, empty, foreign, newer, damaged or not to be read; the sentence says what to do.
    """
    try:
        if not path.is_file():
            raise StoreRefused(f"{path} is no file: name a backup, as `scale-sense backup` printed it")
        with reading_only(path) as connection:
            refuse_strangers(connection, path, instead=_ANOTHER)
            _refuse_empty(connection, path)
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                raise DamagedFile(f"{path} is damaged ({' '.join(verdict.split())}): {_ANOTHER}")
            return _told(connection, path)
    except OSError as closed:
        raise StoreRefused(
            f"{path} cannot be read ({closed.strerror}): look at its permissions and the disk"
        ) from closed
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # it lacks a table: nothing is wrong with reading it
            raise DamagedFile(f"{path} is no whole store ({error}): {_ANOTHER}") from error
        raise StoreRefused(f"{path} cannot be read ({error}): look at its permissions and the disk") from error
    except sqlite3.DatabaseError as error:
        raise DamagedFile(f"{path} is damaged ({error}): {_ANOTHER}") from error


def glance(path: Path) -> Contents | None:
    """Tell what a file holds as far as it can be read at once; None where it cannot."""
    try:
        with reading_only(path) as connection:
            refuse_strangers(connection, path)
            return _told(connection, path)
    except (sqlite3.Error, StoreRefused):
        return None


def _refuse_empty(connection: sqlite3.Connection, path: Path) -> None:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not tables:
        raise DamagedFile(f"{path} is empty: {_ANOTHER}")


def _told(connection: sqlite3.Connection, path: Path) -> Contents:
    (taps,) = connection.execute(
        "SELECT count(*) FROM items WHERE pk GLOB 'LOCATION#*' AND sk GLOB 'TAP#[0-9]*' AND sk NOT GLOB '*#STATE'"
    ).fetchone()
    counted = connection.execute("SELECT value FROM marks WHERE name = 'readings'").fetchone()
    if counted is None:
        raise DamagedFile(f"{path} is no whole store (it lacks the count of its readings): {_ANOTHER}")
    schema = user_version(connection)
    # The log holds what is young, the longest bins what is old.
    last_at = "last_at" if schema == 1 else "start * 1000 + last_after"
    (newest,) = connection.execute(
        "SELECT max(at) FROM (SELECT max(at) AS at FROM hot UNION ALL "  # noqa: S608 - one of two expressions
        f"SELECT max({last_at}) FROM rollups WHERE bin = ?)",
        (DAY,),
    ).fetchone()
    return Contents(
        schema=schema,
        size=path.stat().st_size,
        taps=taps,
        readings=counted[0],
        newest=None if newest is None else from_epoch_ms(newest),
    )
