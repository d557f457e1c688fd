"""Rows of corrections that have begun: `KEG#… / CORRECTION`, gone when they are done; due until then."""

from datetime import datetime, timedelta
from typing import Final

from backend.cellar import rows
from backend.domain.correction import Underway, Wanted
from backend.domain.keg import Tare, TareSource
from backend.domain.times import epoch_ms, iso
from backend.ports import Delete, Index, Item, Key, Put, Query, Value

DUE: Final = "DUE#CORRECTIONS"
_RETRY: Final = timedelta(minutes=1)
"""Whoever began it is done by then, or will never be."""


def key(keg_id: str) -> Key:
    """Where the correction of a keg lies."""
    return Key(f"KEG#{keg_id}", "CORRECTION")


def put(underway: Underway) -> Put:
    """Write how far a correction has come if nobody else has since it was read."""
    where = key(underway.keg_id)
    wanted = underway.wanted
    item: dict[str, Value] = {
        "PK": where.pk,
        "SK": where.sk,
        "loc_id": underway.location_id,
        "empty_lbs": wanted.tare.empty_lbs if wanted.tare else None,
        "tare_source": wanted.tare.source.value if wanted.tare else None,
        "specific_gravity": wanted.specific_gravity,
        "beer_id": wanted.beer_id,
        "keg_type": wanted.type_id,
        "tapped_at": rows.iso_or_none(wanted.tapped_at),
        "full_lbs": wanted.full_lbs,
        "by": underway.by,
        "by_name": underway.by_name,
        "at": iso(underway.at),
        "reason": underway.reason,
        "done": underway.done,
        "total": underway.total,
        "tell_since": rows.iso_or_none(underway.tell_since),
        "due_shard": DUE,
        "due_at": epoch_ms(underway.at + _RETRY) / 1000,
        "version": underway.version + 1,
    }
    return Put(item=item, expected_version=underway.version)


def drop(underway: Underway) -> Delete:
    """Take the row away: the correction is done."""
    return Delete(key=key(underway.keg_id), expected_version=underway.version)


@rows.reads
def from_item(item: Item) -> Underway:
    """Read a correction that has begun; raises BadRow."""
    empty_lbs = rows.number_or_none(item, "empty_lbs")
    tare = None
    if empty_lbs is not None:
        tare = Tare(empty_lbs=empty_lbs, source=TareSource(rows.text(item, "tare_source")))
    return Underway(
        keg_id=rows.text(item, "PK").removeprefix("KEG#"),
        location_id=rows.text(item, "loc_id"),
        wanted=Wanted(
            tare=tare,
            specific_gravity=rows.number_or_none(item, "specific_gravity"),
            beer_id=rows.text_or_none(item, "beer_id"),
            type_id=rows.text_or_none(item, "keg_type"),
            tapped_at=rows.moment_or_none(item, "tapped_at"),
            full_lbs=rows.number_or_none(item, "full_lbs"),
        ),
        by=rows.text(item, "by"),
        by_name=rows.text(item, "by_name"),
        at=rows.moment(item, "at"),
        reason=rows.text(item, "reason"),
        done=rows.whole(item, "done"),
        total=rows.whole(item, "total"),
        tell_since=rows.moment_or_none(item, "tell_since"),
        version=rows.version_of(item),
    )


def due(*, now: datetime, limit: int) -> Query:
    """Give the corrections of all bars that were begun a while ago and are not done."""
    return Query(partition=DUE, index=Index.DUE, between=(0.0, epoch_ms(now) / 1000), limit=limit)
