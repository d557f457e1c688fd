"""Rows of a keg: `KEG#… / META`, `/ TARE`, `/ LEDGER`, and when it stood on a tap: `LOCATION#… / TAPPED#07#<time>`."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from backend.cellar import rows
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, Tare, TareSource, check_weights
from backend.domain.ledger import Ledger
from backend.domain.times import iso
from backend.ports import Item, Key, Put, Query


def key(keg_id: str) -> Key:
    """Where a keg lies."""
    return Key(f"KEG#{keg_id}", "META")


def ledger_key(keg_id: str) -> Key:
    """Where its ledger lies."""
    return Key(f"KEG#{keg_id}", "LEDGER")


def put(keg: Keg) -> Put:
    """Write a keg if nobody else has since it was read."""
    where = key(keg.keg_id)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "beer_id": keg.beer_id,
        "keg_type": keg.type_id,
        "loc_id": keg.location_id,
        "tap_id": str(keg.tap_id) if keg.tap_id else None,
        "state": keg.state.value,
        "empty_lbs": keg.tare.empty_lbs,
        "tare_source": keg.tare.source.value,
        "full_lbs": keg.full_lbs,
        "tapped_at": rows.iso_or_none(keg.tapped_at),
        "closed_at": rows.iso_or_none(keg.closed_at),
        "version": keg.version + 1,
    }
    return Put(item=item, expected_version=keg.version)


@rows.reads
def from_item(item: Item) -> Keg:
    """Read a keg's META row; raises BadRow."""
    tap = rows.text_or_none(item, "tap_id")
    return Keg(
        keg_id=rows.text(item, "PK").removeprefix("KEG#"),
        location_id=rows.text(item, "loc_id"),
        beer_id=rows.text(item, "beer_id"),
        type_id=rows.text(item, "keg_type"),
        state=KegState(rows.text(item, "state")),
        tare=Tare(empty_lbs=rows.number(item, "empty_lbs"), source=TareSource(rows.text(item, "tare_source"))),
        full_lbs=rows.number(item, "full_lbs"),
        tap_id=TapId.parse(tap) if tap else None,
        tapped_at=rows.moment_or_none(item, "tapped_at"),
        closed_at=rows.moment_or_none(item, "closed_at"),
        version=rows.version_of(item),
    )


class KegOutline(NamedTuple):
    """What is told of a keg where hundreds of them stand in a chart."""

    keg_id: str
    beer_id: str
    empty_lbs: float
    full_lbs: float
    tapped_at: datetime | None


@rows.reads
def outline_from_item(item: Item) -> KegOutline:
    """Read of a keg's META row only what a chart tells of it, in a third of the time; raises BadRow."""
    empty_lbs, full_lbs = rows.number(item, "empty_lbs"), rows.number(item, "full_lbs")
    check_weights(empty_lbs=empty_lbs, full_lbs=full_lbs)
    return KegOutline(
        keg_id=rows.text(item, "PK").removeprefix("KEG#"),
        beer_id=rows.text(item, "beer_id"),
        empty_lbs=empty_lbs,
        full_lbs=full_lbs,
        tapped_at=rows.moment_or_none(item, "tapped_at"),
    )


def put_tare(keg: Keg, *, tared_by: str, tared_at: datetime) -> Put:
    """Write down who said what the shell weighs: `KEG#… / TARE`."""
    item: Item = {
        "PK": f"KEG#{keg.keg_id}",
        "SK": "TARE",
        "empty_offset": keg.tare.empty_lbs,
        "full_ref": keg.full_lbs,
        "source": keg.tare.source.value,
        "tared_by": tared_by,
        "tared_at": iso(tared_at),
    }
    return Put(item=item)


def put_ledger(ledger: Ledger) -> Put:
    """Write a ledger if nobody else has since it was read."""
    where = ledger_key(ledger.keg_id)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "opening_gal": ledger.opening,
        "poured_gal": ledger.poured,
        "wasted_gal": ledger.wasted,
        "cleaned_gal": ledger.cleaned,
        "unseen_gal": ledger.unseen,
        "pours": ledger.pours,
        "specific_gravity": ledger.specific_gravity,
        "since": rows.iso_or_none(ledger.since),
        "rest_lbs": ledger.rest_lbs,
        "rest_at": rows.iso_or_none(ledger.rest_at),
        "weighed_gal": ledger.weighed,
        "version": ledger.version + 1,
    }
    return Put(item=item, expected_version=ledger.version)


@rows.reads
def ledger_from_item(item: Item) -> Ledger:
    """Read a ledger; raises BadRow."""
    return Ledger(
        keg_id=rows.text(item, "PK").removeprefix("KEG#"),
        opening=rows.number(item, "opening_gal"),
        poured=rows.number(item, "poured_gal"),
        wasted=rows.number(item, "wasted_gal"),
        cleaned=rows.number_or_none(item, "cleaned_gal") or 0.0,
        unseen=rows.number(item, "unseen_gal"),
        pours=rows.whole(item, "pours"),
        specific_gravity=rows.number_or_none(item, "specific_gravity"),
        since=rows.moment_or_none(item, "since"),
        rest_lbs=rows.number_or_none(item, "rest_lbs"),
        rest_at=rows.moment_or_none(item, "rest_at"),
        weighed=rows.number_or_none(item, "weighed_gal"),
        version=rows.version_of(item),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTap:
    """From when to when a keg stood on a tap."""

    tap_id: TapId
    keg_id: str
    tapped_at: datetime
    closed_at: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        """Whether it stood there at this moment."""
        return self.tapped_at <= moment and (self.closed_at is None or moment < self.closed_at)


def put_on_tap(stay: OnTap) -> Put:
    """Write a stay on a tap: `LOCATION#loc-001 / TAPPED#07#<tapped at>`."""
    item: Item = {
        "PK": f"LOCATION#{stay.tap_id.location_id}",
        "SK": _stay_prefix(stay.tap_id) + iso(stay.tapped_at),
        "keg_id": stay.keg_id,
        "tapped_at": iso(stay.tapped_at),
        "closed_at": rows.iso_or_none(stay.closed_at),
    }
    return Put(item=item)


def stays(tap_id: TapId, *, until: datetime, limit: int) -> Query:
    """Stays that began at or before a moment, newest first."""
    prefix = _stay_prefix(tap_id)
    return Query(
        partition=f"LOCATION#{tap_id.location_id}", between=(prefix, prefix + iso(until)), limit=limit, descending=True
    )


@rows.reads
def stay_from_item(item: Item, *, tap_id: TapId) -> OnTap:
    """Read a stay; raises BadRow."""
    return OnTap(
        tap_id=tap_id,
        keg_id=rows.text(item, "keg_id"),
        tapped_at=rows.moment(item, "tapped_at"),
        closed_at=rows.moment_or_none(item, "closed_at"),
    )


def _stay_prefix(tap_id: TapId) -> str:
    return f"TAPPED#{tap_id.number:02d}#"
