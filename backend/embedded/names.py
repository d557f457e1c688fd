"""Names that history writes once and then means by number: devices, taps and kegs."""

import sqlite3
from collections.abc import Iterable

NO_KEG = 0
"""The number that stands for no keg."""


def numbered(db: sqlite3.Connection, names: Iterable[str]) -> dict[str, int]:
    """The number of each name; a new name gets the next one."""
    found: dict[str, int] = {}
    for name in set(names):
        number = number_of(db, name)
        if number is None:
            number = db.execute("INSERT INTO names (name) VALUES (?) RETURNING id", (name,)).fetchone()[0]
        found[name] = number
    return found


class Numbers:
    """The numbers of names that were found before; they need not be looked up again.

    Only what a query found is kept: a name that was just added may be undone with its transaction.
    """

    def __init__(self) -> None:
        self._found: dict[str, int] = {}
        self._generation = 0

    def of(self, db: sqlite3.Connection, names: Iterable[str], *, generation: int) -> dict[str, int]:
        """The number of each name; a new name gets the next one. `generation` is the store's."""
        if generation != self._generation:
            self._found, self._generation = {}, generation
        numbers: dict[str, int] = {}
        for name in names:
            number = self._found.get(name) or number_of(db, name)
            if number is None:
                number = numbered(db, (name,))[name]
            else:
                self._found[name] = number
            numbers[name] = number
        return numbers


def number_of(db: sqlite3.Connection, name: str) -> int | None:
    """The number of a name, None where it was never recorded."""
    row = db.execute("SELECT id FROM names WHERE name = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def names_of(db: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, str | None]:
    """The name of each number, None for no keg."""
    found: dict[int, str | None] = {NO_KEG: None}
    for number in set(numbers) - {NO_KEG}:
        (found[number],) = db.execute("SELECT name FROM names WHERE id = ?", (number,)).fetchone()
    return found
