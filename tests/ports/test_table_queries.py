import base64
import json
from dataclasses import replace

import pytest
from lagging_table import eventually, every

from backend.cellar import paging
from backend.ports import Delete, Index, Item, Key, Put, Query, Table, TableRefused

LOCATION = "LOCATION#loc-001"
SORT_KEYS = ["DEV#SCALE-0001", "META", "TAP#01", "TAP#01#STATE", "TAP#02", "TAP#10", "TAP#Å", "TAP#🍺", "WS#c1"]


def put(pk: str, sk: str, **attributes: object) -> Put:
    item: Item = {"PK": pk, "SK": sk, **attributes}  # type: ignore[dict-item]  # tests put what they like
    return Put(item=item)


def sort_keys(table: Table, query: Query) -> list[object]:
    return [item["SK"] for item in every(table, query)]


@pytest.fixture
def filled(table: Table) -> Table:
    table.transact([put(LOCATION, sk) for sk in reversed(SORT_KEYS)], [put("LOCATION#loc-002", "TAP#01")])
    return table


def test_a_partition_is_read_in_order_of_its_sort_keys(filled: Table) -> None:
    query = Query(partition=LOCATION)

    assert sort_keys(filled, query) == SORT_KEYS


def test_descending_is_the_same_backwards(filled: Table) -> None:
    query = Query(partition=LOCATION, descending=True)

    assert sort_keys(filled, query) == SORT_KEYS[::-1]


def test_an_empty_partition_has_an_empty_page(filled: Table) -> None:
    page = filled.query(Query(partition="LOCATION#loc-404"))

    assert (list(page.items), page.cursor) == ([], None)


def test_begins_with_takes_exactly_what_begins_so(filled: Table) -> None:
    taps = [sk for sk in SORT_KEYS if sk.startswith("TAP#")]

    assert sort_keys(filled, Query(partition=LOCATION, begins_with="TAP#")) == taps
    assert sort_keys(filled, Query(partition=LOCATION, begins_with="TAP#01")) == ["TAP#01", "TAP#01#STATE"]
    assert sort_keys(filled, Query(partition=LOCATION, begins_with="TAP#01#STATE#")) == []


def test_a_prefix_at_the_edges_of_unicode_still_ends(table: Table) -> None:
    edges = ["a\ud7ff", "a\ud7ffb", "a\ue000", "a\U0010ffff", "a\U0010ffff\U0010ffffz", "b"]
    table.transact([put("EDGES", sk) for sk in edges])

    assert sort_keys(table, Query(partition="EDGES", begins_with="a\ud7ff")) == edges[:2]
    assert sort_keys(table, Query(partition="EDGES", begins_with="a\U0010ffff")) == edges[3:5]
    assert sort_keys(table, Query(partition="EDGES", begins_with="\U0010ffff")) == []


def test_between_takes_both_of_its_bounds(filled: Table) -> None:
    query = Query(partition=LOCATION, between=("TAP#01", "TAP#02"))

    assert sort_keys(filled, query) == ["TAP#01", "TAP#01#STATE", "TAP#02"]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 8, 9, 10])
def test_pages_of_any_size_give_each_item_once(filled: Table, limit: int, *, descending: bool) -> None:
    query = Query(partition=LOCATION, limit=limit, descending=descending)

    assert sort_keys(filled, query) == (SORT_KEYS[::-1] if descending else SORT_KEYS)


def test_a_page_goes_on_where_it_was_cut_although_items_came_and_went(filled: Table) -> None:
    first = filled.query(Query(partition=LOCATION, limit=3))
    filled.transact([Delete(key=Key(LOCATION, "TAP#01")), put(LOCATION, "AAA"), put(LOCATION, "TAP#03")])

    rest = sort_keys(filled, Query(partition=LOCATION, cursor=first.cursor))

    assert rest == ["TAP#01#STATE", "TAP#02", "TAP#03", "TAP#10", "TAP#Å", "TAP#🍺", "WS#c1"]


@pytest.mark.parametrize(
    "other", ["", "!", "bm9uc2Vuc2U=", "W10=", "e30=", "NQ==", "Wzdd", "ü", "\ud800", "W1tb" * 4000]
)
def test_a_cursor_that_is_none_is_refused(filled: Table, other: str) -> None:
    with pytest.raises(TableRefused, match="cursor"):
        filled.query(Query(partition=LOCATION, cursor=other))


@pytest.mark.parametrize(
    ("index", "place"),
    [(None, ["\ud800"]), (Index.DEVICE, ["\ud800", "b"]), (Index.DUE, [10**400, "a", "b"]), (None, ["x" * 5000])],
)
def test_a_cursor_made_up_of_what_no_item_holds_is_refused(
    filled: Table, index: Index | None, place: list[object]
) -> None:
    query = Query(partition=LOCATION, index=index)
    told = json.dumps([paging._stamp(query), *place])
    cursor = base64.urlsafe_b64encode(told.encode()).decode()

    with pytest.raises(TableRefused, match="cursor"):
        filled.query(replace(query, cursor=cursor))


def test_a_cursor_of_another_query_is_refused(filled: Table) -> None:
    cursor = filled.query(Query(partition=LOCATION, limit=2)).cursor

    for other in (
        Query(partition="LOCATION#loc-002", cursor=cursor),
        Query(partition=LOCATION, cursor=cursor, descending=True),
        Query(partition=LOCATION, cursor=cursor, begins_with="TAP#"),
        Query(partition=LOCATION, cursor=cursor, index=Index.DEVICE),
    ):
        with pytest.raises(TableRefused, match="cursor"):
            filled.query(other)


def test_a_scale_leads_to_the_taps_it_carries(table: Table) -> None:
    query = Query(partition="SCALE-0042", index=Index.DEVICE)
    table.transact(
        [
            put(LOCATION, "TAP#01", device_id="SCALE-0042"),
            put(LOCATION, "TAP#02", device_id="SCALE-0042"),
            put(LOCATION, "TAP#03", device_id="SCALE-0001"),
            put(LOCATION, "TAP#04"),
        ]
    )
    eventually(lambda: sorted(sort_keys(table, query), key=str), ["TAP#01", "TAP#02"])

    table.transact([put(LOCATION, "TAP#01", device_id="SCALE-0001"), Delete(key=Key(LOCATION, "TAP#02"))])

    eventually(lambda: sort_keys(table, query), [])


def test_batteries_sort_as_numbers_not_as_text(table: Table) -> None:
    charges: list[float] = [100, 9, 20.5, 20, 0, 3, -1.5]
    table.transact(
        [put(f"DEVICE#{n}", "TELEMETRY", loc_id="loc-001", battery_pct=pct) for n, pct in enumerate(charges)],
        [put("DEVICE#x", "TELEMETRY", loc_id="loc-002", battery_pct=5), put("DEVICE#y", "META", loc_id="loc-001")],
    )
    everyone = Query(partition="loc-001", index=Index.LOCATION_BATTERY, limit=2)
    low = Query(partition="loc-001", index=Index.LOCATION_BATTERY, between=(0, 20), limit=2, descending=True)

    eventually(lambda: [item["battery_pct"] for item in every(table, everyone)], [-1.5, 0, 3, 9, 20, 20.5, 100])
    eventually(lambda: [item["battery_pct"] for item in every(table, low)], [20, 9, 3, 0])


def test_what_is_due_comes_first_and_many_may_be_due_at_once(table: Table) -> None:
    dues = [(1773868800.25, "c"), (1773868800, "a"), (1773868800, "b"), (9, "old"), (1773868800, "d")]
    table.transact([put(name, "TIMER", due_shard="DUE#0", due_at=at) for at, name in dues])
    query = Query(partition="DUE#0", index=Index.DUE, between=(0, 1773868800), limit=1)

    eventually(lambda: sorted(str(item["PK"]) for item in every(table, query)), ["a", "b", "d", "old"])

    assert every(table, query)[0]["PK"] == "old"


def test_a_timer_that_is_moved_stands_at_its_new_time_alone(table: Table) -> None:
    query = Query(partition="DUE#0", index=Index.DUE)
    table.transact([put("a", "TIMER", due_shard="DUE#0", due_at=10), put("b", "TIMER", due_shard="DUE#0", due_at=20)])
    eventually(lambda: [item["PK"] for item in every(table, query)], ["a", "b"])

    table.transact([put("a", "TIMER", due_shard="DUE#0", due_at=30)])

    eventually(lambda: [item["PK"] for item in every(table, query)], ["b", "a"])


@pytest.mark.parametrize(
    "query",
    [
        Query(partition=""),
        Query(partition="p" * 2049),
        Query(partition="p", limit=0),
        Query(partition="p", begins_with=""),
        Query(partition="p", begins_with="a", between=("a", "b")),
        Query(partition="p", between=("b", "a")),
        Query(partition="p", between=("", "a")),
        Query(partition="p", between=(1, 2)),
        Query(partition="p", index=Index.DEVICE, begins_with="a"),
        Query(partition="p", index=Index.DEVICE, between=("a", "b")),
        Query(partition="p", index=Index.DUE, begins_with="1"),
        Query(partition="p", index=Index.DUE, between=("1", "2")),
        Query(partition="p", index=Index.DUE, between=(2, 1)),
        Query(partition="p", index=Index.DUE, between=(0, float("inf"))),
        Query(partition="p", index=Index.DUE, between=(float("nan"), 1)),
        Query(partition="p", index=Index.DUE, between=(0, 1e126)),
        Query(partition="p", index=Index.DUE, between=(True, 2)),
    ],
    ids=repr,
)
def test_a_query_that_dynamodb_would_refuse_is_refused(table: Table, query: Query) -> None:
    with pytest.raises(TableRefused):
        table.query(query)
