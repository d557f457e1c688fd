"""Files that are not ours, not whole, or not for us are refused and left as they were."""

import os
import sqlite3
from pathlib import Path

import pytest
from store_process import NOW

from backend.embedded import schema
from backend.embedded.folder import LOCK_NAME, FolderLock, FolderUnusable
from backend.embedded.refused import DamagedFile, ForeignFile, NewerFile, StoreRefused
from backend.embedded.schema import FILE_NAME
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Put


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


def refused(path: Path, kind: type[Exception]) -> str:
    """Opening raises `kind`, leaves the file as it was and the folder free."""
    before = path.read_bytes()
    with pytest.raises(kind) as error:
        Store(path.parent, now=NOW)
    assert path.read_bytes() == before
    FolderLock(path.parent, now=NOW).release()
    return str(error.value)


def broken(path: Path) -> None:
    """A store with a broken page."""
    with Store(path.parent, now=NOW) as store:
        SqliteTable(store).transact(*([Put(item={"PK": "P", "SK": f"{n:05d}", "x": "x" * 500})] for n in range(500)))
    with path.open("r+b") as file:
        file.seek(40 * 4096)
        file.write(b"\xff" * 4096)


def test_a_file_of_another_program_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE songs (name)")
    other.close()

    assert "another program" in refused(path, ForeignFile)


def test_a_file_of_a_later_version_is_refused(path: Path) -> None:
    Store(path.parent, now=NOW).close()
    with sqlite3.connect(path) as later:
        later.execute("PRAGMA user_version = 99")
    later.close()

    assert "schema 99" in refused(path, NewerFile)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"<html>" * 1000)

    assert "damaged" in refused(path, DamagedFile)


def test_a_file_with_a_broken_page_is_refused(path: Path) -> None:
    broken(path)

    assert "backup" in refused(path, DamagedFile)


def test_a_file_that_lost_its_end_is_refused(path: Path) -> None:
    with Store(path.parent, now=NOW) as store:
        SqliteTable(store).transact(*([Put(item={"PK": "P", "SK": f"{n:05d}", "x": "x" * 500})] for n in range(500)))
    os.truncate(path, path.stat().st_size // 2)

    assert "damaged" in refused(path, DamagedFile)


def test_an_empty_file_is_a_new_store(path: Path) -> None:
    path.touch()

    with Store(path.parent, now=NOW) as store:
        assert SqliteTable(store).transact([Put(item={"PK": "P", "SK": "S"})])


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")

    with pytest.raises(FolderUnusable, match="--data"):
        Store(tmp_path / "data", now=NOW)


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    Store(tmp_path / "data", now=NOW).close()

    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_a_large_file_is_searched_only_after_a_run_that_did_not_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "CHEAP_BYTES", 10_000)
    broken(path)
    Store(path.parent, now=NOW).close()

    (path.parent / LOCK_NAME).write_text('{"pid": 1, "since": "2026-03-18T20:41:07.250Z"}')

    assert "damaged" in refused(path, DamagedFile)


def did_not_end(folder: Path) -> None:
    (folder / LOCK_NAME).write_text('{"pid": 1, "since": "2026-03-18T20:41:07.250Z"}')


def still_to_be_searched(folder: Path) -> bool:
    lock = FolderLock(folder, now=NOW)
    lock.release(cleanly=lock.ended_cleanly)
    return not lock.ended_cleanly


@pytest.mark.parametrize("end", [KeyboardInterrupt(), StoreRefused("no room for a copy"), OSError(5, "I/O error")])
def test_a_start_that_is_broken_off_leaves_the_search_to_the_next_one(
    path: Path, monkeypatch: pytest.MonkeyPatch, end: BaseException
) -> None:
    def broken_off(*_: object, **__: object) -> None:
        raise end

    Store(path.parent, now=NOW).close()
    did_not_end(path.parent)
    with monkeypatch.context() as during:
        during.setattr(schema, "_refuse_damage", broken_off)
        with pytest.raises(type(end)):
            Store(path.parent, now=NOW)

    assert still_to_be_searched(path.parent)
    Store(path.parent, now=NOW).close()
    assert not still_to_be_searched(path.parent)


def test_a_start_that_is_refused_after_a_clean_end_asks_for_no_search(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StoreRefused("no room for a copy")

    Store(path.parent, now=NOW).close()
    with monkeypatch.context() as during:
        during.setattr(schema, "_refuse_damage", refuse)
        with pytest.raises(StoreRefused):
            Store(path.parent, now=NOW)

    assert not still_to_be_searched(path.parent)


def test_a_file_where_sqlite_keeps_no_log_is_refused() -> None:
    with pytest.raises(StoreRefused, match="local disk"):
        schema.opened(Path(":memory:"), ended_cleanly=True, now=NOW, backups=Path())


def test_the_log_is_given_back_after_a_great_transaction(store: Store) -> None:
    table = SqliteTable(store)
    log = store.path.with_name(store.path.name + "-wal")

    def put(text: str, count: int) -> None:
        table.transact(*([Put(item={"PK": "P", "SK": f"{n:06d}", "text": text * 3000})] for n in range(count)))

    put("a", 12_000)
    great = log.stat().st_size
    put("b", 10)
    put("c", 10)

    assert great > 2 * schema.LOG_BYTES
    assert log.stat().st_size <= schema.LOG_BYTES
