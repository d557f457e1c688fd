"""The SQLite file: how it is opened, and which files are refused."""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Final

from backend.embedded.copying import CopyFailed
from backend.embedded.migrations import migrate, user_version
from backend.embedded.steps import APPLICATION_ID, SCHEMA_VERSION

FILE_NAME: Final = "scale-sense.db"
BACKUPS: Final = "backups"
"""The folder of copies, beside the file where the settings name no other."""
CHEAP_BYTES: Final = 64 * 1024 * 1024
"""A file up to this size is checked at every start; a larger one only after a run that did not end cleanly."""


class StoreRefused(RuntimeError):  # noqa: N818 - the store refuses a file
    """The file in the data folder cannot be used; the message says what to do. The file is left as it was."""


class ForeignFile(StoreRefused):
    """A SQLite file of another program."""


class NewerFile(StoreRefused):
    """A file that a later version of this product has written."""


class DamagedFile(StoreRefused):
    """No SQLite file, or one with broken pages."""


def opened(path: Path, *, ended_cleanly: bool, now: datetime, backups: Path | None = None) -> sqlite3.Connection:
    """Open the file, make it where it is missing, look whether it is ours and whole, and bring it up to date.

    A file of an earlier version is copied to `backups` (beside it, if not given) before it is changed.

    Raises:
        StoreRefused: it is foreign, newer, damaged, or lies where SQLite cannot keep a write-ahead log.
    """
    thorough = not ended_cleanly or (path.exists() and path.stat().st_size <= CHEAP_BYTES)
    try:
        connection = sqlite3.connect(
            path, timeout=5.0, isolation_level=None, check_same_thread=False, cached_statements=256
        )
    except sqlite3.OperationalError as error:
        raise StoreRefused(f"{path} cannot be opened ({error}): look at its permissions and the disk") from error
    try:
        _refuse_strangers(connection, path)
        if thorough:
            _refuse_damage(connection, path)
        _set_up(connection, path)
        migrate(connection, backups=backups or path.parent / BACKUPS, now=now)
    except CopyFailed as failed:
        connection.close()
        raise StoreRefused(f"{path} is of an earlier version, and no copy of it can be kept: {failed}") from failed
    except sqlite3.OperationalError as error:
        connection.close()
        raise StoreRefused(f"{path} cannot be opened ({error}): look at its permissions and the disk") from error
    except sqlite3.DatabaseError as error:
        connection.close()
        raise DamagedFile(_damaged(path, str(error))) from error
    except StoreRefused:
        connection.close()
        raise
    return connection


def _refuse_strangers(connection: sqlite3.Connection, path: Path) -> None:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    version = user_version(connection)
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application_id != APPLICATION_ID:
        raise ForeignFile(f"{path} belongs to another program: move it away, or choose another folder with --data")
    if version > SCHEMA_VERSION:
        raise NewerFile(
            f"{path} was written by a later version of Scale Sense (schema {version}, this one reads "
            f"{SCHEMA_VERSION}): install that version, or choose another folder with --data"
        )


def _refuse_damage(connection: sqlite3.Connection, path: Path) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise DamagedFile(_damaged(path, verdict))


def _damaged(path: Path, why: str) -> str:
    return f"{path} is damaged ({why}): keep a copy of it, then put a backup in its place or move it away to start anew"


def _set_up(connection: sqlite3.Connection, path: Path) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        raise StoreRefused(f"{path} lies on a file system without shared memory: choose a local disk with --data")
    connection.execute("PRAGMA synchronous=FULL")  # NORMAL loses acknowledged commits in a power cut
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA cache_size=-32000")
    connection.execute(f"PRAGMA journal_size_limit={CHEAP_BYTES}")
