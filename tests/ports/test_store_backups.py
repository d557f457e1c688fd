"""Backups: what they hold, how they come about beside a writer, and which of them stay."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_process import NOW, reading

from backend.embedded import copying
from backend.embedded.backup import Keep, back_up, back_up_by_schedule, backups, taken_at, thinned
from backend.embedded.contents import look_through
from backend.embedded.copying import CopyFailed, SourceDamaged
from backend.embedded.history import SqliteHistory
from backend.embedded.migrations import copy_name
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Put

DAY = timedelta(days=1)


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "copy.db"


def sized(store: Store, items: int) -> None:
    SqliteTable(store).transact(*([Put(item={"PK": "P", "SK": f"{n:05d}", "x": "x" * 500})] for n in range(items)))


def test_a_backup_holds_what_is_durable_and_not_what_is_only_shown(store: Store, to: Path) -> None:
    history = SqliteHistory(store)
    history.record([reading(1), reading(2)])
    store.sync()
    history.record([reading(3)])

    made = back_up(store.path, to)

    assert store.pending
    assert made.size == to.stat().st_size
    assert look_through(to).readings == 2
    assert look_through(to).newest == NOW


def test_a_backup_is_one_file_for_its_owner_alone(store: Store, to: Path) -> None:
    back_up(store.path, to)

    assert [path.name for path in to.parent.iterdir()] == ["copy.db"]
    assert to.stat().st_mode & 0o077 == 0
    assert to.parent.stat().st_mode & 0o077 == 0


def test_a_writer_goes_on_while_a_backup_is_made(store: Store, to: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sized(store, 3000)
    monkeypatch.setattr(copying, "_LOOK_EVERY", 100)
    history = SqliteHistory(store)
    stopping, recorded = WritesMeanwhile(history, store), 0

    back_up(store.path, to, stopping=stopping)
    recorded = history.count()

    assert recorded == stopping.looks > 10
    assert look_through(to).readings == 0
    with sqlite3.connect(to) as copy:
        assert copy.execute("SELECT count(*) FROM items").fetchone() == (3000,)
    copy.close()


class WritesMeanwhile(threading.Event):
    """Asked in the middle of a copy whether to stop, it lets the store take and sync a reading instead."""

    def __init__(self, history: SqliteHistory, store: Store) -> None:
        super().__init__()
        self.looks = 0
        self._history, self._store = history, store

    def is_set(self) -> bool:
        self.looks += 1
        self._history.record([reading(self.looks)])
        self._store.sync()
        return False


def test_a_backup_that_is_to_stop_leaves_nothing(store: Store, to: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sized(store, 1000)
    monkeypatch.setattr(copying, "_LOOK_EVERY", 100)
    stopping = threading.Event()
    stopping.set()

    with pytest.raises(CopyFailed, match="broken off"):
        back_up(store.path, to, stopping=stopping)

    assert list(to.parent.iterdir()) == []


def test_a_backup_of_a_store_that_is_not_open_leaves_it_as_it_was(store: Store, to: Path) -> None:
    sized(store, 10)
    store.close()
    before = store.path.read_bytes()

    back_up(store.path, to)

    assert store.path.read_bytes() == before
    Store(store.path.parent, now=NOW).close()


def test_a_disk_without_room_is_refused_and_the_old_backups_stay(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = back_up(store.path, tmp_path / copy_name(NOW - 30 * DAY)).path
    monkeypatch.setattr(copying.shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))

    with pytest.raises(CopyFailed, match="the disk has 1: free some space, or keep backups on another disk"):
        back_up_by_schedule(store.path, tmp_path, keep=Keep(), leave=2_000_000, stopping=threading.Event(), now=NOW)

    assert backups(tmp_path) == [old]


def test_a_disk_that_fails_on_the_way_leaves_no_half_of_a_backup(
    store: Store, to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(copying, "sync_file", fails)

    with pytest.raises(CopyFailed, match="Input/output error"):
        back_up(store.path, to)

    assert list(to.parent.iterdir()) == []


def test_a_damaged_store_is_not_copied_over_a_good_backup(store: Store, to: Path) -> None:
    sized(store, 500)
    back_up(store.path, to)
    good = to.read_bytes()
    store.close()
    with store.path.open("r+b") as file:
        file.seek(40 * 4096)
        file.write(b"\xff" * 4096)

    with pytest.raises(SourceDamaged, match="damaged"):
        back_up(store.path, to)

    assert to.read_bytes() == good


@pytest.mark.parametrize("beside", ["-wal", "-shm", "-journal"])
def test_what_another_store_left_under_the_name_of_a_backup_is_not_read_as_part_of_it(
    store: Store, to: Path, beside: str
) -> None:
    to.parent.mkdir()
    left = to.with_name(to.name + beside)
    left.write_bytes(b"of another store")

    with pytest.raises(CopyFailed, match=f"{left} .*choose another name"):
        back_up(store.path, to)

    assert list(to.parent.iterdir()) == [left]


def test_a_store_that_is_not_there_is_said(tmp_path: Path, to: Path) -> None:
    with pytest.raises(CopyFailed, match="cannot be opened"):
        back_up(tmp_path / "nothing.db", to)


def test_a_backup_by_schedule_bears_its_time_and_takes_old_ones_away(store: Store, tmp_path: Path) -> None:
    for days in range(40):
        back_up_by_schedule(
            store.path,
            tmp_path / "b",
            keep=Keep(daily=3, weekly=2),
            leave=0,
            stopping=threading.Event(),
            now=NOW + days * DAY,
        )

    assert [taken_at(path) for path in backups(tmp_path / "b")] == [
        datetime(2026, 4, 28, 20, 40, tzinfo=UTC),
        datetime(2026, 4, 27, 20, 40, tzinfo=UTC),
        datetime(2026, 4, 26, 20, 40, tzinfo=UTC),
    ]


def test_what_a_killed_backup_left_goes_once_nobody_can_be_at_work_on_it(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "b"
    folder.mkdir()
    old, fresh = (f"{copy_name(NOW - age)}.part" for age in (2 * DAY, DAY / 2))
    for name in (old, f"{old}-journal", fresh, "another.db.part"):
        (folder / name).write_bytes(b"half")

    back_up_by_schedule(store.path, folder, keep=Keep(), leave=0, stopping=threading.Event(), now=NOW)

    assert {path.name for path in folder.iterdir()} == {copy_name(NOW), fresh, "another.db.part"}


# ---------------------------------------------------------------- which of them stay


def named(*moments: datetime, why: str | None = None) -> list[Path]:
    return [Path(copy_name(moment, why=why)) for moment in moments]


def test_a_year_of_days_leaves_seven_days_and_four_weeks() -> None:
    every = named(*(NOW - day * DAY for day in range(365)))

    kept = [path for path in every if path not in thinned(every, keep=Keep(), now=NOW)]

    assert [str(taken_at(path).date()) for path in kept] == [
        "2026-03-20", "2026-03-19", "2026-03-18", "2026-03-17", "2026-03-16", "2026-03-15", "2026-03-14",
        "2026-03-08", "2026-03-01",
    ]  # fmt: skip


def test_what_a_person_asked_for_is_never_taken_away() -> None:
    by_hand = named(*(NOW - day * DAY for day in range(100)), why="by-hand")

    assert thinned(by_hand, keep=Keep(daily=0, weekly=0), now=NOW) == []


@pytest.mark.parametrize("why", ["before-party", "by-hand-copy", "mine", "before-schema-of-mine"])
def test_a_name_that_a_person_gave_is_left_alone(why: str) -> None:
    given = named(*(NOW - day * DAY for day in range(100)), why=why)

    assert thinned(given, keep=Keep(daily=0, weekly=0), now=NOW) == []


def test_backups_dated_ahead_take_no_place_of_those_of_now() -> None:
    ahead = named(*(NOW + (300 + day) * DAY for day in reversed(range(30))))
    today = named(*(NOW - day * DAY for day in range(9)))

    gone = thinned([*ahead, *today], keep=Keep(daily=7, weekly=0), now=NOW)

    assert gone == [*ahead[7:], *today[7:]]


def test_the_last_three_copies_of_before_a_new_schema_stay() -> None:
    before = named(*(NOW - day * DAY for day in range(5)), why="before-schema-2")

    assert thinned(before, keep=Keep(daily=0, weekly=0), now=NOW) == before[3:]


@given(
    ages=st.lists(st.integers(0, 60 * 24), unique=True, max_size=80),
    daily=st.integers(1, 9),
    weekly=st.integers(0, 6),
)
def test_the_newest_backup_always_stays_and_there_are_never_more_than_asked_for(
    ages: list[int], daily: int, weekly: int
) -> None:
    every = named(*(NOW - timedelta(hours=age) for age in sorted(ages)))

    gone = thinned(every, keep=Keep(daily=daily, weekly=weekly), now=NOW)

    assert every[:1] == [path for path in every if path not in gone][:1]
    assert len(every) - len(gone) <= daily + weekly
    assert thinned([path for path in every if path not in gone], keep=Keep(daily=daily, weekly=weekly), now=NOW) == []


def test_files_of_other_names_are_left_alone(tmp_path: Path) -> None:
    for name in ("scale-sense.db", "scale-sense-yesterday.db", "scale-sense-20260320T204000Z.db.part", "notes.txt"):
        (tmp_path / name).touch()

    assert backups(tmp_path) == []
