"""A whole copy of a store beside its writer: one snapshot, durable before it bears its name."""

import contextlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LEAVE_BYTES: Final = 64 * 1024 * 1024
"""A copy made by schedule leaves so much of the disk to the readings."""
BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file; it is read with whatever file bears the name."""
_LOOK_EVERY: Final = 50_000
"""Steps of SQLite's machine, a few milliseconds of work."""
_SYNC_BYTES: Final = 8 * 1024 * 1024
_BROKEN: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class CopyFailed(RuntimeError):  # noqa: N818 - what became of the attempt
    """No copy came about; the sentence says why. What stood under its name before still does."""


class SourceDamaged(CopyFailed):
    """The file to be copied has broken pages."""


@contextlib.contextmanager
def reading_only(path: Path, *, live: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection of its own that changes nothing; of a `live` file, which others write, it sees what is committed.

    Raises sqlite3.Error where the file cannot be opened.
    """
    # A file without a log beside it, as every copy of ours is, may lie where nothing can be written.
    still = "" if live or path.with_name(path.name + "-wal").exists() else "&immutable=1"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{still}", uri=True, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def write_copy(
    source: sqlite3.Connection,
    to: Path,
    *,
    leave: int = 0,
    stopping: threading.Event | None = None,
    no_room: str = "free some space, or keep backups on another disk",
) -> int:
    """Write all that is committed in `source` to the file `to`, whole and checked; gives its size in bytes.

    It shows the one moment at which it began, and lets others write meanwhile. `source` must not be inside a
    transaction. The disk keeps at least `leave` bytes; `stopping` breaks it off; `no_room` says what to do
    where the disk has too little of it.

    Raises:
        SourceDamaged: `source` has broken pages.
        CopyFailed: there is no folder to make that of `to` in, no room, the disk failed, or it was to stop; nothing of
            the copy is left.
    """
    part = to.with_name(to.name + ".part")
    try:
        _make_folder(to.parent)
        part.unlink(missing_ok=True)
        _refuse_another_log(to)
        _refuse_without_room(source, to.parent, leave, then=no_room)
        part.touch(mode=0o600)  # for its owner alone, whatever the mask
        with _in_small_portions(source, part, stopping):
            source.execute("VACUUM INTO ?", (str(part),))
        _look_through(part)
        sync_file(part)
        size = part.stat().st_size
        part.replace(to)
        sync_file(to.parent)
    except CopyFailed:
        raise
    except (OSError, sqlite3.Error) as error:
        raise _failure(error, to) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return size


def look_for_damage(path: Path, *, stopping: threading.Event) -> str | None:
    """Read a store that may be at work from its first page to its last; gives what is broken in it, None if nothing is.

    Raises sqlite3.OperationalError where it cannot be read now, or was to stop before the end.
    """
    with reading_only(path, live=True) as source:
        source.set_progress_handler(lambda: int(stopping.is_set()), _LOOK_EVERY)
        try:
            (verdict,) = source.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                return str(error)
            raise
    return None if verdict == "ok" else verdict


def sync_file(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_damage(error: BaseException) -> bool:
    """Whether an error of SQLite says that pages of the file are broken."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _BROKEN


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
    except FileNotFoundError as missing:  # its parents are not made: a disk that is not mounted looks like that
        raise CopyFailed(
            f"there is no folder {folder.parent} to make {folder.name} in: mount the disk it lies on, or make it"
        ) from missing


def _refuse_another_log(to: Path) -> None:
    """A log that lies there would be read as the copy's; it may be all that is left of another store."""
    for beside in BESIDE:
        left = to.with_name(to.name + beside)
        if left.exists():
            raise CopyFailed(f"{left} belongs to another store and would be read with the copy: choose another name")


def _refuse_without_room(source: sqlite3.Connection, folder: Path, leave: int, *, then: str) -> None:
    (pages,), (free,), (size,) = (
        source.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count", "page_size")
    )
    wanted = (pages - free) * size + leave
    there = shutil.disk_usage(folder).free
    if there < wanted:
        raise CopyFailed(f"a copy in {folder} wants {_mb(wanted)} MB and the disk has {_mb(there)}: {then}")


@contextlib.contextmanager
def _in_small_portions(source: sqlite3.Connection, part: Path, stopping: threading.Event | None) -> Iterator[None]:
    """Let what is written reach the disk bit by bit: a writer's sync would have to wait for all of it otherwise."""
    descriptor = os.open(part, os.O_RDONLY)
    synced = 0

    def look() -> int:
        nonlocal synced
        size = os.fstat(descriptor).st_size
        if size - synced >= _SYNC_BYTES:
            os.fsync(descriptor)
            synced = size
        return int(stopping is not None and stopping.is_set())

    source.set_progress_handler(look, _LOOK_EVERY)
    try:
        yield
    finally:
        source.set_progress_handler(None, 0)
        os.close(descriptor)


def _look_through(path: Path) -> None:
    with reading_only(path) as copy:
        (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise CopyFailed(f"the copy cannot be read again ({' '.join(verdict.split())}): look at the disk")


def _failure(error: Exception, to: Path) -> CopyFailed:
    if is_damage(error):
        return SourceDamaged(f"the store is damaged ({error}): the next start puts the last whole backup in its place")
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
        return CopyFailed("the copy was broken off: it is made again later")
    why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return CopyFailed(f"{to} cannot be written ({why}): free some space or look at the disk")


def _mb(count: int) -> int:
    return -(-count // 1_000_000)
