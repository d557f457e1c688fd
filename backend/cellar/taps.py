"""Rows of a tap: `LOCATION#loc-001 / TAP#07` (what is set up) and `/ TAP#07#STATE` (what readings move)."""

from collections.abc import Mapping

from backend.cellar import asides, rows, seeking, swapping
from backend.domain.ids import TapId
from backend.domain.level import Level, NoLevel
from backend.domain.reading import Watermark
from backend.domain.shown import Shown
from backend.domain.tap import Tap, TapState
from backend.domain.times import iso
from backend.ports import Item, Key, Put, Value

PREFIX = "TAP#"
_STATE = "#STATE"


def key(tap_id: TapId) -> Key:
    """Where a tap lies."""
    return Key(f"LOCATION#{tap_id.location_id}", tap_id.sort_key)


def state_key(tap_id: TapId) -> Key:
    """Where its state lies."""
    return Key(f"LOCATION#{tap_id.location_id}", tap_id.sort_key + _STATE)


def is_state(item: Item) -> bool:
    """Whether a row under `TAP#` is a state."""
    return rows.text(item, "SK").endswith(_STATE)


@rows.reads
def tap_id_of(item: Item) -> TapId:
    """Which tap a row belongs to."""
    location_id = rows.text(item, "PK").removeprefix("LOCATION#")
    return TapId(location_id, int(rows.text(item, "SK").removeprefix(PREFIX).removesuffix(_STATE)))


def put(tap: Tap) -> Put:
    """Write a tap if nobody else has since it was read."""
    where = key(tap.tap_id)
    item: dict[str, Value] = {
        "PK": where.pk,
        "SK": where.sk,
        "scale_id": tap.scale_id,
        "scale_since": rows.iso_or_none(tap.scale_since),
        "beer_id": tap.beer_id,
        "keg_id": tap.keg_id,
        "keg_type": tap.type_id,
        "tapped_at": rows.iso_or_none(tap.tapped_at),
        "full_lbs": tap.full_lbs,
        "empty_lbs": tap.empty_lbs,
        "specific_gravity": tap.specific_gravity,
        "aside": asides.item_of(tap.aside),
        "cleaned_at": rows.iso_or_none(tap.cleaned_at),
        "swapped_at": rows.iso_or_none(tap.swapped_at),
        "cost_cents": tap.cost_cents,
        "shares": str(tap.shares) if tap.shares else None,
        "shared_by": list(tap.shared_by),
        "version": tap.version + 1,
    }
    if tap.found:
        item["found"] = True
    if tap.scale_id is not None:
        # device-index: from a scale to the taps it carries.
        item |= {"device_id": tap.scale_id, "loc_id": tap.tap_id.location_id, "tap_id": str(tap.tap_id)}
    return Put(item=item, expected_version=tap.version)


@rows.reads
def from_item(item: Item) -> Tap:
    """Read a tap's row; raises BadRow."""
    return Tap(
        tap_id=tap_id_of(item),
        scale_id=rows.text_or_none(item, "scale_id"),
        scale_since=rows.moment_or_none(item, "scale_since"),
        beer_id=rows.text_or_none(item, "beer_id"),
        keg_id=rows.text_or_none(item, "keg_id"),
        type_id=rows.text_or_none(item, "keg_type"),
        tapped_at=rows.moment_or_none(item, "tapped_at"),
        full_lbs=rows.number_or_none(item, "full_lbs"),
        empty_lbs=rows.number_or_none(item, "empty_lbs"),
        specific_gravity=rows.number_or_none(item, "specific_gravity"),
        aside=asides.of_value(item.get("aside")),
        cleaned_at=rows.moment_or_none(item, "cleaned_at"),
        swapped_at=rows.moment_or_none(item, "swapped_at"),
        cost_cents=rows.whole_or_none(item, "cost_cents"),
        found=rows.flag(item, "found", default=False),
        shares=_shared(item),
        shared_by=rows.wholes(item, "shared_by"),
        version=rows.version_of(item),
    )


def _shared(item: Item) -> TapId | None:
    told = rows.text_or_none(item, "shares")
    return TapId.parse(told) if told else None


def put_state(state: TapState) -> Put:
    """Write a state if nobody else has since it was read."""
    where = state_key(state.tap_id)
    level = state.level if isinstance(state.level, Level) else None
    item: dict[str, Value] = {
        "PK": where.pk,
        "SK": where.sk,
        "level_pct": level.percent if level else None,
        "gallons": level.gallons if level else None,
        "net_lbs": level.net_lbs if level else None,
        "no_level": None if isinstance(state.level, Level) else state.level.value,
        "weight_lbs": state.weight_lbs,
        "updated_at": iso(state.updated_at),
        "tare_status": "unset" if state.level is NoLevel.NO_TARE else "ok",
        "keg_id": state.keg_id,
        "stable": state.stable,
        "scale_id": state.mark.device_id,  # not device_id: only the tap's own row stands in device-index
        "boot": state.mark.boot,
        "seq": state.mark.seq,
        "digest": state.mark.digest,
        "cal": state.mark.cal,
        "shown": _shown_item(state.shown),
        "swap": swapping.item_of(state.swap),
        "version": state.version + 1,
    }
    if state.seeking is not None:  # hardly any scale, and it is long
        item |= {"seeking": seeking.item_of(state.seeking)}
    return Put(item=item, expected_version=state.version)


@rows.reads
def state_from_item(item: Item) -> TapState:
    """Read a tap's state; raises BadRow."""
    updated_at = rows.moment(item, "updated_at")
    return TapState(
        tap_id=tap_id_of(item),
        weight_lbs=rows.number(item, "weight_lbs"),
        level=_level(item),
        updated_at=updated_at,
        mark=Watermark(
            measured_at=updated_at,
            device_id=rows.text(item, "scale_id"),
            boot=rows.whole_or_none(item, "boot"),
            seq=rows.whole_or_none(item, "seq"),
            digest=rows.text_or_none(item, "digest"),
            cal=rows.whole_or_none(item, "cal"),
        ),
        keg_id=rows.text_or_none(item, "keg_id"),
        stable=rows.flag(item, "stable", default=True),
        shown=_shown(item.get("shown")),
        swap=swapping.of_value(item.get("swap")),
        seeking=seeking.of_value(item.get("seeking")),
        version=rows.version_of(item),
    )


def _level(item: Item) -> Level | NoLevel:
    reason = rows.text_or_none(item, "no_level")
    if reason is not None:
        return NoLevel(reason)
    return Level(
        percent=rows.number(item, "level_pct"),
        gallons=rows.number(item, "gallons"),
        net_lbs=rows.number(item, "net_lbs"),
    )


def _shown_item(shown: Shown | None) -> Value:
    if shown is None:
        return None
    return {
        "net_lbs": shown.net_lbs,
        "rest_lbs": shown.rest_lbs,
        "rest_net_lbs": shown.rest_net_lbs,
        "rest_at": iso(shown.rest_at),
        "pouring": shown.pouring,
        "odd_since": rows.iso_or_none(shown.odd_since),
        "low_since": rows.iso_or_none(shown.low_since),
        "extra_lbs": shown.extra_lbs,
        "extra_net_lbs": shown.extra_net_lbs,
        "settled": shown.settled,
        "unseated": shown.unseated,
        "seen_lbs": shown.seen_lbs,
        "steps": shown.steps,
    }


def _shown(value: Value) -> Shown | None:
    if not isinstance(value, Mapping):
        return None
    return Shown(
        net_lbs=rows.number(value, "net_lbs"),
        rest_lbs=rows.number(value, "rest_lbs"),
        rest_net_lbs=rows.number(value, "rest_net_lbs"),
        rest_at=rows.moment(value, "rest_at"),
        pouring=rows.flag(value, "pouring", default=False),
        odd_since=rows.moment_or_none(value, "odd_since"),
        low_since=rows.moment_or_none(value, "low_since"),
        extra_lbs=rows.number_or_none(value, "extra_lbs") or 0.0,
        extra_net_lbs=rows.number_or_none(value, "extra_net_lbs") or 0.0,
        settled=rows.flag(value, "settled", default=True),
        unseated=rows.flag(value, "unseated", default=False),
        seen_lbs=rows.number_or_none(value, "seen_lbs"),
        steps=rows.whole_or_none(value, "steps") or 0,
    )
