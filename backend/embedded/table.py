"""The Table port over one SQLite table: whole items as JSON, versions, and the three indexes."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from backend.cellar.limits import check_group, check_key, is_number, key_of
from backend.cellar.paging import cursor_after
from backend.embedded.selection import Selected, selected
from backend.embedded.store import Store
from backend.ports import Action, Delete, Group, Item, Key, Outcome, Page, Put, Query

_MAX_INTEGER: Final = 2**63 - 1
_GET: Final = "SELECT body FROM items WHERE pk = ? AND sk = ?"
_VERSION: Final = "SELECT version FROM items WHERE pk = ? AND sk = ?"
_DELETE: Final = "DELETE FROM items WHERE pk = ? AND sk = ?"
_PUT: Final = (
    "INSERT INTO items (pk, sk, version, body, device, battery_loc, battery, due_shard, due_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (pk, sk) DO UPDATE SET version = excluded.version, "
    "body = excluded.body, device = excluded.device, battery_loc = excluded.battery_loc, "
    "battery = excluded.battery, due_shard = excluded.due_shard, due_at = excluded.due_at"
)


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
        found: dict[Key, Item] = {}
        with self._store.read() as db:
            for key in keys:
                row = db.execute(_GET, (key.pk, key.sk)).fetchone()
                if row is not None:
                    found[key] = _decoded(row[0])
        return found

    def query(self, query: Query) -> Page:
        """One page of a partition or index; raises TableRefused for a cursor or a condition that is not its own."""
        select: Selected = selected(query)
        with self._store.read() as db:
            rows = db.execute(select.sql, (*select.arguments, query.limit + 1)).fetchall()
        page = rows[: query.limit]
        cut = len(rows) > len(page)
        return Page(
            items=[_decoded(body) for body, *_ in page], cursor=cursor_after(query, page[-1][1:]) if cut else None
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

    def _apply(self, group: Group, steps: Sequence[tuple[str, tuple[Any, ...]] | None]) -> Outcome:
        with self._store.read() as db:
            if not all(_stands(db, action) for action in group):
                return Outcome.CONFLICT
        with self._store.write() as db:
            for step in steps:
                if step is not None:
                    db.execute(*step)
        return Outcome.APPLIED


def _stands(db: sqlite3.Connection, action: Action) -> bool:
    """Whether the item an action speaks of has the version it expects."""
    if action.expected_version is None:
        return True
    key = key_of(action.item) if isinstance(action, Put) else action.key
    row = db.execute(_VERSION, (key.pk, key.sk)).fetchone()
    if row is None:
        return action.expected_version == 0
    stored: int | None = row[0]
    return stored == action.expected_version


def _prepared(action: Action) -> tuple[str, tuple[Any, ...]] | None:
    """The statement of an action, made before the lock is taken; None for a check."""
    if isinstance(action, Put):
        return _PUT, _row(action.item)
    if isinstance(action, Delete):
        return _DELETE, (action.key.pk, action.key.sk)
    return None


def _row(item: Item) -> tuple[Any, ...]:
    """The columns of an item; an index has it only where both of the index's keys stand in it."""
    battery = item.get("loc_id"), _sortable(item.get("battery_pct"))
    due = item.get("due_shard"), _sortable(item.get("due_at"))
    return (
        item["PK"],
        item["SK"],
        item.get("version"),
        _encoded(item),
        item.get("device_id"),
        *(battery if None not in battery else (None, None)),
        *(due if None not in due else (None, None)),
    )


def _sortable(value: object) -> object:
    """A number as SQLite sorts it: beyond 63 bits as a float."""
    return float(value) if is_number(value) and abs(value) > _MAX_INTEGER else value  # type: ignore[arg-type]  # is_number


def _encoded(item: Item) -> bytes | str:
    """JSON; bytes by the fast writer, text where only the slow one can (whole numbers beyond 64 bits)."""
    try:
        return orjson.dumps(item, default=_plain)
    except TypeError:
        return json.dumps(item, default=_plain, ensure_ascii=False, allow_nan=False)


def _plain(value: object) -> object:
    """Mappings and sequences that are no dict and list, as such."""
    return dict(value) if isinstance(value, Mapping) else list(value)  # type: ignore[call-overload]  # limits let no other through


def _decoded(body: bytes | str) -> Item:
    item: Item = json.loads(body) if isinstance(body, str) else orjson.loads(body)
    return item
