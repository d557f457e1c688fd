"""What the clockwork of a machine does: backups at a quiet hour of the bar, and a look for damage."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from intake_bar import Bar, opened_bar, spoil

from backend.embedded.backup import Keep, backups, taken_at
from backend.embedded.clockwork import Clockwork
from backend.embedded.copying import look_for_damage
from backend.ports import Key, Put
from backend.wiring.bar_jobs import bar_jobs
from backend.wiring.jobs import BackupPlan, bar_zone, jobs

T0 = datetime(2026, 3, 21, 20, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


class Wall:
    """The real time, as the test sets it; the story's stands still."""

    speed = 1.0

    def __init__(self) -> None:
        self.at = T0

    def now(self) -> datetime:
        return T0

    def wall(self) -> datetime:
        return self.at

    async def sleep_until(self, moment: datetime) -> None:
        raise NotImplementedError


@pytest.fixture
def bar(tmp_path: Path) -> Iterator[Bar]:
    with opened_bar(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def plan(tmp_path: Path) -> BackupPlan:
    return BackupPlan(folder=tmp_path / "data" / "backups", keep=Keep(daily=2, weekly=0))


def clockwork(bar: Bar, plan: BackupPlan | None, wall: Wall) -> Clockwork:
    stopping = threading.Event()
    return Clockwork(
        jobs(bar.store, bar.ports, plan=plan, stopping=stopping), store=bar.store, clock=wall, stopping=stopping
    )


def test_the_first_backup_comes_soon_and_each_further_one_at_five_in_the_bar(bar: Bar, plan: BackupPlan) -> None:
    wall = Wall()
    work = clockwork(bar, plan, wall)

    for _ in range(3 * 24 * 60):
        work.turn()
        wall.at += timedelta(minutes=1)

    assert [str(taken_at(path).astimezone(BERLIN)) for path in backups(plan.folder)] == [
        "2026-03-24 05:00:00+01:00",
        "2026-03-23 05:00:00+01:00",
    ]
    assert work.state()["backup"].note is None


def test_backups_in_a_chosen_folder_on_the_disk_of_the_store_are_made_and_noted(bar: Bar, tmp_path: Path) -> None:
    wall = Wall()
    work = clockwork(bar, BackupPlan(folder=tmp_path / "stick"), wall)
    wall.at += timedelta(minutes=3)

    work.turn()

    assert len(backups(tmp_path / "stick")) == 1
    assert "lie on the disk of the store" in (work.state()["backup"].note or "")


def test_a_disk_that_is_not_mounted_is_noted_and_no_folder_made_in_its_place(bar: Bar, tmp_path: Path) -> None:
    wall = Wall()
    work = clockwork(bar, BackupPlan(folder=tmp_path / "stick" / "scale-sense"), wall)
    wall.at += timedelta(minutes=3)

    work.turn()

    assert "mount the disk" in (work.state()["backup"].note or "")
    assert not (tmp_path / "stick").exists()


def test_a_backup_holds_what_was_only_shown_when_it_began(bar: Bar, plan: BackupPlan) -> None:
    wall = Wall()
    work = clockwork(bar, plan, wall)
    bar.ports.table.transact([Put(item={"PK": "P", "SK": "shown"})], durable=False)
    wall.at += timedelta(minutes=3)

    work.turn()

    (made,) = backups(plan.folder)
    with sqlite3.connect(made) as db:
        assert db.execute("SELECT count(*) FROM items WHERE sk = 'shown'").fetchone() == (1,)
    db.close()


def test_without_a_plan_no_backups_are_made(bar: Bar) -> None:
    of_the_bars = [job.name for job in bar_jobs(bar.ports)]

    names = list(clockwork(bar, None, Wall()).state())

    assert names == ["commands", *of_the_bars, "compaction", "retention", "broker log", "damage"]


def test_a_bar_that_is_not_set_up_yet_goes_by_utc(bar: Bar) -> None:
    assert bar_zone(bar.ports.table) == BERLIN
    bar.ports.table.transact([Put(item={"PK": "ACCOUNT", "SK": "LOC#a-first", "name": "half set up"})])

    assert bar_zone(bar.ports.table) == UTC


def break_a_page(bar: Bar) -> None:
    bar.ports.table.transact(*([Put(item={"PK": "P", "SK": f"{n:05d}", "x": "x" * 500})] for n in range(800)))
    with bar.store.read() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with bar.store.path.open("r+b") as file:
        file.seek(60 * 4096)
        file.write(b"\xff" * 4096)


def test_damage_is_found_within_a_week_and_told(bar: Bar) -> None:
    wall = Wall()
    work = clockwork(bar, None, wall)
    work.turn()
    break_a_page(bar)
    wall.at += timedelta(days=7)

    work.turn()

    assert bar.store.damage is not None
    assert work.state()["damage"].note is None


def test_a_row_that_nobody_asks_for_is_found_within_a_week_and_told(bar: Bar) -> None:
    wall = Wall()
    work = clockwork(bar, None, wall)
    spoil(bar, Key("DEVICE#SCALE-1", "META"))
    bar.store.sync()

    wall.at += timedelta(hours=2)
    work.turn()

    (told,) = bar.store.unreadable.told
    assert told.startswith("row DEVICE#SCALE-1 / META cannot be read")
    assert (bar.store.damage, work.state()["damage"].note) == (None, None)


def test_a_damaged_store_is_not_backed_up_over_its_good_backups(bar: Bar, plan: BackupPlan) -> None:
    wall = Wall()
    work = clockwork(bar, plan, wall)
    wall.at += timedelta(minutes=3)
    work.turn()
    good = backups(plan.folder)
    break_a_page(bar)
    wall.at += timedelta(days=1)

    work.turn()

    assert backups(plan.folder) == good != []
    assert bar.store.damage is not None
    assert "the next start puts the last whole backup in its place" in (work.state()["backup"].note or "")


def test_a_broken_hour_is_told_by_the_look_and_by_the_backup_until_they_find_it_whole(
    bar: Bar, plan: BackupPlan
) -> None:
    wall = Wall()
    work = clockwork(bar, plan, wall)
    with bar.store.write() as db:
        db.execute("INSERT INTO chunks VALUES (256, 1, 0, x'0100000000ff')")
    bar.store.sync()
    for _ in range(3):
        wall.at += timedelta(hours=1)
        work.turn()

    notes = [work.state()[name].note or "" for name in ("damage", "backup")]
    with bar.store.write() as db:
        db.execute("DELETE FROM chunks")
    bar.store.sync()
    wall.at += timedelta(days=7)
    work.turn()

    assert all("1 sealed hours of taps cannot be read" in note for note in notes)
    assert len(backups(plan.folder)) == 2
    assert [work.state()[name].note for name in ("damage", "backup")] == [None, None]
    assert bar.store.damage is None


def test_a_bar_that_is_switched_off_every_night_is_looked_through_too(bar: Bar) -> None:
    wall = Wall()
    for _ in range(2):
        work = clockwork(bar, None, wall)
        for _ in range(10):
            work.turn()
            wall.at += timedelta(hours=1)
        wall.at += timedelta(hours=14)
    break_a_page(bar)

    for _ in range(7):
        work = clockwork(bar, None, wall)
        for _ in range(10):
            work.turn()
            wall.at += timedelta(hours=1)
        wall.at += timedelta(hours=14)

    assert bar.store.damage is not None


def test_a_look_for_damage_can_be_broken_off(bar: Bar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.embedded.copying._LOOK_EVERY", 1000)
    bar.ports.table.transact(*([Put(item={"PK": "P", "SK": f"{n:05d}", "x": "x" * 500})] for n in range(3000)))
    stopping = threading.Event()
    whole = look_for_damage(bar.store.path, stopping=stopping)
    stopping.set()

    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        look_for_damage(bar.store.path, stopping=stopping)

    assert whole is None
    assert bar.ports.table.get(Key("P", "00000")) is not None


def test_the_log_of_the_broker_is_cut_while_it_is_written(bar: Bar) -> None:
    path = bar.store.path.parent / "broker" / "mosquitto.log"
    path.parent.mkdir()
    with path.open("ab", buffering=0) as mosquitto:
        mosquitto.write(b"old\n" * 300_000)
        clockwork(bar, None, Wall()).turn()
        mosquitto.write(b"new\n")

    assert path.read_bytes() == b"new\n"
    assert path.with_suffix(".log.1").stat().st_size == 1_200_000
