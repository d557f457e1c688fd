"""Rows of what left a keg: `LOCATION#… / POUR#<time>#<id>`, `/ WASTE#…`, `/ UNSEEN#…`, and `DEVICE#… / CLAIMS`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.cellar import rows
from backend.domain.ids import TapId
from backend.domain.ledger import Pour, Unseen, Waste
from backend.domain.times import iso
from backend.ports import Item, Key, Put, Query


def key(pour: Pour) -> Key:
    """Where a pour lies: by the time it began."""
    return key_of(pour.tap_id, started_at=pour.started_at, pour_id=pour.pour_id)


def key_of(tap_id: TapId, *, started_at: datetime, pour_id: str) -> Key:
    """Where a pour of this id lies that began then."""
    return Key(f"LOCATION#{tap_id.location_id}", f"POUR#{iso(started_at)}#{pour_id}")


MOST_CLAIMS: Final = 300
"""How many claims of a scale are remembered: more than the readings it can hold back and send again (256)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The last pours of a scale that were booked, by their ids, oldest first."""

    key: Key
    pour_ids: tuple[str, ...] = ()
    version: int = 0


def claims_key(device_id: str) -> Key:
    """Where it is written down which claims of a scale are booked.

    A scale without a clock that sends a claim again tells another time with it, but the same id.
    """
    return Key(f"DEVICE#{device_id}", "CLAIMS")


def put_claims(before: Claims, booked: Sequence[str]) -> Put:
    """Add pours to the booked ones of a scale if nobody else has since they were read; the oldest are forgotten."""
    item: Item = {
        "PK": before.key.pk,
        "SK": before.key.sk,
        "pours": [*before.pour_ids, *booked][-MOST_CLAIMS:],
        "version": before.version + 1,
    }
    return Put(item=item, expected_version=before.version)


@rows.reads
def claims_from_item(item: Item) -> Claims:
    """Read which claims of a scale are booked; raises BadRow."""
    return Claims(
        key=Key(rows.text(item, "PK"), rows.text(item, "SK")),
        pour_ids=rows.texts(item, "pours"),
        version=rows.version_of(item),
    )


def put(pour: Pour) -> Put:
    """Write a pour if nobody else has since it was read."""
    where = key(pour)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "pour_id": pour.pour_id,
        "tap_id": str(pour.tap_id),
        "keg_id": pour.keg_id,
        "scale_id": pour.device_id,
        "started_at": iso(pour.started_at),
        "seconds": pour.seconds,
        "gallons": pour.gallons,
        "before_lbs": pour.before_lbs,
        "after_lbs": pour.after_lbs,
        "version": pour.version + 1,
    }
    return Put(item=item, expected_version=pour.version)


@rows.reads
def from_item(item: Item) -> Pour:
    """Read a pour; raises BadRow."""
    return Pour(
        pour_id=rows.text(item, "pour_id"),
        tap_id=TapId.parse(rows.text(item, "tap_id")),
        keg_id=rows.text(item, "keg_id"),
        device_id=rows.text_or_none(item, "scale_id"),
        started_at=rows.moment(item, "started_at"),
        seconds=rows.number(item, "seconds"),
        gallons=rows.number(item, "gallons"),
        before_lbs=rows.number(item, "before_lbs"),
        after_lbs=rows.number(item, "after_lbs"),
        version=rows.version_of(item),
    )


def between(location_id: str, *, start: datetime, end: datetime, limit: int, descending: bool = False) -> Query:
    """Pours of a location that began in [start, end]."""
    return Query(
        partition=f"LOCATION#{location_id}",
        between=(f"POUR#{iso(start)}", f"POUR#{iso(end)}$"),  # '$' sorts after the '#' that ends a time
        limit=limit,
        descending=descending,
    )


def waste_key(waste: Waste) -> Key:
    """Where waste lies: by its time."""
    return waste_key_of(waste.tap_id, at=waste.at, waste_id=waste.waste_id)


def waste_key_of(tap_id: TapId, *, at: datetime, waste_id: str) -> Key:
    """Where waste of this id and moment lies."""
    return Key(f"LOCATION#{tap_id.location_id}", f"WASTE#{iso(at)}#{waste_id}")


def wastes_between(location_id: str, *, start: datetime, end: datetime, limit: int) -> Query:
    """Waste of a location in [start, end]."""
    return Query(
        partition=f"LOCATION#{location_id}", between=(f"WASTE#{iso(start)}", f"WASTE#{iso(end)}$"), limit=limit
    )


def put_waste(waste: Waste) -> Put:
    """Write waste if nobody else has since it was read."""
    where = waste_key(waste)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "waste_id": waste.waste_id,
        "tap_id": str(waste.tap_id),
        "keg_id": waste.keg_id,
        "at": iso(waste.at),
        "gallons": waste.gallons,
        "reason": waste.reason,
        "by": waste.by,
        "before_lbs": waste.before_lbs,
        "after_lbs": waste.after_lbs,
        "of_poured_gal": waste.of_poured,
        "of_unseen_gal": waste.of_unseen,
        "booked_at": rows.iso_or_none(waste.booked_at),
        "version": waste.version + 1,
    }
    return Put(item=item, expected_version=waste.version)


@rows.reads
def waste_from_item(item: Item) -> Waste:
    """Read waste; raises BadRow."""
    return Waste(
        waste_id=rows.text(item, "waste_id"),
        tap_id=TapId.parse(rows.text(item, "tap_id")),
        keg_id=rows.text(item, "keg_id"),
        at=rows.moment(item, "at"),
        gallons=rows.number(item, "gallons"),
        reason=rows.text(item, "reason"),
        by=rows.text(item, "by"),
        before_lbs=rows.number_or_none(item, "before_lbs"),
        after_lbs=rows.number_or_none(item, "after_lbs"),
        of_poured=rows.number_or_none(item, "of_poured_gal") or 0.0,
        of_unseen=rows.number_or_none(item, "of_unseen_gal") or 0.0,
        booked_at=rows.moment_or_none(item, "booked_at"),
        version=rows.version_of(item),
    )


def unseen_key(unseen: Unseen) -> Key:
    """Where a fall across a gap lies: by its time."""
    return Key(f"LOCATION#{unseen.tap_id.location_id}", f"UNSEEN#{iso(unseen.at)}#{unseen.unseen_id}")


def unseens_between(location_id: str, *, start: datetime, end: datetime, limit: int) -> Query:
    """Falls across gaps of a location in [start, end]."""
    return Query(
        partition=f"LOCATION#{location_id}", between=(f"UNSEEN#{iso(start)}", f"UNSEEN#{iso(end)}$"), limit=limit
    )


def put_unseen(unseen: Unseen) -> Put:
    """Write a fall across a gap if nobody else has since it was read."""
    where = unseen_key(unseen)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "unseen_id": unseen.unseen_id,
        "tap_id": str(unseen.tap_id),
        "keg_id": unseen.keg_id,
        "scale_id": unseen.device_id,
        "at": iso(unseen.at),
        "gallons": unseen.gallons,
        "before_lbs": unseen.before_lbs,
        "after_lbs": unseen.after_lbs,
        "version": unseen.version + 1,
    }
    return Put(item=item, expected_version=unseen.version)


@rows.reads
def unseen_from_item(item: Item) -> Unseen:
    """Read a fall across a gap; raises BadRow."""
    return Unseen(
        unseen_id=rows.text(item, "unseen_id"),
        tap_id=TapId.parse(rows.text(item, "tap_id")),
        keg_id=rows.text(item, "keg_id"),
        device_id=rows.text_or_none(item, "scale_id"),
        at=rows.moment(item, "at"),
        gallons=rows.number(item, "gallons"),
        before_lbs=rows.number(item, "before_lbs"),
        after_lbs=rows.number(item, "after_lbs"),
        version=rows.version_of(item),
    )
