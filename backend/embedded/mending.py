"""Taking the rows of a store that cannot be read from a backup, so that all others stay as they are."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backend.embedded.bodies import BROKEN, decoded, leniently
from backend.embedded.contents import look_through
from backend.embedded.copying import reading_only
from backend.embedded.items import body_of, put_of
from backend.embedded.refused import StoreRefused
from backend.embedded.row_check import unreadable_rows
from backend.embedded.schema import FILE_NAME
from backend.embedded.steps import SCHEMA_VERSION
from backend.embedded.store import Store
from backend.ports import Item, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """Which rows were put back as they stood in the backup, which will be made anew by readings, and which stay."""

    put_back: tuple[Key, ...] = ()
    remade: tuple[Key, ...] = ()
    missing: tuple[Key, ...] = ()


def mend(backup: Path, folder: Path, *, now: datetime) -> Mended:
    """Take the rows of a store that cannot be read from a backup, and leave all others as they are.

    Raises:
        StoreRefused: the backup is foreign, damaged or of another version, or there is no store to mend.
        FolderInUse, FolderUnusable: a server holds the folder, or it cannot be written to.
        StoreUnavailable: the disk failed; nothing was put back.
    """
    if not (folder / FILE_NAME).exists():
        raise StoreRefused(f"there is no store in {folder}: name its folder with --data, or restore all of the backup")
    if look_through(backup).schema != SCHEMA_VERSION:
        raise StoreRefused(
            f"{backup} is of an earlier version, from which no single rows are taken: choose a later one"
        )
    put_back, missing = list[Key](), list[Key]()
    with Store(folder, now=now, closely=True) as store, reading_only(backup) as source, store.write() as db:
        remade = store.unreadable.remade  # taken away when the store was opened
        for key in [key for key, _ in unreadable_rows(db)]:
            item = _item(source, key)
            if item is None:
                missing.append(key)
            else:
                put_of(*item)(db)
                put_back.append(key)
        store.unreadable.written(put_back)
        return Mended(put_back=tuple(put_back), remade=remade, missing=tuple(missing))


def _item(source: sqlite3.Connection, key: Key) -> tuple[Item, bytes | str] | None:
    """The item under a key and its body, None where there is none that can be read."""
    try:
        body = body_of(source, key)
        return None if body is None else (decoded(body), body)
    except BROKEN as broken:
        with leniently(source, broken):
            return None
