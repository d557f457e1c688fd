"""A row whose bytes were changed on the disk stays its own affair: all others are what they were, and it is named."""

import re

import pytest
import structlog
from store_process import NOW

from backend.cellar.rows import UnreadableRow, number, version_of
from backend.embedded.folder import FolderLock
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Action, Delete, Index, Item, Key, Outcome, Put, Query

STATE = Key("LOCATION#loc-001", "TAP#01#STATE")
WHOLE = Key("LOCATION#loc-001", "TAP#02#STATE")
SPOIL = {
    "its end is missing": "substr(body, 1, 10)",
    "it is empty": "x''",
    "it is bytes of no text": "x'22ff22'",
    "it is text that is none": "CAST(x'7b22ff' AS TEXT)",
    "it is text that is no UTF-8 inside": "CAST(x'7b2261223a22ff227d' AS TEXT)",
    "it is text that is cut": '\'{"PK":"LOC\'',
    "it is a number": "7",
    "it is no object": "x'31'",
}


def spoil(store: Store, sk: str, body: str = "x''") -> None:
    with store.write() as db:
        db.execute(
            f"UPDATE rewritten SET body = {body} WHERE place = (SELECT place FROM items WHERE sk = ?)",  # noqa: S608
            (sk,),
        )


@pytest.fixture(params=SPOIL)
def table(request: pytest.FixtureRequest, store: Store) -> SqliteTable:
    """Two states, the first of them damaged."""
    told = SqliteTable(store)
    for key in (STATE, WHOLE):
        item: Item = {
            "PK": key.pk, "SK": key.sk, "version": 1, "lbs": 5.0, "device_id": "D", "due_shard": "S", "due_at": 1,
        }  # fmt: skip
        told.transact([Put(item=item, expected_version=0)])
    spoil(store, STATE.sk, SPOIL[request.param])
    return told


def test_a_damaged_row_tells_where_it_lies_and_refuses_to_tell_more(table: SqliteTable) -> None:
    item = table.get(STATE)

    assert item
    assert (item["PK"], item["SK"], version_of(item)) == (STATE.pk, STATE.sk, 1)
    named = f"row {re.escape(STATE.pk)} / {re.escape(STATE.sk)} cannot be read .*scale-sense restore --rows"
    with pytest.raises(UnreadableRow, match=named):
        item.get("lbs")
    with pytest.raises(UnreadableRow, match=named):
        number(item, "lbs")
    with pytest.raises(UnreadableRow, match=named):
        dict(item)


def test_all_other_rows_are_read_beside_it(table: SqliteTable) -> None:
    whole = table.get(WHOLE)

    many = table.get_many([WHOLE, STATE])
    pages = [
        table.query(Query(partition=STATE.pk, begins_with="TAP#")),
        table.query(Query(partition="D", index=Index.DEVICE)),
        table.query(Query(partition="S", index=Index.DUE)),
    ]

    assert whole is not None
    assert whole["lbs"] == 5.0
    assert many[WHOLE] == whole
    assert many[STATE]["SK"] == STATE.sk
    for page in pages:
        assert [item["SK"] for item in page.items] == [STATE.sk, WHOLE.sk]
        assert page.items[1] == whole


def test_a_page_that_ends_with_it_goes_on_behind_it(table: SqliteTable) -> None:
    first = table.query(Query(partition=STATE.pk, limit=1))

    second = table.query(Query(partition=STATE.pk, limit=1, cursor=first.cursor))

    assert [page.items[0]["SK"] for page in (first, second)] == [STATE.sk, WHOLE.sk]


def test_it_is_no_damage_of_the_file_and_is_logged_once(store: Store, table: SqliteTable) -> None:
    with structlog.testing.capture_logs() as logged:
        table.get(STATE)
        table.get_many([WHOLE, STATE])

    assert store.damage is None
    (told,) = store.unreadable.told
    assert [(one["log_level"], one["why"]) for one in logged] == [("error", told)]


@pytest.mark.parametrize("anew", ["put", "put over its version", "delete"])
def test_once_it_is_written_over_it_is_forgotten(store: Store, table: SqliteTable, anew: str) -> None:
    table.get(STATE)
    item: Item = {"PK": STATE.pk, "SK": STATE.sk, "version": 2, "lbs": 6.0}
    actions: dict[str, Action] = {
        "put": Put(item=item), "put over its version": Put(item=item, expected_version=1), "delete": Delete(key=STATE),
    }  # fmt: skip

    outcomes = table.transact([actions[anew]])

    assert outcomes == [Outcome.APPLIED]
    assert table.get(STATE) == (None if anew == "delete" else item)
    assert store.unreadable.told == ()


def test_the_next_start_looks_closer(store: Store, table: SqliteTable) -> None:
    table.get(STATE)

    store.close()

    lock = FolderLock(store.path.parent, now=NOW)
    assert not lock.ended_cleanly
    lock.release()
