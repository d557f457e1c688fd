"""A whole copy of a store beside its writer: one snapshot, durable before it bears its name."""

import contextlib
import os
import sqlite3
from pathlib import Path


class CopyFailed(RuntimeError):  # noqa: N818 - what became of the attempt
    """No copy came about; the sentence says why. What stood under its name before still does."""


def write_copy(source: sqlite3.Connection, to: Path) -> int:
    """Write all that is committed in `source` to the file `to`, whole and checked; gives its size in bytes.

    It shows the one moment at which it began, and lets others write meanwhile. `source` must not be inside a
    transaction. Raises CopyFailed.
    """
    part = to.with_name(to.name + ".part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)  # for its owner alone, whatever the mask
        source.execute("VACUUM INTO ?", (str(part),))
        _look_through(part)
        sync_file(part)
        size = part.stat().st_size
        part.replace(to)
        sync_file(to.parent)
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise CopyFailed(f"{to} cannot be written ({_why(error)}): free some space or look at the disk") from error
    return size


def sync_file(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _look_through(path: Path) -> None:
    copy = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    finally:
        copy.close()
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)


def _why(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
