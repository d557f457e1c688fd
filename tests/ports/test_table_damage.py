"""A row whose bytes were changed on the disk is the store's fault, and not taken for one of who asks for it."""

import pytest
from store_process import NOW

from backend.embedded.folder import FolderLock
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Item, Key, Put, Query, StoreUnavailable

STATE = Key("LOCATION#loc-001", "TAP#01#STATE")
WHOLE = Key("LOCATION#loc-001", "TAP#02#STATE")
SPOIL = {
    "its end is missing": "substr(body, 1, 10)",
    "it is empty": "x''",
    "it is text no more": "x'22ff22'",
    "it is no object": "x'31'",
}


@pytest.fixture(params=SPOIL)
def table(request: pytest.FixtureRequest, store: Store) -> SqliteTable:
    """Two states, the first of them damaged."""
    told = SqliteTable(store)
    for key in (STATE, WHOLE):
        item: Item = {"PK": key.pk, "SK": key.sk, "version": 1, "text": "hello"}
        told.transact([Put(item=item, expected_version=0)])
    with store.write() as db:
        db.execute(
            f"UPDATE rewritten SET body = {SPOIL[request.param]} "  # noqa: S608 - constants
            "WHERE place = (SELECT place FROM items WHERE sk = ?)",
            (STATE.sk,),
        )
    return told


def test_a_damaged_row_makes_the_store_unavailable_and_is_told(store: Store, table: SqliteTable) -> None:
    with pytest.raises(StoreUnavailable, match="restore"):
        table.get(STATE)
    with pytest.raises(StoreUnavailable, match="restore"):
        table.get_many([WHOLE, STATE])
    with pytest.raises(StoreUnavailable, match="restore"):
        table.query(Query(partition=STATE.pk))

    assert store.damage is not None
    assert store.damage.startswith("a row of the table")
    assert table.get(WHOLE) is not None


def test_the_next_start_looks_closer(store: Store, table: SqliteTable) -> None:
    with pytest.raises(StoreUnavailable):
        table.get(STATE)

    store.close()

    lock = FolderLock(store.path.parent, now=NOW)
    assert not lock.ended_cleanly
    lock.release()
