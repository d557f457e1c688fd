"""Rows of pours and waste by location and time: `LOCATION#… / POUR#<time>#<id>`, `/ WASTE#<time>#<id>`."""

from datetime import datetime

from backend.cellar import rows
from backend.domain.ids import TapId
from backend.domain.ledger import Pour, Waste
from backend.domain.times import iso
from backend.ports import Item, Key, Put, Query


def key(pour: Pour) -> Key:
    """Where a pour lies; the same message gives the same place."""
    return Key(f"LOCATION#{pour.tap_id.location_id}", f"POUR#{iso(pour.started_at)}#{pour.pour_id}")


def put(pour: Pour) -> Put:
    """Write a pour that was not written before."""
    where = key(pour)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "pour_id": pour.pour_id,
        "tap_id": str(pour.tap_id),
        "keg_id": pour.keg_id,
        "device_id": pour.device_id,
        "started_at": iso(pour.started_at),
        "seconds": pour.seconds,
        "gallons": pour.gallons,
        "before_lbs": pour.before_lbs,
        "after_lbs": pour.after_lbs,
        "version": 1,
    }
    return Put(item=item, expected_version=0)


def from_item(item: Item) -> Pour:
    """Read a pour; raises BadRow."""
    return Pour(
        pour_id=rows.text(item, "pour_id"),
        tap_id=TapId.parse(rows.text(item, "tap_id")),
        keg_id=rows.text(item, "keg_id"),
        device_id=rows.text_or_none(item, "device_id"),
        started_at=rows.moment(item, "started_at"),
        seconds=rows.number(item, "seconds"),
        gallons=rows.number(item, "gallons"),
        before_lbs=rows.number(item, "before_lbs"),
        after_lbs=rows.number(item, "after_lbs"),
    )


def between(location_id: str, *, start: datetime, end: datetime, limit: int, descending: bool = False) -> Query:
    """Pours of a location that began in [start, end]."""
    return Query(
        partition=f"LOCATION#{location_id}",
        between=(f"POUR#{iso(start)}", f"POUR#{iso(end)}$"),  # '$' sorts after the '#' that ends a time
        limit=limit,
        descending=descending,
    )


def put_waste(waste: Waste) -> Put:
    """Write waste that was not written before."""
    item: Item = {
        "PK": f"LOCATION#{waste.tap_id.location_id}",
        "SK": f"WASTE#{iso(waste.at)}#{waste.waste_id}",
        "waste_id": waste.waste_id,
        "tap_id": str(waste.tap_id),
        "keg_id": waste.keg_id,
        "at": iso(waste.at),
        "gallons": waste.gallons,
        "reason": waste.reason,
        "by": waste.by,
        "version": 1,
    }
    return Put(item=item, expected_version=0)


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
    )
