"""Readings become levels: history first, then the state, the pours and the ledger of each tap in one group."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.cellar import scales, taps
from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.ledger import Pour, PourEnded
from backend.domain.reading import Reading, ReadingTaken
from backend.domain.refusal import Conflict
from backend.domain.tap import Tap, TapState, state_after
from backend.ports import Action, Outcome, Ports, Recorded
from backend.usecases.booking import Claimed, book
from backend.usecases.commit import ATTEMPTS
from backend.usecases.keg_at import keg_at
from backend.usecases.placing import place
from backend.usecases.unclaimed import note_unclaimed

_MOST_IN_A_STEP: Final = 40
"""Readings of one tap decided in one group: with a pour and its ledger each they stay below the table's 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a batch: readings new in history, moves of a state, pours booked, readings of unknown scales."""

    recorded: int = 0
    moved: int = 0
    pours: int = 0
    unclaimed: int = 0

    @property
    def telling(self) -> bool:
        """Whether something happened that should become durable at once: a pour ended."""
        return self.pours > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    tap: Tap
    state: TapState | None
    readings: Sequence[Reading]
    rows: Sequence[Recorded]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    tap_id: TapId
    actions: Sequence[Action]
    events: Sequence[Event]
    moved: int
    pours: int


def take_readings(ports: Ports, *, readings: Sequence[Reading]) -> Taken:
    """Take a batch of readings in any order, duplicates welcome.

    Every reading of a placed scale is kept in history at its measured time; the state of a tap moves only forward;
    a pour is booked once, in the ledger of the keg that stood there. What changed is visible at once and becomes
    durable with the next sync; the caller acknowledges only after that.

    Raises:
        StoreUnavailable: nothing of the batch may be acknowledged.
        Conflict: others changed the same taps five times in a row; the batch can be given again.
    """
    placed, strangers = place(ports, readings)
    waiting: defaultdict[TapId, list[Reading]] = defaultdict(list)
    for one in placed:
        waiting[one.tap_id].append(one.reading)
    totals = Taken(unclaimed=note_unclaimed(ports, readings=strangers))
    failures = 0
    while waiting:
        batches = _load(ports, waiting)
        recorded = ports.history.record([row for batch in batches for row in batch.rows])
        steps = [_decide(ports, batch) for batch in batches]
        applied = _apply(ports, steps)
        for step in applied:
            del waiting[step.tap_id][:_MOST_IN_A_STEP]
            if not waiting[step.tap_id]:
                del waiting[step.tap_id]
        ports.feed.publish([event for step in applied for event in step.events])
        totals = _add(totals, applied, recorded)
        failures = failures + 1 if len(applied) < len(steps) else 0
        if failures >= ATTEMPTS:
            raise Conflict("the taps of this batch are being changed by others: give the batch again")
    return totals


def _load(ports: Ports, waiting: Mapping[TapId, list[Reading]]) -> list[_Batch]:
    keys = [key for tap_id in waiting for key in (taps.key(tap_id), taps.state_key(tap_id))]
    items = ports.table.get_many(keys)
    batches = []
    for tap_id, readings in waiting.items():
        tap_item, state_item = items.get(taps.key(tap_id)), items.get(taps.state_key(tap_id))
        tap = taps.from_item(tap_item) if tap_item else Tap(tap_id=tap_id)
        readings.sort(key=_order)
        now = readings[:_MOST_IN_A_STEP]
        batches.append(
            _Batch(
                tap=tap,
                state=taps.state_from_item(state_item) if state_item else None,
                readings=now,
                rows=[_row(reading, tap_id, keg_at(ports, tap, reading.measured_at)) for reading in now],
            )
        )
    return batches


def _order(reading: Reading) -> tuple[datetime, str, int, int]:
    return (reading.measured_at, reading.device_id, reading.boot or 0, reading.seq or 0)


def _row(reading: Reading, tap_id: TapId, keg_id: str | None) -> Recorded:
    identified = reading.boot is not None and reading.seq is not None
    return Recorded(
        device_id=reading.device_id,
        boot=reading.boot if identified else None,
        seq=reading.seq if identified else None,
        digest=None if identified else reading.digest,
        measured_at=reading.measured_at,
        received_at=reading.received_at,
        tap_id=tap_id,
        keg_id=keg_id,
        weight_lbs=reading.weight_lbs,
        stable=reading.stable,
        raw=reading.raw,
        temp_f=reading.temp_f,
        battery_v=reading.battery_v,
        battery_pct=reading.battery_pct,
        rssi=reading.rssi,
    )


def _decide(ports: Ports, batch: _Batch) -> _Step:
    """Let the domain decide on the readings of one tap."""
    tap_id, state, moved = batch.tap.tap_id, batch.state, 0
    for reading in batch.readings:
        after = state_after(state, reading, tap=batch.tap)
        if after is not None:
            state, moved = after, moved + 1
    actions: list[Action] = []
    events: list[Event] = []
    if state is not None and moved:
        actions.append(taps.put_state(state))
        events.append(ReadingTaken(location_id=tap_id.location_id, tap_id=str(tap_id)))
    booked = book(ports, tap_id=tap_id, claims=_claims(batch))
    actions += booked.actions
    events += [_ended(pour) for pour in booked.pours]
    health = [one for one in batch.readings if one.battery_v is not None or one.rssi is not None]
    if health:
        actions.append(scales.put_telemetry(health[-1], location_id=tap_id.location_id))
    return _Step(tap_id=tap_id, actions=actions, events=events, moved=moved, pours=len(booked.pours))


def _claims(batch: _Batch) -> list[Claimed]:
    return [
        Claimed(reading=reading, keg_id=row.keg_id)
        for reading, row in zip(batch.readings, batch.rows, strict=True)
        if reading.pour is not None and row.keg_id is not None
    ]


def _ended(pour: Pour) -> PourEnded:
    return PourEnded(
        location_id=pour.tap_id.location_id, tap_id=str(pour.tap_id), pour_id=pour.pour_id, gallons=pour.gallons
    )


def _apply(ports: Ports, steps: Sequence[_Step]) -> list[_Step]:
    """Commit each tap's group by itself; give the steps that stand (one with nothing to write stands)."""
    writing = [step for step in steps if step.actions]
    outcomes = ports.table.transact(*(step.actions for step in writing), durable=False) if writing else []
    failed = {step.tap_id for step, outcome in zip(writing, outcomes, strict=True) if outcome is not Outcome.APPLIED}
    return [step for step in steps if step.tap_id not in failed]


def _add(totals: Taken, applied: Sequence[_Step], recorded: int) -> Taken:
    return Taken(
        recorded=totals.recorded + recorded,
        moved=totals.moved + sum(step.moved for step in applied),
        pours=totals.pours + sum(step.pours for step in applied),
        unclaimed=totals.unclaimed,
    )
