"""Rows of a tap set aside, `LOCATION#… / ASIDE#07#<time>`, and of its line cleaned, `/ CLEANED#07#<time>`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from backend.cellar import rows
from backend.domain.ids import TapId
from backend.domain.maintenance import Aside, AsideKind, Cleaned
from backend.domain.times import epoch_ms, iso
from backend.ports import Index, Item, Key, Put, Query, Value

DUE: Final = "DUE#ASIDES"
"""A shard of its own: these end by the bar's time."""


def key(tap_id: TapId, *, since: datetime) -> Key:
    """Where a time aside lies: by when it began."""
    return Key(f"LOCATION#{tap_id.location_id}", _prefix(tap_id) + iso(since))


def put(tap_id: TapId, aside: Aside) -> Put:
    """Write a time aside; while nobody has ended it, it is due at its end."""
    where = key(tap_id, since=aside.since)
    item: dict[str, Value] = {"PK": where.pk, "SK": where.sk, "tap_id": str(tap_id), **_facts(aside)}
    if aside.ended_at is None:
        item |= {"due_shard": DUE, "due_at": epoch_ms(aside.until) / 1000}
    return Put(item=item)


@rows.reads
def from_item(item: Item) -> tuple[TapId, Aside]:
    """Read a time aside, and whose; raises BadRow."""
    return TapId.parse(rows.text(item, "tap_id")), _read(item)


def before(tap_id: TapId, *, moment: datetime) -> Query:
    """Give the last time aside that began at or before a moment."""
    prefix = _prefix(tap_id)
    return Query(
        partition=f"LOCATION#{tap_id.location_id}", between=(prefix, prefix + iso(moment)), limit=1, descending=True
    )


def due(*, now: datetime, limit: int) -> Query:
    """Give the times aside of all bars that nobody has ended and that are over."""
    return Query(partition=DUE, index=Index.DUE, between=(0.0, epoch_ms(now) / 1000), limit=limit)


def item_of(aside: Aside | None) -> Value:
    """Give a time aside as it lies in the row of its tap."""
    return None if aside is None else _facts(aside)


def of_value(value: Value) -> Aside | None:
    """Read what `item_of` gave."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise rows.BadRow(f"aside is {value!r:.80}, not a time aside")
    return _read(value)


def put_cleaned(tap_id: TapId, cleaned: Cleaned) -> Put:
    """Write that a line was cleaned."""
    item: Item = {
        "PK": f"LOCATION#{tap_id.location_id}",
        "SK": _cleaned_prefix(tap_id) + iso(cleaned.at),
        "at": iso(cleaned.at),
        "by": cleaned.by,
        "seconds": cleaned.seconds,
    }
    return Put(item=item)


def cleanings(tap_id: TapId, *, until: datetime, limit: int) -> Query:
    """Give when the line of a tap was cleaned, newest first."""
    prefix = _cleaned_prefix(tap_id)
    return Query(
        partition=f"LOCATION#{tap_id.location_id}", between=(prefix, prefix + iso(until)), limit=limit, descending=True
    )


@rows.reads
def cleaned_from_item(item: Item) -> Cleaned:
    """Read that a line was cleaned; raises BadRow."""
    return Cleaned(at=rows.moment(item, "at"), by=rows.text(item, "by"), seconds=rows.number_or_none(item, "seconds"))


def _facts(aside: Aside) -> dict[str, Value]:
    return {
        "kind": aside.kind.value,
        "since": iso(aside.since),
        "until": iso(aside.until),
        "by": aside.by,
        "ended_at": rows.iso_or_none(aside.ended_at),
    }


def _read(item: Item) -> Aside:
    return Aside(
        kind=AsideKind(rows.text(item, "kind")),
        since=rows.moment(item, "since"),
        until=rows.moment(item, "until"),
        by=rows.text(item, "by"),
        ended_at=rows.moment_or_none(item, "ended_at"),
    )


def _prefix(tap_id: TapId) -> str:
    return f"ASIDE#{tap_id.number:02d}#"


def _cleaned_prefix(tap_id: TapId) -> str:
    return f"CLEANED#{tap_id.number:02d}#"
