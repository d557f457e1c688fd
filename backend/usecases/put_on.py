"""Putting a keg on a tap: the rows that close the one before, open the next, and let the tap know of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import kegs, swapping, swaps, taps
from backend.domain.beer import Beer
from backend.domain.face import is_empty
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState
from backend.domain.ledger import Ledger
from backend.domain.level import Level, NoLevel
from backend.domain.member import Member
from backend.domain.offers import Offer
from backend.domain.shown import shown_at
from backend.domain.swap import BooksBefore, KegBefore, Swap, SwapRecord
from backend.domain.tap import Tap, TapState, absolute_level
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.rebooking import inherit, rebook

_EMPTY_SHARE: Final = 0.01
"""Books that say less than this share is left speak of an empty keg: they hold within 1 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """The keg that goes on, as it is to stand there, its beer, and what it was before (None: in no list)."""

    keg: Keg
    beer: Beer
    before: Keg | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of kegs: the one before was seen until `until`, the next since `since`, in whole seconds.

    `coming` None: nobody knows which keg was put on. `swap` is what the scale saw of it, `offers` what fitted. `guess`
    are the books of the keg that was taken for this one until now, where none stood there before.
    """

    tap: Tap
    until: datetime
    since: datetime
    coming: Coming | None
    by: Member
    automatic: bool
    swap: Swap | None = None
    offers: Sequence[Offer] = ()
    said_at: datetime | None = None
    guess: Ledger | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOn:
    """What a change writes, and its record."""

    actions: Sequence[Action]
    record: SwapRecord


def put_on(ports: Ports, change: Change) -> PutOn:
    """Give what makes a change of kegs; nothing is written here."""
    tap, since, coming = change.tap, change.since, change.coming
    state = state_of(ports, tap.tap_id)
    changed = replace(tap.bare(), swapped_at=since, found=change.automatic)
    books: list[Action] = []
    before = ledger = load.ledger(ports, tap.keg_id) if tap.keg_id else None
    if coming is not None:
        gravity = coming.beer.specific_gravity
        changed = changed.holding(coming.keg, specific_gravity=gravity)
        opened = _books_of(ports, coming)
        rebooked = rebook(
            ports,
            tap_id=tap.tap_id,
            old_id=tap.keg_id,
            new=opened,
            since=since,
            specific_gravity=gravity,
            old_until=change.until,
        )
        ledger = rebooked.old
        if change.guess is not None and tap.keg_id is None:
            rebooked = inherit(
                ports, tap_id=tap.tap_id, guess=change.guess, new=rebooked.new, since=since, specific_gravity=gravity
            )
        books = [kegs.put_ledger(rebooked.new), *rebooked.actions]
    taken = _taken_lbs(change, state)
    record = replace(_record(ports, change), old_books=_books_before(before, ledger), before_lbs=taken)
    return PutOn(
        actions=[
            *_closing(ports, change, state=state, ledger=ledger, taken=taken),
            *(_taken_from(ports, coming.before, change) if coming else []),
            taps.put(changed),
            *(_opening(coming, tap_id=tap.tap_id, since=since, by=change.by) if coming else []),
            *books,
            # Written in any case: whoever decided with the old keg at the same moment has to decide anew.
            *([taps.put_state(_state_with(state, changed, change))] if state else []),
            swaps.put(record),
            swapping.delete(tap.tap_id),
        ],
        record=record,
    )


def state_of(ports: Ports, tap_id: TapId) -> TapState | None:
    """The state of a tap, None where nothing was heard yet."""
    item = ports.table.get(taps.state_key(tap_id))
    return taps.state_from_item(item) if item else None


def record_at(ports: Ports, tap_id: TapId, at: datetime | None) -> SwapRecord | None:
    """The record of the change of kegs that a tap names, None where there is none."""
    item = ports.table.get(swaps.key(tap_id, at=at)) if at is not None else None
    return swaps.from_item(item) if item else None


def before_of(keg: Keg) -> KegBefore:
    """What a keg is now, to be kept with a change that makes something else of it."""
    return KegBefore(
        state=keg.state,
        empty_lbs=keg.tare.empty_lbs,
        tare_source=keg.tare.source,
        full_lbs=keg.full_lbs,
        tap_id=keg.tap_id,
        tapped_at=keg.tapped_at,
        closed_at=keg.closed_at,
        queued_on=keg.queued_on,
        taken_lbs=keg.taken_lbs,
    )


def _record(ports: Ports, change: Change) -> SwapRecord:
    tap, coming = change.tap, change.coming
    there = record_at(ports, tap.tap_id, change.since)
    before = coming.before if coming else None
    return SwapRecord(
        tap_id=tap.tap_id,
        at=change.since,
        lifted_at=change.until,
        by=change.by.sub,
        automatic=change.automatic,
        old_keg_id=tap.keg_id,
        new_keg_id=coming.keg.keg_id if coming else None,
        old_before=before_of(load.keg(ports, tap.keg_id)) if tap.keg_id else None,
        new_before=before_of(before) if before else None,
        from_tap=before.tap_id if before is not None and before.state is KegState.ON_TAP else None,
        gross_lbs=change.swap.gross_lbs if change.swap else None,
        offers=tuple(change.offers),
        confirmed_by=None if change.automatic else change.by.sub,
        said_at=change.said_at,
        version=there.version if there else 0,
    )


def _books_before(before: Ledger | None, closed: Ledger | None) -> BooksBefore | None:
    """How the books of the keg before stood; where rows moved to the next keg they come back one by one."""
    if before is None or closed is None or (before.pours, before.since) != (closed.pours, closed.since):
        return None
    return BooksBefore(
        version=before.version + (closed != before),
        unseen=before.unseen,
        rest_lbs=before.rest_lbs,
        rest_at=before.rest_at,
        rest_cal=before.rest_cal,
        weighed=before.weighed,
    )


def _closing(
    ports: Ports, change: Change, *, state: TapState | None, ledger: Ledger | None, taken: float | None
) -> list[Action]:
    """Rows that close the keg that was on, if any: kicked where it was empty, lifted where beer was left."""
    tap, until = change.tap, change.until
    if tap.keg_id is None or tap.tapped_at is None:
        return []
    old = load.keg(ports, tap.keg_id)
    empty = _was_empty(tap, change.swap, state=state, ledger=ledger, until=until)
    closed = replace(old, state=KegState.KICKED if empty else KegState.LIFTED, closed_at=until, taken_lbs=taken)
    return [
        *kegs.puts(closed, before=old.state),
        kegs.put_on_tap(kegs.OnTap(tap_id=tap.tap_id, keg_id=old.keg_id, tapped_at=tap.tapped_at, closed_at=until)),
    ]


def _was_empty(tap: Tap, swap: Swap | None, *, state: TapState | None, ledger: Ledger | None, until: datetime) -> bool:
    """By what it weighed when it was lifted, or was shown; where neither is known any more, by its books."""
    if swap is not None and swap.before_lbs is not None and swap.keg_id == tap.keg_id and tap.empty_lbs is not None:
        return is_empty(swap.before_lbs - tap.empty_lbs, load=tap.load)
    shown = state.shown if state is not None and state.keg_id == tap.keg_id else None
    if shown is not None and shown.rest_at <= until:
        return is_empty(shown.net_lbs, load=tap.load)
    return ledger is not None and ledger.remaining <= _EMPTY_SHARE * ledger.opening


def _taken_lbs(change: Change, state: TapState | None) -> float | None:
    """What the keg before weighed when it was lifted, or at its last rest; None where that is not known."""
    if change.swap is not None:
        return change.swap.before_lbs
    shown = state.shown if state is not None and state.keg_id == change.tap.keg_id else None
    return shown.rest_lbs if shown is not None and shown.settled and shown.rest_at <= change.until else None


def _taken_from(ports: Ports, before: Keg | None, change: Change) -> list[Action]:
    """Rows of the tap where the keg stood until now, where it was lifted off one and set down on another."""
    if before is None or before.state is not KegState.ON_TAP or before.tap_id is None or before.tapped_at is None:
        return []
    tap = load.tap(ports, before.tap_id)
    state = state_of(ports, tap.tap_id)
    swap = state.swap if state else None
    left = min(swap.lifted_at if swap else change.until, change.since)
    stay = kegs.OnTap(tap_id=tap.tap_id, keg_id=before.keg_id, tapped_at=before.tapped_at, closed_at=left)
    actions: list[Action] = [taps.put(tap.bare()), kegs.put_on_tap(stay)]
    if state is not None:
        lifted = swap._replace(keg_id=None, before_lbs=None) if swap else None
        level = NoLevel.NO_KEG
        actions.append(taps.put_state(replace(state, keg_id=None, level=level, shown=None, swap=lifted)))
    return actions


def _opening(coming: Coming, *, tap_id: TapId, since: datetime, by: Member) -> list[Action]:
    keg, before = coming.keg, coming.before
    tared = (
        [] if before is not None and before.tare == keg.tare else [kegs.put_tare(keg, tared_by=by.sub, tared_at=since)]
    )
    return [
        *kegs.puts(keg, before=before.state if before else None),
        *tared,
        kegs.put_on_tap(kegs.OnTap(tap_id=tap_id, keg_id=keg.keg_id, tapped_at=since)),
    ]


def _books_of(ports: Ports, coming: Coming) -> Ledger:
    """The books of a keg that stood on a tap before go on; others begin."""
    item = ports.table.get(kegs.ledger_key(coming.keg.keg_id))
    if item is not None:
        return kegs.ledger_from_item(item)
    gravity = coming.beer.specific_gravity
    opening = coming.keg.opening_gal(specific_gravity=gravity)
    return Ledger(keg_id=coming.keg.keg_id, opening=opening, specific_gravity=gravity)


def _state_with(state: TapState, tap: Tap, change: Change) -> TapState:
    """Let a weight that was measured with the new keg on already tell its level at once."""
    swap = _still(state, change)
    if swap is not None and swap.placed_at is None:
        return replace(state, keg_id=tap.keg_id, level=NoLevel.LIFTED, shown=None, swap=swap)
    if state.updated_at < change.since or tap.load is None:
        if tap.keg_id is None:
            return replace(state, keg_id=None, level=NoLevel.NO_KEG, shown=None, swap=swap)
        return replace(state, swap=swap)
    level = absolute_level(state.weight_lbs, load=tap.load)
    shown = None
    if isinstance(level, Level):
        shown = shown_at(level.net_lbs, gross_lbs=state.weight_lbs, at=state.updated_at, settled=state.stable)
    return replace(state, keg_id=tap.keg_id, level=level, shown=shown, swap=swap)


def _still(state: TapState, change: Change) -> Swap | None:
    """What is left of the change under way: a load nobody knows, or a keg that is said to come and is not there yet."""
    swap = state.swap
    if change.coming is None:
        return swap._replace(judged=True) if swap else None
    if swap is None or swap.placed_at is not None or swap.lifted_at > change.since:
        return None
    return Swap(lifted_at=change.since, keg_id=change.coming.keg.keg_id)


def whole_seconds_apart(until: datetime, since: datetime, *, tapped_at: datetime | None) -> tuple[datetime, datetime]:
    """Give both moments of a change so that no keg stood on a tap before it was put on there."""
    if tapped_at is None or until >= tapped_at:
        return until, max(since, until)
    return tapped_at, max(since, tapped_at + timedelta(seconds=1))
