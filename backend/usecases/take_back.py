"""Taking a change of kegs back: the keg before stands there again, as if nothing had been said."""

from dataclasses import replace
from datetime import datetime

from backend.cellar import kegs, swapping, swaps, taps
from backend.domain.keg import Keg, KegState, Tare, TareSource
from backend.domain.ledger import Ledger
from backend.domain.level import Level, NoLevel
from backend.domain.member import Member
from backend.domain.refusal import Conflict
from backend.domain.shown import shown_at
from backend.domain.swap import KegBefore, Swap, SwapRecord
from backend.domain.tap import Tap, TapState, absolute_level
from backend.ports import Delete
from backend.usecases import load
from backend.usecases.booked import booked
from backend.usecases.candidates import listed
from backend.usecases.draft import Draft
from backend.usecases.keg_stock import unqueued
from backend.usecases.put_on import state_of
from backend.usecases.rebooking import rebook


def take_back(draft: Draft, record: SwapRecord, *, by: Member, now: datetime, keep: bool) -> Tap:
    """Let the draft hold the tap as it was before a change, and give it; its pours since follow.

    With `keep` the record says who took it back; without, it goes, because another one takes its place: where no keg
    stood before, whoever calls moves what was booked since to that one. A keg that was made by the change and of which
    no beer is booked goes too; where beer of it is booked, and no keg stood before, it was opened, and is lifted.

    Raises:
        Conflict: the keg was changed again since.
    """
    ports = draft.ports
    tap = load.tap(ports, record.tap_id)
    if tap.swapped_at != record.at or tap.keg_id != record.new_keg_id:
        raise Conflict(f"the keg on tap {record.tap_id} was changed again since: look at it, then undo that first")
    old = load.keg(ports, record.old_keg_id) if record.old_keg_id else None
    restored, stands_since = tap.bare(), record.at
    if old is not None:
        restored = _reopen(draft, tap, old, record)
    if record.new_keg_id is not None:
        new = load.keg(ports, record.new_keg_id)
        if keep and old is None and _drunk_of(draft, new, record):
            stands_since = max(now, record.at)
            _opened_and_off(draft, new, record, until=stands_since)
        else:
            _take_off(draft, new, record)
    draft.add([taps.put(restored), swapping.delete(tap.tap_id)])
    state = state_of(ports, tap.tap_id)
    if state is not None:
        after = _state_with(state, restored)
        if keep and old is None:
            after = replace(after, swap=_unknown_load(state, since=stands_since) or after.swap)
        draft.add([taps.put_state(after)])
    if keep:
        draft.add([swaps.put(replace(record, undone_at=now, undone_by=by.sub))])
    else:
        draft.add([Delete(key=swaps.key(record.tap_id, at=record.at), expected_version=record.version)])
    return load.tap(ports, tap.tap_id)


def _reopen(draft: Draft, tap: Tap, old: Keg, record: SwapRecord) -> Tap:
    """The keg before is on again since it was put on; pours of its time come back to it."""
    ports = draft.ports
    tapped_at = record.old_before.tapped_at if record.old_before else old.tapped_at
    opened = replace(
        old,
        state=KegState.ON_TAP,
        tap_id=tap.tap_id,
        tapped_at=tapped_at,
        closed_at=None,
        queued_on=None,
        taken_lbs=None,
    )
    if old.state not in {KegState.LIFTED, KegState.KICKED} or old.tap_id != tap.tap_id:
        raise Conflict(f"keg {old.keg_id} was put on elsewhere since: change the keg on tap {tap.tap_id} instead")
    closed = load.ledger(ports, old.keg_id)
    ledger = _as_it_stood(closed, record)
    gravity = load.gravity(ports, ledger)
    draft.add(kegs.puts(opened, before=old.state))
    if tapped_at is not None:
        draft.add([kegs.put_on_tap(kegs.OnTap(tap_id=tap.tap_id, keg_id=old.keg_id, tapped_at=tapped_at))])
    if record.new_keg_id is not None:
        books = rebook(
            ports,
            tap_id=tap.tap_id,
            old_id=record.new_keg_id,
            new=ledger,
            since=put_on_at(load.keg(ports, record.new_keg_id), record),
            specific_gravity=gravity,
        )
        draft.add(books.actions)
        ledger = books.new
    if ledger != closed:
        draft.add([kegs.put_ledger(ledger)])
    return tap.bare().holding(opened, specific_gravity=gravity)


def _as_it_stood(ledger: Ledger, record: SwapRecord) -> Ledger:
    """Give the books as they were before they were closed, unless somebody wrote in them since."""
    books = record.old_books
    if books is None or books.version != ledger.version:
        return ledger
    return replace(
        ledger,
        unseen=books.unseen,
        rest_lbs=books.rest_lbs,
        rest_at=books.rest_at,
        rest_cal=books.rest_cal,
        weighed=books.weighed,
    )


def _drunk_of(draft: Draft, keg: Keg, record: SwapRecord) -> bool:
    """Whether beer that left through the tap of a change is booked of its keg."""
    if not load.ledger(draft.ports, keg.keg_id).opened:
        return False
    since = put_on_at(keg, record)
    rows = booked(draft.ports, location_id=record.tap_id.location_id, keg_ids={keg.keg_id}, since=since)
    there = [row.tap_id for row in rows.pours] + [row.tap_id for row in rows.wastes]
    return record.tap_id in there


def _opened_and_off(draft: Draft, keg: Keg, record: SwapRecord, *, until: datetime) -> None:
    """Beer was drunk of it and came from no other keg: it stood there until then, and is not full any more."""
    closed = replace(keg, state=KegState.LIFTED, closed_at=until)
    stay = kegs.OnTap(tap_id=record.tap_id, keg_id=keg.keg_id, tapped_at=put_on_at(keg, record), closed_at=until)
    draft.add([*kegs.puts(closed, before=keg.state), kegs.put_on_tap(stay)])


def _take_off(draft: Draft, keg: Keg, record: SwapRecord) -> None:
    """The keg that was put on goes back to where it was; one that the change made was never there."""
    before = record.new_before
    draft.add([Delete(key=kegs.stay_key(record.tap_id, tapped_at=put_on_at(keg, record)))])
    if before is None:
        draft.add([*kegs.deletes(keg), Delete(key=kegs.ledger_key(keg.keg_id))])
        return
    if before.tapped_at is None:
        draft.add([Delete(key=kegs.ledger_key(keg.keg_id))])
    draft.add(kegs.puts(_waiting(draft, _as_before(keg, before)), before=keg.state))
    if record.from_tap is not None:
        _back_to_its_tap(draft, keg, before, record)


def put_on_at(keg: Keg, record: SwapRecord) -> datetime:
    """Since when the keg counts there: the moment may have been corrected after the change."""
    return keg.tapped_at or record.at


def _as_before(keg: Keg, before: KegBefore) -> Keg:
    """The keg as it was; a shell that was weighed or corrected meanwhile stays known."""
    inferred = keg.tare.source is TareSource.INFERRED_FROM_FULL and before.tare_source is not keg.tare.source
    return replace(
        keg,
        state=before.state,
        tare=Tare(empty_lbs=before.empty_lbs, source=before.tare_source) if inferred else keg.tare,
        full_lbs=before.full_lbs if inferred else keg.full_lbs,
        tap_id=before.tap_id,
        tapped_at=before.tapped_at,
        closed_at=before.closed_at,
        queued_on=before.queued_on,
        taken_lbs=before.taken_lbs,
    )


def _waiting(draft: Draft, keg: Keg) -> Keg:
    """A keg that was queued is next again, unless another one was queued there since: then it only waits."""
    if keg.queued_on is None:
        return keg
    queued = listed(draft.ports, keg.location_id, KegState.NEXT)
    taken = any(one.queued_on == keg.queued_on and one.keg_id != keg.keg_id for one in queued)
    return unqueued(keg) if taken else keg


def _back_to_its_tap(draft: Draft, keg: Keg, before: KegBefore, record: SwapRecord) -> None:
    """It was lifted off another tap: it is still off that, unless another keg is on there now."""
    ports = draft.ports
    if record.from_tap is None or before.tapped_at is None:
        return
    there = load.tap(ports, record.from_tap)
    stay = kegs.OnTap(tap_id=record.from_tap, keg_id=keg.keg_id, tapped_at=before.tapped_at)
    if there.keg_id is not None:
        lifted = replace(
            load.keg(ports, keg.keg_id), state=KegState.LIFTED, closed_at=record.lifted_at, taken_lbs=record.gross_lbs
        )
        draft.add(kegs.puts(lifted, before=KegState.ON_TAP))
        return
    gravity = load.gravity(ports, load.ledger(ports, keg.keg_id))
    again = there.holding(_as_before(keg, before), specific_gravity=gravity)
    draft.add([taps.put(again), kegs.put_on_tap(stay)])
    state = state_of(ports, there.tap_id)
    if state is not None:
        swap = state.swap._replace(keg_id=keg.keg_id, before_lbs=record.gross_lbs) if state.swap else None
        draft.add([taps.put_state(replace(_state_with(state, again), swap=swap))])


def _state_with(state: TapState, tap: Tap) -> TapState:
    """What the weight that stands there says of the keg that is on again."""
    if tap.load is None:
        return replace(state, keg_id=tap.keg_id, level=NoLevel.NO_KEG, shown=None, swap=_still_off(state.swap, tap))
    level = absolute_level(state.weight_lbs, load=tap.load)
    shown = None
    if isinstance(level, Level):
        shown = shown_at(level.net_lbs, gross_lbs=state.weight_lbs, at=state.updated_at, settled=state.stable)
    return replace(state, keg_id=tap.keg_id, level=level, shown=shown, swap=_still_off(state.swap, tap))


def _unknown_load(state: TapState, *, since: datetime) -> Swap | None:
    """What stands there is no keg that anybody knows; it is asked for, and not guessed once more."""
    if state.swap is not None or not isinstance(state.level, Level):
        return None
    return Swap(
        lifted_at=since, placed_at=since, gross_lbs=state.weight_lbs, stood_at=max(since, state.updated_at), judged=True
    )


def _still_off(swap: Swap | None, tap: Tap) -> Swap | None:
    """A load that stands there is this keg; a keg that is lifted is this one."""
    if swap is None or swap.placed_at is not None:
        return None
    return swap._replace(keg_id=tap.keg_id)
