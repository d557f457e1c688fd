"""Compaction beside a writer: neither loses what the other does, and the writer is never kept waiting for long."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from compacting import compact, in_hot, seal_all
from store_process import NOW
from test_history import TAP, bins, kept, minutes, reading

from backend.embedded import compaction
from backend.embedded.compaction import Compaction
from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from backend.ports import KegSpan, Recorded

HERE = Path(__file__).parent


def hours(count: int, *, boot: int = 3) -> list[Recorded]:
    return [reading(number, minutes(number), boot=boot, device_id=f"SCALE-{boot}") for number in range(count * 60)]


def test_a_writer_and_compaction_at_once_keep_every_reading_once(store: Store) -> None:
    history, stop = SqliteHistory(store), threading.Event()
    late = hours(12, boot=7)

    def seal() -> None:
        while not stop.is_set():
            seal_all_but_late()

    def seal_all_but_late() -> None:
        sealing = Compaction(store)
        while sealing.step():
            pass

    thread = threading.Thread(target=seal)
    thread.start()
    for begin in range(0, len(late), 20):
        history.record(hours(12)[begin : begin + 20])
        history.record(late[max(0, begin - 100) : begin])
        history.assign(tap_id=TAP, spans=[KegSpan(keg_id=f"keg-{begin % 3}", start=minutes(begin / 2))])
    history.record(late)
    stop.set()
    thread.join()

    compact(store)
    assert history.count() == len(kept(history)) == 2 * len(late)
    assert len({(one.boot, one.seq) for one in kept(history)}) == 2 * len(late)
    assert sum(one.count for one in bins(history, 86_400)) == 2 * len(late)


@pytest.mark.parametrize("meddle", ["records", "assigns"])
def test_what_changes_while_an_hour_is_packed_is_not_overwritten(
    store: Store, monkeypatch: pytest.MonkeyPatch, meddle: str
) -> None:
    history = SqliteHistory(store)
    history.record(hours(3))
    packed = compaction.sealed_hour
    late = [one._replace(received_at=minutes(2_000_000)) for one in hours(1, boot=9)]
    others: list[Callable[[], object]] = {
        "records": [lambda: history.record(late)],
        "assigns": [lambda: history.assign(tap_id=TAP, spans=[KegSpan(keg_id="keg-9", start=minutes(0))])],
    }[meddle]

    def sealed_hour(*args: object, **more: object) -> object:
        while others:
            others.pop()()
        return packed(*args, **more)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(compaction, "sealed_hour", sealed_hour)
    seal_all(store)

    expected = 240 if meddle == "records" else 180
    assert sum(one.count for one in bins(history, 3600)) == expected == len(kept(history))
    assert {one.keg_id for one in kept(history)} == ({"keg-1"} if meddle == "records" else {"keg-9"})


def test_an_undone_transaction_puts_the_hour_back_into_the_log(store: Store) -> None:
    history = SqliteHistory(store)
    history.record(hours(2))
    store.sync()
    with store.write() as db:
        db.execute("UPDATE marks SET value = value + 7200000 WHERE name = 'received'")
    Compaction(store).step()
    before = in_hot(store)

    with store.read() as db:
        db.execute("ROLLBACK")

    assert before < in_hot(store) == 120
    assert len(kept(history)) == 120


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from backend.embedded import compaction, sealing
from backend.embedded.compaction import Compaction
from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from store_process import NOW
from test_history_beside_a_writer import hours

folder, point = Path(sys.argv[2]), sys.argv[3]
store = Store(folder, now=NOW)
SqliteHistory(store).record(hours(4))
store.sync()

def die(*_, **__):
    os._exit(9)

def dying_after(function):
    def run(*args, **more):
        function(*args, **more)
        die()
    return run

if point == "after the rows are dropped":
    compaction.write_sealed = die
elif point == "after the chunks are put":
    sealing.roll_up = die
elif point == "after the step":
    compaction.write_sealed = dying_after(compaction.write_sealed)
elif point == "before the sync":
    store.sync = die
elif point == "after the sync":
    store.sync = dying_after(store.sync)
sealing_ = Compaction(store)
while sealing_.step():
    pass
"""


@pytest.mark.parametrize(
    "point",
    [
        "after the rows are dropped",
        "after the chunks are put",
        "after the step",
        "before the sync",
        "after the sync",
    ],
)
def test_a_kill_at_any_point_leaves_every_reading_once(
    tmp_path: Path, clean_environment: dict[str, str], point: str
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(HERE), str(tmp_path / "data"), point],
        env=clean_environment,
        timeout=60,
        check=False,
    )

    assert killed.returncode == 9
    with Store(tmp_path / "data", now=NOW) as store:
        history = SqliteHistory(store)
        for _ in range(2):
            assert kept(history) == hours(4)
            assert history.count() == 240
            assert [one.count for one in bins(history, 3600)] == [60] * 4
            compact(store)
        assert history.record(hours(4)) == 0
