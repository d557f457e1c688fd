"""What a correction has to write: rows, books, keg, stays, tap and state as they should have been from the start."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import kegs, rows, taps
from backend.domain.audit import Facts
from backend.domain.correction import Underway, corrected, facts_of
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.level import Level, NoLevel
from backend.domain.refusal import Invalid
from backend.domain.shown import shown_at
from backend.domain.tap import Tap, TapState, absolute_level
from backend.domain.times import iso
from backend.ports import Action, Delete, Key, Ports, Query
from backend.usecases import load
from backend.usecases.correcting_books import Books, Moved, books_of

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
    actions += _tared(ports, keg, new, underway)
    recounted: list[Action] = []
    if ledger is not None:
        recounted, counted = books_of(ports, Books(keg=new, ledger=ledger, gravity=gravity), moved=moved)
        actions += counted
    if moved is not None:
        actions += _stays(ports, moved)
    changed = _taps(ports, keg, new, gravity=gravity, moved=moved)
    return Plan(
        rows=recounted,
        facts=[*actions, *(action for _, those in changed for action in those)],
        before=before,
        after=after,
        tap_ids=[tap_id for tap_id, _ in changed],
        tell_since=moved.since if moved else None,
    )


def _tared(ports: Ports, keg: Keg, new: Keg, underway: Underway) -> list[Action]:
    """Give the row of what the shell weighs; a full weight that follows does not make somebody else its weigher."""
    if new.tare == keg.tare and new.full_lbs == keg.full_lbs:
        return []
    item = ports.table.get(kegs.tare_key(keg.keg_id))
    by = rows.text_or_none(item, "tared_by") if item else None
    at = rows.moment_or_none(item, "tared_at") if item else None
    if new.tare != keg.tare or by is None or at is None:
        by, at = underway.by, underway.at
    return [kegs.put_tare(new, tared_by=by, tared_at=at)]


def _moved(ports: Ports, keg: Keg, new: Keg) -> Moved | None:
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
    return Moved(
        tap_id=keg.tap_id,
        old=own,
        new=replace(own, tapped_at=new.tapped_at),
        before=earlier,
        before_closed=closed,
    )


def _stays(ports: Ports, moved: Moved) -> list[Action]:
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


def _taps(ports: Ports, old: Keg, new: Keg, *, gravity: float, moved: Moved | None) -> list[tuple[TapId, list[Action]]]:
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


def _state(state: TapState, tap: Tap, moved: Moved | None) -> TapState:
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
