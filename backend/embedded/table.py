"""The Table port over one SQLite table: whole items as JSON, versions, and the three indexes."""

import json
import sqlite3
from collections.abc import Mapping, Sequence

import orjson

from backend.cellar.limits import check_group, check_key, key_of
from backend.cellar.paging import cursor_after
from backend.embedded.items import Write, bodies_of, delete_of, put_of, version_of
from backend.embedded.selection import Selected, selected
from backend.embedded.store import Store
from backend.ports import Action, Delete, Group, Item, Key, Outcome, Page, Put, Query


class SqliteTable:
    """The single table of a bar."""

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
            return {key: self._decoded(body) for key, body in bodies_of(db, keys)}

    def query(self, query: Query) -> Page:
        """One page of a partition or index; raises TableRefused for a cursor or a condition that is not its own."""
        select: Selected = selected(query)
        with self._store.read() as db:
            rows = db.execute(select.sql, (*select.arguments, query.limit + 1)).fetchall()
        page = rows[: query.limit]
        cut = len(rows) > len(page)
        return Page(
            items=[self._decoded(body) for body, *_ in page], cursor=cursor_after(query, page[-1][1:]) if cut else None
        )

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
        return Outcome.APPLIED

    def _decoded(self, body: bytes | str) -> Item:
        """The item of a body. Raises StoreUnavailable for one that is damaged: that is no fault of who asks for it."""
        try:
            item = json.loads(body) if isinstance(body, str) else orjson.loads(body)
        except ValueError as bad:
            raise self._store.row_damaged(f"a row of the table is cut or changed: {bad}") from bad
        if not isinstance(item, dict):
            raise self._store.row_damaged(f"a row of the table is no item: {item!r:.80}")
        return item


def _stands(db: sqlite3.Connection, action: Action) -> bool:
    """Whether the item an action speaks of has the version it expects."""
    if action.expected_version is None:
        return True
    there, version = version_of(db, key_of(action.item) if isinstance(action, Put) else action.key)
    return version == action.expected_version if there else action.expected_version == 0


def _prepared(action: Action) -> Write | None:
    """The write of an action, made before the lock is taken; None for a check."""
    if isinstance(action, Put):
        return put_of(action.item, _encoded(action.item))
    if isinstance(action, Delete):
        return delete_of(action.key)
    return None


def _encoded(item: Item) -> bytes | str:
    """JSON; bytes by the fast writer, text where only the slow one can (whole numbers beyond 64 bits)."""
    try:
        return orjson.dumps(item, default=_plain)
    except TypeError:
        return json.dumps(item, default=_plain, ensure_ascii=False, allow_nan=False)


def _plain(value: object) -> object:
    """Mappings and sequences that are no dict and list, as such."""
    return dict(value) if isinstance(value, Mapping) else list(value)  # type: ignore[call-overload]  # limits let no other through
