"""Readings become levels: history first, then the state, the pours and the ledger of each tap in one group."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from backend.cellar import scales, taps
from backend.cellar.rows import BadRow
from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.ledger import Pour, PourEnded, WasteBooked, pour_began
from backend.domain.reading import Reading, ReadingTaken, in_order
from backend.domain.tap import Tap, TapState, moved_by
from backend.ports import Action, Check, Item, Key, Outcome, Ports, Recorded
from backend.usecases.commit import ATTEMPTS, gave_up, written
from backend.usecases.keg_at import keg_at, tell_history
from backend.usecases.placing import place
from backend.usecases.record_pour import Booked, Claimed, Fallen, record_pour
from backend.usecases.seek_pours import Sought, seek_pours
from backend.usecases.swap import call_for_judgement, complete_swaps
from backend.usecases.unclaimed import note_unclaimed
from backend.usecases.untaken import Untaken

_MOST_IN_A_STEP: Final = 2000
"""Readings of one tap decided in one group: as many as the writer takes at once."""
_MOST_POURS_IN_A_STEP: Final = 30
"""With a keg and a scale each their rows stay within the 100 of a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a batch: readings new in history, moves of a state, pours booked.

    `wastes` counts what left while a tap was set aside. `unclaimed` counts readings of scales that nobody claimed,
    `set_apart` those of scales that are retired or stood under no tap when they measured; neither kind is kept.
    `unbooked` counts claims of pours where no keg stood, and those that cannot have been pours, of which `unbelieved`
    says why: the readings are kept, the pours belong to nothing.
    `clock_set_back` counts states whose time went back, because it lay in the future: a clock was ahead and has been
    corrected. `history_only` counts readings that are kept and moved no state, because a row of their tap cannot be
    read; `untaken` are those of which something is not kept, for the same reason. `damaged` says which rows that are,
    once each.
    """

    recorded: int = 0
    moved: int = 0
    pours: int = 0
    wastes: int = 0
    unclaimed: int = 0
    set_apart: int = 0
    unbooked: int = 0
    clock_set_back: int = 0
    history_only: int = 0
    untaken: tuple[Untaken, ...] = ()
    damaged: tuple[str, ...] = ()
    unbelieved: tuple[str, ...] = ()

    @property
    def telling(self) -> bool:
        """Whether something happened that should become durable at once: a pour ended."""
        return self.pours > 0 or self.wastes > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    tap: Tap
    state: TapState | None
    readings: Sequence[Reading]
    rows: Sequence[Recorded]
    health: Item | None
    damage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    tap_id: TapId
    decided: int
    actions: Sequence[Action]
    events: Sequence[Event]
    moved: int
    pours: int
    unbooked: int
    wastes: int = 0
    set_back: int
    history_only: int = 0
    untaken: Sequence[Untaken] = ()
    damaged: Sequence[str] = ()
    unbelieved: Sequence[str] = ()
    ripe: datetime | None = None


def take_readings(
    ports: Ports,
    *,
    readings: Sequence[Reading],
    tolerance_scale: float = 1.0,
    recorded: Callable[[int], None] = lambda _count: None,
) -> Taken:
    """Take a batch of readings in any order, duplicates welcome; `tolerance_scale` is the speed of the story.

    Every reading of a placed scale is kept in history at its measured time; the state of a tap moves only forward;
    a pour is booked once, in the ledger of the keg that stood there. A state from the future of a reading's receipt
    goes back to it: see `moved_by`. What changed is visible at once and becomes
    durable with the next sync; the caller acknowledges only after that. `recorded` is told how many readings were new
    in history as soon as they are there, so also where the batch breaks later. Where rows of a tap cannot be read, its
    readings are kept in history alone, and all other taps go on. Where the readings tell that another keg was put on,
    it is on from then on, and those that follow are of that keg: see `complete_swaps`.

    Raises:
        StoreUnavailable: nothing of the batch may be acknowledged; it can be given again.
        Conflict: others changed the same taps five times in a row; the batch can be given again.
    """
    found = place(ports, readings, tolerance_scale=tolerance_scale)
    waiting = {tap_id: in_order(those) for tap_id, those in found.placed.items()}
    totals = Taken(
        unclaimed=note_unclaimed(ports, readings=found.strangers),
        set_apart=found.set_apart,
        untaken=tuple(found.untaken),
        damaged=tuple(found.damaged),
    )
    failures, mistold, judged = 0, dict[TapId, datetime](), dict[TapId, datetime]()
    while waiting:
        batches = _load(ports, waiting)
        new = ports.history.record([row for batch in batches for row in batch.rows])
        recorded(new)
        damaged = _retell(ports, mistold)
        steps = [
            _decide(ports, batch, tolerance_scale, judged.get(batch.tap.tap_id), silent=found.silent)
            for batch in batches
        ]
        applied, outcome = _apply(ports, steps)
        mistold = _not_applied(batches, applied)
        for step in applied:
            del waiting[step.tap_id][: step.decided]
            if not waiting[step.tap_id]:
                del waiting[step.tap_id]
        ports.feed.publish([event for step in applied for event in step.events])
        ripe = {step.tap_id: step.ripe for step in applied if step.ripe is not None}
        if ripe:
            damaged = [*damaged, *complete_swaps(ports, tap_ids=list(ripe), now=readings[-1].received_at)]
            judged |= ripe
        totals = _add(totals, applied, new, damaged)
        failures = failures + 1 if len(applied) < len(steps) else 0
        if failures >= ATTEMPTS:
            raise gave_up(outcome)
    return totals


def _load(ports: Ports, waiting: Mapping[TapId, list[Reading]]) -> list[_Batch]:
    keys = [key for tap_id in waiting for key in (taps.key(tap_id), taps.state_key(tap_id))]
    keys += [scales.telemetry_key(readings[0].device_id) for readings in waiting.values()]
    items = ports.table.get_many(keys)
    batches = []
    for tap_id, readings in waiting.items():
        now = _first(readings)
        try:
            batches.append(_batch(ports, tap_id, now, items))
        except BadRow as bad:
            batches.append(_without_state(ports, tap_id, now, damage=str(bad)))
    return batches


def _batch(ports: Ports, tap_id: TapId, readings: Sequence[Reading], items: Mapping[Key, Item]) -> _Batch:
    """Put the readings of a tap beside its rows; raises BadRow."""
    tap_item, state_item = items.get(taps.key(tap_id)), items.get(taps.state_key(tap_id))
    tap = taps.from_item(tap_item) if tap_item else Tap(tap_id=tap_id)
    return _Batch(
        tap=tap,
        state=taps.state_from_item(state_item) if state_item else None,
        readings=readings,
        health=items.get(scales.telemetry_key(readings[0].device_id)),
        rows=[_row(reading, tap_id, keg_at(ports, tap, reading.measured_at)) for reading in readings],
    )


def _without_state(ports: Ports, tap_id: TapId, readings: Sequence[Reading], *, damage: str) -> _Batch:
    """The readings of a tap that cannot be read, under the kegs that its stays tell of."""
    tap, kegs = Tap(tap_id=tap_id), list[str | None]()
    for reading in readings:
        try:
            kegs.append(keg_at(ports, tap, reading.measured_at))
        except BadRow:
            kegs.append(None)
    return _Batch(
        tap=tap,
        state=None,
        readings=readings,
        health=None,
        rows=[_row(reading, tap_id, keg_id) for reading, keg_id in zip(readings, kegs, strict=True)],
        damage=damage,
    )


def _first(readings: Sequence[Reading]) -> Sequence[Reading]:
    """As many of them as can be decided in one group."""
    pours = 0
    for number, reading in enumerate(readings[:_MOST_IN_A_STEP]):
        pours += reading.pour is not None
        if pours > _MOST_POURS_IN_A_STEP:
            return readings[:number]
    return readings[:_MOST_IN_A_STEP]


def _row(reading: Reading, tap_id: TapId, keg_id: str | None) -> Recorded:
    numbered = reading.numbered
    return Recorded(  # in the order of its fields: by name it would take three times as long, for each reading
        reading.device_id,
        reading.boot if numbered else None,
        reading.seq if numbered else None,
        None if numbered else reading.digest,
        reading.measured_at,
        reading.received_at,
        tap_id,
        keg_id,
        reading.weight_lbs,
        reading.stable,
        reading.raw,
        reading.temp_f,
        reading.battery_v,
        reading.battery_pct,
        reading.rssi,
    )


def _decide(
    ports: Ports, batch: _Batch, tolerance_scale: float, judged: datetime | None, *, silent: frozenset[str]
) -> _Step:
    """Let the domain decide on the readings of one tap."""
    if batch.damage is not None:
        return _history_only(batch, batch.damage)
    tap_id = batch.tap.tap_id
    moved = moved_by(batch.state, batch.readings, tap=batch.tap, tolerance_scale=tolerance_scale, judged=judged)
    if moved.decided < len(batch.readings):
        batch = replace(batch, readings=batch.readings[: moved.decided], rows=batch.rows[: moved.decided])
    actions: list[Action] = []
    events: list[Event] = []
    sought = seek_pours(batch.state, moved, tap=batch.tap, silent=silent)
    if moved.state is not None and moved.readings:
        state = moved.state if sought.seeking is None else replace(moved.state, seeking=sought.seeking)
        actions += [taps.put_state(state), *call_for_judgement(batch.state, moved)]
        events.append(ReadingTaken(location_id=tap_id.location_id, tap_id=str(tap_id)))
    if batch.state is None or not moved.readings:
        # A changed keg moves the version of a state too, so where one is written over this check is in that.
        actions.append(Check(key=taps.key(tap_id), expected_version=batch.tap.version))
    unbooked, booked, untaken = _book(ports, batch, sought)
    actions += booked.actions
    events += [_ended(pour) for pour in booked.pours]
    events += [WasteBooked(location_id=tap_id.location_id, tap_id=str(tap_id)) for _ in booked.wastes]
    actions += _health(batch, moved.readings)
    return _Step(
        tap_id=tap_id,
        decided=len(batch.readings),
        actions=actions,
        events=events,
        moved=len(moved.readings),
        pours=len(booked.pours),
        wastes=len(booked.wastes),
        unbooked=unbooked + len(booked.unbelieved),
        unbelieved=booked.unbelieved,
        set_back=moved.set_back,
        untaken=untaken,
        damaged=[one.why for one in untaken],
        ripe=moved.state.swap.placed_at if moved.ripe and moved.state and moved.state.swap else None,
    )


def _history_only(batch: _Batch, damage: str) -> _Step:
    """Nothing to write: the screens are told to look, and find that the tap cannot be read."""
    tap_id = batch.tap.tap_id
    return _Step(
        tap_id=tap_id,
        decided=len(batch.readings),
        actions=[],
        events=[ReadingTaken(location_id=tap_id.location_id, tap_id=str(tap_id))],
        moved=0,
        pours=0,
        unbooked=0,
        set_back=0,
        history_only=len(batch.readings),
        untaken=_with_pours(batch, damage),
        damaged=[damage],
    )


def _book(ports: Ports, batch: _Batch, sought: Sought) -> tuple[int, Booked, Sequence[Untaken]]:
    """Give how many claims have no keg, what books the others, and those that a damaged row keeps from it."""
    try:
        claims, unbooked = _claims(ports, batch, sought.claims)
        return unbooked, record_pour(ports, tap=batch.tap, claims=claims, fallen=_fallen(ports, batch, sought)), []
    except BadRow as bad:
        return 0, Booked(actions=[], pours=[]), _with_pours(batch, str(bad))


def _with_pours(batch: _Batch, why: str) -> list[Untaken]:
    return [Untaken(reading=reading, why=why) for reading in batch.readings if reading.pour is not None]


def _health(batch: _Batch, moving: Sequence[Reading]) -> list[Action]:
    """What the newest readings say of the scale itself; late ones are no news."""
    if not moving:
        return []
    newest = moving[-1].device_id
    telling = [one for one in moving if one.device_id == newest and _tells_health(one)]
    if not telling:
        return []
    before = batch.health if batch.readings[0].device_id == newest else None
    return [scales.put_telemetry(before, telling, location_id=batch.tap.tap_id.location_id)]


def _tells_health(reading: Reading) -> bool:
    return (
        reading.battery_v is not None
        or reading.battery_pct is not None
        or reading.rssi is not None
        or reading.temp_f is not None
    )


def _fallen(ports: Ports, batch: _Batch, sought: Sought) -> list[Fallen]:
    """The falls that nobody saw, where a keg stood at their end; one that was put on meanwhile was weighed anew."""
    return [
        Fallen(at=at, reading=reading, keg_id=keg_id, before_lbs=pour.before_lbs, after_lbs=pour.after_lbs)
        for at, reading, pour in sought.unseen
        if (keg_id := keg_at(ports, batch.tap, at)) is not None
    ]


def _claims(ports: Ports, batch: _Batch, sought: Sequence[Reading]) -> tuple[list[Claimed], int]:
    """Pours belong to the keg that stood there when they began, also where it was lifted before they were told.

    Gives the claims that have a keg, and how many have none.
    """
    claims, without = [], 0
    told = [(one, row.keg_id) for one, row in zip(batch.readings, batch.rows, strict=True) if one.pour is not None]
    for reading, stood in [*told, *((one, batch.tap.keg_id) for one in sought)]:
        if reading.pour is None:
            continue
        keg_id = keg_at(ports, batch.tap, pour_began(reading, reading.pour)) or stood
        if keg_id is not None:
            claims.append(Claimed(reading=reading, keg_id=keg_id))
        else:
            without += 1
    return claims, without


def _ended(pour: Pour) -> PourEnded:
    return PourEnded(
        location_id=pour.tap_id.location_id, tap_id=str(pour.tap_id), pour_id=pour.pour_id, gallons=pour.gallons
    )


def _apply(ports: Ports, steps: Sequence[_Step]) -> tuple[list[_Step], Outcome]:
    """Commit each tap's group by itself; give the steps that stand, and what became of the last that does not."""
    groups = [step.actions for step in steps if step.actions]
    became = iter(written(ports, groups, durable=False) if groups else ())
    outcomes = [next(became) if step.actions else Outcome.APPLIED for step in steps]
    failed = [outcome for outcome in outcomes if outcome is not Outcome.APPLIED]
    applied = [step for step, outcome in zip(steps, outcomes, strict=True) if outcome is Outcome.APPLIED]
    return applied, failed[-1] if failed else Outcome.APPLIED


def _not_applied(batches: Sequence[_Batch], applied: Sequence[_Step]) -> dict[TapId, datetime]:
    """Since when history may be wrong about the kegs of taps that were changed meanwhile."""
    stand = {step.tap_id for step in applied}
    return {
        batch.tap.tap_id: min(row.measured_at for row in batch.rows)
        for batch in batches
        if batch.tap.tap_id not in stand
    }


def _retell(ports: Ports, mistold: Mapping[TapId, datetime]) -> list[str]:
    """Kegs may have been changed while readings were recorded under those before; gives what cannot be read of that."""
    damaged = []
    for tap_id, since in mistold.items():
        try:
            tell_history(ports, tap_id=tap_id, since=since)
        except BadRow as bad:
            damaged.append(str(bad))
    return damaged


def _add(totals: Taken, applied: Sequence[_Step], recorded: int, damaged: Sequence[str]) -> Taken:
    met = [*totals.damaged, *damaged, *(why for step in applied for why in step.damaged)]
    return Taken(
        recorded=totals.recorded + recorded,
        moved=totals.moved + sum(step.moved for step in applied),
        pours=totals.pours + sum(step.pours for step in applied),
        wastes=totals.wastes + sum(step.wastes for step in applied),
        unclaimed=totals.unclaimed,
        set_apart=totals.set_apart,
        unbooked=totals.unbooked + sum(step.unbooked for step in applied),
        clock_set_back=totals.clock_set_back + sum(step.set_back for step in applied),
        history_only=totals.history_only + sum(step.history_only for step in applied),
        untaken=(*totals.untaken, *(one for step in applied for one in step.untaken)),
        damaged=tuple(dict.fromkeys(met)),
        unbelieved=(*totals.unbelieved, *(why for step in applied for why in step.unbelieved)),
    )
