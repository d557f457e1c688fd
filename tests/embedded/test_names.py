"""Names are found by number without asking again, and never by one that was undone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.embedded.names import Numbers
from backend.embedded.store import Store

NOW = datetime(2026, 3, 20, 20, 40, tzinfo=UTC)


def test_a_name_keeps_its_number(tmp_path: Path) -> None:
    numbers = Numbers()
    with Store(tmp_path, now=NOW) as store, store.write() as db:
        first = numbers.of(db, ["a", "b"], generation=0)

        assert [numbers.of(db, ["b", "a", "c"], generation=0) for _ in range(3)] == [{**first, "c": 3}] * 3


def test_a_name_that_was_undone_gets_a_number_that_stands(tmp_path: Path) -> None:
    numbers = Numbers()
    with Store(tmp_path, now=NOW) as store:
        with pytest.raises(ZeroDivisionError), store.write() as db:  # noqa: PT012 - what is undone stands before it
            numbers.of(db, ["undone"], generation=0)
            raise ZeroDivisionError

        with store.write() as db:
            numbers.of(db, ["other", "undone"], generation=0)
            told = dict(db.execute("SELECT name, id FROM names").fetchall())
            assert numbers.of(db, ["undone", "other"], generation=0) == told


def test_what_a_failing_disk_undid_is_looked_up_again(tmp_path: Path) -> None:
    numbers = Numbers()
    with Store(tmp_path, now=NOW) as store:
        with store.write() as db:
            numbers.of(db, ["a", "b"], generation=0)
            numbers.of(db, ["a", "b"], generation=0)
        with store.read() as db:
            db.execute("ROLLBACK")

        with store.write() as db:
            again = numbers.of(db, ["b", "a"], generation=1)

            assert dict(db.execute("SELECT name, id FROM names").fetchall()) == again
