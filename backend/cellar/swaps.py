"""Rows of changed kegs: `LOCATION#… / SWAP#<time>#07`, one a change, with all that is needed to take it back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from backend.cellar import rows
from backend.domain.ids import TapId
from backend.domain.keg import KegState, TareSource
from backend.domain.offers import Offer, OfferWhy
from backend.domain.swap import BooksBefore, KegBefore, SwapRecord
from backend.domain.times import iso
from backend.ports import Item, Key, Put, Query, Value

_PREFIX: Final = "SWAP#"


def key(tap_id: TapId, *, at: datetime) -> Key:
    """Where the record of a change lies: by since when the new keg counts."""
    return Key(f"LOCATION#{tap_id.location_id}", f"{_PREFIX}{iso(at)}#{tap_id.number:02d}")


def between(location_id: str, *, start: datetime, end: datetime, limit: int) -> Query:
    """The changes of a location in [start, end], newest first."""
    return Query(
        partition=f"LOCATION#{location_id}",
        between=(f"{_PREFIX}{iso(start)}", f"{_PREFIX}{iso(end)}$"),  # '$' sorts after the '#' that ends a time
        limit=limit,
        descending=True,
    )


def put(record: SwapRecord) -> Put:
    """Write a change if nobody else has since it was read."""
    where = key(record.tap_id, at=record.at)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "tap_id": str(record.tap_id),
        "at": iso(record.at),
        "lifted_at": iso(record.lifted_at),
        "by": record.by,
        "automatic": record.automatic,
        "old_keg_id": record.old_keg_id,
        "new_keg_id": record.new_keg_id,
        "old_before": _before_item(record.old_before),
        "new_before": _before_item(record.new_before),
        "old_books": _books_item(record.old_books),
        "from_tap": str(record.from_tap) if record.from_tap else None,
        "gross_lbs": record.gross_lbs,
        "before_lbs": record.before_lbs,
        "offers": [_offer_item(offer) for offer in record.offers],
        "confirmed_by": record.confirmed_by,
        "said_at": rows.iso_or_none(record.said_at),
        "undone_at": rows.iso_or_none(record.undone_at),
        "undone_by": record.undone_by,
        "version": record.version + 1,
    }
    return Put(item=item, expected_version=record.version)


@rows.reads
def from_item(item: Item) -> SwapRecord:
    """Read a change; raises BadRow."""
    return SwapRecord(
        tap_id=TapId.parse(rows.text(item, "tap_id")),
        at=rows.moment(item, "at"),
        lifted_at=rows.moment(item, "lifted_at"),
        by=rows.text(item, "by"),
        automatic=rows.flag(item, "automatic", default=False),
        old_keg_id=rows.text_or_none(item, "old_keg_id"),
        new_keg_id=rows.text_or_none(item, "new_keg_id"),
        old_before=_before(item.get("old_before")),
        new_before=_before(item.get("new_before")),
        old_books=_books(item.get("old_books")),
        from_tap=_tap(item, "from_tap"),
        gross_lbs=rows.number_or_none(item, "gross_lbs"),
        before_lbs=rows.number_or_none(item, "before_lbs"),
        offers=_offers(item.get("offers")),
        confirmed_by=rows.text_or_none(item, "confirmed_by"),
        said_at=rows.moment_or_none(item, "said_at"),
        undone_at=rows.moment_or_none(item, "undone_at"),
        undone_by=rows.text_or_none(item, "undone_by"),
        version=rows.version_of(item),
    )


def _tap(item: Item, name: str) -> TapId | None:
    told = rows.text_or_none(item, name)
    return TapId.parse(told) if told else None


def _before_item(before: KegBefore | None) -> Value:
    if before is None:
        return None
    return {
        "state": before.state.value,
        "empty_lbs": before.empty_lbs,
        "tare_source": before.tare_source.value,
        "full_lbs": before.full_lbs,
        "tap_id": str(before.tap_id) if before.tap_id else None,
        "tapped_at": rows.iso_or_none(before.tapped_at),
        "closed_at": rows.iso_or_none(before.closed_at),
        "queued_on": str(before.queued_on) if before.queued_on else None,
        "taken_lbs": before.taken_lbs,
    }


def _before(value: Value) -> KegBefore | None:
    if not isinstance(value, Mapping):
        return None
    return KegBefore(
        state=KegState(rows.text(value, "state")),
        empty_lbs=rows.number(value, "empty_lbs"),
        tare_source=TareSource(rows.text(value, "tare_source")),
        full_lbs=rows.number(value, "full_lbs"),
        tap_id=_tap(value, "tap_id"),
        tapped_at=rows.moment_or_none(value, "tapped_at"),
        closed_at=rows.moment_or_none(value, "closed_at"),
        queued_on=_tap(value, "queued_on"),
        taken_lbs=rows.number_or_none(value, "taken_lbs"),
    )


def _books_item(books: BooksBefore | None) -> Value:
    if books is None:
        return None
    return {
        "version": books.version,
        "unseen_gal": books.unseen,
        "rest_lbs": books.rest_lbs,
        "rest_at": rows.iso_or_none(books.rest_at),
        "rest_cal": books.rest_cal,
        "weighed_gal": books.weighed,
    }


def _books(value: Value) -> BooksBefore | None:
    if not isinstance(value, Mapping):
        return None
    return BooksBefore(
        version=rows.whole(value, "version"),
        unseen=rows.number(value, "unseen_gal"),
        rest_lbs=rows.number_or_none(value, "rest_lbs"),
        rest_at=rows.moment_or_none(value, "rest_at"),
        rest_cal=rows.whole_or_none(value, "rest_cal"),
        weighed=rows.number_or_none(value, "weighed_gal"),
    )


def _offer_item(offer: Offer) -> Value:
    return {
        "keg_id": offer.keg_id,
        "beer_id": offer.beer_id,
        "type_id": offer.type_id,
        "why": offer.why.value,
        "expected_lbs": offer.expected_lbs,
        "off_lbs": offer.off_lbs,
        "label": offer.label,
    }


def _offers(value: Value) -> tuple[Offer, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    return tuple(_offer(one) for one in value if isinstance(one, Mapping))


def _offer(item: Item) -> Offer:
    return Offer(
        keg_id=rows.text_or_none(item, "keg_id"),
        beer_id=rows.text(item, "beer_id"),
        type_id=rows.text(item, "type_id"),
        why=OfferWhy(rows.text(item, "why")),
        expected_lbs=rows.number(item, "expected_lbs"),
        off_lbs=rows.number_or_none(item, "off_lbs"),
        label=rows.text_or_none(item, "label"),
    )
