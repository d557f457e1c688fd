"""Whether what a store holds agrees with itself and with what was acknowledged out of it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from cut_broker import LOCATION, TAPS, Broker, Identity

from backend.cellar import kegs, pours, taps
from backend.domain.ids import TapId
from backend.ports import Ports, Query, Recorded
from backend.usecases import load
from backend.usecases.keg_at import keg_at

LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)
FAR_OFF: Final = datetime(2100, 1, 1, tzinfo=UTC)


def assert_nothing_is_lost(ports: Ports, broker: Broker) -> None:
    """Each acknowledged reading is in history once; no other is there twice either."""
    kept = Counter(_identity(row) for tap_id in TAPS.values() for row in _rows(ports, tap_id))
    wanted = {one.identity for one in broker.acknowledged if one.identity}

    lost = wanted - kept.keys()
    assert not lost, f"acknowledged and lost: {sorted(lost, key=str)[:5]} and in all {len(lost)}"
    assert [identity for identity, count in kept.items() if count > 1] == []


def assert_it_agrees(ports: Ports, broker: Broker) -> None:
    """State, ledgers, pours and roll-ups are those of the readings that history holds."""
    pouring = {one.identity for one in broker.published if one.pours}
    claims, counted = 0, 0
    for tap_id in TAPS.values():
        rows = _rows(ports, tap_id)
        counted += len(rows)
        claims += sum(_identity(row) in pouring for row in rows)
        _assert_state_follows(ports, tap_id, rows)
        for seconds in (300, 3600):
            _assert_bins_follow(ports, tap_id, rows, seconds=seconds)
    assert ports.history.count() == counted
    assert _assert_books_follow(ports) == claims


def _assert_state_follows(ports: Ports, tap_id: TapId, rows: Sequence[Recorded]) -> None:
    item, tap_item = ports.table.get(taps.state_key(tap_id)), ports.table.get(taps.key(tap_id))
    if tap_item is None:
        assert not rows
        return
    tap = taps.from_item(tap_item)
    for row in rows:
        assert row.keg_id == keg_at(ports, tap, row.measured_at), f"{tap_id} at {row.measured_at}"
    if moving := [row for row in rows if tap.tapped_at is None or row.measured_at >= tap.tapped_at]:
        assert item is not None, f"{tap_id} has readings and no state"
        state, newest = taps.state_from_item(item), max(row.measured_at for row in moving)
        assert state.updated_at == newest, f"{tap_id}: the state is of {state.updated_at}, history of {newest}"
        assert state.weight_lbs in [row.weight_lbs for row in moving if row.measured_at == newest]


def _assert_bins_follow(ports: Ports, tap_id: TapId, rows: Sequence[Recorded], *, seconds: int) -> None:
    found: defaultdict[tuple[int, str | None], list[float]] = defaultdict(list)
    for row in rows:
        found[int(row.measured_at.timestamp()) // seconds * seconds, row.keg_id].append(row.weight_lbs)
    points = ports.history.points(tap_id=tap_id, start=LONG_AGO, end=FAR_OFF, bin_seconds=seconds)
    told = {(int(one.start.timestamp()), one.keg_id): (one.count, one.min_lbs, one.max_lbs) for one in points}
    assert told == {place: (len(lbs), min(lbs), max(lbs)) for place, lbs in found.items()}


def _assert_books_follow(ports: Ports) -> int:
    """Each keg's totals are those of its pours and wastes; gives how many pours there are."""
    booked = [pours.from_item(item) for item in load.every(ports, _all("POUR#"))]
    wasted = [pours.waste_from_item(item) for item in load.every(ports, _all("WASTE#"))]
    stays = [
        kegs.stay_from_item(item, tap_id=tap_id).keg_id
        for tap_id in TAPS.values()
        for item in ports.table.query(kegs.stays(tap_id, until=FAR_OFF, limit=1000)).items
    ]
    for keg_id in stays:
        ledger = load.ledger(ports, keg_id)
        mine = [pour for pour in booked if pour.keg_id == keg_id]
        assert ledger.pours == len(mine)
        assert abs(ledger.poured - sum(pour.gallons for pour in mine)) < 1e-6
        assert abs(ledger.wasted - sum(waste.gallons for waste in wasted if waste.keg_id == keg_id)) < 1e-6
    return len(booked)


def _all(kind: str) -> Query:
    return Query(partition=f"LOCATION#{LOCATION}", begins_with=kind)


def _rows(ports: Ports, tap_id: TapId) -> Sequence[Recorded]:
    return ports.history.readings(tap_id=tap_id, start=LONG_AGO, end=FAR_OFF, limit=1_000_000)


def _identity(row: Recorded) -> Identity:
    return (row.device_id, row.seq, row.digest)
