"""A changed bit inside a sealed hour is found, in the store and in a backup, and no backup that has it whole goes."""

import sqlite3
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from compacting import seal_all
from hypothesis import given
from hypothesis import strategies as st
from store_process import NOW
from test_history import TAP, minutes, reading

from backend.domain.ids import TapId
from backend.embedded import chunk_check
from backend.embedded.backup import Keep, back_up, back_up_by_schedule, backups
from backend.embedded.chunk_check import spoiled_chunks
from backend.embedded.chunk_codec import BadChunk, Packed, pack, verify
from backend.embedded.history import SqliteHistory
from backend.embedded.migrations import copy_name
from backend.embedded.store import Store

DAY = timedelta(days=1)
OTHER = TapId("loc-001", 8)
FIRST = "UPDATE chunks SET body = CAST(substr(body, 1, 9) || x'7f' || substr(body, 11) AS BLOB) WHERE id = {}"


@pytest.fixture(autouse=True)
def sealed(store: Store) -> None:
    """Three hours of two taps, all sealed."""
    history = SqliteHistory(store)
    for tap, scale in ((TAP, "SCALE-0042"), (OTHER, "SCALE-0043")):
        history.record([reading(n, minutes(n / 2), 100 - n / 9, tap_id=tap, device_id=scale) for n in range(360)])
    seal_all(store)
    store.sync()


def ids(store: Store) -> list[int]:
    with store.read() as db:
        return [row for (row,) in db.execute("SELECT id FROM chunks ORDER BY id")]


def spoil(store: Store, row: int) -> None:
    with store.write() as db:
        db.execute(FIRST.format(row))
    store.sync()


def test_a_whole_store_is_found_whole(store: Store) -> None:
    assert spoiled_chunks(store.path, live=True) is None


@pytest.mark.parametrize("rows", [16, 2048])
@pytest.mark.parametrize("which", [0, 1, -1])
def test_one_changed_byte_is_found_wherever_it_lies(
    store: Store, monkeypatch: pytest.MonkeyPatch, rows: int, which: int
) -> None:
    monkeypatch.setattr(chunk_check, "_ROWS", rows)
    spoil(store, ids(store)[which])

    found = spoiled_chunks(store.path, live=True) or ""

    assert "of 1 sealed hours" in found
    assert ("loc-001#TAP#08 in the hour from" if which == -1 else "loc-001#TAP#07 in the hour from") in found


def test_steps_that_end_within_a_chunk_take_none_for_broken(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    largest = max(Counter(row >> 8 for row in ids(store)).values())
    assert largest + 8 < len(ids(store))

    for rows in range(largest + 1, largest + 8):
        monkeypatch.setattr(chunk_check, "_ROWS", rows)

        assert spoiled_chunks(store.path, live=True) is None


def test_a_look_that_is_to_stop_says_nothing_of_the_store(store: Store) -> None:
    stopping = threading.Event()
    stopping.set()

    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        spoiled_chunks(store.path, live=True, stopping=stopping)


def test_a_backup_of_a_broken_hour_is_made_and_says_so(store: Store, tmp_path: Path) -> None:
    spoil(store, ids(store)[0])

    made = back_up(store.path, tmp_path / "copy.db")

    assert made.path.exists()
    assert "cannot be read" in (made.spoiled or "")


def test_a_backup_that_has_the_hour_whole_is_not_thinned_out(store: Store, tmp_path: Path) -> None:
    def nightly(day: int) -> None:
        back_up_by_schedule(
            store.path, folder, keep=Keep(daily=2, weekly=0), leave=0, stopping=threading.Event(), now=NOW + day * DAY
        )

    folder = tmp_path / "b"
    nightly(0)
    nightly(1)
    spoil(store, ids(store)[0])
    for day in range(2, 7):
        nightly(day)

    assert [path.name for path in backups(folder)] == [copy_name(NOW + day * DAY) for day in (6, 5, 1, 0)]


def test_a_backup_of_before_there_were_chunks_is_whole(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "old.db").close()

    assert spoiled_chunks(tmp_path / "old.db") is None


@given(part=st.integers(0, 1), place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_changed_bit_is_taken_for_whole(part: int, place: int, bit: int) -> None:
    rows = [(1000 * n, 1, 1, 1, n, "", 0, 1000 * n, 50_000 - n, 1, 7 * n, None, None, None, None) for n in range(40)]
    packed = pack(rows, hour=0)
    parts = [bytearray(packed.weights), bytearray(packed.rest)]
    verify(packed)
    parts[part][place % len(parts[part])] ^= 1 << bit

    with pytest.raises(BadChunk):
        verify(Packed(bytes(parts[0]), bytes(parts[1])))
