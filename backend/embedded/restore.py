"""Restoring a store from a backup: because a person asks for it, or because the store turns out to be damaged."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from backend.domain.times import epoch_ms, from_epoch_ms
from backend.embedded.backup import backups, is_ahead, taken_at
from backend.embedded.contents import Contents, glance, look_through
from backend.embedded.copying import CopyFailed
from backend.embedded.folder import FolderLock
from backend.embedded.refused import DamagedFile, StoreRefused
from backend.embedded.replacing import finish_replacing, replace_store
from backend.embedded.schema import FILE_NAME

log = structlog.get_logger(__name__)

REPLACED: Final = "replaced"
"""The folder of stores that were moved away for a backup."""
DAMAGED: Final = "damaged"
"""The folder of stores that were moved away because they were damaged."""
_AT, _BACKUP, _UNTIL = "restored at", "restored backup", "restored until"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What restoring a damaged store did: `at` that moment the backup made at `backup` took its place.

    What was acknowledged between then and `until`, the last time the damaged store was written, is lost.
    """

    at: datetime
    backup: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A backup that a person put in place: what it holds, what the store before it held, and where that one lies.

    The latter are None where there was no store, or one that could not be read.
    """

    restored: Contents
    before: Contents | None
    moved_to: Path | None


def restore(backup: Path, folder: Path, *, now: datetime) -> Exchange:
    """Put a backup in the place of the store in a data folder, which must not be in use.

    Raises:
        StoreRefused: the backup is foreign, newer or damaged.
        FolderInUse, FolderUnusable: a server holds the folder, or it cannot be written to.
        CopyFailed, OSError: there is no room, or the disk failed.
    """
    told = look_through(backup)
    lock = FolderLock(folder, now=now)
    whole = lock.ended_cleanly
    try:
        store = folder / FILE_NAME
        finish_replacing(store)
        before = glance(store)
        moved = replace_store(store, backup, away=REPLACED, now=now, marks={})
        whole = True
    finally:
        lock.release(cleanly=whole)
    return Exchange(restored=told, before=before, moved_to=moved)


def rescue(store: Path, folders: Sequence[Path], *, damage: DamagedFile, now: datetime) -> Path:
    """Move a damaged store away and put the newest whole backup from `folders` in its place; gives that backup.

    Raises:
        DamagedFile: there is none; the store is as it was.
        StoreRefused: there is one, and it cannot be put in place.
    """
    until = _last_written(store)
    for backup in _the_last_first(folders, now=max(now, until)):
        try:
            told = look_through(backup)
        except StoreRefused as unfit:
            log.warning("a backup cannot be used, the one before it is tried", why=str(unfit))
            continue
        marks = {_AT: epoch_ms(now), _BACKUP: epoch_ms(taken_at(backup) or now), _UNTIL: epoch_ms(until)}
        try:
            moved = replace_store(store, backup, away=DAMAGED, now=now, marks=marks)
        except CopyFailed as failed:
            raise StoreRefused(f"{damage}; {failed}") from failed
        log.error(
            "the store was damaged and is restored from its last backup: readings since then are lost",
            damage=str(damage),
            backup=str(backup),
            readings=told.readings,
            lost_from=str(taken_at(backup)),
            lost_until=str(until),
            moved_to=str(moved),
        )
        return backup
    raise DamagedFile(
        f"{damage}, and there is no whole backup of it: put one in its place with `scale-sense restore`, "
        "or move it away to start anew"
    ) from damage


def refuse_emptied(store: Path, folder: Path) -> None:
    """Raises DamagedFile where a store that has backups in `folder` is a file without a byte: a disk has lost it."""
    if store.exists() and _size(store) == 0 and backups(folder):
        raise DamagedFile(f"{store} is empty, and it was not once")


def last_restored(connection: sqlite3.Connection) -> Restored | None:
    """What was restored last in a store, None where nothing ever was or a person has put a backup in place since."""
    found = dict(connection.execute("SELECT name, value FROM marks WHERE name LIKE 'restored %'"))
    if _AT not in found:
        return None
    at, backup, until = (from_epoch_ms(found[name]) for name in (_AT, _BACKUP, _UNTIL))
    return Restored(at=at, backup=backup, until=until)


def _the_last_first(folders: Sequence[Path], *, now: datetime) -> list[Path]:
    """All the backups, the newest first; those dated after `now`, made while the clock was ahead, come last."""
    found = {one for folder in folders for one in backups(folder)}
    return sorted(found, key=lambda one: (not is_ahead(one, now=now), one.name), reverse=True)


def _size(store: Path) -> int:
    return sum(file.stat().st_size for file in _store_and_log(store))


def _last_written(store: Path) -> datetime:
    return datetime.fromtimestamp(max(file.stat().st_mtime for file in _store_and_log(store)), tz=UTC)


def _store_and_log(store: Path) -> list[Path]:
    return [file for file in (store, store.with_name(store.name + "-wal")) if file.exists()]
