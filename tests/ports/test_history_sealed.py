"""Whatever is sealed at whatever moment, history says what it would say if nothing were."""

import itertools
import sqlite3
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from compacting import compact, in_hot, seal_all
from history_oracle import Oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from store_process import NOW
from test_history import NOON, OTHER_TAP, TAP, bins, foreign, kept, minutes, reading
from test_history_rules import BASE, Step, assignments, check, readings, take
from test_store_migrations import put_back, told

from backend.embedded.compaction import Compaction
from backend.embedded.history import IN_BULK, SqliteHistory
from backend.embedded.scaled import Row
from backend.embedded.store import Store
from backend.ports import KegSpan, StoreUnavailable

HOUR = timedelta(hours=1)


@pytest.fixture
def history(store: Store) -> SqliteHistory:
    return SqliteHistory(store)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("sealed")
    return (folder / str(number) for number in itertools.count())


steps = st.lists(
    st.one_of(
        st.lists(readings(), max_size=12),
        st.lists(readings(), max_size=3),
        assignments(),
        st.sampled_from(["compact", "seal all"]),
    ),
    max_size=10,
)


@settings(max_examples=80, deadline=None)
@given(steps=steps, start=st.integers(0, 5000), length=st.integers(0, 5000))
def test_sealing_at_any_moment_changes_nothing_that_is_told(
    folders: Iterator[Path], steps: list[Step | str], start: int, length: int
) -> None:
    oracle = Oracle()
    with Store(next(folders), now=NOW) as store:
        history = SqliteHistory(store)
        for step in steps:
            if step == "compact":
                compact(store)
            elif step == "seal all":
                seal_all(store)
            elif not isinstance(step, str):
                take(history, oracle, step)

        check(history, oracle, BASE - timedelta(days=1), BASE + timedelta(days=9))
        some = BASE + timedelta(minutes=start)
        check(history, oracle, some, some + timedelta(minutes=length))


def test_an_hour_that_is_over_leaves_the_log_and_one_that_is_not_stays(store: Store, history: SqliteHistory) -> None:
    history.record([reading(number, minutes(number)) for number in range(70)])

    compact(store)

    assert in_hot(store) == 10
    assert len(kept(history)) == 70


def test_the_last_part_of_an_hour_waits_two_minutes_for_stragglers(store: Store, history: SqliteHistory) -> None:
    history.record([reading(1, minutes(19)), reading(2, minutes(21.5))])
    before = compact(store)

    history.record([reading(3, minutes(22))])

    assert (before, compact(store), in_hot(store)) == (0, 1, 2)


def test_late_readings_wait_for_one_another_but_not_for_ever(store: Store, history: SqliteHistory) -> None:
    history.record([reading(number, minutes(number)) for number in range(120)])
    compact(store)
    late = [reading(200 + number, minutes(number), received_at=minutes(120 + number), boot=9) for number in range(12)]
    history.record(late[:1])
    compact(store)
    soon = in_hot(store)

    history.record(late[1:])
    compact(store)

    assert (soon, in_hot(store)) == (21, 0)
    assert [one.count for one in bins(history, 3600)] == [72, 60]


def test_a_late_reading_is_merged_once_nothing_comes_any_more(store: Store, history: SqliteHistory) -> None:
    history.record([reading(number, minutes(number)) for number in range(120)])
    compact(store)
    history.record([reading(300, minutes(5), received_at=minutes(121), boot=9)])
    compact(store)
    soon = in_hot(store)

    history.record([reading(301, minutes(123), boot=9)])
    compact(store)

    assert (soon, in_hot(store)) == (21, 1)


def test_a_clock_that_was_years_ahead_does_not_make_every_hour_due(store: Store, history: SqliteHistory) -> None:
    ahead = minutes(60 * 24 * 3650)
    history.record([reading(number, minutes(number)) for number in range(10)])
    history.record([reading(10, ahead, received_at=ahead)])

    history.record([reading(11, minutes(11))])
    compact(store)

    assert in_hot(store) == 12


def test_an_hour_received_while_a_clock_was_ahead_is_sealed_once_the_clock_is_right(
    store: Store, history: SqliteHistory
) -> None:
    ahead = NOON + timedelta(days=10)
    history.record([reading(number, minutes(number), received_at=ahead) for number in range(60)])

    history.record([reading(number, minutes(number)) for number in range(60, 190)])
    compact(store)

    assert in_hot(store) == 10
    assert [one.count for one in bins(history, 3600)] == [60, 60, 60, 10]


def test_an_hour_that_was_undone_while_it_was_being_sealed_is_sealed_as_it_is_recorded_again(
    store: Store, history: SqliteHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.record([reading(number, minutes(number), 100) for number in range(60)])
    history.record([reading(1000, minutes(120), device_id="SCALE-2")])
    again = [reading(number, minutes(number), 50, "keg-2", device_id="SCALE-9") for number in range(60)]
    compaction = Compaction(store)
    waiting = compaction._waiting

    def undone_meanwhile(due: Any, taps: Sequence[int]) -> dict[int, list[Row]]:
        found = waiting(due, taps)
        monkeypatch.undo()
        with pytest.raises(StoreUnavailable), store.write():
            raise sqlite3.OperationalError("database or disk is full")
        history.record(again)
        history.record([reading(1000, minutes(120), device_id="SCALE-2")])
        return found

    monkeypatch.setattr(compaction, "_waiting", undone_meanwhile)
    while compaction.step():
        pass
    compact(store)

    assert history.readings(tap_id=TAP, start=NOON, end=minutes(60)) == again
    assert in_hot(store) == 1


def test_what_a_publisher_without_numbers_repeats_is_known_after_sealing(store: Store, history: SqliteHistory) -> None:
    batch = [foreign(NOON, "a"), foreign(NOON, "b"), foreign(minutes(1), "a")]
    history.record([*batch, reading(1, minutes(2))])
    seal_all(store)

    assert history.record([*batch, foreign(minutes(1), "b")]) == 1
    assert history.count() == 5


def test_a_repeated_reading_of_another_tap_is_known_after_sealing(store: Store, history: SqliteHistory) -> None:
    history.record([foreign(NOON, "a")])
    seal_all(store)

    assert history.record([reading(None, NOON, boot=None, digest="a", tap_id=OTHER_TAP)]) == 0


def test_a_keg_assigned_to_sealed_hours_moves_their_bins(store: Store, history: SqliteHistory) -> None:
    history.record([reading(number, minutes(10 * number)) for number in range(12)])
    seal_all(store)
    spans = [KegSpan(keg_id="keg-2", start=minutes(30), end=minutes(90))]

    moved = history.assign(tap_id=TAP, spans=spans)

    assert (moved, history.assign(tap_id=TAP, spans=spans), in_hot(store)) == (6, 0, 0)
    assert [(one.start, one.keg_id, one.count) for one in bins(history, 3600)] == [
        (NOON, "keg-1", 3),
        (NOON, "keg-2", 3),
        (NOON + HOUR, "keg-2", 3),
        (NOON + HOUR, "keg-1", 3),
    ]


def test_readings_are_limited_to_the_oldest_wherever_they_lie(store: Store, history: SqliteHistory) -> None:
    history.record([reading(number, minutes(number)) for number in range(0, 180, 2)])
    seal_all(store)
    history.record([reading(number, minutes(number)) for number in range(1, 180, 2)])

    first = history.readings(tap_id=TAP, start=minutes(58), end=minutes(170), limit=7)

    assert [one.seq for one in first] == [58, 59, 60, 61, 62, 63, 64]


def test_a_past_recorded_in_bulk_is_sealed_at_once(store: Store, history: SqliteHistory) -> None:
    past = [reading(number, NOON + timedelta(seconds=30 * number)) for number in range(IN_BULK)]

    assert history.record(past) == IN_BULK

    assert in_hot(store) < 240
    assert history.record(past) == 0
    assert kept(history) == past
    assert sum(one.count for one in bins(history)) == IN_BULK


def test_a_store_from_before_chunks_is_sealed_and_tells_the_same(tmp_path: Path) -> None:
    put_back(tmp_path / "old", 1)
    with Store(tmp_path / "old", now=NOW) as store:
        before = told(SqliteHistory(store))

        compact(store)

        assert told(SqliteHistory(store)) == before
        assert in_hot(store) < 25


def test_sealing_a_long_backlog_takes_little_memory(store: Store, history: SqliteHistory) -> None:
    for begin in range(0, 12_000, 1000):
        history.record([reading(number, NOON + number * timedelta(seconds=2)) for number in range(begin, begin + 1000)])
    compaction = Compaction(store)
    compaction.step()

    tracemalloc.start()
    while compaction.step():
        pass
    (_, most) = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 4_000_000  # an hour is 1,800 readings here


def test_a_keg_told_anew_for_long_takes_little_memory(store: Store, history: SqliteHistory) -> None:
    history.record([reading(number, NOON + number * timedelta(seconds=30)) for number in range(20_000)])
    seal_all(store)

    tracemalloc.start()
    moved = history.assign(tap_id=TAP, spans=[KegSpan(keg_id="keg-2", start=NOON)])
    (_, most) = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert moved == 20_000
    assert most < 1_000_000


def test_compaction_leaves_nothing_to_be_made_durable(store: Store, history: SqliteHistory) -> None:
    history.record([reading(number, minutes(number)) for number in range(70)])

    compact(store)

    assert not store.pending


def test_nothing_to_do_writes_nothing(store: Store, history: SqliteHistory) -> None:
    history.record([reading(1)])
    store.sync()

    assert compact(store) == 0
    assert not store.pending
