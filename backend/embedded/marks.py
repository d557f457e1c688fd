"""Single numbers about the store that are kept beside its rows, and change in one transaction with them."""

import sqlite3
from typing import Final

READINGS: Final = "readings"
"""How many readings are kept."""
RECEIVED: Final = "received"
"""When (epoch ms) the last readings were received: whether an hour is over is judged by it.

Not the newest moment ever: a clock that was ahead and is set right must leave nothing behind in the future.
"""
REWRITTEN: Final = "rewritten"
"""Grows whenever kept readings are changed, or lie elsewhere than before."""


def mark(db: sqlite3.Connection, name: str) -> int:
    """The number of that name."""
    value: int = db.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()[0]
    return value


def add_to_mark(db: sqlite3.Connection, name: str, more: int) -> None:
    """Let a number grow."""
    db.execute("UPDATE marks SET value = value + ? WHERE name = ?", (more, name))


def note_recorded(db: sqlite3.Connection, *, count: int, received: int) -> None:
    """Note that so many readings were added, the newest of them received then (epoch ms)."""
    db.execute(
        "UPDATE marks SET value = CASE name WHEN 'readings' THEN value + ? ELSE ? END "
        "WHERE name IN ('readings', 'received')",
        (count, received),
    )
