"""A chunk that was damaged on the disk costs its own readings and nothing else, and nobody takes it for whole."""

import pytest
from compacting import compact, in_hot, seal_all
from structlog.testing import capture_logs
from test_history import NOON, OTHER_TAP, TAP, bins, foreign, kept, minutes, reading

from backend.embedded.chunks import ChunkDamaged
from backend.embedded.history import IN_BULK, SqliteHistory
from backend.embedded.store import Store
from backend.ports import KegSpan

SPOIL = {
    "a byte has changed": "UPDATE chunks SET body = CAST(substr(body, 1, 9) || x'7f' || substr(body, 11) AS BLOB) "
    "WHERE id = {id}",
    "it has become text": "UPDATE chunks SET body = body || 'x' WHERE id = {id}",
    "the rest is missing": "DELETE FROM chunks WHERE id > {id} AND id < {id} + 256",
    "its version is unknown": "UPDATE chunks SET body = CAST(x'63' || substr(body, 2) AS BLOB) WHERE id = {id}",
}


@pytest.fixture(params=SPOIL)
def history(request: pytest.FixtureRequest, store: Store) -> SqliteHistory:
    """Three sealed hours of a tap, the first of them damaged, and one of another tap."""
    told = SqliteHistory(store)
    told.record([reading(number, minutes(number), 100 - number / 10) for number in range(180)])
    told.record([reading(1, minutes(5), tap_id=OTHER_TAP, device_id="SCALE-0043")])
    seal_all(store)
    with store.write() as db:
        (first,) = db.execute("SELECT min(id) FROM chunks").fetchone()
        db.execute(SPOIL[request.param].format(id=first))
    return told


def test_its_single_readings_are_refused_with_tap_and_hour(history: SqliteHistory) -> None:
    with pytest.raises(ChunkDamaged, match=r"loc-001#TAP#07 in the hour from 2026-03-18T12:00:00.000Z .*backup"):
        kept(history)

    rest = history.readings(tap_id=TAP, start=minutes(60), end=minutes(200))
    assert [one.seq for one in rest] == list(range(60, 180))
    assert len(kept(history, OTHER_TAP)) == 1


def test_charts_by_the_hour_still_stand(history: SqliteHistory) -> None:
    assert [(one.count, one.max_lbs) for one in bins(history, 3600)] == [(60, 100.0), (60, 94.0), (60, 88.0)]
    assert [one.count for one in bins(history, 86_400)] == [180]


def test_what_comes_late_for_it_is_kept_and_shown(store: Store, history: SqliteHistory) -> None:
    history.record([reading(500, minutes(3), boot=9), reading(501, minutes(400), boot=9)])

    with capture_logs() as logs:
        compact(store)
        compact(store)

    assert in_hot(store) == 2  # the late one, and the newest
    assert [one.count for one in bins(history, 3600)][:2] == [61, 60]
    assert any("stay in the log" in line["event"] for line in logs)


def test_what_comes_late_in_bulk_is_kept_and_its_other_hours_are_sealed(store: Store, history: SqliteHistory) -> None:
    bulk = [
        reading(500 + number, minutes(number * 0.09), received_at=minutes(400), boot=9) for number in range(IN_BULK)
    ]
    history.record([reading(500, minutes(400))])

    with capture_logs() as logs:
        assert history.record(bulk) == IN_BULK

    assert [one.count for one in bins(history, 3600)][:3] == [60 + 667, 60 + 667, 60 + 666]
    assert in_hot(store) == 668  # those of the damaged hour, and the newest
    assert history.record(bulk) == 0
    assert any("stay in the log" in line["event"] for line in logs)


def test_the_other_hours_are_still_sealed(store: Store, history: SqliteHistory) -> None:
    history.record([reading(500 + number, minutes(number + 0.5), boot=9) for number in range(180)])
    history.record([reading(900, minutes(400), boot=9)])

    compact(store)

    assert in_hot(store) == 61
    assert [one.count for one in bins(history, 3600)][:3] == [120, 120, 120]


def test_a_keg_is_assigned_to_the_other_hours(history: SqliteHistory) -> None:
    with capture_logs() as logs:
        moved = history.assign(tap_id=TAP, spans=[KegSpan(keg_id="keg-2", start=NOON)])

    assert moved == 120
    assert [one.keg_id for one in bins(history, 3600)] == ["keg-1", "keg-2", "keg-2"]
    assert any("keeps the keg" in line["event"] for line in logs)


def test_a_repeated_reading_of_it_is_kept_twice_rather_than_never(store: Store, history: SqliteHistory) -> None:
    history.record([foreign(minutes(181), "a")])
    seal_all(store)
    with store.write() as db:
        db.execute("UPDATE chunks SET body = x'00' WHERE unnumbered > 0")

    with capture_logs() as logs:
        again = history.record([foreign(minutes(181), "a")])

    assert again == 1
    assert any("once more" in line["event"] for line in logs)
