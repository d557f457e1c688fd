"""Whatever is written in whatever order, the table answers as a plain dict would."""

import math
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lagging_table import every

from backend.ports import Action, Check, Delete, Index, Item, Key, Outcome, Put, Query, Table

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
numbers = st.one_of(
    st.integers(-(10**37), 10**37),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x == 0 or 1e-129 < abs(x) < 1e125),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts.filter(bool), inner, max_size=3)),
    max_leaves=6,
)
attributes = st.dictionaries(st.sampled_from(["beer", "größe", "x"]), values, max_size=3)
index_keys = st.fixed_dictionaries(
    {},
    optional={
        "device_id": st.sampled_from(["SCALE-1", "SCALE-2"]),
        "loc_id": st.sampled_from(["loc-1", "loc-2"]),
        "battery_pct": st.one_of(st.integers(0, 100), st.integers(0, 10_000).map(lambda n: n / 100)),
    },
)
keys = st.builds(Key, st.sampled_from(["P", "Q"]), st.sampled_from(["a", "a#", "a#STATE", "b", "LEDGER", "ä"]))


@st.composite
def groups(draw: st.DrawFn) -> list[Action]:
    actions: list[Action] = []
    for key in draw(st.lists(keys, min_size=1, max_size=4, unique=True)):
        expected = draw(st.one_of(st.none(), st.integers(0, 3)))
        kind = draw(st.sampled_from(["put", "put", "delete", "check"]))
        if kind == "put":
            stamp = {} if expected is None else {"version": expected + 1}
            item: Item = {"PK": key.pk, "SK": key.sk, **draw(attributes), **draw(index_keys), **stamp}
            actions.append(Put(item=item, expected_version=expected))
        elif kind == "delete":
            actions.append(Delete(key=key, expected_version=expected))
        else:
            actions.append(Check(key=key, expected_version=expected or 0))
    return actions


class Model:
    """The rules of the port over a dict, each in the plainest way."""

    def __init__(self) -> None:
        self.items: dict[Key, Item] = {}

    def transact(self, group: list[Action]) -> Outcome:
        for action in group:
            key = key_of(action)
            stands = self.items.get(key)
            version = 0 if stands is None else stands.get("version")
            if action.expected_version is not None and version != action.expected_version:
                return Outcome.CONFLICT
        for action in group:
            if isinstance(action, Put):
                self.items[key_of(action)] = action.item
            elif isinstance(action, Delete):
                self.items.pop(key_of(action), None)
        return Outcome.APPLIED

    def partition(self, pk: str) -> list[Item]:
        return [self.items[key] for key in sorted(self.items, key=lambda key: key.sk.encode()) if key.pk == pk]

    def batteries(self, location: str) -> list[Any]:
        rows = [item for item in self.items.values() if item.get("loc_id") == location]
        return sorted(item["battery_pct"] for item in rows if "battery_pct" in item)  # type: ignore[type-var]


def key_of(action: Action) -> Key:
    return Key(str(action.item["PK"]), str(action.item["SK"])) if isinstance(action, Put) else action.key


def test_a_table_answers_as_a_dict_would(table_adapter: Any) -> None:
    @settings(max_examples=60 // table_adapter.cost, deadline=None)
    @given(batches=st.lists(st.lists(groups(), min_size=1, max_size=3), max_size=6), limit=st.integers(1, 4))
    def holds(batches: list[list[list[Action]]], limit: int) -> None:
        with table_adapter.opened() as table:
            _answers_as_a_dict(table, batches, limit)

    holds()


def _answers_as_a_dict(table: Table, batches: list[list[list[Action]]], limit: int) -> None:
    model = Model()

    for number, batch in enumerate(batches):
        outcomes = table.transact(*batch, durable=number % 2 == 0)
        assert outcomes == [model.transact(group) for group in batch]

    for pk in ("P", "Q"):
        query = Query(partition=pk, limit=limit)
        assert every(table, query) == model.partition(pk)
        assert every(table, replace(query, descending=True)) == model.partition(pk)[::-1]
        begun = [item for item in model.partition(pk) if str(item["SK"]).startswith("a")]
        assert every(table, replace(query, begins_with="a")) == begun
    for location in ("loc-1", "loc-2"):
        charges = every(table, Query(partition=location, index=Index.LOCATION_BATTERY, limit=limit))
        assert [item["battery_pct"] for item in charges] == model.batteries(location)
    assert table.get_many(list(model.items)) == model.items


def test_a_value_comes_back_equal_and_of_its_kind(shared_table: Table, table_adapter: Any) -> None:
    @settings(max_examples=150 // table_adapter.cost, deadline=None)
    @given(value=values)
    def holds(value: Any) -> None:
        shared_table.transact([Put(item={"PK": "P", "SK": "S", "value": value})], durable=False)

        stored = shared_table.get(Key("P", "S"))

        assert stored is not None
        assert stored["value"] == value
        assert _same_kind(stored["value"], value)

    holds()


def _same_kind(one: Any, other: Any) -> bool:
    """True is not 1 here, though Python says they are equal."""
    if isinstance(one, dict):
        return all(_same_kind(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return all(map(_same_kind, one, other))
    if isinstance(one, float):
        return isinstance(other, (int, float)) and math.isfinite(one)
    return type(one) is type(other) or (not isinstance(one, bool) and not isinstance(other, bool))
