"""The Table port over one SQLite table: whole items as JSON, versions, and the three indexes."""

import sqlite3
from collections.abc import Mapping, Sequence

from backend.cellar.limits import check_group, check_key, key_of
from backend.cellar.paging import cursor_after
from backend.embedded.bodies import BROKEN, decoded, encoded, leniently
from backend.embedded.items import Write, bodies_of, delete_of, put_of, version_of
from backend.embedded.selection import Selected, selected
from backend.embedded.store import Store
from backend.embedded.unreadable import UnreadableItem
from backend.ports import Action, Delete, Group, Item, Key, Outcome, Page, Put, Query


class SqliteTable:
    """The single table of a bar.

    An item whose body a disk has changed comes as an UnreadableItem: it tells its key and version, and raises
    UnreadableRow where more is asked of it. All others are what they were.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, key: Key) -> Item | None:
        """One item, or None. Raises TableRefused for a key that cannot exist, StoreUnavailable."""
        return self.get_many((key,)).get(key)

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        """Those of the items that exist, as they all stood at one moment; any number of keys."""
        for key in keys:
            check_key(key)
        with self._store.read() as db:
            try:
                return {key: decoded(body) for key, body in bodies_of(db, keys)}
            except BROKEN as broken:
                with leniently(db, broken):
                    return {key: self._item(key, body) for key, body in bodies_of(db, keys)}

    def query(self, query: Query) -> Page:
        """One page of a partition or index; raises TableRefused for a cursor or a condition that is not its own."""
        select: Selected = selected(query)
        arguments = (*select.arguments, query.limit + 1)
        with self._store.read() as db:
            try:
                rows = db.execute(select.sql, arguments).fetchall()
                items: list[Item] = [decoded(body) for body, *_ in rows[: query.limit]]
            except BROKEN as broken:
                with leniently(db, broken):
                    rows = db.execute(select.sql, arguments).fetchall()
                items = [self._item(_place(query, place), body) for body, *place in rows[: query.limit]]
        cut = len(rows) > query.limit
        return Page(items=items, cursor=cursor_after(query, rows[query.limit - 1][1:]) if cut else None)

    def transact(self, *groups: Group, durable: bool = True) -> Sequence[Outcome]:
        """Apply each group by itself, all or nothing, in order; one outcome a group.

        Raises TableRefused before anything is written, and StoreUnavailable, after which nothing of the call
        stands, nor anything that was not durable before it.
        """
        for group in groups:
            check_group(group)
        prepared = [[_prepared(action) for action in group] for group in groups]
        with self._store.lock:
            outcomes = [self._apply(group, steps) for group, steps in zip(groups, prepared, strict=True)]
            if durable and Outcome.APPLIED in outcomes:
                self._store.sync()
        return outcomes

    def _apply(self, group: Group, writes: Sequence[Write | None]) -> Outcome:
        with self._store.read() as db:
            if not all(_stands(db, action) for action in group):
                return Outcome.CONFLICT
        with self._store.write() as db:
            for write in writes:
                if write is not None:
                    write(db)
        if self._store.unreadable:
            self._store.unreadable.written(_key(action) for action in group)
        return Outcome.APPLIED

    def _item(self, key: Key, body: bytes | str) -> Item:
        """The item of a body."""
        try:
            return decoded(body)
        except ValueError as bad:
            return self._unreadable(key, str(bad))

    def _unreadable(self, key: Key, why: str) -> Item:
        with self._store.read() as db:
            _, version = version_of(db, key)
        item = UnreadableItem(key, version=version, why=why)
        self._store.unreadable.add(key, item.trouble)
        return item


def _stands(db: sqlite3.Connection, action: Action) -> bool:
    """Whether the item an action speaks of has the version it expects."""
    if action.expected_version is None:
        return True
    there, version = version_of(db, _key(action))
    return version == action.expected_version if there else action.expected_version == 0


def _prepared(action: Action) -> Write | None:
    """The write of an action, made before the lock is taken; None for a check."""
    if isinstance(action, Put):
        return put_of(action.item, encoded(action.item))
    if isinstance(action, Delete):
        return delete_of(action.key)
    return None


def _key(action: Action) -> Key:
    return key_of(action.item) if isinstance(action, Put) else action.key


def _place(query: Query, place: Sequence[str]) -> Key:
    """The key of a row that a query found; what is left of its place in the order ends with it."""
    pk, sk = (query.partition, *place)[-2:]
    return Key(pk, sk)
