"""Rows that cannot be read: found at the start, made anew by readings or taken from a backup; all else stays."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from store_process import NOW, reading

from backend.embedded.backup import back_up
from backend.embedded.folder import FolderInUse
from backend.embedded.history import SqliteHistory
from backend.embedded.mending import Mended, mend
from backend.embedded.refused import DamagedFile, StoreRefused
from backend.embedded.row_check import unreadable_rows
from backend.embedded.schema import FILE_NAME
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Item, Key, Put

LATER = NOW + timedelta(hours=5)
TAP = Key("LOCATION#loc-001", "TAP#01")
STATE = Key("LOCATION#loc-001", "TAP#01#STATE")
LEDGER = Key("KEG#k1", "LEDGER")
YOUNG = Key("KEG#k2", "LEDGER")
WHOLE = Key("KEG#k1", "META")


def item(key: Key, value: int) -> Item:
    return {"PK": key.pk, "SK": key.sk, "value": value, "version": value}


def spoil(folder: Path, *keys: Key) -> None:
    """What a failing disk does to a few bytes, between two runs."""
    with sqlite3.connect(folder / FILE_NAME) as db:
        for key in keys:
            place = db.execute("SELECT place FROM items WHERE pk = ? AND sk = ?", (key.pk, key.sk)).fetchone()[0]
            table, where = ("items", f"pk = '{key.pk}' AND sk = '{key.sk}'") if place is None else (
                "rewritten", f"place = {place}",
            )  # fmt: skip
            db.execute(f"UPDATE {table} SET body = substr(body, 1, 9) WHERE {where}")  # noqa: S608 - our own keys
    db.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def backup(folder: Path) -> Path:
    """A backup of a store, in which every row moved on afterwards, and to which one came."""
    with Store(folder, now=NOW) as store:
        table, history = SqliteTable(store), SqliteHistory(store)
        table.transact(*([Put(item=item(key, 1))] for key in (TAP, STATE, LEDGER, WHOLE)))
        history.record([reading(1)])
        store.sync()
        made = back_up(store.path, folder / "backups" / "scale-sense-20260320T204000Z.db")
        table.transact(*([Put(item=item(key, 2))] for key in (TAP, STATE, LEDGER, YOUNG, WHOLE)))
        history.record([reading(2)])
    return made.path


@pytest.fixture
def reopened(folder: Path, backup: Path) -> Iterator[Store]:
    """The store after one row of each kind was spoiled."""
    assert backup.exists()
    spoil(folder, TAP, STATE, LEDGER, YOUNG)
    with Store(folder, now=LATER) as store:
        yield store


def test_a_start_names_the_rows_that_cannot_be_read_and_moves_no_store_away(folder: Path, reopened: Store) -> None:
    named = sorted(why.partition(" cannot be read")[0] for why in reopened.unreadable.told)

    assert named == [f"row {key.pk} / {key.sk}" for key in (LEDGER, YOUNG, TAP)]
    assert (reopened.damage, reopened.restored) == (None, None)
    assert not (folder / "damaged").exists()
    assert SqliteHistory(reopened).count() == 2
    assert SqliteTable(reopened).get(WHOLE) == item(WHOLE, 2)


def test_what_readings_make_anew_is_taken_away_at_the_start_and_named(reopened: Store) -> None:
    table = SqliteTable(reopened)

    assert reopened.unreadable.remade == (STATE,)
    assert table.get(STATE) is None
    table.transact([Put(item={**item(STATE, 1)}, expected_version=0)])
    assert table.get(STATE) == item(STATE, 1)


def test_a_start_says_each_of_them_aloud(folder: Path, backup: Path) -> None:
    assert backup.exists()
    spoil(folder, TAP, STATE)

    with structlog.testing.capture_logs() as logged, Store(folder, now=LATER):
        pass

    said = [str(one) for one in logged if one["log_level"] == "error"]
    assert len(said) == 2
    assert any("TAP#01#STATE" in one for one in said)


def test_the_start_after_one_that_found_some_looks_again_however_large_the_file(
    folder: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert backup.exists()
    spoil(folder, TAP)
    Store(folder, now=LATER).close()
    monkeypatch.setattr("backend.embedded.schema.CHEAP_BYTES", 0)

    with Store(folder, now=LATER) as again:
        assert len(again.unreadable) == 1


def test_a_disk_that_is_full_does_not_keep_a_store_from_opening(
    folder: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert backup.exists()
    spoil(folder, STATE)

    def full(_: Key) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("backend.embedded.row_check.delete_of", full)

    with Store(folder, now=LATER) as store:
        assert store.unreadable.remade == ()
        assert [STATE.sk in why for why in store.unreadable.told] == [True]
        assert not store.pending


def test_rows_are_taken_from_a_backup_and_no_other_is_touched(folder: Path, backup: Path) -> None:
    spoil(folder, TAP, STATE, LEDGER, YOUNG)

    done = mend(backup, folder, now=LATER)

    assert done == Mended(put_back=(LEDGER, TAP), remade=(STATE,), missing=(YOUNG,))
    with Store(folder, now=LATER) as store:
        table = SqliteTable(store)
        assert [table.get(key) for key in (TAP, LEDGER, STATE, WHOLE)] == [
            item(TAP, 1), item(LEDGER, 1), None, item(WHOLE, 2),
        ]  # fmt: skip
        assert SqliteHistory(store).count() == 2
        assert [YOUNG.pk in why for why in store.unreadable.told] == [True]


def test_mending_twice_changes_nothing_more(folder: Path, backup: Path) -> None:
    spoil(folder, TAP)
    mend(backup, folder, now=LATER)

    assert mend(backup, folder, now=LATER) == Mended()


def test_a_row_that_is_spoiled_in_the_backup_too_is_not_put_back(folder: Path, backup: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    spoiled = shutil.copy(backup, tmp_path / "other" / FILE_NAME)
    spoil(tmp_path / "other", TAP)
    spoil(folder, TAP)

    assert mend(spoiled, folder, now=LATER) == Mended(missing=(TAP,))


def test_a_store_in_use_is_not_mended(reopened: Store, backup: Path) -> None:
    with pytest.raises(FolderInUse):
        mend(backup, reopened.path.parent, now=LATER)


def test_what_is_no_backup_is_refused_and_so_is_a_folder_without_a_store(backup: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"x" * 9000)

    with pytest.raises(DamagedFile, match="choose another backup"):
        mend(broken, backup.parent.parent, now=LATER)
    with pytest.raises(StoreRefused, match="there is no store"):
        mend(backup, tmp_path / "nothing", now=LATER)


def test_a_backup_of_an_earlier_version_gives_no_single_rows(
    folder: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.embedded.mending.SCHEMA_VERSION", 99)

    with pytest.raises(StoreRefused, match="choose a later one"):
        mend(backup, folder, now=LATER)


def test_a_search_that_is_to_stop_stops(reopened: Store) -> None:
    stopping = threading.Event()
    stopping.set()

    with reopened.read() as db, pytest.raises(sqlite3.OperationalError, match="interrupted"):
        list(unreadable_rows(db, stopping=stopping))
