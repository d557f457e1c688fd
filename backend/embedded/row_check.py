"""Which rows of a store cannot be read; SQLite itself cannot tell, to it a body is bytes."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from typing import Final

import structlog

from backend.cellar.rewritten import is_made_anew
from backend.cellar.rows import UnreadableRow
from backend.embedded.bodies import decoded, leniently
from backend.embedded.items import BODY, ITEMS, delete_of
from backend.embedded.unreadable import UnreadableRows
from backend.ports import Key

log = structlog.get_logger(__name__)

_ALL: Final = f"SELECT pk, sk, {BODY} FROM {ITEMS}"  # noqa: S608 - constants
_LOOK_EVERY: Final = 1000


def unreadable_rows(
    connection: sqlite3.Connection, *, stopping: threading.Event | None = None
) -> Iterator[tuple[Key, str]]:
    """Decode the body of every item (1.6 us each, measured); gives the keys of those that cannot be, and why.

    The connection must not be in use by others meanwhile. Raises sqlite3.Error where the file cannot be read, or it
    was to stop before the end.
    """
    with leniently(connection):
        for number, (pk, sk, body) in enumerate(connection.execute(_ALL)):
            if stopping is not None and number % _LOOK_EVERY == 0 and stopping.is_set():
                raise sqlite3.OperationalError("interrupted")
            try:
                decoded(body)
            except ValueError as bad:
                yield Key(pk, sk), str(bad)


def taken_stock(connection: sqlite3.Connection) -> UnreadableRows:
    """Look for rows that cannot be read, say each aloud, and take away those that readings make anew.

    Raises sqlite3.Error where the file cannot be read; where it cannot be written nothing is taken away.
    """
    rows = UnreadableRows()
    found = dict(unreadable_rows(connection))
    rows.remade = _taken_away(connection, [key for key in found if is_made_anew(key.sk)])
    for key, why in found.items():
        if key not in rows.remade:
            rows.add(key, UnreadableRow.at(key.pk, key.sk, why=why))
    return rows


def _taken_away(connection: sqlite3.Connection, keys: Sequence[Key]) -> tuple[Key, ...]:
    """Those of the rows that are gone: all, or none where the disk does not let us."""
    if not keys:
        return ()
    try:
        connection.execute("BEGIN IMMEDIATE")
        for key in keys:
            delete_of(key)(connection)
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        log.warning("rows that cannot be read stay for now", why=str(error))
        return ()
    for key in keys:
        log.error("a row of the store could not be read: the next readings make it anew", row=f"{key.pk} / {key.sk}")
    return tuple(keys)
