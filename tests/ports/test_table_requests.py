"""Each request of docs/reference/table.md is what the adapters really send, and never more than a search of a key."""

import re
from pathlib import Path
from typing import Any

import cloud
import pytest
from faulty_client import FaultyClient

from backend.aws.asking import asked
from backend.aws.table import DynamoTable
from backend.embedded.selection import selected
from backend.embedded.store import Store
from backend.ports import Check, Delete, Index, Key, Put, Query

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "table.md").read_text(encoding="utf-8")
QUERIES = {
    "partition": Query(partition="P"),
    "prefix": Query(partition="P", begins_with="S"),
    "range": Query(partition="P", between=("A", "B")),
    "device": Query(partition="SCALE-0042", index=Index.DEVICE),
    "battery": Query(partition="loc-001", index=Index.LOCATION_BATTERY, between=(0, 20)),
    "due": Query(partition="DUE#0", index=Index.DUE, between=(0, 9)),
}
REQUESTS = {"get_item", "batch_get_item", "query", "put_item", "delete_item", "transact_write_items"}


def _section(heading: str) -> str:
    return PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def _rows(heading: str) -> list[list[str]]:
    rows = re.findall(r"^\| (?!---)(.+) \|$", _section(heading), re.MULTILINE)
    return [[cell.strip() for cell in row.split(" | ")] for row in rows]


TOLD = {name: (sqlite, dynamo) for name, _, sqlite, dynamo in (row for row in _rows("Requests") if len(row) == 4)}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_becomes_the_request_that_the_page_tells(name: str) -> None:
    sqlite, dynamo = TOLD[name]
    query = QUERIES[name]

    sent = asked(query, "scale-sense")

    assert f" WHERE {sqlite.strip('`')} ORDER BY" in selected(query).sql
    assert dynamo.endswith(f": `{sent['KeyConditionExpression']}`")
    assert ("consistent" in dynamo) is sent.get("ConsistentRead", False)
    assert sent.get("IndexName") == query.index


def test_every_access_pattern_is_one_of_the_requests() -> None:
    patterns = _rows("Access patterns")[1:]

    assert len(patterns) > 20
    assert {request for _, _, request, _ in patterns} <= set(TOLD)
    assert set(TOLD) - {"request"} == {"get", "get many", *QUERIES}


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("descending", [False, True])
def test_sqlite_searches_a_key_or_an_index_and_sorts_nothing(store: Store, name: str, *, descending: bool) -> None:
    query = Query(
        partition=QUERIES[name].partition,
        index=QUERIES[name].index,
        begins_with=QUERIES[name].begins_with,
        between=QUERIES[name].between,
        descending=descending,
    )
    select = selected(query)

    with store.read() as db:
        plan = [row[-1] for row in db.execute(f"EXPLAIN QUERY PLAN {select.sql}", (*select.arguments, 10))]

    assert [step for step in plan if not step.startswith("SEARCH")] == []


def test_dynamodb_is_asked_nothing_but_by_key(client: Any) -> None:
    key, other = Key("P", "S"), Key("P", "T")
    with cloud.fresh_name(client) as name:
        counting = FaultyClient(client, lambda _, __: None)
        table = DynamoTable(counting, name)  # type: ignore[arg-type]  # it calls what it wraps
        put = Put(item={"PK": "P", "SK": "S"})

        table.transact([put], [put, Delete(key=other)], [Delete(key=other)], [Check(key=other, expected_version=0)])
        table.get(key)
        table.get_many([key, other])
        for query in QUERIES.values():
            table.query(query)

    assert {called for called, _ in counting.calls} == REQUESTS
