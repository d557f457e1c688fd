from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.ports import Action, Check, Delete, Key, Outcome, Put, Table, TableRefused

KEY = Key("P", "S")
KB = 1024


def put(**attributes: Any) -> Put:
    return Put(item={"PK": "P", "SK": "S", **attributes})


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


REFUSED: dict[str, Sequence[Action]] = {
    "no action": [],
    "101 actions": [Delete(key=Key("P", str(n))) for n in range(101)],
    "a key twice": [put(), Delete(key=KEY)],
    "a key put and checked": [put(), Check(key=KEY, expected_version=1)],
    "more than 4 MB": [Put(item={"PK": "P", "SK": str(n), "x": "x" * 390 * KB}) for n in range(11)],
    "an item over 400 KB": [put(x="x" * (400 * KB - 6))],
    "an item over 400 KB in UTF-8 only": [put(x="€" * 140_000)],
    "no PK": [Put(item={"SK": "S"})],
    "no SK": [Put(item={"PK": "P"})],
    "an empty PK": [Put(item={"PK": "", "SK": "S"})],
    "an empty SK": [Delete(key=Key("P", ""))],
    "a PK over 2048 bytes": [Put(item={"PK": "é" * 1025, "SK": "S"})],
    "an SK over 1024 bytes": [Check(key=Key("P", "s" * 1025), expected_version=0)],
    "a key that is a number": [Put(item={"PK": 7, "SK": "S"})],
    "NaN": [put(x=float("nan"))],
    "infinity, deep inside": [put(x={"y": [1, float("-inf")]})],
    "a float beyond 9.99e125": [put(x=1e126)],
    "a float below 1e-130": [put(x=1e-131)],
    "a number of 39 digits": [put(x=10**38 + 1)],
    "a number of 39 digits, most of them zeros": [put(x=10**38)],
    "a number of a thousand digits": [put(x=10**1000)],
    "bytes": [put(x=b"x")],
    "a moment": [put(x=datetime(2026, 3, 18, tzinfo=UTC))],
    "a set": [put(x={"a"})],
    "a map with a number for a name": [put(x={1: "a"})],
    "an empty name": [Put(item={"PK": "P", "SK": "S", "": 1})],
    "half a surrogate pair": [put(x="\ud800")],
    "half a surrogate pair in a key": [Delete(key=Key("P", "\udfff"))],
    "a value in 32 lists": [put(x=nested(32))],
    "an index key that is null": [put(device_id=None)],
    "an index key that is empty": [put(loc_id="")],
    "an index key that is a number": [put(due_shard=0)],
    "a battery that is text": [put(battery_pct="78")],
    "a battery that is null": [put(battery_pct=None)],
    "a due time that is true": [put(due_at=True)],
    "a version that is text": [put(version="1")],
    "version zero": [put(version=0)],
    "a version that is true": [put(version=True)],
    "a conditional put without a version": [Put(item={"PK": "P", "SK": "S"}, expected_version=0)],
    "a conditional put that skips a version": [Put(item={"PK": "P", "SK": "S", "version": 3}, expected_version=1)],
    "a negative version": [Check(key=KEY, expected_version=-1)],
}

LARGEST = "an item of exactly 400 KB"
TAKEN: dict[str, Put] = {
    LARGEST: put(x="x" * (400 * KB - 7)),
    "a PK of 2048 bytes": Put(item={"PK": "é" * 1024, "SK": "S"}),
    "an SK of 1024 bytes": Put(item={"PK": "P", "SK": "s" * 1024}),
    "a number of 38 digits": put(x=10**38 - 1, y=-(10**37) - 1),
    "a number with many zeros": put(x=10**37),
    "a number of 64 bits": put(x=2**64 - 1, y=-(2**63), z=2**64),
    "the largest and least floats": put(x=9.99e125, y=1e-130, z=-9.99e125, zero=0.0),
    "a value in 31 lists": put(x=nested(31)),
    "empty values": put(x="", y=[], z={}),
    "tuples": put(x=("a", ("b", "c"))),
    "odd text": put(x="\x00\u2028\U0001f37a\ufeff", **{"na me\n": 1}),
    "a due time beyond 63 bits": put(due_shard="DUE#0", due_at=10**30),
    "a location without a battery": put(loc_id="loc-001"),
}


@pytest.mark.parametrize("group", REFUSED.values(), ids=REFUSED)
def test_what_dynamodb_refuses_is_refused(table: Table, group: Sequence[Action]) -> None:
    with pytest.raises(TableRefused):
        table.transact([Put(item={"PK": "FIRST", "SK": "S"})], group)

    assert table.get(Key("FIRST", "S")) is None


@pytest.mark.parametrize("action", TAKEN.values(), ids=TAKEN)
def test_what_lies_at_a_limit_is_taken_and_comes_back(table: Table, table_adapter: Any, action: Put) -> None:
    if table_adapter.name == "moto" and action is TAKEN[LARGEST]:
        action = put(x="x" * (405_000 - 7))  # where moto draws the line; DynamoDB's own is 409,600 bytes
    pk, sk = action.item["PK"], action.item["SK"]
    assert isinstance(pk, str)
    assert isinstance(sk, str)

    assert table.transact([action]) == [Outcome.APPLIED]

    assert table.get(Key(pk, sk)) == {name: as_list(value) for name, value in action.item.items()}


@pytest.mark.parametrize("key", [Key("", "S"), Key("P", ""), Key("P" * 2049, "S"), Key("P", "s" * 1025)], ids=str)
def test_a_key_that_cannot_exist_is_refused_when_asked_for(table: Table, key: Key) -> None:
    with pytest.raises(TableRefused):
        table.get(key)
    with pytest.raises(TableRefused):
        table.get_many([KEY, key])


def as_list(value: Any) -> Any:
    """A tuple comes back as the list it is in JSON."""
    return [as_list(inner) for inner in value] if isinstance(value, tuple) else value
