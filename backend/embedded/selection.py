"""A Query as SQL: the order of the partition or index, its narrowing, and where it goes on after a page."""

from typing import Any, Final, NamedTuple

from backend.cellar.paging import check_query, place_of
from backend.embedded.items import BODY, ITEMS
from backend.ports import Index, Query

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
"""The columns of `PLACES`, in its order."""


class Selected(NamedTuple):
    """A statement that gives the body and the place of each row, and its arguments but for the limit."""

    sql: str
    arguments: tuple[Any, ...]


def selected(query: Query) -> Selected:
    """The statement of a query; raises TableRefused where DynamoDB would refuse it."""
    check_query(query)
    order = _ORDERS[query.index]
    conditions, arguments = [f"{order.partition} = ?"], [query.partition]
    for condition, values in (_narrowed(query, order), _resumed(query, order)):
        conditions += condition
        arguments += values
    direction = " DESC" if query.descending else ""
    # Only names from _ORDERS are written into the statement; every value is an argument.
    sql = (
        f"SELECT {BODY}, {', '.join(order.place)} FROM {ITEMS} WHERE {' AND '.join(conditions)} "  # noqa: S608 - see above
        f"ORDER BY {', '.join(column + direction for column in order.place)} LIMIT ?"
    )
    return Selected(sql, tuple(arguments))


def _narrowed(query: Query, order: _Order) -> tuple[list[str], list[Any]]:
    if query.begins_with is not None:
        end = _after_prefix(query.begins_with)
        above = ([f"{order.sort} < ?"], [end]) if end else ([], [])
        return [f"{order.sort} >= ?", *above[0]], [query.begins_with, *above[1]]
    if query.between is not None:
        return [f"{order.sort} BETWEEN ? AND ?"], [_bound(value) for value in query.between]
    return [], []


def _resumed(query: Query, order: _Order) -> tuple[list[str], list[Any]]:
    place = place_of(query)
    if place is None:
        return [], []
    sign = "<" if query.descending else ">"
    condition = f"({', '.join(order.place)}) {sign} ({', '.join('?' * len(place))})"
    return [condition], [_bound(part) for part in place]


def _after_prefix(prefix: str) -> str | None:
    """The least text greater than everything that begins with `prefix`, in code point order; None: there is none."""
    for at in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[at])
        if code < _GREATEST_CODE_POINT:
            return prefix[:at] + chr(_AFTER_SURROGATES if code == _BEFORE_SURROGATES else code + 1)
    return None


def _bound(value: float | str) -> float | str:
    return float(value) if not isinstance(value, str) and abs(value) > _MAX_INTEGER else value
