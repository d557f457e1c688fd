"""What our code asks of `sqlite3.Connection`, over apsw: the shipped store runs on a disk of the test's.

apsw brings a SQLite of its own, so what is proved is our use of it, not Python's copy of it.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NoReturn

import apsw

_KINDS: Final = (
    (sqlite3.IntegrityError, (apsw.ConstraintError, apsw.MismatchError)),
    (sqlite3.ProgrammingError, (apsw.MisuseError, apsw.RangeError, apsw.BindingsError)),
    (sqlite3.DatabaseError, (apsw.CorruptError, apsw.NotADBError)),
    (sqlite3.OperationalError, (apsw.Error,)),
)
"""Which class Python's module has for an error, the first that fits."""


class StandIn:
    """A connection; `run` is given each statement as a call, and may do something before and after it."""

    def __init__(self, database: str, *, vfs: str, run: "Run", uri: bool = False) -> None:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | (apsw.SQLITE_OPEN_URI if uri else 0)
        self._run = run
        try:
            self._real = apsw.Connection(database, flags=flags, vfs=vfs)
        except apsw.Error as error:
            _raise_as_sqlite3(error)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return bool(self._real.in_transaction)

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> "Rows":
        """Run one statement to its end."""
        return self._run(self, sql, lambda text: self.plainly(text, arguments))

    def plainly(self, sql: str, arguments: Sequence[Any] = ()) -> "Rows":
        """The same, told to nobody."""
        try:
            changed = self._real.total_changes()
            rows = list(self._real.execute(sql, tuple(arguments)))
            return Rows(rows, rowcount=self._real.total_changes() - changed)
        except apsw.Error as error:
            _raise_as_sqlite3(error)

    def executemany(self, sql: str, many: Iterable[Sequence[Any]]) -> "Rows":
        """Run one statement for each set of arguments."""
        changed = self._real.total_changes()
        for arguments in many:
            self.execute(sql, arguments)
        return Rows([], rowcount=self._real.total_changes() - changed)

    def set_progress_handler(self, look: Callable[[], int] | None, every: int) -> None:
        """Let `look` be called every so many steps; what it gives other than 0 breaks the statement off."""
        self._real.set_progress_handler(None if look is None else lambda: bool(look()), every)

    def close(self) -> None:
        """Close; like Python's, it does not say where the last checkpoint failed."""
        with contextlib.suppress(apsw.Error):
            self._real.close()


class Rows:
    """What a statement gave."""

    def __init__(self, rows: list[Any], *, rowcount: int) -> None:
        self.rowcount = rowcount
        self._rows = iter(rows)

    def __iter__(self) -> Iterator[Any]:
        """The rows that were not fetched yet."""
        return self._rows

    def fetchone(self) -> Any:
        """The next row, or None."""
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        """All that are left."""
        return list(self._rows)


Run = Callable[[StandIn, str, Callable[[str], Rows]], Rows]
"""`run(connection, sql, statement)` calls `statement` with the text to execute, and gives what that gave."""


def _raise_as_sqlite3(error: apsw.Error) -> NoReturn:
    kind = next((kind for kind, ours in _KINDS if isinstance(error, ours)), sqlite3.DatabaseError)
    raised = kind(str(error))
    raised.sqlite_errorcode = getattr(error, "extendedresult", getattr(error, "result", 0))
    raise raised from error
