"""The change of kegs under way, as it lies in the state of a tap; and the row that calls for its end.

`LOCATION#… / SWAPPING#07` stands in due-index while a load waits to be judged that nobody moves any more.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from backend.cellar import rows
from backend.domain.ids import TapId
from backend.domain.swap import Swap
from backend.domain.times import EPOCH, epoch_ms, iso
from backend.ports import Delete, Index, Item, Key, Put, Query, Value

PREFIX: Final = "SWAPPING#"
DUE: Final = "DUE#SWAPS"


def item_of(swap: Swap | None) -> Value:
    """Write a change of kegs."""
    if swap is None:
        return None
    return {
        "lifted_at": iso(swap.lifted_at),
        "keg_id": swap.keg_id,
        "before_lbs": swap.before_lbs,
        "placed_at": rows.iso_or_none(swap.placed_at),
        "gross_lbs": swap.gross_lbs,
        "stood_at": rows.iso_or_none(swap.stood_at),
        "over_gap": swap.over_gap,
        "judged": swap.judged,
    }


def of_value(value: Value) -> Swap | None:
    """Read a change of kegs; raises BadRow."""
    if not isinstance(value, Mapping):
        return None
    return Swap(
        lifted_at=rows.moment(value, "lifted_at"),
        keg_id=rows.text_or_none(value, "keg_id"),
        before_lbs=rows.number_or_none(value, "before_lbs"),
        placed_at=rows.moment_or_none(value, "placed_at"),
        gross_lbs=rows.number_or_none(value, "gross_lbs"),
        stood_at=rows.moment_or_none(value, "stood_at"),
        over_gap=rows.flag(value, "over_gap", default=False),
        judged=rows.flag(value, "judged", default=False),
    )


def key(tap_id: TapId) -> Key:
    """Where the call for the end of a change lies."""
    return Key(f"LOCATION#{tap_id.location_id}", f"{PREFIX}{tap_id.number:02d}")


def put(tap_id: TapId, *, due_at: datetime) -> Put:
    """Call for the judgement of a load at a moment; the last word counts."""
    where = key(tap_id)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "tap_id": str(tap_id),
        "due_shard": DUE,
        "due_at": epoch_ms(due_at) / 1000,
    }
    return Put(item=item)


def delete(tap_id: TapId) -> Delete:
    """It was judged, or lifted again."""
    return Delete(key=key(tap_id))


def due(*, now: datetime, limit: int) -> Query:
    """Loads that are to be judged by now; an index may answer late, so look at the state of each."""
    return Query(partition=DUE, index=Index.DUE, between=(0, (now - EPOCH).total_seconds()), limit=limit)


def tap_of(item: Item) -> TapId:
    """Which tap a row calls for."""
    return TapId.parse(rows.text(item, "tap_id"))
