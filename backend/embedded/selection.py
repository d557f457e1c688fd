"""A Query as SQL: the order of the partition or index, its narrowing, and the cursor that goes on after a page."""

import base64
import binascii
import math
import zlib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson

from backend.embedded.limits import MAX_PARTITION_BYTES, MAX_SORT_BYTES, SORT_KEYS, check_key_text, is_number
from backend.ports import Index, Query, TableRefused

_GREATEST_CODE_POINT: Final = 0x10FFFF
_BEFORE_SURROGATES, _AFTER_SURROGATES = 0xD7FF, 0xE000
_MAX_INTEGER: Final = 2**63 - 1


class _Order(NamedTuple):
    """The columns of an order: what a query names, what it sorts and narrows by, and what makes a place unique."""

    partition: str
    sort: str | None
    place: tuple[str, ...]


_ORDERS: Final = {
    None: _Order("pk", "sk", ("sk",)),
    Index.DEVICE: _Order("device", None, ("pk", "sk")),
    Index.LOCATION_BATTERY: _Order("battery_loc", "battery", ("battery", "pk", "sk")),
    Index.DUE: _Order("due_shard", "due_at", ("due_at", "pk", "sk")),
}


class Selected(NamedTuple):
    """A statement that gives the body and the place of each row, and its arguments but for the limit."""

    sql: str
    arguments: tuple[Any, ...]


def selected(query: Query) -> Selected:
    """The statement of a query; raises TableRefused where DynamoDB would refuse it."""
    _check(query)
    order = _ORDERS[query.index]
    conditions, arguments = [f"{order.partition} = ?"], [query.partition]
    for condition, values in (_narrowed(query, order), _resumed(query, order)):
        conditions += condition
        arguments += values
    direction = " DESC" if query.descending else ""
    # Only names from _ORDERS are written into the statement; every value is an argument.
    sql = (
        f"SELECT body, {', '.join(order.place)} FROM items WHERE {' AND '.join(conditions)} "  # noqa: S608 - see above
        f"ORDER BY {', '.join(column + direction for column in order.place)} LIMIT ?"
    )
    return Selected(sql, tuple(arguments))


def cursor_after(query: Query, place: Sequence[Any]) -> str:
    """A cursor for the page after the one that ended at `place`."""
    return base64.urlsafe_b64encode(orjson.dumps([_stamp(query), *place])).decode()


def _narrowed(query: Query, order: _Order) -> tuple[list[str], list[Any]]:
    if query.begins_with is not None:
        end = _after_prefix(query.begins_with)
        above = ([f"{order.sort} < ?"], [end]) if end else ([], [])
        return [f"{order.sort} >= ?", *above[0]], [query.begins_with, *above[1]]
    if query.between is not None:
        return [f"{order.sort} BETWEEN ? AND ?"], [_bound(value) for value in query.between]
    return [], []


def _resumed(query: Query, order: _Order) -> tuple[list[str], list[Any]]:
    if query.cursor is None:
        return [], []
    place = _place(query, len(order.place))
    sign = "<" if query.descending else ">"
    return [f"({', '.join(order.place)}) {sign} ({', '.join('?' * len(place))})"], place


def _place(query: Query, length: int) -> list[Any]:
    stamp: object
    place: list[Any]
    try:
        stamp, *place = orjson.loads(base64.urlsafe_b64decode((query.cursor or "").encode()))
    except (ValueError, TypeError, binascii.Error):
        stamp, place = None, []
    if stamp != _stamp(query) or len(place) != length or not all(isinstance(part, (str, int, float)) for part in place):
        raise TableRefused("the cursor belongs to another query: begin again without one")
    return place


def _stamp(query: Query) -> int:
    """A number that differs between queries that must not share cursors; the page size may change under way."""
    told = [query.partition, query.index, query.begins_with, query.between, query.descending]
    return zlib.crc32(repr(told).encode())


def _after_prefix(prefix: str) -> str | None:
    """The least text greater than everything that begins with `prefix`, in code point order; None: there is none."""
    for at in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[at])
        if code < _GREATEST_CODE_POINT:
            return prefix[:at] + chr(_AFTER_SURROGATES if code == _BEFORE_SURROGATES else code + 1)
    return None


def _bound(value: float | str) -> float | str:
    return float(value) if not isinstance(value, str) and abs(value) > _MAX_INTEGER else value


def _check(query: Query) -> None:
    sort = SORT_KEYS[query.index]
    check_key_text("the partition of a query", query.partition, MAX_PARTITION_BYTES)
    if query.limit < 1:
        raise TableRefused(f"a page holds at least one item, not {query.limit}")
    if query.begins_with is not None and query.between is not None:
        raise TableRefused("a query is narrowed by begins_with or by between, not by both")
    if query.begins_with is not None:
        if sort != "SK":
            raise TableRefused(f"begins_with needs a sort key of text, {query.index} has none")
        check_key_text("begins_with", query.begins_with, MAX_SORT_BYTES)
    if query.between is not None:
        _check_between(query, sort)


def _check_between(query: Query, sort: str | None) -> None:
    low, high = query.between or ("", "")
    if sort is None:
        raise TableRefused(f"{query.index} has no sort key to narrow by")
    if sort == "SK":
        check_key_text("the lower bound", low, MAX_SORT_BYTES)
        check_key_text("the upper bound", high, MAX_SORT_BYTES)
    elif not (is_number(low) and is_number(high) and math.isfinite(low) and math.isfinite(high)):  # type: ignore[arg-type]  # is_number
        raise TableRefused(f"{sort} is narrowed by two numbers, not by {query.between!r:.80}")
    if low > high:  # type: ignore[operator]  # both are text or both are numbers by now
        raise TableRefused(f"the lower bound {low!r:.80} lies above the upper {high!r:.80}")
