"""What is shown and what is durable, with a real process that is killed."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_process import NOW

from backend.embedded.folder import FolderInUse
from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Key, Put, Query, StoreUnavailable


class Child:
    """A process with a store, as far as it has come."""

    def __init__(self, folder: Path, steps: list[str], environment: dict[str, str]) -> None:
        command = [sys.executable, str(Path(__file__).with_name("store_process.py")), str(folder), *steps]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.said = [self.line() for _ in ["open", *steps]]

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=10)

    def end(self) -> None:
        self.process.communicate("end\n", timeout=10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def child(folder: Path, clean_environment: dict[str, str], request: pytest.FixtureRequest) -> Iterator[Child]:
    """A child that has done the steps the test names."""
    child = Child(folder, request.param, clean_environment)
    yield child
    child.kill()


def steps_kept(folder: Path) -> list[object]:
    with Store(folder, now=NOW) as store:
        return [item["SK"] for item in SqliteTable(store).query(Query(partition="STEP")).items]


@pytest.mark.parametrize("child", [["durable", "shown", "shown"]], indirect=True)
def test_what_was_only_shown_is_gone_after_a_crash(child: Child, folder: Path) -> None:
    assert child.said == ["open", "durable", "shown", "shown"]

    child.kill()

    assert steps_kept(folder) == ["0"]


@pytest.mark.parametrize("child", [["shown", "record", "sync", "shown"]], indirect=True)
def test_a_sync_makes_everything_before_it_durable(child: Child, folder: Path) -> None:
    child.kill()

    assert steps_kept(folder) == ["0"]
    with Store(folder, now=NOW) as store:
        assert SqliteHistory(store).count() == 1


@pytest.mark.parametrize("child", [["shown", "record", "durable", "record"]], indirect=True)
def test_a_durable_act_takes_what_was_shown_before_it_along(child: Child, folder: Path) -> None:
    child.kill()

    assert steps_kept(folder) == ["0", "2"]
    with Store(folder, now=NOW) as store:
        assert SqliteHistory(store).count() == 1


@pytest.mark.parametrize("child", [["shown"]], indirect=True)
def test_a_store_that_is_closed_has_synced(child: Child, folder: Path) -> None:
    child.end()

    assert steps_kept(folder) == ["0"]


@pytest.mark.parametrize("child", [["durable"]], indirect=True)
def test_a_second_process_learns_who_holds_the_folder_and_leaves(child: Child, folder: Path) -> None:
    with pytest.raises(FolderInUse) as refused:
        Store(folder, now=NOW)

    assert refused.value.holder == (child.process.pid, "2026-03-20T20:40:00.000Z")
    assert f"process {child.process.pid} since 2026-03-20T20:40:00.000Z" in str(refused.value)
    child.end()
    assert steps_kept(folder) == ["0"]


def test_a_second_store_in_the_same_process_is_refused_too(store: Store) -> None:
    with pytest.raises(FolderInUse):
        Store(store.path.parent, now=NOW)


def test_what_is_shown_is_visible_to_every_thread_at_once(store: Store) -> None:
    table = SqliteTable(store)
    seen: list[object] = []
    table.transact([Put(item={"PK": "P", "SK": "S", "n": 1})], durable=False)

    reader = threading.Thread(target=lambda: seen.append(table.get(Key("P", "S"))))
    reader.start()
    reader.join()

    assert seen == [{"PK": "P", "SK": "S", "n": 1}]


def test_pending_tells_whether_something_is_not_durable_yet(store: Store) -> None:
    table = SqliteTable(store)
    put = [Put(item={"PK": "P", "SK": "S"})]
    told = [store.pending]

    table.transact(put, durable=False)
    told.append(store.pending)
    store.sync()
    told.append(store.pending)
    table.transact(put)
    told.append(store.pending)

    assert told == [False, True, False, False]


def test_a_commit_waits_for_the_disk(store: Store) -> None:
    # A kill -9 cannot tell FULL from NORMAL, a power cut can.
    with store.read() as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    store.close()

    with pytest.raises(StoreUnavailable, match="closed"):
        SqliteTable(store).get(Key("P", "S"))
    with pytest.raises(StoreUnavailable, match="closed"):
        SqliteTable(store).transact([Put(item={"PK": "P", "SK": "S"})])
