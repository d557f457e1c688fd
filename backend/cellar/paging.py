"""What every adapter asks of a query before it runs it, and the cursor that goes on after a page."""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Final

from backend.cellar.limits import (
    MAX_PARTITION_BYTES,
    MAX_SORT_BYTES,
    SORT_KEYS,
    check_key_text,
    check_number,
    is_number,
)
from backend.ports import Index, Query, TableRefused

PLACES: Final[Mapping[Index | None, tuple[str, ...]]] = {
    None: ("SK",),
    Index.DEVICE: ("PK", "SK"),
    Index.LOCATION_BATTERY: ("battery_pct", "PK", "SK"),
    Index.DUE: ("due_at", "PK", "SK"),
}
"""The attributes that say where an item stands within its partition or index; a cursor holds them."""
_LONGEST: Final = {"PK": MAX_PARTITION_BYTES, "SK": MAX_SORT_BYTES}
_LONGEST_CURSOR: Final = 16_384


def check_query(query: Query) -> None:
    """Raises TableRefused where DynamoDB would refuse the query."""
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


def cursor_after(query: Query, place: Sequence[object]) -> str:
    """A cursor for the page after the one that ended at `place`, the values of PLACES there."""
    told = json.dumps([_stamp(query), *place], ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.urlsafe_b64encode(told.encode()).decode()


def place_of(query: Query) -> tuple[str | float, ...] | None:
    """Where the page before this one ended, None for the first page; raises TableRefused for a foreign cursor."""
    if query.cursor is None:
        return None
    names = PLACES[query.index]
    try:
        stamp, *place = json.loads(base64.urlsafe_b64decode(query.cursor[:_LONGEST_CURSOR].encode()))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        stamp, place = None, []
    if stamp != _stamp(query) or len(place) != len(names) or not all(map(_is_part, names, place)):
        raise TableRefused("the cursor belongs to another query: begin again without one")
    return tuple(place)


def _is_part(name: str, part: object) -> bool:
    """Whether a part of a cursor could have come from an item."""
    try:
        if name in _LONGEST:
            check_key_text(name, part, _LONGEST[name])
        elif is_number(part):
            check_number(part, name)  # type: ignore[arg-type]  # is_number
        else:
            return False
    except TableRefused:
        return False
    return True


def _stamp(query: Query) -> int:
    """A number that differs between queries that must not share cursors; the page size may change under way."""
    told = [query.partition, query.index, query.begins_with, query.between, query.descending]
    return zlib.crc32(repr(told).encode())


def _check_between(query: Query, sort: str | None) -> None:
    low, high = query.between or ("", "")
    if sort is None:
        raise TableRefused(f"{query.index} has no sort key to narrow by")
    if sort == "SK":
        check_key_text("the lower bound", low, MAX_SORT_BYTES)
        check_key_text("the upper bound", high, MAX_SORT_BYTES)
    elif is_number(low) and is_number(high):
        check_number(low, "the lower bound")  # type: ignore[arg-type]  # is_number
        check_number(high, "the upper bound")  # type: ignore[arg-type]  # is_number
    else:
        raise TableRefused(f"{sort} is narrowed by two numbers, not by {query.between!r:.80}")
    if low > high:  # type: ignore[operator]  # both are text or both are numbers by now
        raise TableRefused(f"the lower bound {low!r:.80} lies above the upper {high!r:.80}")
