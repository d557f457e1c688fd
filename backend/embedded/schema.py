"""The SQLite file: how it is opened, and which files are refused."""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Final

from backend.embedded.copying import CopyFailed, is_damage
from backend.embedded.migrations import StepFailed, migrate
from backend.embedded.refused import DamagedFile, StoreRefused, refuse_strangers

FILE_NAME: Final = "scale-sense.db"
BACKUPS: Final = "backups"
"""The folder of copies, beside the file where the settings name no other."""
CHEAP_BYTES: Final = 64 * 1024 * 1024
"""A file up to this size is checked at every start; a larger one only after a run that did not end cleanly."""
LOG_PAGES: Final = 4000
"""The log is worked into the file when it holds so many pages, 16 MB: a page written fifty times until then is
written into the file once. Four times SQLite's default spares an SD card a tenth of its bytes (measured)."""
LOG_BYTES: Final = 20 * 1024 * 1024
"""What one great transaction made of the log is given back down to this."""


def opened(path: Path, *, ended_cleanly: bool, now: datetime, backups: Path) -> sqlite3.Connection:
    """Open the file, make it where it is missing, look whether it is ours and whole, and bring it up to date.

    A file of an earlier version is copied to the folder `backups` before it is changed.

    Raises:
        StoreRefused: it is foreign, newer, damaged, or lies where SQLite cannot keep a write-ahead log.
    """
    thorough = is_searched(path, ended_cleanly=ended_cleanly)
    try:
        connection = sqlite3.connect(
            path, timeout=5.0, isolation_level=None, check_same_thread=False, cached_statements=256
        )
    except sqlite3.OperationalError as error:
        raise StoreRefused(f"{path} cannot be opened ({error}): look at its permissions and the disk") from error
    try:
        refuse_strangers(connection, path)
        if thorough:
            _refuse_damage(connection, path)
        _set_up(connection, path)
        migrate(connection, backups=backups, now=now)
    except StepFailed as failed:
        connection.close()
        raise StoreRefused(
            f"{path} cannot be brought up to date ({failed}); a copy of it as it was lies in {backups}: "
            "install the version before, and report this"
        ) from failed
    except CopyFailed as failed:
        connection.close()
        raise StoreRefused(f"{path} is of an earlier version, and no copy of it can be kept: {failed}") from failed
    except sqlite3.OperationalError as error:
        connection.close()
        raise StoreRefused(f"{path} cannot be opened ({error}): look at its permissions and the disk") from error
    except sqlite3.DatabaseError as error:
        connection.close()
        if is_damage(error):
            raise DamagedFile(_damaged(path, str(error))) from error
        raise StoreRefused(f"{path} cannot be opened ({error}): install the version that wrote it") from error
    except StoreRefused:
        connection.close()
        raise
    return connection


def is_searched(path: Path, *, ended_cleanly: bool) -> bool:
    """Whether a file is looked through at the start."""
    return not ended_cleanly or (path.exists() and path.stat().st_size <= CHEAP_BYTES)


def _refuse_damage(connection: sqlite3.Connection, path: Path) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise DamagedFile(_damaged(path, verdict))


def _damaged(path: Path, why: str) -> str:
    return f"{path} is damaged ({' '.join(why.split())})"


def _set_up(connection: sqlite3.Connection, path: Path) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        raise StoreRefused(f"{path} lies on a file system without shared memory: choose a local disk with --data")
    connection.execute("PRAGMA synchronous=FULL")  # NORMAL loses acknowledged commits in a power cut
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA cache_size=-32000")
    connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit={LOG_BYTES}")
