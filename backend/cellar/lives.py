"""Rows of what a scale showed of its kegs: `DEVICE#SCALE-0042 / LIFE#<tapped at>`."""

from datetime import datetime

from backend.cellar import rows
from backend.domain.drift import Life
from backend.domain.ids import TapId
from backend.domain.times import iso
from backend.ports import Delete, Item, Key, Put, Query


def key(device_id: str, *, tapped_at: datetime) -> Key:
    """Where the life of the keg that was tapped then lies."""
    return Key(f"DEVICE#{device_id}", f"LIFE#{iso(tapped_at)}")


def put(life: Life) -> Put:
    """Write a life if nobody else has since it was read."""
    where = key(life.device_id, tapped_at=life.tapped_at)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "tap_id": str(life.tap_id),
        "keg_id": life.keg_id,
        "tapped_at": iso(life.tapped_at),
        "ended_at": rows.iso_or_none(life.ended_at),
        "beer_lbs": life.beer_lbs,
        "gallons": life.gallons,
        "specific_gravity": life.specific_gravity,
        "shell_lbs": life.shell_lbs,
        "shell_plus_minus_lbs": life.shell_plus_minus_lbs,
        "fresh_lbs": life.fresh_lbs,
        "zero_before_lbs": life.zero_before_lbs,
        "empty_lbs": life.empty_lbs,
        "zero_after_lbs": life.zero_after_lbs,
        "version": life.version + 1,
    }
    return Put(item=item, expected_version=life.version)


def delete(life: Life) -> Delete:
    """Let go of a life that is too old to tell anything."""
    return Delete(key=key(life.device_id, tapped_at=life.tapped_at))


def newest(device_id: str, *, limit: int) -> Query:
    """The lives a scale saw, newest first."""
    return Query(partition=f"DEVICE#{device_id}", begins_with="LIFE#", limit=limit, descending=True)


@rows.reads
def from_item(item: Item) -> Life:
    """Read a life; raises BadRow."""
    return Life(
        device_id=rows.text(item, "PK").removeprefix("DEVICE#"),
        tap_id=TapId.parse(rows.text(item, "tap_id")),
        keg_id=rows.text(item, "keg_id"),
        tapped_at=rows.moment(item, "tapped_at"),
        ended_at=rows.moment_or_none(item, "ended_at"),
        beer_lbs=rows.number(item, "beer_lbs"),
        gallons=rows.number(item, "gallons"),
        specific_gravity=rows.number(item, "specific_gravity"),
        shell_lbs=rows.number(item, "shell_lbs"),
        shell_plus_minus_lbs=rows.number(item, "shell_plus_minus_lbs"),
        fresh_lbs=rows.number_or_none(item, "fresh_lbs"),
        zero_before_lbs=rows.number_or_none(item, "zero_before_lbs"),
        empty_lbs=rows.number_or_none(item, "empty_lbs"),
        zero_after_lbs=rows.number_or_none(item, "zero_after_lbs"),
        version=rows.version_of(item),
    )
