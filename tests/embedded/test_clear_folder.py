"""A data folder that was cleared begins from nothing, whatever an earlier run left in it."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from intake_bar import opened_bar

from backend.embedded.backup import back_up, backups
from backend.embedded.contents import look_through
from backend.embedded.migrations import copy_name
from backend.embedded.schema import FILE_NAME
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Query
from backend.wiring.embedded import clear_folder

NOW = datetime(2026, 3, 20, 20, 40, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a bar, a backup of it, a copy that a person has named, and notes of theirs."""
    folder = tmp_path / "data"
    with opened_bar(folder) as bar:
        back_up(bar.store.path, folder / "backups" / copy_name(NOW))
        back_up(bar.store.path, folder / "backups" / "party.db")
    (folder / "notes.txt").write_text("the owner's", encoding="utf-8")
    return folder


def is_empty(folder: Path) -> bool:
    with Store(folder, now=NOW + timedelta(hours=1)) as store:
        return SqliteTable(store).query(Query(partition="ACCOUNT")).items == []


@pytest.mark.parametrize("name", [".incoming-replaced-20260320T220000Z", ".draft", ".draft-journal", "-journal"])
def test_an_exchange_that_was_cut_is_not_finished_afterwards(folder: Path, name: str) -> None:
    left = folder / f"{FILE_NAME}{name}"
    shutil.copy(folder / "backups" / "party.db", left)

    clear_folder(folder, now=NOW)

    assert not left.exists()
    assert is_empty(folder)


def test_backups_of_the_old_bar_do_not_come_back_by_themselves(folder: Path) -> None:
    clear_folder(folder, now=NOW)
    (folder / FILE_NAME).touch()  # as a power cut may leave the new store

    assert is_empty(folder)


def test_backups_and_what_is_not_ours_are_kept(folder: Path) -> None:
    clear_folder(folder, now=NOW)
    clear_folder(folder, now=NOW)

    aside = folder / "backups" / "before-20260320T204000Z"
    assert backups(folder / "backups") == []
    assert [look_through(path).taps for path in backups(aside)] == [1]
    assert (folder / "backups" / "party.db").exists()
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "the owner's"


def test_two_clearings_in_one_second_keep_both_backups(folder: Path) -> None:
    backup = folder / "backups" / copy_name(NOW)
    other = folder.parent / "other.db"
    shutil.copy(backup, other)
    clear_folder(folder, now=NOW)
    other.rename(backup)

    clear_folder(folder, now=NOW)

    assert len(list((folder / "backups").rglob(copy_name(NOW)))) == 2
