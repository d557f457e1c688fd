"""A file of any earlier version is brought up to date, step by step, and a copy of it as it was is kept."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from store_process import NOW

from backend.domain.ids import TapId
from backend.embedded import copying, steps
from backend.embedded.backup import back_up
from backend.embedded.copying import CopyFailed
from backend.embedded.history import SqliteHistory
from backend.embedded.migrations import StepFailed, copy_name, migrate, user_version
from backend.embedded.refused import DamagedFile, StoreRefused
from backend.embedded.schema import FILE_NAME
from backend.embedded.steps import SCHEMA_VERSION, STEPS, Step, script
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import BIN_SECONDS, History, Key, Recorded

OLD = Path(__file__).parent / "schemas"
BEFORE = range(1, SCHEMA_VERSION + 1)
DURING = NOW - timedelta(days=1), NOW + timedelta(days=1)
TAPS = (TapId("loc-001", 1), TapId("loc-001", 2))


def put_back(folder: Path, version: int) -> Path:
    """A data folder with the store that a version left."""
    folder.mkdir()
    path = folder / FILE_NAME
    with sqlite3.connect(path) as db:
        db.executescript((OLD / f"version-{version}.sql").read_text(encoding="utf-8"))
    db.close()
    return path


def recorded() -> list[Recorded]:
    """What every version had recorded before its store was put into `schemas/`."""
    return [
        Recorded(
            device_id=f"SCALE-{tap.number}",
            boot=1,
            seq=n if n < 9 else n + 2,
            digest=None,
            measured_at=NOW + timedelta(minutes=13 * n),
            received_at=NOW + timedelta(minutes=13 * n, seconds=1),
            tap_id=tap,
            keg_id="keg-1" if n < 6 else None,
            weight_lbs=100 - n * 0.5,
            stable=True,
            raw=123456 - n,
            temp_f=38.25,
            battery_v=3.912,
            battery_pct=88.0,
            rssi=-61,
        )
        for tap in TAPS
        for n in range(12)
    ] + [
        Recorded(
            device_id="FOREIGN",
            boot=None,
            seq=None,
            digest="0123456789abcdef",
            measured_at=NOW + timedelta(hours=1),
            received_at=NOW + timedelta(hours=1),
            tap_id=TAPS[0],
            keg_id="keg-1",
            weight_lbs=97.5,
        )
    ]


def told(history: History) -> list[object]:
    """Everything that a history tells of the two taps."""
    start, end = DURING
    return [
        history.count(),
        *(history.readings(tap_id=tap, start=start, end=end) for tap in TAPS),
        *(
            history.points(tap_id=tap, start=start, end=end, bin_seconds=seconds)
            for tap in TAPS
            for seconds in BIN_SECONDS
        ),
    ]


@pytest.mark.parametrize("version", BEFORE)
def test_a_store_of_each_version_tells_what_a_new_one_tells(tmp_path: Path, version: int) -> None:
    put_back(tmp_path / "old", version)

    with Store(tmp_path / "old", now=NOW) as old, Store(tmp_path / "new", now=NOW) as new:
        SqliteHistory(new).record(recorded())

        assert told(SqliteHistory(old)) == told(SqliteHistory(new))
        assert SqliteTable(old).get(Key("LOCATION#loc-001", "TAP#02")) is not None


@pytest.mark.parametrize("version", BEFORE)
def test_a_store_of_each_version_knows_what_it_has_recorded(tmp_path: Path, version: int) -> None:
    put_back(tmp_path / "old", version)

    with Store(tmp_path / "old", now=NOW) as store:
        history = SqliteHistory(store)

        assert history.record(recorded()) == 0
        assert history.count() == 25


@pytest.mark.parametrize("version", BEFORE)
def test_a_store_of_each_version_has_the_shape_of_a_new_one(tmp_path: Path, version: int) -> None:
    put_back(tmp_path / "old", version)
    shape = "SELECT type, name, sql FROM sqlite_master ORDER BY name"

    with Store(tmp_path / "old", now=NOW) as old, Store(tmp_path / "new", now=NOW) as new:  # noqa: SIM117 - too long
        with old.read() as before, new.read() as after:
            assert before.execute(shape).fetchall() == after.execute(shape).fetchall()
            assert user_version(before) == user_version(after) == SCHEMA_VERSION


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_a_copy_of_the_store_before_its_first_step_is_kept(tmp_path: Path, version: int) -> None:
    path = put_back(tmp_path / "old", version)
    with sqlite3.connect(path) as db:
        before = list(db.iterdump())
    db.close()

    Store(path.parent, now=NOW).close()

    (copy,) = (path.parent / "backups").iterdir()
    assert copy.name == f"scale-sense-20260320T204000Z-before-schema-{version + 1}.db"
    with sqlite3.connect(copy) as db:
        assert list(db.iterdump()) == before
        assert user_version(db) == version
    db.close()


def test_the_steps_are_numbered_from_one_without_gaps() -> None:
    assert [step.version for step in STEPS] == list(range(1, len(STEPS) + 1))
    assert sorted(OLD.iterdir()) == [OLD / f"version-{version}.sql" for version in BEFORE]


def test_a_new_store_leaves_no_copy_of_nothing(tmp_path: Path) -> None:
    Store(tmp_path, now=NOW).close()

    assert not (tmp_path / "backups").exists()


# ---------------------------------------------------------------- the mechanism, with steps of its own


def step(version: int, text: str) -> Step:
    return Step(version=version, what=f"step {version}", apply=script(text))


ONE = step(1, "CREATE TABLE one (n);\nINSERT INTO one VALUES (1);\n")
TWO = step(2, "ALTER TABLE one ADD COLUMN m;\nUPDATE one SET m = n + 1;\n")
THREE = step(3, "CREATE TABLE three (n);\nINSERT INTO three SELECT m FROM one;\n")
BROKEN = step(3, "CREATE TABLE three (n);\nINSERT INTO nowhere VALUES (1);\n")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    yield connection
    connection.close()


def test_steps_are_taken_once_each_and_in_order(db: sqlite3.Connection, tmp_path: Path) -> None:
    migrate(db, backups=tmp_path / "b", now=NOW, steps=[ONE, TWO])
    migrate(db, backups=tmp_path / "b", now=NOW, steps=[ONE, TWO, THREE])
    migrate(db, backups=tmp_path / "b", now=NOW, steps=[ONE, TWO, THREE])

    assert db.execute("SELECT n, m FROM one").fetchall() == [(1, 2)]
    assert db.execute("SELECT n FROM three").fetchall() == [(2,)]
    assert user_version(db) == 3


def test_a_step_that_fails_leaves_the_one_before_it_standing_and_is_taken_again(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    with pytest.raises(StepFailed, match="nowhere"):
        migrate(db, backups=tmp_path / "b", now=NOW, steps=[ONE, TWO, BROKEN])
    stood = user_version(db), db.execute("SELECT count(*) FROM sqlite_master").fetchone()

    migrate(db, backups=tmp_path / "b", now=NOW, steps=[ONE, TWO, THREE])

    assert stood == (2, (1,))
    assert db.execute("SELECT n FROM three").fetchall() == [(2,)]


KILLED = """
import os, sqlite3, sys
from pathlib import Path
from backend.embedded.migrations import migrate
from backend.embedded.steps import Step
from test_store_migrations import NOW, ONE, TWO
def dies(db):
    db.execute("CREATE TABLE three (n)")
    os.kill(os.getpid(), 9)
db = sqlite3.connect(sys.argv[1], isolation_level=None)
migrate(db, backups=Path(sys.argv[2]), now=NOW, steps=[ONE, TWO, Step(version=3, what="dies", apply=dies)])
"""


def test_a_step_in_which_the_process_is_killed_is_taken_again(
    db: sqlite3.Connection, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    clean_environment["PYTHONPATH"] += f":{Path(__file__).parent}"

    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / FILE_NAME), str(tmp_path / "b")],
        env=clean_environment,
        timeout=60,
        check=False,
    )
    stood = user_version(db)
    migrate(db, backups=tmp_path / "b", now=NOW, steps=[ONE, TWO, THREE])

    assert killed.returncode == -9
    assert stood == 2
    assert db.execute("SELECT n FROM three").fetchall() == [(2,)]


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copying, "sync_file", full)


@pytest.mark.usefixtures("no_room")
def test_without_room_for_a_copy_nothing_is_changed(db: sqlite3.Connection, tmp_path: Path) -> None:
    migrate(db, backups=tmp_path / "b", now=NOW, steps=[ONE])

    with pytest.raises(CopyFailed, match="No space left on device"):
        migrate(db, backups=tmp_path / "b", now=NOW, steps=[ONE, TWO])

    assert user_version(db) == 1
    assert list((tmp_path / "b").iterdir()) == []


@pytest.mark.usefixtures("no_room")
def test_a_store_that_cannot_be_copied_first_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(tmp_path / "data", now=NOW).close()
    later: Callable[..., Path | None] = lambda *_, **__: migrate(*_, **__, steps=[*STEPS, step(99, "")])  # noqa: E731
    monkeypatch.setattr("backend.embedded.schema.migrate", later)

    with pytest.raises(StoreRefused, match=r"no copy of it can be kept.*free some space"):
        Store(tmp_path / "data", now=NOW)


def test_a_step_that_fails_is_no_damage_and_its_copy_is_kept_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    with Store(folder, now=NOW) as store:
        SqliteHistory(store).record(recorded())
        store.sync()
        back_up(store.path, folder / "backups" / copy_name(NOW))
    wrong = step(99, "INSERT INTO marks VALUES ('readings', 1);\n")
    later: Callable[..., Path | None] = lambda *_, **__: migrate(*_, **__, steps=[*STEPS, wrong])  # noqa: E731

    for tried in range(3):
        with monkeypatch.context() as during:
            during.setattr("backend.embedded.schema.migrate", later)
            with pytest.raises(StoreRefused, match=r"brought up to date.*as it was") as refused:
                Store(folder, now=NOW + timedelta(minutes=tried))
        assert not isinstance(refused.value, DamagedFile)

    assert sorted(path.name for path in (folder / "backups").iterdir()) == [
        "scale-sense-20260320T204000Z-before-schema-99.db",
        "scale-sense-20260320T204000Z.db",
    ]
    with Store(folder, now=NOW) as store:
        assert (store.restored, SqliteHistory(store).count()) == (None, 25)


def test_what_was_recorded_between_two_tries_is_copied_anew(db: sqlite3.Connection, tmp_path: Path) -> None:
    migrate(db, backups=tmp_path / "b", now=NOW, steps=[ONE, TWO])
    for tried in range(2):
        db.execute("INSERT INTO one VALUES (?, 0)", (tried,))
        with pytest.raises(StepFailed):
            migrate(db, backups=tmp_path / "b", now=NOW + timedelta(minutes=tried), steps=[ONE, TWO, BROKEN])

    assert len(list((tmp_path / "b").iterdir())) == 2


def test_a_statement_may_span_lines_and_hold_semicolons(db: sqlite3.Connection) -> None:
    text = "-- first; of two\nCREATE TABLE t (\n  a, -- one; column\n  b\n);\nINSERT INTO t VALUES ('x;y', 2);\n"

    steps.script(text)(db)

    assert db.execute("SELECT * FROM t").fetchall() == [("x;y", 2)]
