"""What is older than a bar wants to keep goes, a day of a tap at a time, and the file stops growing."""

from datetime import timedelta

import pytest
from compacting import compact, in_hot, seal_all
from hypothesis import given, settings
from hypothesis import strategies as st
from test_history import DAY, NOON, OTHER_TAP, TAP, bins, foreign, kept, reading

from backend.domain.ids import TapId
from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from backend.ports import BIN_SECONDS, Recorded

MIDNIGHT = NOON - timedelta(hours=12)
ELSEWHERE = TapId("loc-0011", 1)


def days(count: int, *, every: timedelta = timedelta(hours=2), tap_id: TapId = TAP) -> list[Recorded]:
    return [
        reading(number, MIDNIGHT + number * every, tap_id=tap_id, device_id=f"SCALE-{tap_id}")
        for number in range(count * (DAY // every))
    ]


def forget(history: SqliteHistory, days_after: float) -> int:
    """Forget all that is older; gives how many readings."""
    total = 0
    while dropped := history.forget(location_id="loc-001", before=MIDNIGHT + days_after * DAY):
        total += dropped
    return total


@pytest.fixture
def history(store: Store) -> SqliteHistory:
    return SqliteHistory(store)


@pytest.mark.parametrize("sealed", [True, False])
def test_readings_and_bins_before_that_day_go_and_the_others_stay(
    store: Store, history: SqliteHistory, *, sealed: bool
) -> None:
    history.record([*days(5), *days(5, tap_id=OTHER_TAP)])
    if sealed:
        seal_all(store)

    assert forget(history, 2.5) == 48

    assert history.count() == 72
    for tap_id in (TAP, OTHER_TAP):
        assert [one.seq for one in kept(history, tap_id)] == list(range(24, 60))
        for seconds in BIN_SECONDS:
            assert sum(one.count for one in bins(history, seconds, tap_id)) == 36


def test_another_location_keeps_what_it_has(store: Store, history: SqliteHistory) -> None:
    history.record([*days(3), *days(3, tap_id=ELSEWHERE)])
    seal_all(store)

    assert forget(history, 9) == 36

    assert len(kept(history, ELSEWHERE)) == 36


def test_a_location_without_readings_has_nothing_to_forget(history: SqliteHistory) -> None:
    assert history.forget(location_id="loc-999", before=NOON) == 0


def test_what_was_forgotten_is_still_known_as_recorded(store: Store, history: SqliteHistory) -> None:
    history.record(days(3))
    seal_all(store)
    forget(history, 2)

    assert history.record(days(3)) == 0


def test_a_forgotten_reading_without_numbers_is_recorded_when_it_is_repeated_and_forgotten_again(
    store: Store, history: SqliteHistory
) -> None:
    history.record([foreign(NOON, "a")])
    seal_all(store)
    forget(history, 2)

    assert history.record([foreign(NOON, "a")]) == 1
    assert history.record([foreign(NOON, "a")]) == 0
    assert forget(history, 2) == 1


def test_one_step_drops_no_more_than_a_day_of_a_tap(store: Store, history: SqliteHistory) -> None:
    history.record([*days(5), *days(5, tap_id=OTHER_TAP)])
    seal_all(store)

    assert history.forget(location_id="loc-001", before=MIDNIGHT + 4 * DAY) == 12


def test_many_late_readings_are_dropped_in_steps(store: Store, history: SqliteHistory) -> None:
    for begin in range(0, 5760, 1000):
        history.record(days(4, every=timedelta(minutes=1))[begin : begin + 1000])

    first = history.forget(location_id="loc-001", before=MIDNIGHT + 3 * DAY)

    assert 0 < first <= 2001
    assert first + forget(history, 3) == 3 * 1440
    assert in_hot(store) == 1440


def test_a_damaged_chunk_is_dropped_with_its_day(store: Store, history: SqliteHistory) -> None:
    history.record(days(3))
    seal_all(store)
    with store.write() as db:
        db.execute("UPDATE chunks SET body = x'00' WHERE id = (SELECT min(id) FROM chunks)")

    assert forget(history, 2) == 24
    assert len(kept(history)) == history.count() == 12


def test_a_late_reading_for_a_forgotten_day_is_kept_until_the_next_time(store: Store, history: SqliteHistory) -> None:
    history.record(days(3))
    seal_all(store)
    forget(history, 2)

    history.record([reading(1, MIDNIGHT, boot=9)])
    seal_all(store)

    assert history.count() == 13
    assert forget(history, 2) == 1


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(0, 6 * 24 * 60))
def test_a_bar_that_forgets_tells_of_the_rest_as_before(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    with Store(tmp_path_factory.mktemp("cut"), now=NOON) as store:
        history = SqliteHistory(store)
        history.record(days(5, every=timedelta(hours=5)))
        compact(store)
        moment = MIDNIGHT + timedelta(minutes=cut)
        day = moment.replace(hour=0, minute=0)
        before = [[one for one in bins(history, seconds) if one.start >= day] for seconds in BIN_SECONDS]

        forget(history, cut / 1440)

        assert [bins(history, seconds) for seconds in BIN_SECONDS] == before


def test_with_a_week_kept_the_file_stops_growing(store: Store, history: SqliteHistory) -> None:
    pages, every = [], timedelta(minutes=3)
    told = days(28, every=every)
    for day in range(28):
        history.record(told[day * (DAY // every) : (day + 1) * (DAY // every)])
        compact(store)
        forget(history, day - 7)
        with store.read() as db:
            pages.append(db.execute("PRAGMA page_count").fetchone()[0])

    assert pages[6] < pages[9]
    assert pages[27] <= pages[10] + 2
