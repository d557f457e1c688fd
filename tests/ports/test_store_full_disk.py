"""A disk that is full: nothing is half applied, nothing is promised, and the store goes on once there is room."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from store_process import NOW, reading

from backend.domain.ids import TapId
from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Key, Outcome, Put, StoreUnavailable

TAP = TapId("loc-001", 7)


def put(sk: str, size: int = 10) -> list[Put]:
    return [Put(item={"PK": "P", "SK": sk, "x": "x" * size})]


def fill(store: Store) -> None:
    """Let SQLite believe that the disk ends where the file does."""
    with store.read() as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")


def free(store: Store) -> None:
    with store.read() as db:
        db.execute("PRAGMA max_page_count = 1000000")


def test_a_group_that_does_not_fit_leaves_nothing_behind(store: Store) -> None:
    table = SqliteTable(store)
    table.transact(put("before"))
    fill(store)

    with pytest.raises(StoreUnavailable, match="full"):
        table.transact(put("small"), put("large", 100_000))

    assert table.get(Key("P", "small")) is None
    assert table.get(Key("P", "large")) is None
    assert table.get(Key("P", "before")) is not None
    assert not store.pending


def test_what_was_shown_goes_with_it_and_the_generation_tells(store: Store) -> None:
    table = SqliteTable(store)
    generation = store.generation
    table.transact(put("shown"), durable=False)
    fill(store)

    with pytest.raises(StoreUnavailable):
        table.transact(put("large", 100_000))

    assert table.get(Key("P", "shown")) is None
    assert store.generation == generation + 1
    with pytest.raises(StoreUnavailable, match="write it again"):
        store.sync(generation)
    store.sync(store.generation)


def test_a_failure_that_undid_nothing_keeps_the_generation(store: Store) -> None:
    fill(store)
    generation = store.generation

    with pytest.raises(StoreUnavailable):
        SqliteTable(store).transact(put("large", 100_000))

    store.sync(generation)


def test_the_store_goes_on_once_there_is_room(store: Store) -> None:
    table, history = SqliteTable(store), SqliteHistory(store)
    fill(store)
    with pytest.raises(StoreUnavailable):
        table.transact(put("large", 100_000))
    free(store)

    outcomes = table.transact(put("large", 100_000))
    recorded = history.record([reading(1)])
    store.sync()

    assert (outcomes, recorded) == ([Outcome.APPLIED], 1)


def test_a_batch_of_readings_that_does_not_fit_can_be_recorded_again(store: Store) -> None:
    history = SqliteHistory(store)
    batch = [reading(seq) for seq in range(5000)]
    history.record(batch[:10])
    store.sync()
    fill(store)

    with pytest.raises(StoreUnavailable):
        history.record(batch)
    kept = history.count()
    free(store)

    assert kept == 10
    assert history.record(batch) == 4990
    assert history.count() == len(history.readings(tap_id=TAP, start=NOW, end=NOW.replace(hour=21))) == 5000


def mistake(store: Store) -> None:
    with store.write() as db:
        db.execute("DELETE FROM items")
        _ = 1 // 0


def test_a_mistake_in_a_step_undoes_that_step_alone(store: Store) -> None:
    table = SqliteTable(store)
    table.transact(put("shown"), durable=False)

    with pytest.raises(ZeroDivisionError):
        mistake(store)

    assert table.get(Key("P", "shown")) is not None
    assert store.pending


def fail(store: Store) -> None:
    with store.write():
        raise sqlite3.OperationalError("disk I/O error")


def test_a_failure_after_which_sqlite_keeps_the_transaction_undoes_it_too(store: Store) -> None:
    table = SqliteTable(store)
    table.transact(put("shown"), durable=False)

    with pytest.raises(StoreUnavailable, match="I/O error"):
        fail(store)

    assert table.get(Key("P", "shown")) is None
    assert not store.pending


SCRIPT = """
import resource, sys
from pathlib import Path
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Key, Put, StoreUnavailable
from store_process import NOW
store = Store(Path(sys.argv[1]), now=NOW)
table = SqliteTable(store)
table.transact([Put(item={"PK": "P", "SK": "before"})])
table.transact([Put(item={"PK": "P", "SK": "shown", "x": "x" * 100_000})], durable=False)
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, most))
try:
    store.sync()
except StoreUnavailable as error:
    print("refused:", error)
print(table.get(Key("P", "shown")) is None, table.get(Key("P", "before")) is not None, store.pending)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
table.transact([Put(item={"PK": "P", "SK": "shown", "x": "x" * 100_000})], durable=False)
store.sync()
store.close()
store = Store(Path(sys.argv[1]), now=NOW)
print(SqliteTable(store).get(Key("P", "shown")) is not None)
store.close()
"""


def test_a_write_that_the_system_refuses_in_the_commit_is_undone(
    tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    clean_environment["PYTHONPATH"] += f":{Path(__file__).parent}"

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "data")],
        env=clean_environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    refused, state, after = done.stdout.splitlines()
    assert refused.startswith("refused: the store cannot be written")
    assert state == "True True False"
    assert after == "True"
