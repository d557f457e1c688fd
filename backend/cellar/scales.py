"""Rows of a scale: `DEVICE#SCALE-0042 / META`, `/ TELEMETRY`, `/ PLACED#<time>`; unclaimed: `UNCLAIMED / DEVICE#…`."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Final

from backend.cellar import rows
from backend.domain.ids import TapId
from backend.domain.reading import Reading
from backend.domain.scale import Scale, ScaleStatus
from backend.domain.times import iso
from backend.ports import Delete, Item, Key, Put, Query, Value

UNCLAIMED = "UNCLAIMED"


def key(device_id: str) -> Key:
    """Where a scale lies."""
    return Key(f"DEVICE#{device_id}", "META")


def telemetry_key(device_id: str) -> Key:
    """Where its health lies."""
    return Key(f"DEVICE#{device_id}", "TELEMETRY")


def put(scale: Scale) -> Put:
    """Write a scale if nobody else has since it was read."""
    where = key(scale.device_id)
    item: dict[str, Value] = {
        "PK": where.pk,
        "SK": where.sk,
        "tap_id": str(scale.tap_id) if scale.tap_id else None,
        "fw_version": scale.fw_version,
        "status": scale.status.value,
        "session": scale.session,
        "clock_trusted": scale.clock_trusted,
        "claims_pours": scale.claims_pours,
        "reset": scale.reset,
        "heard_at": rows.iso_or_none(scale.heard_at),
        "version": scale.version + 1,
    }
    if scale.location_id is not None:
        item["loc_id"] = scale.location_id  # the key of an index, so there or left out, never null
    return Put(item=item, expected_version=scale.version)


@rows.reads
def from_item(item: Item) -> Scale:
    """Read a scale's META row; raises BadRow."""
    tap = rows.text_or_none(item, "tap_id")
    return Scale(
        device_id=rows.text(item, "PK").removeprefix("DEVICE#"),
        location_id=rows.text_or_none(item, "loc_id"),
        tap_id=TapId.parse(tap) if tap else None,
        status=ScaleStatus(rows.text(item, "status")),
        fw_version=rows.text_or_none(item, "fw_version"),
        session=rows.whole_or_none(item, "session"),
        clock_trusted=rows.flag(item, "clock_trusted", default=True),
        claims_pours=rows.flag(item, "claims_pours", default=False),
        reset=rows.text_or_none(item, "reset"),
        heard_at=rows.moment_or_none(item, "heard_at"),
        version=rows.version_of(item),
    )


def put_listed(scale: Scale) -> Put:
    """List a scale at its location: `LOCATION#loc-001 / DEV#SCALE-0042`."""
    item: Item = {
        "PK": f"LOCATION#{scale.location_id}",
        "SK": f"DEV#{scale.device_id}",
        "tap_id": str(scale.tap_id) if scale.tap_id else None,
    }
    return Put(item=item)


def unlist(device_id: str, *, location_id: str) -> Delete:
    """Take a scale off a location's list."""
    return Delete(key=Key(f"LOCATION#{location_id}", f"DEV#{device_id}"))


def put_placed(device_id: str, *, tap_id: TapId | None, since: datetime) -> Put:
    """Write down under which tap a scale stands from a moment on, so that late readings find their tap."""
    item: Item = {
        "PK": f"DEVICE#{device_id}",
        "SK": f"PLACED#{iso(since)}",
        "tap_id": str(tap_id) if tap_id else None,
        "since": iso(since),
    }
    return Put(item=item)


def placed_before(device_id: str, *, moment: datetime) -> Query:
    """Where a scale stood at a moment: the last placing at or before it."""
    return Query(
        partition=f"DEVICE#{device_id}", between=("PLACED#", f"PLACED#{iso(moment)}"), limit=1, descending=True
    )


_TELEMETRY: Final = tuple((name, attrgetter(name)) for name in ("battery_v", "battery_pct", "rssi", "temp_f"))


def put_telemetry(before: Item | None, readings: Sequence[Reading], *, location_id: str) -> Put:
    """Write a scale's health as its readings (one or more, oldest first) told it, over what was known `before`.

    A reading says only what its scale has; the rest stays as it was. The row stands in location-battery-index.
    """
    where = telemetry_key(readings[-1].device_id)
    item: dict[str, Value] = {"battery_v": None, "rssi": None, "temp_f": None, **_known(before)}
    for name, told in _TELEMETRY:
        # The newest word counts, and in a backlog it is found at once among hundreds.
        value = next((value for reading in reversed(readings) if (value := told(reading)) is not None), None)
        if value is not None:
            item[name] = value
    item |= {"PK": where.pk, "SK": where.sk, "loc_id": location_id, "updated_at": iso(readings[-1].measured_at)}
    return Put(item=item)


def _known(before: Item | None) -> Item:
    """What was known of a scale's health; where that cannot be read, nothing: it is said again."""
    try:
        return {**before} if before else {}
    except rows.BadRow:
        return {}


def unclaimed_key(device_id: str) -> Key:
    """Where a scale that nobody claimed is remembered."""
    return Key(UNCLAIMED, f"DEVICE#{device_id}")


def forget_unclaimed(device_id: str) -> Delete:
    """Remove what was remembered of a scale before it was claimed."""
    return Delete(key=unclaimed_key(device_id))


def put_unclaimed(reading: Reading, *, count: int) -> Put:
    """Remember the last value of a scale that nobody claimed, and how often it was heard."""
    where = unclaimed_key(reading.device_id)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "scale_id": reading.device_id,
        "count": count,
        "weight_lbs": reading.weight_lbs,
        "heard_at": iso(reading.received_at),
    }
    return Put(item=item)
