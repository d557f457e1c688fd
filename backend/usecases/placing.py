"""Under which tap a scale stood when it measured; scales that nobody claimed, or that stood nowhere, are set apart."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backend.cellar import rows, scales, taps
from backend.domain.ids import TapId
from backend.domain.reading import Reading, in_the_future
from backend.domain.scale import Scale, ScaleStatus
from backend.domain.times import whole_ms
from backend.ports import Item, Ports
from backend.usecases.untaken import Untaken


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Readings by the tap they tell of, of `strangers` nobody claimed, and how many came from scales under no tap.

    `silent` are the scales that claim no pours: their birth message says so, or they number no readings and never
    said. Where `untaken` stood cannot be read; `damaged` says which rows cannot be.
    """

    placed: Mapping[TapId, list[Reading]]
    strangers: Sequence[Reading]
    set_apart: int
    silent: frozenset[str] = frozenset()
    untaken: Sequence[Untaken] = ()
    damaged: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stand:
    """A scale, and since when it stands under the tap it names; None where nobody said."""

    scale: Scale
    since: datetime | None


def place(ports: Ports, readings: Sequence[Reading], *, tolerance_scale: float = 1.0) -> Sorted:
    """Sort readings by their taps.

    Where the clock of a scale is not trusted, its readings are placed at the time of receipt. A scale that was placed
    in the future of a receipt was placed by a clock that was ahead; it stands where it was put then. Where the row of
    a scale or of its tap cannot be read, its placings tell where it stood, and its clock is believed.
    """
    said: defaultdict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        said[reading.device_id].append(reading)
    stands, damaged = _stands(ports, said)
    untaken: list[Untaken] = []
    placed: defaultdict[TapId, list[Reading]] = defaultdict(list)
    strangers: list[Reading] = []
    set_apart, silent = 0, set[str]()
    for device_id, sent in said.items():
        stand = stands.get(device_id)
        if stand is None:
            strangers += sent
            continue
        if _claims_none(stand.scale, sent):
            silent.add(device_id)
        for tap_id, part in _at_taps(ports, stand, sent, tolerance_scale, untaken):
            if tap_id is None:
                set_apart += len(part)
            else:
                placed[tap_id] += part
    damaged += [one.why for one in untaken]
    return Sorted(
        placed=placed,
        strangers=strangers,
        set_apart=set_apart,
        silent=frozenset(silent),
        untaken=untaken,
        damaged=damaged,
    )


def _claims_none(scale: Scale, sent: Sequence[Reading]) -> bool:
    """Whether pours are to be sought for a scale; one that claims some, whatever its birth said, seeks by itself."""
    if scale.claims_pours or (scale.session is None and sent[0].numbered):
        return False
    return all(reading.pour is None for reading in sent)


def _at_taps(
    ports: Ports, stand: _Stand, sent: Sequence[Reading], tolerance_scale: float, untaken: list[Untaken]
) -> Iterator[tuple[TapId | None, Sequence[Reading]]]:
    """Give the readings of one scale with the tap it stood under, None where it stood under none.

    Those for which that cannot be read are added to `untaken`.
    """
    scale, since = stand.scale, stand.since
    if not scale.clock_trusted:
        sent = [reading._replace(measured_at=whole_ms(reading.received_at)) for reading in sent]
    if since is not None and all(reading.measured_at >= since for reading in sent):
        # All since it was put where it stands, as nearly always: they need not be looked at one by one.
        yield _tap_at(ports, stand, sent[0], tolerance_scale), sent
        return
    for reading in sent:
        try:
            tap_id = _tap_at(ports, stand, reading, tolerance_scale)
        except rows.BadRow as bad:
            untaken.append(Untaken(reading=reading, why=str(bad)))
        else:
            yield tap_id, [reading]


def _stands(ports: Ports, device_ids: Iterable[str]) -> tuple[dict[str, _Stand], list[str]]:
    """Where the scales stand that somebody claimed, and which rows about it cannot be read."""
    keys = {device_id: scales.key(device_id) for device_id in device_ids}
    items = ports.table.get_many(list(keys.values()))
    damaged: list[str] = []
    known = [_scale(device_id, items[key], damaged) for device_id, key in keys.items() if key in items]
    claimed = [scale for scale in known if scale.status is not ScaleStatus.UNCLAIMED]
    tap_keys = {scale.device_id: taps.key(scale.tap_id) for scale in claimed if scale.tap_id}
    tap_items = ports.table.get_many(list(tap_keys.values()))
    stands = {}
    for scale in claimed:
        tap_key = tap_keys.get(scale.device_id)
        item = tap_items.get(tap_key) if tap_key else None
        try:
            since = rows.moment_or_none(item, "scale_since") if item else None
            stands[scale.device_id] = _Stand(scale=scale, since=since)
        except rows.BadRow as bad:
            damaged.append(str(bad))
            stands[scale.device_id] = _Stand(scale=replace(scale, tap_id=None), since=None)
    return stands, damaged


def _scale(device_id: str, item: Item, damaged: list[str]) -> Scale:
    """A scale as its row tells of it; where that cannot be read, one of which nothing is known but its placings."""
    try:
        return scales.from_item(item)
    except rows.BadRow as bad:
        damaged.append(str(bad))
        return Scale(device_id=device_id, status=ScaleStatus.OFFLINE)


def _tap_at(ports: Ports, stand: _Stand, reading: Reading, tolerance_scale: float) -> TapId | None:
    """Give the present tap where the scale was placed before the reading, else the one it stood under then."""
    scale, since, moment = stand.scale, stand.since, reading.measured_at
    if scale.status is ScaleStatus.RETIRED:
        return None
    if scale.tap_id is not None and (
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
