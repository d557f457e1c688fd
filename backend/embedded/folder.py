"""The data folder: one process owns it at a time, and a second one learns who does."""

import contextlib
import fcntl
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from backend.domain.times import iso

LOCK_NAME: Final = "scale-sense.lock"


class Holder(NamedTuple):
    """Who holds a folder: a process id and since when (ISO 8601), each None where the lock does not say."""

    pid: int | None
    since: str | None


class FolderInUse(RuntimeError):  # noqa: N818 - a state of the folder, told to a person
    """Another process owns the data folder; `holder` says which."""

    def __init__(self, folder: Path, holder: Holder) -> None:
        self.holder = holder
        who = "another process" if holder.pid is None else f"process {holder.pid} since {holder.since}"
        super().__init__(f"the data folder {folder} is in use by {who}: stop it, or choose another folder with --data")


class FolderUnusable(RuntimeError):  # noqa: N818 - a state of the folder, told to a person
    """The data folder cannot be made or written to."""


class FolderLock:
    """An exclusive lock on a data folder, held until `release` or the end of the process, however it ends."""

    def __init__(self, folder: Path, *, now: datetime) -> None:
        """Make the folder where it is missing and take it.

        Raises:
            FolderInUse: another process has it.
            FolderUnusable: it cannot be made or written to.
        """
        self._descriptor: int | None = _opened(folder)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read_holder(self._descriptor)
            self._close()
            raise FolderInUse(folder, holder) from None
        self.ended_cleanly = os.fstat(self._descriptor).st_size == 0
        """Whether the owner before this one released the folder (also true where there was none)."""
        self._write(json.dumps({"pid": os.getpid(), "since": iso(now)}).encode())

    def release(self, *, cleanly: bool = True) -> None:
        """Give the folder up; if not `cleanly`, the next owner is told so and looks closer at what lies in it.

        The file stays, as removing it would let two newcomers lock two files; empty says that all was well.
        """
        if self._descriptor is not None:
            self._write(b"" if cleanly else b"{}")
            self._close()

    def _write(self, text: bytes) -> None:
        """Say who holds the folder, so that it is still said after a power cut.

        On a full disk the lock itself still stands, so nothing is raised.
        """
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, 0)
                os.pwrite(self._descriptor, text, 0)
                os.fsync(self._descriptor)

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _opened(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FolderUnusable(
            f"the data folder {folder} cannot be used ({error.strerror}): choose a folder you may write to with --data"
        ) from error


def _read_holder(descriptor: int) -> Holder:
    """The holder as its lock file names it; it may be writing it this moment, so anything may be missing."""
    try:
        told = json.loads(os.pread(descriptor, 1000, 0))
        return Holder(int(told["pid"]), str(told["since"]))
    except (ValueError, KeyError, TypeError):
        return Holder(None, None)
