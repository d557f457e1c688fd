"""The floor under a call of the store: its own statement, run by itself and fetched, with nothing around it."""

import sqlite3
from collections.abc import Callable

from backend.embedded.store import Store


def bare(store: Store, call: Callable[[], object]) -> Callable[[], object]:
    """What runs only that statement under `call` that gives the most rows, wherever the store may keep them."""
    said: list[str] = []
    with store.read() as db:
        db.set_trace_callback(said.append)
        call()
        db.set_trace_callback(None)
        selects = [sql for sql in said if sql.lstrip().upper().startswith("SELECT")]
        largest = max(selects, key=lambda sql: _size(db, sql))
        return lambda: db.execute(largest).fetchall()


def _size(db: sqlite3.Connection, sql: str) -> int:
    return len(db.execute(sql).fetchall())
