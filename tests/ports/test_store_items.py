"""What readings rewrite lies apart: it is the same to whoever asks, and cheap for an SD card."""

from pathlib import Path

import pytest
from store_process import NOW

from backend.cellar.kegs import ledger_key
from backend.cellar.rewritten import is_rewritten
from backend.cellar.scales import telemetry_key
from backend.cellar.taps import key, state_key
from backend.domain.ids import TapId
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Delete, Index, Item, Key, Put, Query

PAGE_IN_LOG = 4096 + 24
TAPS = range(1, 51)


def state(number: int, *, version: int) -> Put:
    where = state_key(TapId("loc-001", number))
    item: Item = {"PK": where.pk, "SK": where.sk, "text": "x" * 550, "version": version}
    return Put(item=item, expected_version=version - 1)


def apart(store: Store) -> int:
    with store.read() as db:
        count: int = db.execute("SELECT count(*) FROM rewritten").fetchone()[0]
    return count


def test_the_rows_that_readings_rewrite_are_named() -> None:
    often = [state_key(TapId("loc-001", 7)), telemetry_key("SCALE-0042"), ledger_key("keg-1")]

    assert all(is_rewritten(one.sk) for one in often)
    assert not is_rewritten(key(TapId("loc-001", 7)).sk)


def test_fifty_states_cost_a_commit_ten_pages_although_they_stand_among_rows_that_stay(store: Store) -> None:
    table = SqliteTable(store)
    table.transact(*([Put(item={"PK": "LOCATION#loc-001", "SK": f"TAP#{n:02d}", "text": "x" * 370})] for n in TAPS))
    table.transact(*([state(n, version=1)] for n in TAPS))
    log = store.path.with_name(store.path.name + "-wal")
    before = log.stat().st_size

    table.transact(*([state(n, version=2)] for n in TAPS))

    assert apart(store) == 50
    assert (log.stat().st_size - before) / PAGE_IN_LOG <= 10


def test_a_row_that_an_earlier_version_left_in_its_place_is_moved_when_it_is_next_put(store: Store) -> None:
    table = SqliteTable(store)
    where = state_key(TapId("loc-001", 1))
    with store.write() as db:
        db.execute("INSERT INTO items (pk, sk, version, body) VALUES (?, ?, 4, ?)", (where.pk, where.sk, b'{"old":1}'))
    old = table.get(where)

    table.transact([state(1, version=5)])

    assert old == {"old": 1}
    assert table.get(where) == state(1, version=5).item
    assert apart(store) == 1


def test_an_index_follows_a_row_that_lies_apart(store: Store) -> None:
    table = SqliteTable(store)
    where = telemetry_key("SCALE-0042")
    for percent in (90, 80, 80, 15):
        item: Item = {"PK": where.pk, "SK": where.sk, "loc_id": "loc-001", "battery_pct": percent}
        table.transact([Put(item=item)])

    low = table.query(Query(partition="loc-001", index=Index.LOCATION_BATTERY, between=(0, 20))).items

    assert [row["battery_pct"] for row in low] == [15]
    assert apart(store) == 1


def test_a_removed_row_leaves_nothing_apart(store: Store) -> None:
    table = SqliteTable(store)
    table.transact(*([state(n, version=1)] for n in TAPS))

    table.transact(*([Delete(key=state_key(TapId("loc-001", n)))] for n in TAPS))

    assert apart(store) == 0
    assert table.get(state_key(TapId("loc-001", 1))) is None


@pytest.mark.parametrize("version", [1, 2])
def test_what_was_moved_is_whole_after_the_next_start(tmp_path: Path, version: int) -> None:
    with Store(tmp_path / "data", now=NOW) as store:
        SqliteTable(store).transact(*([state(3, version=v)] for v in range(1, version + 1)))

    with Store(tmp_path / "data", now=NOW) as store:
        assert SqliteTable(store).get(Key("LOCATION#loc-001", "TAP#03#STATE")) == state(3, version=version).item
