"""`scale-sense backup` and `scale-sense restore`, as a person and as a script use them."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from live_bar import T0, set_up, weigh
from typer.testing import CliRunner, Result

from app.cli import cli
from backend.embedded import copying
from backend.embedded.commands import LinkCommands
from backend.embedded.feed import LocalFeed
from backend.embedded.folder import FolderLock
from backend.embedded.history import SqliteHistory
from backend.embedded.schema import FILE_NAME
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Ports

Run = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def ports(data: Path) -> Iterator[Ports]:
    """A bar at work, with two readings."""
    with Store(data, now=T0) as store:
        made = Ports(table=SqliteTable(store), history=SqliteHistory(store), feed=LocalFeed(), commands=LinkCommands())
        set_up(made)
        weigh(made, 1, 100.0, 99.0)
        store.sync()
        yield made


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SCALE_SENSE_BACKUP_FOLDER", raising=False)
    monkeypatch.setattr("app.backup_commands.set_up_logs", lambda: None)
    return lambda *arguments: CliRunner().invoke(cli, [str(one) for one in arguments])


def told(result: Result) -> Any:
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def sentence(result: Result, prefix: str) -> str:
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    said = result.stderr.strip()
    assert said.startswith(prefix)
    assert "\n" not in said
    return said.removeprefix(prefix)


@pytest.mark.usefixtures("ports")
def test_a_backup_of_a_bar_at_work_says_where_it_is_how_large_and_how_long_it_took(run: Run, data: Path) -> None:
    result = run("backup", "--data", data)

    (made,) = (data / "backups").iterdir()
    assert result.exit_code == 0
    assert re.fullmatch(rf"Backed up to {made}: 0\.\d MB in \d+\.\d s\.\n", result.stdout)
    assert made.name.endswith("Z-by-hand.db")


@pytest.mark.usefixtures("ports")
def test_a_backup_can_be_named_and_told_to_a_script(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()

    said = told(run("backup", "--data", data, "--to", tmp_path / "stick" / "mine.db", "--json"))

    assert said["path"] == str(tmp_path / "stick" / "mine.db")
    assert said["bytes"] == (tmp_path / "stick" / "mine.db").stat().st_size
    assert said["seconds"] >= 0


@pytest.mark.usefixtures("ports")
def test_a_backup_goes_where_the_settings_say(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCALE_SENSE_BACKUP_FOLDER", str(tmp_path / "stick"))

    run("backup", "--data", data)

    assert [path.suffix for path in (tmp_path / "stick").iterdir()] == [".db"]
    assert not (data / "backups").exists()


@pytest.mark.usefixtures("ports")
def test_a_chosen_folder_on_the_disk_of_the_store_is_said(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCALE_SENSE_BACKUP_FOLDER", str(tmp_path / "stick"))

    result = run("backup", "--data", data)

    assert result.stdout.splitlines()[1].startswith(f"But backups in {tmp_path}/stick lie on the disk of the store")
    assert told(run("backup", "--data", data, "--to", tmp_path / "here.db", "--json"))["note"] is None


@pytest.mark.usefixtures("ports")
def test_the_folders_of_a_disk_that_is_not_mounted_are_not_made(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCALE_SENSE_BACKUP_FOLDER", str(tmp_path / "stick" / "scale-sense"))

    said = sentence(run("backup", "--data", data), "Cannot back up: ")

    assert said.startswith(f"there is no folder {tmp_path}/stick to make scale-sense in: mount the disk")
    assert not (tmp_path / "stick").exists()


@pytest.mark.usefixtures("ports")
def test_a_mistyped_folder_is_refused_and_not_made(run: Run, data: Path, tmp_path: Path) -> None:
    said = sentence(run("backup", "--data", data, "--to", tmp_path / "stikc" / "b.db"), "Cannot back up: ")

    assert f"there is no folder {tmp_path}/stikc;" in said
    assert not (tmp_path / "stikc").exists()


@pytest.mark.usefixtures("ports")
def test_a_file_that_exists_is_not_written_over(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.db").write_text("precious")

    said = sentence(run("backup", "--data", data, "--to", tmp_path / "mine.db"), "Cannot back up: ")

    assert said == f"{tmp_path}/mine.db exists already: name another file with --to"
    assert (tmp_path / "mine.db").read_text() == "precious"


def test_a_folder_without_a_store_is_said(run: Run, data: Path) -> None:
    said = sentence(run("backup", "--data", data), "Cannot back up: ")

    assert said == f"there is no store in {data}: name the data folder with --data"
    assert not data.exists()


@pytest.mark.usefixtures("ports")
def test_a_target_that_cannot_be_written_is_said(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    said = sentence(run("backup", "--data", data, "--to", tmp_path / "file" / "b.db"), "Cannot back up: ")

    assert "cannot be written" in said


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Close a folder to us, as one of another user is; for root as well, to whom permissions say nothing."""
    real = os.stat

    def close(folder: Path) -> None:
        def stat(path: Any, *given: Any, **named: Any) -> os.stat_result:
            if isinstance(path, str | Path) and folder in Path(path).parents:
                raise PermissionError(13, "Permission denied", str(path))
            return real(path, *given, **named)

        monkeypatch.setattr(os, "stat", stat)

    return close


@pytest.mark.usefixtures("ports")
def test_a_data_folder_that_may_not_be_looked_into_is_named(
    run: Run, data: Path, tmp_path: Path, closed: Callable[[Path], None]
) -> None:
    closed(tmp_path)

    said = sentence(run("backup", "--data", data), "Cannot back up: ")

    assert said.startswith(f"{data / FILE_NAME} cannot be used (Permission denied): ")


@pytest.mark.usefixtures("ports")
def test_a_folder_of_backups_that_may_not_be_looked_into_is_named(
    run: Run, data: Path, closed: Callable[[Path], None]
) -> None:
    (data / "backups").mkdir()
    closed(data / "backups")

    said = sentence(run("backup", "--data", data), "Cannot back up: ")

    assert said.startswith(f"{data}/backups/scale-sense-")
    assert "cannot be used (Permission denied): look at its permissions" in said


def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALE_SENSE_BACKUP_DAYS", "0")

    assert sentence(run("backup"), "Cannot back up: ").startswith("setting backup_days: ")


@pytest.fixture
def backup(ports: Ports, run: Run, data: Path, tmp_path: Path) -> Path:
    """A backup with two readings, of a bar that took a third since and ended."""
    made = tmp_path / "mine.db"
    assert run("backup", "--data", data, "--to", made).exit_code == 0
    weigh(ports, 1, 98.0, second=60)
    return made


@pytest.fixture
def ended(ports: Ports, backup: Path) -> Path:
    """The backup, once the server has ended."""
    assert isinstance(ports.history, SqliteHistory)
    ports.history._store.close()  # as an orderly end does
    return backup


def test_a_restore_says_what_is_in_place_what_is_kept_and_what_is_not_in_it(run: Run, data: Path, ended: Path) -> None:
    result = run("restore", ended, "--data", data)

    (kept,) = (data / "replaced").iterdir()
    first, second, third, fourth = result.stdout.splitlines()
    assert result.exit_code == 0
    assert first.startswith(
        f"{ended} is whole: 3 taps, 2 readings, the newest measured 2026-03-21T03:40:02.000Z; read in "
    )
    assert second == "It is in place now."
    assert third == f"The store before it is kept as {kept}."
    assert fourth == (
        "It held 3 readings. Those measured after 2026-03-21T03:40:02.000Z and until 2026-03-21T03:41:01.000Z "
        "are not in the backup."
    )
    with Store(data, now=T0) as store:
        assert SqliteHistory(store).count() == 2


def test_a_restore_can_be_told_to_a_script(run: Run, data: Path, ended: Path) -> None:
    said = told(run("restore", ended, "--data", data, "--json"))

    assert (said["backup"]["readings"], said["before"]["readings"]) == (2, 3)
    assert Path(said["moved_to"]).exists()


def test_a_store_that_cannot_be_read_is_moved_away_all_the_same(run: Run, data: Path, ended: Path) -> None:
    (data / FILE_NAME).write_bytes(b"lost" * 10_000)

    result = run("restore", ended, "--data", data)

    assert result.stdout.splitlines()[-1] == "What it held cannot be read."
    (kept,) = (data / "replaced").iterdir()
    assert kept.read_bytes() == b"lost" * 10_000


def test_a_check_only_looks(run: Run, data: Path, ended: Path) -> None:
    said = told(run("restore", ended, "--check", "--json", "--data", data))

    assert said["backup"]["taps"] == 3
    assert set(said) == {"backup", "seconds"}
    assert not (data / "replaced").exists()


def test_a_restore_on_a_new_machine_makes_the_bar(run: Run, ended: Path, tmp_path: Path) -> None:
    result = run("restore", ended, "--data", tmp_path / "new")

    assert result.stdout.splitlines()[1:] == ["It is in place now."]
    assert (tmp_path / "new" / FILE_NAME).exists()


def test_a_server_at_work_is_named_and_left_alone(run: Run, data: Path, ended: Path) -> None:
    lock = FolderLock(data, now=datetime(2026, 3, 21, 3, 40, tzinfo=UTC))

    said = sentence(run("restore", ended, "--data", data), "Cannot restore: ")
    lock.release()

    assert re.match(rf"the data folder {data} is in use by process \d+ since 2026-03-21T03:40:00", said)


def test_only_the_rows_that_cannot_be_read_are_taken_from_a_backup(run: Run, data: Path, ended: Path) -> None:
    sql(
        "UPDATE items SET body = '{' WHERE sk = 'TAP#01';"
        "UPDATE rewritten SET body = '{' WHERE place = (SELECT place FROM items WHERE sk = 'TAP#01#STATE')"
    )(data / FILE_NAME)

    command = [sys.executable, "-m", "app", "restore", ended, "--rows", "--data", data, "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "SCALE_SENSE"))}
    process = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    done = json.loads(process.stdout)
    again = run("restore", ended, "--rows", "--data", data)

    rows = {
        "put_back": ["LOCATION#loc-001 / TAP#01", "LOCATION#loc-002 / TAP#01"],
        "remade": ["LOCATION#loc-001 / TAP#01#STATE"],
        "missing": [],
    }
    assert {name: done[name] for name in rows} == rows
    assert again.output == "Every row of the store can be read: nothing is changed.\n"
    assert "TAP#01#STATE" in process.stderr  # what opening the store says of it is no part of the answer
    assert not (data / "replaced").exists()


def test_each_row_is_said_with_what_to_do(run: Run, data: Path, ended: Path) -> None:
    sql("UPDATE items SET body = '{' WHERE sk = 'TAP#01'")(data / FILE_NAME)
    sql("UPDATE items SET body = '{', pk = 'YOUNG' WHERE sk = 'TAP#02'")(data / FILE_NAME)

    said = " ".join(run("restore", ended, "--rows", "--data", data).output.split())

    assert "LOCATION#loc-001 / TAP#01: put back as it stood in" in said
    assert "look at its tap, and change what has changed since." in said
    assert "YOUNG / TAP#02: is in" in said
    assert "neither, and stays as it is: try another backup." in said


def sql(script: str) -> Callable[[Path], None]:
    """Gives what runs a script on a file."""

    def run_on(path: Path) -> None:
        connection = sqlite3.connect(path)
        connection.executescript(script)
        connection.close()

    return run_on


def break_a_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(b"\xff" * 4096)


@pytest.mark.parametrize("only_check", [True, False])
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.unlink(), " is no file: name a backup, as `scale-sense backup` printed it"),
        (lambda path: path.write_bytes(b""), " is empty: choose another backup"),
        (lambda path: path.write_bytes(b"x" * 9000), r" is damaged \(.*\): choose another backup"),
        (lambda path: path.write_bytes(path.read_bytes()[:30_000]), r" is damaged \(.*\): choose another backup"),
        (break_a_page, r" is damaged \(.*\): choose another backup"),
        (sql("PRAGMA application_id = 7"), " belongs to another program: choose another backup"),
        (
            sql("PRAGMA user_version = 99"),
            r" was written by a later version .*: install that version, or choose another backup",
        ),
        (sql("DROP TABLE hot"), r" is no whole store \(no such table: .*\): choose another backup"),
        (sql("DELETE FROM marks"), r" is no whole store \(it lacks .*\): choose another backup"),
    ],
)
def test_a_file_that_is_no_whole_backup_is_refused_with_what_to_do(
    run: Run, data: Path, ended: Path, make: Callable[[Path], object], said: str, *, only_check: bool
) -> None:
    make(ended)
    check = ["--check"] if only_check else []

    refused = sentence(run("restore", ended, "--data", data, *check), "Cannot restore: ")

    assert re.fullmatch(re.escape(str(ended)) + said, refused)


@pytest.mark.parametrize("only_check", [True, False])
def test_a_backup_that_may_not_be_read_is_blamed_and_not_the_data_folder(
    run: Run, data: Path, ended: Path, tmp_path: Path, closed: Callable[[Path], None], *, only_check: bool
) -> None:
    (tmp_path / "theirs").mkdir()
    theirs = ended.rename(tmp_path / "theirs" / "b.db")
    closed(theirs.parent)
    check = ["--check"] if only_check else []

    said = sentence(run("restore", theirs, "--data", data, *check), "Cannot restore: ")

    assert said == f"{theirs} cannot be read (Permission denied): look at its permissions and the disk"


def test_a_restore_without_room_asks_for_space_alone(
    run: Run, data: Path, ended: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))

    said = sentence(run("restore", ended, "--data", data), "Cannot restore: ")

    assert re.fullmatch(rf"a copy in {data} wants \d MB and the disk has 1: free some space", said)


def test_a_data_folder_that_is_a_file_is_refused(run: Run, ended: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    said = sentence(run("restore", ended, "--data", tmp_path / "file"), "Cannot restore: ")

    assert "choose a folder you may write to with --data" in said
