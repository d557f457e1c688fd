"""Restoring: by hand, and by itself where a store turns out to be damaged; one or the other always lies there whole."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from store_process import NOW, reading

from backend.embedded import replacing
from backend.embedded.backup import back_up
from backend.embedded.contents import look_through
from backend.embedded.copying import CopyFailed
from backend.embedded.folder import LOCK_NAME, FolderInUse, FolderLock
from backend.embedded.history import SqliteHistory
from backend.embedded.migrations import copy_name
from backend.embedded.refused import DamagedFile, ForeignFile, NewerFile, StoreRefused
from backend.embedded.restore import restore
from backend.embedded.schema import FILE_NAME
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Put, StoreUnavailable

LATER = NOW + timedelta(hours=5)
PAGE = 4096


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def backup(folder: Path) -> Path:
    """A backup of a store with ten readings, to which ten more came afterwards."""
    with Store(folder, now=NOW) as store:
        table, history = SqliteTable(store), SqliteHistory(store)
        table.transact(*([Put(item={"PK": "P", "SK": f"{n:05d}", "x": "x" * 500})] for n in range(500)))
        history.record([reading(seq) for seq in range(10)])
        store.sync()
        made = back_up(store.path, folder / "backups" / copy_name(NOW))
        history.record([reading(seq) for seq in range(10, 20)])
    return made.path


def count(folder: Path) -> int:
    with Store(folder, now=LATER) as store:
        return SqliteHistory(store).count()


def damage(path: Path, page: int = 40) -> None:
    with path.open("r+b") as file:
        file.seek(page * PAGE)
        file.write(b"\xff" * PAGE)


# ---------------------------------------------------------------- by hand


def test_a_backup_takes_the_place_of_the_store_which_is_moved_away(backup: Path, folder: Path) -> None:
    done = restore(backup, folder, now=LATER)

    assert (done.restored.readings, done.before and done.before.readings) == (10, 20)
    assert done.moved_to == folder / "replaced" / "scale-sense-20260321T014000Z.db"
    assert look_through(done.moved_to).readings == 20
    assert count(folder) == 10
    assert look_through(backup).readings == 10


def test_scales_may_send_again_what_the_backup_does_not_hold(backup: Path, folder: Path) -> None:
    restore(backup, folder, now=LATER)

    with Store(folder, now=LATER) as store:
        recorded = SqliteHistory(store).record([reading(seq) for seq in range(20)])

    assert recorded == 10
    assert count(folder) == 20


def test_the_log_of_the_old_store_goes_with_it(backup: Path, folder: Path, tmp_path: Path) -> None:
    store = Store(folder, now=NOW)
    SqliteHistory(store).record([reading(99)])
    store.sync()
    killed = tmp_path / "killed"  # as a kill -9 leaves it: with a log that is not in the file yet
    shutil.copytree(folder, killed)
    store.close()
    assert (killed / f"{FILE_NAME}-wal").stat().st_size > 0

    done = restore(backup, killed, now=LATER)

    assert done.before is not None
    assert done.before.readings == 21
    assert sorted(path.name for path in killed.iterdir()) == ["backups", "replaced", FILE_NAME, "scale-sense.lock"]
    assert look_through(killed / "replaced" / "scale-sense-20260321T014000Z.db").readings == 21
    assert count(killed) == 10


def test_a_folder_without_a_store_may_be_given_one(backup: Path, tmp_path: Path) -> None:
    done = restore(backup, tmp_path / "new", now=LATER)

    assert (done.before, done.moved_to) == (None, None)
    assert count(tmp_path / "new") == 10


def test_a_copy_of_a_whole_data_folder_is_a_backup_too(folder: Path, tmp_path: Path) -> None:
    store = Store(folder, now=NOW)
    SqliteHistory(store).record([reading(1)])
    store.sync()
    shutil.copytree(folder, tmp_path / "copied")
    store.close()

    restore(tmp_path / "copied" / FILE_NAME, tmp_path / "new", now=LATER)

    assert count(tmp_path / "new") == 1


def test_a_restore_that_fails_leaves_the_search_of_the_store_to_the_next_start(
    backup: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise CopyFailed("there is no room")

    (folder / LOCK_NAME).write_text('{"pid": 1, "since": "2026-03-18T20:41:07.250Z"}')
    with monkeypatch.context() as during:
        during.setattr(replacing, "write_copy", full)
        with pytest.raises(CopyFailed):
            restore(backup, folder, now=LATER)
    lock = FolderLock(folder, now=LATER)
    lock.release(cleanly=lock.ended_cleanly)

    restore(backup, folder, now=LATER)

    assert not lock.ended_cleanly
    assert (folder / LOCK_NAME).read_bytes() == b""


def test_two_restores_in_one_second_keep_both_stores(backup: Path, folder: Path) -> None:
    first = restore(backup, folder, now=LATER)
    second = restore(backup, folder, now=LATER)

    assert [look_through(done.moved_to).readings for done in (first, second) if done.moved_to] == [20, 10]


def test_a_folder_in_use_is_refused_and_its_holder_named(backup: Path, folder: Path) -> None:
    with Store(folder, now=NOW), pytest.raises(FolderInUse) as refused:
        restore(backup, folder, now=LATER)

    assert refused.value.holder.pid == os.getpid()
    assert count(folder) == 20


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda path: damage(path, 20), DamagedFile),
        (lambda path: path.write_bytes(b"<html>" * 1000), DamagedFile),
        (lambda path: os.truncate(path, path.stat().st_size // 2), DamagedFile),
        (lambda path: pragma(path, "application_id = 7"), ForeignFile),
        (lambda path: pragma(path, "user_version = 99"), NewerFile),
        (lambda path: path.unlink(), StoreRefused),
    ],
)
def test_a_backup_that_is_not_ours_or_not_whole_is_refused_and_the_store_stays(
    backup: Path, folder: Path, make: "object", kind: type[Exception]
) -> None:
    make(backup)

    with pytest.raises(kind, match=backup.name):
        restore(backup, folder, now=LATER)

    assert count(folder) == 20
    assert not (folder / "replaced").exists()


def pragma(path: Path, text: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA {text}")
    db.close()


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(folder: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    with sqlite3.connect(old) as db:
        db.executescript((Path(__file__).parent / "schemas" / "version-1.sql").read_text(encoding="utf-8"))
    db.close()

    done = restore(old, folder, now=LATER)

    assert (done.restored.schema, done.restored.taps, done.restored.readings) == (1, 2, 25)
    assert done.restored.newest == NOW + timedelta(minutes=143)
    assert count(folder) == 25


# ---------------------------------------------------------------- interrupted


STEPS = 8
"""How many times an exchange waits for the disk or gives a file its name."""


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(params=range(STEPS + 1))
def killed_after(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Only so many steps of an exchange happen."""
    left = [request.param]
    rename = Path.replace

    def step() -> None:
        if left[0] == 0:
            raise Killed
        left[0] -= 1

    def replace(path: Path, target: Path) -> Path:
        step()
        return rename(path, target)

    def sync(_: Path) -> None:
        step()

    def unlink(_: Path, **__: object) -> None:
        """A process that is gone tidies nothing up."""

    monkeypatch.setattr(replacing, "sync_file", sync)
    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(Path, "unlink", unlink)
    yield request.param
    monkeypatch.undo()


def test_an_exchange_that_is_killed_anywhere_leaves_one_or_the_other_whole(
    backup: Path, folder: Path, killed_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        restore(backup, folder, now=LATER)
        ended = True
    except Killed:
        ended = False
    monkeypatch.undo()

    kept = count(folder)

    assert kept == (20 if killed_after < 2 else 10)
    assert ended == (killed_after == STEPS)
    if kept == 10:
        assert look_through(folder / "replaced" / "scale-sense-20260321T014000Z.db").readings == 20
    assert [path.name for path in folder.iterdir() if "incoming" in path.name or "draft" in path.name] == []


def test_a_disk_without_room_leaves_the_store_where_it_is(
    backup: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(replacing, "sync_file", fails)

    with pytest.raises(CopyFailed, match="No space left on device"):
        restore(backup, folder, now=LATER)
    monkeypatch.undo()

    assert count(folder) in {10, 20}


# ---------------------------------------------------------------- by itself


def test_a_damaged_store_is_moved_away_and_the_last_backup_takes_its_place(backup: Path, folder: Path) -> None:
    damage(folder / FILE_NAME)
    os.utime(folder / FILE_NAME, (NOW.timestamp() + 3600, NOW.timestamp() + 3600))

    with Store(folder, now=LATER) as store:
        kept = SqliteHistory(store).count()
        restored = store.restored

    assert kept == 10
    assert restored is not None
    assert (restored.at, restored.backup, restored.until) == (LATER, NOW, NOW + timedelta(hours=1))
    assert (folder / "damaged" / "scale-sense-20260321T014000Z.db").stat().st_size > 0
    assert backup.exists()


def test_that_it_was_restored_is_remembered_until_a_person_restores(backup: Path, folder: Path) -> None:
    damage(folder / FILE_NAME)
    Store(folder, now=LATER).close()
    with Store(folder, now=LATER) as store:
        remembered = store.restored

    restore(backup, folder, now=LATER + timedelta(days=1))

    assert remembered is not None
    with Store(folder, now=LATER) as store:
        assert store.restored is None


def test_where_the_last_backup_is_damaged_too_the_one_before_it_is_taken(backup: Path, folder: Path) -> None:
    worse = backup.with_name(copy_name(NOW + timedelta(hours=1)))
    shutil.copy(backup, worse)
    damage(worse, 20)
    damage(folder / FILE_NAME)

    with Store(folder, now=LATER) as store:
        assert store.restored is not None
        assert store.restored.backup == NOW
        assert SqliteHistory(store).count() == 10


def test_a_backup_dated_ahead_is_not_taken_for_the_last(backup: Path, folder: Path) -> None:
    shutil.copy(backup, backup.with_name(copy_name(NOW + timedelta(days=36_500))))
    with Store(folder, now=NOW) as store:
        back_up(store.path, backup.with_name(copy_name(NOW + timedelta(hours=1))))
    damage(folder / FILE_NAME)

    assert count(folder) == 20


def test_a_backup_dated_ahead_is_better_than_none(backup: Path, folder: Path) -> None:
    backup.rename(backup.with_name(copy_name(NOW + timedelta(days=36_500))))
    damage(folder / FILE_NAME)

    assert count(folder) == 10


def test_a_clock_that_is_behind_does_not_make_the_last_backup_one_ahead(backup: Path, folder: Path) -> None:
    with Store(folder, now=NOW) as store:
        back_up(store.path, backup.with_name(copy_name(NOW + timedelta(days=3))))
    damage(folder / FILE_NAME)

    with Store(folder, now=NOW + timedelta(hours=2)) as store:
        assert SqliteHistory(store).count() == 20


def test_without_a_whole_backup_a_damaged_store_is_refused_and_left_as_it_is(backup: Path, folder: Path) -> None:
    damage(backup, 20)
    damage(folder / FILE_NAME)
    before = (folder / FILE_NAME).read_bytes()

    for _ in range(2):
        with pytest.raises(DamagedFile, match="scale-sense restore"):
            Store(folder, now=LATER)

    assert (folder / FILE_NAME).read_bytes() == before


def test_backups_on_another_disk_are_found(backup: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    backup.replace(tmp_path / "disk" / backup.name)
    damage(folder / FILE_NAME)

    with Store(folder, now=LATER, backups=tmp_path / "disk") as store:
        assert SqliteHistory(store).count() == 10


def test_a_store_that_lost_every_byte_is_no_new_store_where_there_are_backups(backup: Path, folder: Path) -> None:
    assert backup.exists()
    os.truncate(folder / FILE_NAME, 0)

    assert count(folder) == 10


# ---------------------------------------------------------------- met while it is in use


def test_damage_met_at_work_is_said_and_healed_at_the_next_start(
    backup: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert backup.exists()
    monkeypatch.setattr("backend.embedded.schema.CHEAP_BYTES", 10_000)  # a large file is not searched after a clean end
    store = Store(folder, now=LATER)
    table = SqliteTable(store)
    damage(store.path)
    with store.read() as db:
        db.execute("PRAGMA shrink_memory")  # what was read before is read again

    with pytest.raises(StoreUnavailable, match="start it again, and the last whole backup takes its place"):
        table.transact(*([Put(item={"PK": "P", "SK": f"{n:05d}"})] for n in range(500)))
    said = store.damage
    store.close()

    assert said == "database disk image is malformed"
    with Store(folder, now=LATER) as healed:
        assert healed.damage is None
        assert healed.restored is not None
        assert SqliteHistory(healed).count() == 10
