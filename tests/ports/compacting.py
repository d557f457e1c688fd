"""Sealing at will, for tests that must not wait for an hour to be over."""

from backend.embedded.compaction import Compaction
from backend.embedded.marks import RECEIVED, mark
from backend.embedded.store import Store

_LONG_AFTER_MS = 10**11


def compact(store: Store) -> int:
    """Seal what is due; gives in how many steps."""
    compaction, steps = Compaction(store), 0
    while compaction.step():
        steps += 1
    return steps


def seal_all(store: Store) -> None:
    """Seal everything, as if nothing had been received for long."""
    with store.write() as db:
        before = mark(db, RECEIVED)
        db.execute("UPDATE marks SET value = ? WHERE name = ?", (before + _LONG_AFTER_MS, RECEIVED))
    compact(store)
    with store.write() as db:
        db.execute("UPDATE marks SET value = ? WHERE name = ?", (before, RECEIVED))
        assert db.execute("SELECT count(*) FROM hot").fetchone() == (0,)


def in_hot(store: Store) -> int:
    """How many readings wait in the hot log."""
    with store.read() as db:
        return int(db.execute("SELECT count(*) FROM hot").fetchone()[0])
