"""How items lie in the file: each under its key; what readings rewrite has its body apart, close together.

A commit writes whole pages. The state of a tap stands among rows that never change, so fifty states would cost a
page each; in a table of their own they cost a sixth of that.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from backend.cellar.limits import is_number
from backend.cellar.rewritten import is_rewritten
from backend.ports import Item, Key

ITEMS: Final = "items LEFT JOIN rewritten USING (place)"
BODY: Final = "coalesce(rewritten.body, items.body)"

Write = Callable[[sqlite3.Connection], object]
"""What is left to do once the store is held."""

_MAX_INTEGER: Final = 2**63 - 1
_GET: Final = f"SELECT {BODY} FROM {ITEMS} WHERE pk = ? AND sk = ?"  # noqa: S608 - constants
_AT_ONCE: Final = 16
"""So many keys are looked up by one statement, which costs half of what as many statements do."""
_GET_MANY: Final = (
    f"WITH wanted (nth, pk, sk) AS (VALUES {', '.join(f'({nth}, ?, ?)' for nth in range(_AT_ONCE))}) "  # noqa: S608
    f"SELECT nth, {BODY} FROM wanted CROSS JOIN items USING (pk, sk) LEFT JOIN rewritten USING (place)"
)
_VERSION: Final = f"SELECT coalesce(rewritten.version, items.version) FROM {ITEMS} WHERE pk = ? AND sk = ?"  # noqa: S608
_PLACE: Final = "(SELECT place FROM items WHERE pk = ? AND sk = ?)"
_DELETE: Final = (f"DELETE FROM rewritten WHERE place = {_PLACE}", "DELETE FROM items WHERE pk = ? AND sk = ?")  # noqa: S608
_INDEXED: Final = ("device", "battery_loc", "battery", "due_shard", "due_at")
_SET: Final = ", ".join(f"{column} = excluded.{column}" for column in ("version", "body", *_INDEXED))
_PUT: Final = (
    f"INSERT INTO items (pk, sk, version, body, {', '.join(_INDEXED)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608
    f"ON CONFLICT (pk, sk) DO UPDATE SET {_SET}"
)
_SAME: Final = " AND ".join(f"{column} IS ?" for column in _INDEXED)
_REWRITE: Final = (
    "UPDATE rewritten SET version = ?, body = ? "  # noqa: S608 - constants
    f"WHERE place = (SELECT place FROM items WHERE pk = ? AND sk = ? AND {_SAME})"
)
_MOVE: Final = (
    f"INSERT INTO items (pk, sk, version, body, {', '.join(_INDEXED)}, place) "  # noqa: S608 - constants
    "SELECT ?, ?, NULL, x'', ?, ?, ?, ?, ?, coalesce(max(place), 0) + 1 FROM rewritten WHERE true "
    f"ON CONFLICT (pk, sk) DO UPDATE SET {_SET}, place = coalesce(items.place, excluded.place)"
)
_REPLACE: Final = f"INSERT OR REPLACE INTO rewritten (place, version, body) VALUES ({_PLACE}, ?, ?)"  # noqa: S608


def body_of(db: sqlite3.Connection, key: Key) -> bytes | str | None:
    """The body of an item, None where there is none."""
    row = db.execute(_GET, (key.pk, key.sk)).fetchone()
    return None if row is None else row[0]


def bodies_of(db: sqlite3.Connection, keys: Sequence[Key]) -> Iterator[tuple[Key, bytes | str]]:
    """The bodies of those of the items that exist."""
    whole = len(keys) // _AT_ONCE * _AT_ONCE
    for begin in range(0, whole, _AT_ONCE):
        block = keys[begin : begin + _AT_ONCE]
        for nth, body in db.execute(_GET_MANY, [text for key in block for text in (key.pk, key.sk)]):
            yield block[nth], body
    for key in keys[whole:]:
        body = body_of(db, key)
        if body is not None:
            yield key, body


def version_of(db: sqlite3.Connection, key: Key) -> tuple[bool, int | None]:
    """Whether there is an item, and which version it has, if it has one."""
    row = db.execute(_VERSION, (key.pk, key.sk)).fetchone()
    return (False, None) if row is None else (True, row[0])


def put_of(item: Item, body: bytes | str) -> Write:
    """Prepare to write a whole item over whatever stands there."""
    pk, sk = item["PK"], item["SK"]
    version, indexed = item.get("version"), _indexed(item)
    if not is_rewritten(str(sk)):
        return lambda db: db.execute(_PUT, (pk, sk, version, body, *indexed))

    def write(db: sqlite3.Connection) -> None:
        if db.execute(_REWRITE, (version, body, pk, sk, *indexed)).rowcount == 0:
            db.execute(_MOVE, (pk, sk, *indexed))
            db.execute(_REPLACE, (pk, sk, version, body))

    return write


def delete_of(key: Key) -> Write:
    """Prepare to remove an item, if it is there."""

    def write(db: sqlite3.Connection) -> None:
        for statement in _DELETE:
            db.execute(statement, (key.pk, key.sk))

    return write


def _indexed(item: Item) -> tuple[Any, ...]:
    """The columns of the indexes; an index has an item only where both of the index's keys stand in it."""
    battery = item.get("loc_id"), _sortable(item.get("battery_pct"))
    due = item.get("due_shard"), _sortable(item.get("due_at"))
    return (
        item.get("device_id"),
        *(battery if None not in battery else (None, None)),
        *(due if None not in due else (None, None)),
    )


def _sortable(value: object) -> object:
    """A number as SQLite sorts it: beyond 63 bits as a float."""
    return float(value) if is_number(value) and abs(value) > _MAX_INTEGER else value  # type: ignore[arg-type]  # is_number
