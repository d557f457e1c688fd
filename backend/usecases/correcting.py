"""What a correction has to write: rows, books, keg, stays, tap and state as they should have been from the start."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import kegs, pours, taps
from backend.domain.anchor import Rest
from backend.domain.audit import Facts
from backend.domain.correction import Rows, Underway, corrected, facts_of, recounted
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.ledger import Ledger, Pour, Unseen, Waste
from backend.domain.level import Level, NoLevel
from backend.domain.refusal import Invalid
from backend.domain.shown import shown_at
from backend.domain.tap import Tap, TapState, absolute_level
from backend.domain.times import iso
from backend.domain.units import gallons_of
from backend.ports import Action, Delete, Key, Ports, Query
from backend.usecases import load
from backend.usecases.booked import booked, last_rest

_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be written: `rows` of pours, waste and unseen falls in any order, then the `facts` in one group.

    `tell_since` is from when on history is to be told anew which keg stood on `tap_id`.
    """

    rows: Sequence[Action]
    facts: Sequence[Action]
    before: Facts
    after: Facts
    tap_ids: Sequence[TapId]
    tell_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moved:
    """A keg's last stay on its tap as it was and as it should have been, and the one before it, if any."""

    tap_id: TapId
    old: kegs.OnTap
    new: kegs.OnTap
    before: kegs.OnTap | None
    before_closed: datetime

    @property
    def since(self) -> datetime:
        """From when on history may change."""
        moments = [self.old.tapped_at, self.new.tapped_at]
        if self.before is not None and self.before.closed_at is not None:
            moments.append(self.before.closed_at)
        return min(moments)

    def owner(self, tap_id: TapId, at: datetime, keg_id: str) -> str:
        """Whose keg's a row is."""
        if tap_id != self.tap_id or self.before is None or at < min(self.old.tapped_at, self.new.tapped_at):
            return keg_id
        if keg_id == self.before.keg_id and at >= self.new.tapped_at:
            return self.new.keg_id
        if keg_id == self.new.keg_id and at < self.new.tapped_at:
            return self.before.keg_id
        return keg_id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Books:
    """A keg with its ledger and the gravity its volumes are counted by."""

    keg: Keg
    ledger: Ledger
    gravity: float


def plan_of(ports: Ports, underway: Underway) -> Plan:
    """Give what this correction has still to write; nothing where all of it stands.

    Raises NotFound for a beer that is not there, Invalid where what is wanted cannot have been.
    """
    keg, wanted = load.keg(ports, underway.keg_id), underway.wanted
    item = ports.table.get(kegs.ledger_key(keg.keg_id))
    ledger = kegs.ledger_from_item(item) if item else None
    beer = load.beer(ports, wanted.beer_id or keg.beer_id)
    gravity_before = load.gravity(ports, ledger) if ledger else load.beer(ports, keg.beer_id).specific_gravity
    gravity = gravity_before if beer.beer_id == keg.beer_id else beer.specific_gravity
    if wanted.specific_gravity is not None:
        gravity = replace(beer, specific_gravity=wanted.specific_gravity).specific_gravity
    new = corrected(keg, wanted, gravity_before=gravity_before, gravity_after=gravity)
    before = facts_of(keg, specific_gravity=gravity_before)
    after = facts_of(new, specific_gravity=gravity)
    if before == after:
        return Plan(rows=[], facts=[], before=before, after=after, tap_ids=[])
    moved = _moved(ports, keg, new)
    actions: list[Action] = [kegs.put(new)]
    if new.tare != keg.tare or new.full_lbs != keg.full_lbs:
        actions.append(kegs.put_tare(new, tared_by=underway.by, tared_at=underway.at))
    rows: list[Action] = []
    if ledger is not None:
        rows, counted = _books(ports, _Books(keg=new, ledger=ledger, gravity=gravity), moved=moved)
        actions += counted
    if moved is not None:
        actions += _stays(ports, moved)
    changed = _taps(ports, keg, new, gravity=gravity, moved=moved)
    return Plan(
        rows=rows,
        facts=[*actions, *(action for _, those in changed for action in those)],
        before=before,
        after=after,
        tap_ids=[tap_id for tap_id, _ in changed],
        tell_since=moved.since if moved else None,
    )


def _moved(ports: Ports, keg: Keg, new: Keg) -> _Moved | None:
    """Give how the keg's last stay moves, None where it does not; raises Invalid where it cannot."""
    if new.tapped_at == keg.tapped_at or new.tapped_at is None:
        return None
    if keg.tap_id is None or keg.tapped_at is None:
        raise Invalid(f"keg {keg.keg_id} never stood on a tap: put it on one first")
    page = ports.table.query(kegs.stays(keg.tap_id, until=keg.tapped_at, limit=2))
    found = [kegs.stay_from_item(item, tap_id=keg.tap_id) for item in page.items]
    if not found or found[0].keg_id != keg.keg_id:
        raise Invalid(f"the time of keg {keg.keg_id} on tap {keg.tap_id} is not written down: choose the keg anew")
    own, earlier = found[0], found[1] if len(found) > 1 else None
    if own.closed_at is not None and new.tapped_at >= own.closed_at:
        raise Invalid(f"the keg was taken off at {iso(own.closed_at)}: give an earlier moment")
    if earlier is not None and new.tapped_at <= earlier.tapped_at + _SECOND:
        raise Invalid(f"the keg before was put on at {iso(earlier.tapped_at)}: give a later moment")
    closed = new.tapped_at
    if earlier is not None and new.tapped_at < own.tapped_at:
        closed = min(earlier.closed_at or new.tapped_at, new.tapped_at)
    return _Moved(
        tap_id=keg.tap_id,
        old=own,
        new=replace(own, tapped_at=new.tapped_at),
        before=earlier,
        before_closed=closed,
    )


def _books(ports: Ports, own: _Books, *, moved: _Moved | None) -> tuple[list[Action], list[Action]]:
    """Give the rows that change, and the ledgers counted anew from all of them."""
    keg = own.keg
    earlier = _earlier(ports, moved, keg)
    every = [own, *([earlier] if earlier else [])]
    gravities = {one.keg.keg_id: one.gravity for one in every}
    found = booked(
        ports, location_id=keg.location_id, keg_ids=set(gravities), since=min(_since(one, moved) for one in every)
    )
    if moved is not None and earlier is None:
        _refuse_orphans(found, moved)
    right = Rows(
        pours=[_pour(pour, moved, gravities, keg.keg_id) for pour in found.pours],
        wastes=[_waste(waste, moved, gravities, keg.keg_id) for waste in found.wastes],
        unseens=[_unseen(unseen, moved, gravities, keg.keg_id) for unseen in found.unseens],
    )
    rows: list[Action] = []
    rows += [pours.put(new) for old, new in zip(found.pours, right.pours, strict=True) if old != new]
    rows += [pours.put_waste(new) for old, new in zip(found.wastes, right.wastes, strict=True) if old != new]
    rows += [pours.put_unseen(new) for old, new in zip(found.unseens, right.unseens, strict=True) if old != new]
    counted = [
        recounted(
            one.ledger,
            keg=one.keg,
            specific_gravity=one.gravity,
            booked=right.of(one.keg.keg_id),
            rest=_rest(ports, one, moved),
        )
        for one in every
    ]
    return rows, [kegs.put_ledger(ledger) for ledger in counted]


def _earlier(ports: Ports, moved: _Moved | None, keg: Keg) -> _Books | None:
    """The keg that stood there before, where it gains or loses something."""
    if moved is None or moved.before is None or moved.before.keg_id == keg.keg_id:
        return None
    ledger = load.ledger(ports, moved.before.keg_id)
    return _Books(keg=load.keg(ports, moved.before.keg_id), ledger=ledger, gravity=load.gravity(ports, ledger))


def _since(books: _Books, moved: _Moved | None) -> datetime:
    """From when on anything can have been booked of a keg."""
    moments = [moment for moment in (books.ledger.since, books.keg.tapped_at) if moment is not None]
    moments += [moved.since] if moved else []
    return min(moments)


def _refuse_orphans(found: Rows, moved: _Moved) -> None:
    """Beer that was poured must have come from a keg."""
    lost = [pour.started_at for pour in found.pours if pour.started_at < moved.new.tapped_at]
    if lost and moved.before is None:
        raise Invalid(f"a pour was booked at {iso(min(lost))}, and no keg stood there before: give an earlier moment")


def _rest(ports: Ports, books: _Books, moved: _Moved | None) -> Rest | None:
    """Give the last weight at rest that tells of this keg: the present one, the one in its books, or history's."""
    keg, ledger = books.keg, books.ledger
    kept = None
    if ledger.rest_lbs is not None and ledger.rest_at is not None:
        kept = Rest(ledger.rest_lbs, ledger.rest_at, ledger.rest_cal)
    if keg.tap_id is None or keg.tapped_at is None:
        return kept
    if moved is not None and moved.before is not None and keg.keg_id == moved.before.keg_id:
        start, end = moved.before.tapped_at, moved.before_closed
        found = last_rest(ports, tap_id=moved.tap_id, start=start, end=end, shell_lbs=keg.tare.empty_lbs)
        return found or (kept if kept and kept.at < end else None)
    present = _standing(ports, keg)
    if present is not None:
        return present
    return kept if kept and kept.at >= keg.tapped_at else None


def _standing(ports: Ports, keg: Keg) -> Rest | None:
    """Give what the keg weighs now, where it stands at rest."""
    item = ports.table.get(taps.state_key(keg.tap_id)) if keg.tap_id and keg.closed_at is None else None
    state = taps.state_from_item(item) if item else None
    if state is None or not at_rest(state, keg_id=keg.keg_id) or state.updated_at < (keg.tapped_at or state.updated_at):
        return None
    return Rest(state.weight_lbs, state.updated_at, state.mark.cal)


def at_rest(state: TapState, *, keg_id: str | None) -> bool:
    """Whether the newest reading of a tap is the weight of this keg, standing still."""
    shown = state.shown
    still = shown is not None and shown.settled and not shown.unseated and not shown.pouring and shown.odd_since is None
    return state.keg_id == keg_id and state.stable and still and isinstance(state.level, Level)


def _pour(pour: Pour, moved: _Moved | None, gravities: dict[str, float], own: str) -> Pour:
    keg_id = moved.owner(pour.tap_id, pour.started_at, pour.keg_id) if moved else pour.keg_id
    if keg_id == pour.keg_id != own:
        return pour
    gallons = gallons_of(pour.before_lbs - pour.after_lbs, specific_gravity=gravities[keg_id])
    return replace(pour, keg_id=keg_id, gallons=gallons)


def _waste(waste: Waste, moved: _Moved | None, gravities: dict[str, float], own: str) -> Waste:
    """What a person told in gallons stays as many; what was weighed is counted anew."""
    keg_id = moved.owner(waste.tap_id, waste.at, waste.keg_id) if moved else waste.keg_id
    if waste.before_lbs is None or waste.after_lbs is None or keg_id == waste.keg_id != own:
        return replace(waste, keg_id=keg_id)
    gallons = gallons_of(waste.before_lbs - waste.after_lbs, specific_gravity=gravities[keg_id])
    return replace(waste, keg_id=keg_id, gallons=gallons)


def _unseen(unseen: Unseen, moved: _Moved | None, gravities: dict[str, float], own: str) -> Unseen:
    keg_id = moved.owner(unseen.tap_id, unseen.at, unseen.keg_id) if moved else unseen.keg_id
    if keg_id == unseen.keg_id != own:
        return unseen
    gallons = gallons_of(unseen.before_lbs - unseen.after_lbs, specific_gravity=gravities[keg_id])
    return replace(unseen, keg_id=keg_id, gallons=gallons)


def _stays(ports: Ports, moved: _Moved) -> list[Action]:
    """Give the rows of both stays as they should have been, and when the keg before was taken off."""
    old = kegs.put_on_tap(moved.old).item
    actions: list[Action] = [
        Delete(key=Key(str(old["PK"]), str(old["SK"]))),
        kegs.put_on_tap(moved.new),
    ]
    if moved.before is None:
        return actions
    closed = replace(moved.before, closed_at=moved.before_closed)
    actions.append(kegs.put_on_tap(closed))
    keg = load.keg(ports, moved.before.keg_id)
    if keg.closed_at == moved.before.closed_at and keg.closed_at != moved.before_closed:
        actions.append(kegs.put(replace(keg, closed_at=moved.before_closed)))
    return actions


def _taps(
    ports: Ports, old: Keg, new: Keg, *, gravity: float, moved: _Moved | None
) -> list[tuple[TapId, list[Action]]]:
    """Give the rows of every tap on which the keg stands: what is in force there, and its state made anew."""
    if old.tap_id is None or old.closed_at is not None:
        return []
    items = load.every(ports, Query(partition=f"LOCATION#{old.location_id}", begins_with=taps.PREFIX))
    standing = [taps.from_item(item) for item in items if item.get("keg_id") == old.keg_id and not taps.is_state(item)]
    found = []
    for tap in standing:
        changed = replace(
            tap,
            beer_id=new.beer_id,
            type_id=new.type_id,
            full_lbs=new.full_lbs,
            empty_lbs=new.tare.empty_lbs,
            specific_gravity=gravity,
            tapped_at=new.tapped_at if tap.tap_id == new.tap_id else tap.tapped_at,
        )
        item = ports.table.get(taps.state_key(tap.tap_id))
        state = taps.state_from_item(item) if item else None
        actions: list[Action] = [taps.put(changed)]
        if state is not None:
            actions.append(taps.put_state(_state(state, changed, moved)))
        found.append((tap.tap_id, actions))
    return found


def _state(state: TapState, tap: Tap, moved: _Moved | None) -> TapState:
    """Let the newest weight tell the level that it should have told; of a keg that was not there yet it tells none."""
    before = moved.before.keg_id if moved and moved.before else None
    if state.keg_id not in {tap.keg_id, before} or tap.load is None:
        return state
    if moved is not None and state.updated_at < moved.new.tapped_at:
        return replace(state, keg_id=before, level=NoLevel.NO_READING, shown=None)
    level = absolute_level(state.weight_lbs, load=tap.load)
    shown = None
    if isinstance(level, Level):
        shown = shown_at(level.net_lbs, gross_lbs=state.weight_lbs, at=state.updated_at, settled=state.stable)
    return replace(state, keg_id=tap.keg_id, level=level, shown=shown)
