"""A decorator around a Table whose indexes are always one question behind, as a cloud's may be."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from backend.ports import Check, Group, Item, Key, Outcome, Page, Query, Table

T = TypeVar("T")


class LaggingTable:
    """Answers by key from `table`, by index from a copy that learns of a change only after it was asked once."""

    def __init__(self, table: Table, *, copy: Table) -> None:
        self._table = table
        self._copy = copy
        self._unseen: deque[Group] = deque()

    def get(self, key: Key) -> Item | None:
        return self._table.get(key)

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        return self._table.get_many(keys)

    def query(self, query: Query) -> Page:
        if query.index is None:
            return self._table.query(query)
        page = self._copy.query(query)
        while self._unseen:
            self._copy.transact(self._unseen.popleft(), durable=False)
        return page

    def transact(self, *groups: Group, durable: bool = True) -> Sequence[Outcome]:
        outcomes = self._table.transact(*groups, durable=durable)
        for group, outcome in zip(groups, outcomes, strict=True):
            writes = [replace(action, expected_version=None) for action in group if not isinstance(action, Check)]
            if outcome is Outcome.APPLIED and writes:
                self._unseen.append(writes)
        return outcomes


def every(table: Table, query: Query) -> list[Item]:
    """The items of all pages of a query."""
    items: list[Item] = []
    cursor: str | None = query.cursor
    while True:
        page = table.query(replace(query, cursor=cursor))
        assert len(page.items) <= query.limit
        items += page.items
        cursor = page.cursor
        if cursor is None:
            return items


def eventually(read: Callable[[], T], wanted: T, *, questions: int = 20) -> None:
    """Ask until the answer is the wanted one: what an index says may be old."""
    answer = read()
    for _ in range(questions):
        if answer == wanted:
            return
        answer = read()
    assert answer == wanted
