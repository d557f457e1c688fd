"""The SQLite file: how it is opened, what is in it, and which files are refused."""

import sqlite3
from pathlib import Path
from typing import Final

FILE_NAME: Final = "scale-sense.db"
APPLICATION_ID: Final = 0x4B454753  # "KEGS": says whose file it is
SCHEMA_VERSION: Final = 1
CHEAP_BYTES: Final = 64 * 1024 * 1024
"""A file up to this size is checked at every start; a larger one only after a run that did not end cleanly."""

_DDL: Final = """
CREATE TABLE items (
    pk TEXT NOT NULL, sk TEXT NOT NULL, version INTEGER, body BLOB NOT NULL,
    device TEXT, battery_loc TEXT, battery, due_shard TEXT, due_at,
    PRIMARY KEY (pk, sk)
) WITHOUT ROWID;
CREATE INDEX device_index ON items (device, pk, sk) WHERE device IS NOT NULL;
CREATE INDEX battery_index ON items (battery_loc, battery, pk, sk) WHERE battery_loc IS NOT NULL;
CREATE INDEX due_index ON items (due_shard, due_at, pk, sk) WHERE due_shard IS NOT NULL;

-- History. Names (devices, taps, kegs) are written once and meant by number; keg 0 is no keg.
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
-- Time first, so that a commit touches the last pages only: an SD card wears by the page.
-- Epoch ms, weight in 1/10,000 lb, temperature and percent in 1/100, volts in 1/1,000.
CREATE TABLE hot (
    at INTEGER NOT NULL, tap INTEGER NOT NULL, device INTEGER NOT NULL,
    boot INTEGER NOT NULL, seq INTEGER NOT NULL, digest TEXT NOT NULL,
    keg INTEGER NOT NULL, received INTEGER NOT NULL, weight INTEGER NOT NULL,
    stable INTEGER, raw INTEGER, temp_f INTEGER, battery_v INTEGER, battery_pct INTEGER, rssi INTEGER,
    PRIMARY KEY (at, tap, device, boot, seq, digest)
) WITHOUT ROWID;
-- Which sequence numbers of a device's boot are recorded, as runs: one row where nothing is missing.
CREATE TABLE seen (
    device INTEGER NOT NULL, boot INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (device, boot, first)
) WITHOUT ROWID;
-- `bin` and `start` in seconds, `first_at` and `last_at` in epoch ms, the weights as in `hot`.
CREATE TABLE rollups (
    bin INTEGER NOT NULL, tap INTEGER NOT NULL, start INTEGER NOT NULL, keg INTEGER NOT NULL,
    count INTEGER NOT NULL, total INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL,
    first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (bin, tap, start, keg)
) WITHOUT ROWID;
-- `readings`: how many are kept; `sealed`: the epoch ms before which roll-ups stand.
CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO marks VALUES ('readings', 0), ('sealed', 0);
"""


class StoreRefused(RuntimeError):  # noqa: N818 - the store refuses a file
    """The file in the data folder cannot be used; the message says what to do. The file is left as it was."""


class ForeignFile(StoreRefused):
    """A SQLite file of another program."""


class NewerFile(StoreRefused):
    """A file that a later version of this product has written."""


class DamagedFile(StoreRefused):
    """No SQLite file, or one with broken pages."""


def opened(path: Path, *, ended_cleanly: bool) -> sqlite3.Connection:
    """Open the file, make it where it is missing, and look whether it is ours and whole.

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
    (version,) = connection.execute("PRAGMA user_version").fetchone()
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
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        connection.executescript(
            f"BEGIN; {_DDL} PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={SCHEMA_VERSION}; COMMIT;"
        )
