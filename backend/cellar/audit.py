"""Rows of the audit: `LOCATION#… / AUDIT#<time>#<id>`, by when it was done."""

from collections.abc import Mapping
from datetime import datetime

from backend.cellar import rows
from backend.domain.audit import Audited, Deed, Facts
from backend.domain.times import iso
from backend.ports import Item, Key, Put, Query


def key(entry: Audited) -> Key:
    """Where an entry lies."""
    return Key(f"LOCATION#{entry.location_id}", f"AUDIT#{iso(entry.at)}#{entry.audit_id}")


def put(entry: Audited) -> Put:
    """Write an entry; the same one again is the same row."""
    where = key(entry)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "at": iso(entry.at),
        "by": entry.by,
        "by_name": entry.by_name,
        "deed": entry.deed.value,
        "subject": entry.subject,
        "before": dict(entry.before),
        "after": dict(entry.after),
        "reason": entry.reason,
    }
    return Put(item=item)


@rows.reads
def from_item(item: Item) -> Audited:
    """Read an entry; raises BadRow."""
    return Audited(
        location_id=rows.text(item, "PK").removeprefix("LOCATION#"),
        at=rows.moment(item, "at"),
        by=rows.text(item, "by"),
        by_name=rows.text(item, "by_name"),
        deed=Deed(rows.text(item, "deed")),
        subject=rows.text(item, "subject"),
        before=_facts(item, "before"),
        after=_facts(item, "after"),
        reason=rows.text(item, "reason"),
    )


def between(location_id: str, *, start: datetime, end: datetime, limit: int, cursor: str | None = None) -> Query:
    """Entries of a location in [start, end], newest first."""
    return Query(
        partition=f"LOCATION#{location_id}",
        between=(f"AUDIT#{iso(start)}", f"AUDIT#{iso(end)}$"),  # '$' sorts after the '#' that ends a time
        limit=limit,
        descending=True,
        cursor=cursor,
    )


def _facts(item: Item, name: str) -> Facts:
    value = item.get(name)
    if not isinstance(value, Mapping):
        raise rows.BadRow(f"{name} is {value!r:.80}, not a map of facts")
    facts = {key: fact for key, fact in value.items() if fact is None or isinstance(fact, (bool, int, float, str))}
    if len(facts) != len(value):
        raise rows.BadRow(f"{name} is {value!r:.80}, not a map of plain values")
    return facts
