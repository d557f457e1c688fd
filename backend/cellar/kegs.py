"""Rows of a keg: `KEG#… / META`, `/ TARE`, `/ LEDGER`; when it stood on a tap: `LOCATION#… / TAPPED#07#<time>`.

And in the list of its location by its state: `LOCATION#… / KEGS#in_stock#<keg>`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from backend.cellar import rows
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, Tare, TareSource, check_weights
from backend.domain.ledger import Ledger
from backend.domain.times import iso
from backend.ports import Action, Delete, Item, Key, Put, Query

_LISTED: Final = "KEGS#"


def key(keg_id: str) -> Key:
    """Where a keg lies."""
    return Key(f"KEG#{keg_id}", "META")


def tare_key(keg_id: str) -> Key:
    """Where it is written who said what its shell weighs."""
    return Key(f"KEG#{keg_id}", "TARE")


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
        "queued_on": str(keg.queued_on) if keg.queued_on else None,
        "taken_lbs": keg.taken_lbs,
        "cost_cents": keg.cost_cents,
        "filled_on": keg.filled_on.isoformat() if keg.filled_on else None,
        "best_by": keg.best_by.isoformat() if keg.best_by else None,
        "label": keg.label,
        "version": keg.version + 1,
    }
    return Put(item=item, expected_version=keg.version)


def puts(keg: Keg, *, before: KegState | None) -> list[Action]:
    """Write a keg, and let the list of its location name it under its present state; `before` was the one till now."""
    where = listed_key(keg.location_id, keg.state, keg.keg_id)
    listed: Item = {"PK": where.pk, "SK": where.sk, "keg_id": keg.keg_id}
    actions: list[Action] = [put(keg), Put(item=listed)]
    if before is not None and before is not keg.state:
        actions.append(Delete(key=listed_key(keg.location_id, before, keg.keg_id)))
    return actions


def deletes(keg: Keg) -> list[Action]:
    """Let a keg that never was go, with all that was written of it."""
    return [
        Delete(key=key(keg.keg_id), expected_version=keg.version),
        Delete(key=Key(f"KEG#{keg.keg_id}", "TARE")),
        Delete(key=listed_key(keg.location_id, keg.state, keg.keg_id)),
    ]


def listed_key(location_id: str, state: KegState, keg_id: str) -> Key:
    """Where a keg stands in the list of its location."""
    return Key(f"LOCATION#{location_id}", f"{_LISTED}{state.value}#{keg_id}")


def listed(location_id: str, state: KegState, *, limit: int) -> Query:
    """The kegs of a location in one state, the youngest id first."""
    return Query(
        partition=f"LOCATION#{location_id}", begins_with=f"{_LISTED}{state.value}#", limit=limit, descending=True
    )


def key_of_listed(item: Item) -> Key:
    """Where the keg lies that a row of the list names."""
    return key(rows.text(item, "keg_id"))


@rows.reads
def from_item(item: Item) -> Keg:
    """Read a keg's META row; raises BadRow."""
    return Keg(
        keg_id=rows.text(item, "PK").removeprefix("KEG#"),
        location_id=rows.text(item, "loc_id"),
        beer_id=rows.text(item, "beer_id"),
        type_id=rows.text(item, "keg_type"),
        state=KegState(rows.text(item, "state")),
        tare=Tare(empty_lbs=rows.number(item, "empty_lbs"), source=TareSource(rows.text(item, "tare_source"))),
        full_lbs=rows.number(item, "full_lbs"),
        tap_id=_tap_or_none(item, "tap_id"),
        tapped_at=rows.moment_or_none(item, "tapped_at"),
        closed_at=rows.moment_or_none(item, "closed_at"),
        queued_on=_tap_or_none(item, "queued_on"),
        taken_lbs=rows.number_or_none(item, "taken_lbs"),
        cost_cents=rows.whole_or_none(item, "cost_cents"),
        filled_on=rows.day_or_none(item, "filled_on"),
        best_by=rows.day_or_none(item, "best_by"),
        label=rows.text_or_none(item, "label"),
        version=rows.version_of(item),
    )


def _tap_or_none(item: Item, name: str) -> TapId | None:
    tap = rows.text_or_none(item, name)
    return TapId.parse(tap) if tap else None


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
        "rest_cal": ledger.rest_cal,
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
        rest_cal=rows.whole_or_none(item, "rest_cal"),
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


def stay_key(tap_id: TapId, *, tapped_at: datetime) -> Key:
    """Where the stay lies that began then."""
    return Key(f"LOCATION#{tap_id.location_id}", _stay_prefix(tap_id) + iso(tapped_at))


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
