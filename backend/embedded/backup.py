"""Backups of a store: made beside its writer, named by time, and thinned out as they age."""

import re
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from backend.embedded.chunk_check import spoiled_chunks
from backend.embedded.copying import CopyFailed, is_damage, reading_only, sync_file, write_copy
from backend.embedded.migrations import BEFORE_SCHEMA, STAMP, copy_name, stamp

log = structlog.get_logger(__name__)

BY_HAND: Final = "by-hand"
"""What the name of a backup says that a person asked for."""
_BEFORE: Final = re.compile(rf"{BEFORE_SCHEMA}-\d+")
_LONGEST: Final = timedelta(days=1)
"""No backup takes longer."""
_SCHEMAS: Final = 3
"""How many copies of before a change of schema are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How many backups stay: the newest of each of so many days, and of each of so many weeks (UTC, from Monday)."""

    daily: int = 7
    weekly: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was made; `size` in bytes, `spoiled` says which readings are broken in it (None: none are)."""

    path: Path
    size: int
    spoiled: str | None = None


def back_up(store: Path, to: Path, *, leave: int = 0, stopping: threading.Event | None = None) -> Backup:
    """Copy a store that may be at work to the file `to`: everything that is durable in it, so all it acknowledged.

    Readings that are broken in the store are broken in the copy too; it is made none the less, for all the others.

    Raises:
        SourceDamaged, CopyFailed: no backup came about; the sentence says what to do.
    """
    try:
        with reading_only(store, live=True) as source:
            size = write_copy(source, to, leave=leave, stopping=stopping)
    except sqlite3.Error as error:
        raise CopyFailed(f"{store} cannot be opened ({error}): look at its permissions and the disk") from error
    try:
        return Backup(path=to, size=size, spoiled=spoiled_chunks(to, stopping=stopping))
    except sqlite3.Error as error:
        raise CopyFailed(f"{to} could not be read through ({error}): make it again") from error


def back_up_by_schedule(
    store: Path, folder: Path, *, keep: Keep, leave: int, stopping: threading.Event, now: datetime
) -> Backup:
    """Make a backup in `folder` and take away those that have had their time; raises as `back_up`.

    Where none can be made, the old ones stay; where readings are broken in it, those stay that have them whole.
    What a backup left that was killed on its way a day ago goes first.
    """
    for path in _abandoned(folder, now=now):
        path.unlink(missing_ok=True)
    made = back_up(store, folder / copy_name(now), leave=leave, stopping=stopping)
    log.info("a backup is made", path=str(made.path), size=made.size)
    for path in thinned(backups(folder), keep=keep, now=now):
        if made.spoiled is None or _is_spoiled(path, stopping):
            path.unlink(missing_ok=True)
    return made


def backups(folder: Path) -> list[Path]:
    """All the backups in a folder, the newest first; files of other names are none of ours."""
    dated = [(at, path) for path in folder.glob("scale-sense-*.db") if (at := taken_at(path))]
    return [path for _, path in sorted(dated, reverse=True)]


def set_aside(folder: Path, *, now: datetime) -> Path | None:
    """Move the backups in a folder to one inside it, where none is found by itself; gives that, None if there are none.

    Raises OSError.
    """
    found = backups(folder)
    if not found:
        return None
    aside = folder / f"before-{stamp(now)}"
    while aside.exists():
        now += timedelta(seconds=1)
        aside = folder / f"before-{stamp(now)}"
    aside.mkdir(mode=0o700)
    for path in found:
        path.replace(aside / path.name)
    sync_file(folder)
    log.warning("the backups of the bar before are kept apart", folder=str(aside), count=len(found))
    return aside


def taken_at(path: Path) -> datetime | None:
    """When a backup was begun, as its name tells; None where it is no name of ours."""
    told = path.name.removeprefix("scale-sense-").removesuffix(".db").partition("-")[0]
    try:
        return datetime.strptime(told, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def thinned(newest_first: Sequence[Path], *, keep: Keep, now: datetime) -> list[Path]:
    """The backups that have had their time: of those we name, never one whose name a person has given.

    Those dated after `now` were made while the clock was ahead: they are counted apart, or they would take the
    places of those made since.
    """
    ahead = [path for path in newest_first if is_ahead(path, now=now)]
    staying = {*_staying(ahead, keep), *_staying([path for path in newest_first if path not in ahead], keep)}
    return [path for path in newest_first if path not in staying]


def is_ahead(path: Path, *, now: datetime) -> bool:
    """Whether a backup bears a time after `now`."""
    at = taken_at(path)
    return at is not None and at > now


def _staying(newest_first: Sequence[Path], keep: Keep) -> Iterable[Path]:
    regular = [path for path in newest_first if not _why(path)]
    before = [path for path in newest_first if _BEFORE.fullmatch(_why(path))]
    yield from _first_of_each(regular, lambda at: at.date().isoformat(), keep.daily)
    yield from _first_of_each(regular, lambda at: "{}-{}".format(*at.isocalendar()), keep.weekly)
    yield from before[:_SCHEMAS]
    yield from {*newest_first} - {*regular, *before}


def _is_spoiled(path: Path, stopping: threading.Event) -> bool:
    try:
        return spoiled_chunks(path, stopping=stopping) is not None
    except sqlite3.Error as error:
        return is_damage(error)


def _abandoned(folder: Path, *, now: datetime) -> list[Path]:
    """Parts of backups that nobody can be at work on any more, with their journals."""
    parts = [(taken_at(Path(path.name.partition(".part")[0])), path) for path in folder.glob("scale-sense-*.db.part*")]
    return [path for at, path in parts if at is not None and now - at > _LONGEST]


def _first_of_each(paths: Iterable[Path], period: Callable[[datetime], str], count: int) -> Iterable[Path]:
    first: dict[str, Path] = {}
    for path in paths:
        at = taken_at(path)
        if at is not None:
            first.setdefault(period(at), path)
    return list(first.values())[:count]


def _why(path: Path) -> str:
    return path.name.removesuffix(".db").removeprefix("scale-sense-").partition("-")[2]
