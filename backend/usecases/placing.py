"""Under which tap a scale stood when it measured; scales that nobody claimed, or that stood nowhere, are set apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend.cellar import rows, scales, taps
from backend.domain.ids import TapId
from backend.domain.reading import Reading, in_the_future
from backend.domain.scale import Scale, ScaleStatus
from backend.domain.times import whole_ms
from backend.ports import Item, Key, Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A reading and the tap it tells of."""

    reading: Reading
    tap_id: TapId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Readings of placed scales, of `strangers` nobody claimed, and how many came from retired or unplaced scales."""

    placed: Sequence[Placed]
    strangers: Sequence[Reading]
    set_apart: int


def place(ports: Ports, readings: Sequence[Reading], *, tolerance_scale: float = 1.0) -> Sorted:
    """Give the readings with their taps.

    Where the clock of a scale is not trusted, its readings are placed at the time of receipt. A scale that was placed
    in the future of a receipt was placed by a clock that was ahead; it stands where it was put then.
    """
    keys = {reading.device_id: scales.key(reading.device_id) for reading in readings}
    items = ports.table.get_many(list(keys.values()))
    known = {device_id: scales.from_item(items[key]) for device_id, key in keys.items() if key in items}
    tap_items = ports.table.get_many([taps.key(scale.tap_id) for scale in known.values() if scale.tap_id])
    placed: list[Placed] = []
    strangers: list[Reading] = []
    set_apart = 0
    for sent in readings:
        scale = known.get(sent.device_id)
        if scale is None or scale.status is ScaleStatus.UNCLAIMED:
            strangers.append(sent)
            continue
        reading = sent if scale.clock_trusted else replace(sent, measured_at=whole_ms(sent.received_at))
        tap_id = (
            None if scale.status is ScaleStatus.RETIRED else _tap_at(ports, scale, reading, tap_items, tolerance_scale)
        )
        if tap_id is None:
            set_apart += 1
        else:
            placed.append(Placed(reading=reading, tap_id=tap_id))
    return Sorted(placed=placed, strangers=strangers, set_apart=set_apart)


def _tap_at(
    ports: Ports, scale: Scale, reading: Reading, tap_items: Mapping[Key, Item], tolerance_scale: float
) -> TapId | None:
    """Give the present tap where the scale was placed before the reading, else the one it stood under then."""
    moment = reading.measured_at
    if scale.tap_id is not None:
        item = tap_items.get(taps.key(scale.tap_id))
        since = rows.moment_or_none(item, "scale_since") if item else None
        if (
            since is None
            or moment >= since
            or in_the_future(since, received_at=reading.received_at, tolerance_scale=tolerance_scale)
        ):
            return scale.tap_id
    for item in ports.table.query(scales.placed_before(scale.device_id, moment=moment)).items:
        tap = rows.text_or_none(item, "tap_id")
        return TapId.parse(tap) if tap else None
    # Measured before it was ever placed: it warmed up on its way to its first tap.
    return None
