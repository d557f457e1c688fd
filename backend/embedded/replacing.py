"""Putting another file in the place of a store, so that whatever happens one or the other lies there whole.

The newcomer is first written under a name that says what is to become of the store before it. Once it bears that
name, durably, the exchange will be finished, now or at the next start.
"""

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from backend.embedded.copying import CopyFailed, reading_only, sync_file, write_copy
from backend.embedded.migrations import stamp

_DRAFT: Final = ".draft"
_INCOMING: Final = ".incoming-"
_BESIDE: Final = ("", "-wal", "-shm", "-journal")
"""A log that stayed beside another store would be applied to it."""


def replace_store(store: Path, newcomer: Path, *, away: str, now: datetime, marks: dict[str, int]) -> Path | None:
    """Put a copy of the store file `newcomer` in the place of `store`; gives where that one lies now, if it was there.

    It is moved to the folder `away` beside it, under the time. `marks` are set in the copy. The data folder must be
    held. Raises CopyFailed where there is no room or the disk fails; `store` is then as it was.
    """
    draft = store.with_name(store.name + _DRAFT)
    try:
        with reading_only(newcomer) as source:
            write_copy(source, draft, no_room="free some space")  # it has to lie here
        _mark(draft, marks)
        draft.replace(_incoming(store, away, now))
        sync_file(store.parent)
        return finish_replacing(store)
    except (OSError, sqlite3.Error) as error:
        raise CopyFailed(f"{newcomer} cannot be put in place ({error}): free some space or look at the disk") from error
    finally:
        draft.unlink(missing_ok=True)


def finish_replacing(store: Path) -> Path | None:
    """Finish an exchange that was begun, if there was one; gives where the store before it lies, if there was one.

    Raises OSError.
    """
    moved = None
    for left in store.parent.glob(f"{store.name}{_DRAFT}*"):
        left.unlink()
    for incoming in sorted(store.parent.glob(f"{store.name}{_INCOMING}*")):
        place = _place(store, incoming)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        for beside in _BESIDE:
            old = store.with_name(store.name + beside)
            if old.exists():
                old.replace(place.with_name(place.name + beside))
        sync_file(place.parent)
        sync_file(store.parent)
        incoming.replace(store)
        sync_file(store.parent)
        moved = place if place.exists() else moved
    return moved


def forget_replacing(store: Path) -> None:
    """Take away what an exchange left that was begun, so that it is never finished. Raises OSError."""
    for left in (*store.parent.glob(f"{store.name}{_DRAFT}*"), *store.parent.glob(f"{store.name}{_INCOMING}*")):
        left.unlink()


def _incoming(store: Path, away: str, now: datetime) -> Path:
    """The name that says what is to become of the store; it never leads to a place that is taken."""
    while True:
        incoming = store.with_name(f"{store.name}{_INCOMING}{away}-{stamp(now)}")
        if not _place(store, incoming).exists():
            return incoming
        now += timedelta(seconds=1)


def _place(store: Path, incoming: Path) -> Path:
    away, _, when = incoming.name.removeprefix(f"{store.name}{_INCOMING}").rpartition("-")
    return store.parent / away / f"{store.stem}-{when}{store.suffix}"


def _mark(path: Path, marks: dict[str, int]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN")
        connection.execute("DELETE FROM marks WHERE name LIKE 'restored %'")
        connection.executemany("INSERT INTO marks VALUES (?, ?)", marks.items())
        connection.execute("COMMIT")
    finally:
        connection.close()
