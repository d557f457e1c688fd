"""The steps by which the store file came to its present shape; a new file takes all of them."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

APPLICATION_ID: Final = 1_262_831_443  # "KEGS" in ASCII: says whose file it is

_TABLE_AND_HISTORY: Final = """
PRAGMA application_id = 1262831443; -- APPLICATION_ID
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

_CHUNKS: Final = """
-- The sealed hours of taps: id = (hour number << 24 | tap) << 8 is what charts need, the ids after it are the rest.
CREATE TABLE chunks (id INTEGER PRIMARY KEY, count INTEGER NOT NULL, unnumbered INTEGER NOT NULL, body BLOB NOT NULL);
-- Roll-ups count what is in chunks now. Those of before counted what lies in `hot`: they come again as it is sealed.
DROP TABLE rollups;
-- `bin` and `start` in seconds, `first_after` and `last_after` in ms after `start`, the weights as in `hot`.
CREATE TABLE rollups (
    bin INTEGER NOT NULL, tap INTEGER NOT NULL, start INTEGER NOT NULL, keg INTEGER NOT NULL,
    count INTEGER NOT NULL, total INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL,
    first_after INTEGER NOT NULL, last_after INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (bin, tap, start, keg)
) WITHOUT ROWID;
DELETE FROM marks WHERE name = 'sealed';
INSERT INTO marks SELECT 'received', coalesce(max(received), 0) FROM hot;
INSERT INTO marks VALUES ('rewritten', 0);
"""

_REWRITTEN: Final = """
-- What readings rewrite lies apart and close together, so that a commit writes few pages; `items.place` leads there.
-- An item that is not moved has no place; one is moved when it is next put.
CREATE TABLE rewritten (place INTEGER PRIMARY KEY, version INTEGER, body BLOB NOT NULL);
ALTER TABLE items ADD COLUMN place INTEGER;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What leads to `version` from the one before it: `apply` runs inside a transaction, which it must not end."""

    version: int
    what: str
    apply: Callable[[sqlite3.Connection], None]


def script(text: str) -> Callable[[sqlite3.Connection], None]:
    """Give a step's work as SQL statements, each of which begins on a line of its own.

    `executescript` would not do: it commits first, and a step stands whole or not at all.
    """

    def apply(connection: sqlite3.Connection) -> None:
        statement = ""
        for line in text.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                connection.execute(statement)
                statement = ""

    return apply


STEPS: Final = (
    Step(version=1, what="the table and the history", apply=script(_TABLE_AND_HISTORY)),
    Step(version=2, what="history in chunks", apply=script(_CHUNKS)),
    Step(version=3, what="rewritten items apart", apply=script(_REWRITTEN)),
)
"""In order, without gaps; a step that was ever shipped is never changed: the next one changes what it made."""
SCHEMA_VERSION: Final = STEPS[-1].version
