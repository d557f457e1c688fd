"""The store: one SQLite file, one connection for the process, and the line between shown and durable."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, NoReturn, Self

from backend.embedded.copying import is_damage
from backend.embedded.folder import FolderLock
from backend.embedded.refused import DamagedFile
from backend.embedded.replacing import finish_replacing
from backend.embedded.restore import last_restored, refuse_emptied, rescue
from backend.embedded.row_check import taken_stock
from backend.embedded.schema import BACKUPS, FILE_NAME, is_searched, opened
from backend.embedded.unreadable import UnreadableRows
from backend.ports import StoreUnavailable

_MISTAKES: Final = (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.DataError, sqlite3.NotSupportedError)
"""Errors of the calling code: they undo its own step and no more."""


class Store:
    """What is written applies at once for every reader of this process, and is durable after the next `sync`.

    All threads share the connection under one lock, because uncommitted rows are visible on it alone.
    """

    def __init__(self, folder: Path, *, now: datetime, backups: Path | None = None, closely: bool = False) -> None:
        """Take the data folder and open the file in it.

        A file of an earlier version is brought up to date, and a copy of it kept in `backups`, a folder beside the
        file where it is not given. A damaged file is moved away, and the last whole backup takes its place. Single
        rows that cannot be read on whole pages move nothing away; they are looked for where the file is looked
        through, or where it is to be looked at `closely`.

        Raises:
            FolderInUse: another process owns the folder.
            FolderUnusable: it cannot be written to.
            StoreRefused: the file is foreign, newer, or damaged and without a whole backup.
        """
        self.path = folder / FILE_NAME
        self.opened_at = now
        self.lock = threading.RLock()
        """Held while more than one step must see the same rows; it may be taken again by the thread that has it."""
        self._generation = 0
        self._folder = FolderLock(folder, now=now)
        try:
            self._connection = self._opened(backups or folder / BACKUPS, now=now)
            self.restored = last_restored(self._connection)
            """What was done the last time the file was found to be damaged."""
            thorough = closely or is_searched(self.path, ended_cleanly=self._folder.ended_cleanly)
            self.unreadable = taken_stock(self._connection) if thorough else UnreadableRows()
            """The rows that cannot be read although their pages are whole."""
        except BaseException as error:
            # What the owner before left to be searched still is.
            self._folder.release(cleanly=self._folder.ended_cleanly and not isinstance(error, DamagedFile))
            raise
        self.damage: str | None = None
        """What says that the file has broken pages, met while it is in use; None while nothing does."""
        self._closed = False

    @property
    def pending(self) -> bool:
        """Whether something written is not durable yet."""
        with self.lock:
            return not self._closed and self._connection.in_transaction

    @property
    def generation(self) -> int:
        """Grows by one whenever writes that were not durable yet had to be rolled back."""
        return self._generation

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """The connection, held; everything written so far is visible on it. Raises StoreUnavailable."""
        with self.lock:
            self._refuse_closed()
            pending = self._connection.in_transaction
            try:
                yield self._connection
            except sqlite3.DatabaseError as error:
                if isinstance(error, _MISTAKES):
                    raise
                if pending and not self._connection.in_transaction:  # some failures of a disk end a transaction
                    self._generation += 1
                raise self._unavailable(error, "read", then="look at the disk") from error

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A savepoint in the open transaction: the block's writes stand whole, or are undone whole if it raises.

        Where the disk fails, everything since the last sync is undone with them, and StoreUnavailable is raised.
        """
        with self.lock:
            self._refuse_closed()
            pending = self._connection.in_transaction
            try:
                with self._savepoint():
                    yield self._connection
            except sqlite3.DatabaseError as error:
                if isinstance(error, _MISTAKES):
                    raise
                self._lose(error, pending=pending)

    def sync(self, generation: int | None = None) -> None:
        """Make everything written so far durable.

        With `generation`, as it was before the first of those writes, also make sure that none of them was
        rolled back in the meantime (another thread's commit may have met a full disk).

        Raises:
            StoreUnavailable: the disk failed, now or since; what was not durable is undone and must be
                written again.
        """
        with self.lock:
            self._refuse_closed()
            if generation is not None and generation != self._generation:
                raise StoreUnavailable("what was written before the disk failed is undone: write it again")
            if self._connection.in_transaction:
                try:
                    self._connection.execute("COMMIT")
                except sqlite3.DatabaseError as error:
                    self._lose(error, pending=True)

    def close(self) -> None:
        """Sync, and give file and folder up, the latter also where the sync fails. Closing twice is harmless."""
        with self.lock:
            if self._closed:
                return
            try:
                self.sync()
            finally:
                self._closed = True
                self._connection.close()
                self._folder.release(cleanly=self.damage is None and not self.unreadable)

    def __enter__(self) -> Self:
        """A store that closes itself at the end of a `with`."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    @contextlib.contextmanager
    def _savepoint(self) -> Iterator[None]:
        opened_here = not self._connection.in_transaction
        if opened_here:
            self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # a full disk may have ended it already
                self._connection.execute("ROLLBACK TO step")
                self._connection.execute("RELEASE step")
                if opened_here:
                    self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("RELEASE step")

    def _lose(self, error: sqlite3.Error, *, pending: bool) -> NoReturn:
        """Undo what is not durable, so that nothing half applied is shown, and say so."""
        self._generation += pending
        with contextlib.suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        raise self._unavailable(error, "written", then="free some space or look at the disk") from error

    def _unavailable(self, error: sqlite3.Error, deed: str, *, then: str) -> StoreUnavailable:
        if is_damage(error):
            self.damage = str(error)
            then = "end the server and start it again, and the last whole backup takes its place"
        return StoreUnavailable(f"the store cannot be {deed} ({error}): {then}")

    def _opened(self, backups: Path, *, now: datetime) -> sqlite3.Connection:
        finish_replacing(self.path)
        try:
            refuse_emptied(self.path, backups)
            return opened(self.path, ended_cleanly=self._folder.ended_cleanly, now=now, backups=backups)
        except DamagedFile as damage:
            rescue(self.path, [backups, self.path.parent / BACKUPS], damage=damage, now=now)
            return opened(self.path, ended_cleanly=False, now=now, backups=backups)

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StoreUnavailable("the store is closed: open it again")
