"""Changing a keg by hand: the old one is closed, the next one opened, and history follows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import kegs, taps
from backend.domain.beer import Beer
from backend.domain.face import is_empty
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, KegTapped, Tare, TareSource, keg_id_of, seen_lifted, seen_standing
from backend.domain.keg_type import keg_type
from backend.domain.ledger import Ledger
from backend.domain.level import Level
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict, Invalid
from backend.domain.shown import shown_at
from backend.domain.tap import Tap, TapState, absolute_level
from backend.domain.times import whole_ms
from backend.domain.units import gallons_of
from backend.ports import Action, KegSpan, Ports
from backend.usecases import load
from backend.usecases.commit import commit
from backend.usecases.keg_at import tell_history
from backend.usecases.rebooking import rebook

_AHEAD: Final = timedelta(minutes=2)
_EMPTY_SHARE: Final = 0.01
"""Books that say less than this share is left speak of an empty keg: they hold within 1 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextKeg:
    """What is put on: its beer and size, what its shell weighs if that is known, and its gross weight when full."""

    beer_id: str
    type_id: str
    tare: Tare | None = None
    full_lbs: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """The keg that was opened, since when it counts, and the one it replaced."""

    opened: Keg
    closed_keg_id: str | None
    since: datetime


def change_keg(
    ports: Ports,
    *,
    tap_id: TapId,
    keg: NextKeg,
    at: datetime,
    member: Member,
    now: datetime,
    lifted_at: datetime | None = None,
) -> Keg:
    """Put the next keg on a tap at `at`; the one before was there until `lifted_at` (or `at`).

    Both moments are moved apart to where a scale sees them, so that no reading of the change counts for either keg:
    `lifted_at` down to its second, `at` up to the second after the next (see `seen_standing`), and behind the moment
    of the change before, if that was less than that ago. Readings that were taken meanwhile are told apart again:
    those before `lifted_at` stay with the old keg, those between belong to no keg. Pours and waste since then move to
    the new keg. Gives the new keg.

    Raises:
        Forbidden, NotFound: the member may not; there is no such tap or beer.
        Invalid: the times are in the future or out of order, or the shell's weight is not known for this size, or
            more than 80 pours were booked since `at`.
        Conflict: others change the same tap, or this change was told before.
    """
    member.must(Act.ASSIGN, location_id=tap_id.location_id)
    load.location(ports, tap_id.location_id)
    beer = load.beer(ports, keg.beer_id)
    at = whole_ms(at)
    lifted_at = at if lifted_at is None else whole_ms(lifted_at)
    if not lifted_at <= at <= now + _AHEAD:
        raise Invalid("a keg is lifted first, then the next is put on, and not in the future: check the times")
    keg_id = keg_id_of(tap_id, tapped_at=at)

    def decide() -> tuple[Sequence[Action], _Change]:
        if ports.table.get(kegs.key(keg_id)) is not None:
            raise Conflict(f"keg {keg_id} is on already: nothing more to do")
        tap = load.tap(ports, tap_id)
        until, since = _apart(tap, lifted_at=lifted_at, at=at, now=now)
        opened = _opened(keg, keg_id=keg_id, beer=beer, tap_id=tap_id, at=since)
        actions = _rows(ports, tap=tap, opened=opened, beer=beer, until=until, member=member)
        # History is told first: a crash in between is healed by a repeat of the change.
        ports.history.assign(tap_id=tap_id, spans=_spans(keg_id, until=until, at=since))
        return actions, _Change(opened=opened, closed_keg_id=tap.keg_id, since=since)

    try:
        change = commit(ports, decide)
    finally:
        # And once more as it came true: others may have changed the tap, or recorded readings, at the same time.
        tell_history(ports, tap_id=tap_id, since=seen_lifted(lifted_at))
    ports.feed.publish(
        [
            KegTapped(
                location_id=tap_id.location_id,
                tap_id=str(tap_id),
                keg_id=keg_id,
                closed_keg_id=change.closed_keg_id,
                at=change.since,
            )
        ]
    )
    return change.opened


def _apart(tap: Tap, *, lifted_at: datetime, at: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Give until when the old keg was seen, and since when the next one: both in whole seconds, and never the same."""
    until, since, tapped_at = seen_lifted(lifted_at), seen_standing(at), tap.tapped_at
    # Put on in the future it was by a clock that was ahead: any moment may come after that.
    if tapped_at is None or until >= tapped_at or tapped_at > seen_standing(now + _AHEAD):
        return until, since
    if seen_standing(lifted_at) < tapped_at:
        raise Invalid(f"the keg on tap {tap.tap_id} was put on after that moment: give a later one")
    return tapped_at, max(since, tapped_at + timedelta(seconds=1))


def _spans(keg_id: str, *, until: datetime, at: datetime) -> list[KegSpan]:
    between = [KegSpan(keg_id=None, start=until, end=at)] if until < at else []
    return [*between, KegSpan(keg_id=keg_id, start=at)]


def _opened(keg: NextKeg, *, keg_id: str, beer: Beer, tap_id: TapId, at: datetime) -> Keg:
    kind = keg_type(keg.type_id)
    if keg.tare is None and kind.tare_lbs is None:
        raise Invalid(f"no shell weight is known for {kind.name}: weigh the empty keg or read the stamp, and enter it")
    tare = keg.tare or Tare(empty_lbs=kind.tare_lbs or 0.0, source=TareSource.TYPE_DEFAULT)
    full_lbs = keg.full_lbs or kind.full_lbs(empty_lbs=tare.empty_lbs, specific_gravity=beer.specific_gravity)
    return Keg(
        keg_id=keg_id,
        location_id=tap_id.location_id,
        beer_id=beer.beer_id,
        type_id=keg.type_id,
        state=KegState.ON_TAP,
        tare=tare,
        full_lbs=full_lbs,
        tap_id=tap_id,
        tapped_at=at,
    )


def _rows(ports: Ports, *, tap: Tap, opened: Keg, beer: Beer, until: datetime, member: Member) -> list[Action]:
    """Rows that close the keg that was on, open the next one, and let the tap's state know of it."""
    at = opened.tapped_at or until
    gravity = beer.specific_gravity
    empty = Ledger(keg_id=opened.keg_id, opening=gallons_of(opened.beer_lbs, specific_gravity=gravity))
    books = rebook(ports, tap_id=tap.tap_id, old_id=tap.keg_id, new=empty, since=at, specific_gravity=gravity)
    changed = replace(
        tap,
        beer_id=beer.beer_id,
        keg_id=opened.keg_id,
        type_id=opened.type_id,
        tapped_at=at,
        full_lbs=opened.full_lbs,
        empty_lbs=opened.tare.empty_lbs,
        specific_gravity=gravity,
    )
    item = ports.table.get(taps.state_key(tap.tap_id))
    state = taps.state_from_item(item) if item else None
    return [
        *_closing(ports, tap, state=state, ledger=books.old, until=until),
        taps.put(changed),
        kegs.put(opened),
        kegs.put_tare(opened, tared_by=member.sub, tared_at=at),
        kegs.put_on_tap(kegs.OnTap(tap_id=tap.tap_id, keg_id=opened.keg_id, tapped_at=at)),
        kegs.put_ledger(books.new),
        *books.actions,
        # Written in any case: whoever decided with the old keg at the same moment has to decide anew.
        *([taps.put_state(_state_with(state, changed, at))] if state else []),
    ]


def _closing(ports: Ports, tap: Tap, *, state: TapState | None, ledger: Ledger | None, until: datetime) -> list[Action]:
    """Rows that close the keg that was on, if any: kicked where it was empty, lifted where beer was left."""
    if tap.keg_id is None or tap.tapped_at is None:
        return []
    old = load.keg(ports, tap.keg_id)
    end = KegState.KICKED if _was_empty(tap, state=state, ledger=ledger, until=until) else KegState.LIFTED
    return [
        kegs.put(replace(old, state=end, closed_at=until)),
        kegs.put_on_tap(kegs.OnTap(tap_id=tap.tap_id, keg_id=old.keg_id, tapped_at=tap.tapped_at, closed_at=until)),
    ]


def _was_empty(tap: Tap, *, state: TapState | None, ledger: Ledger | None, until: datetime) -> bool:
    """By what was shown of that keg; where the next one was weighed meanwhile already, by its books."""
    if state is not None and state.keg_id == tap.keg_id and state.shown is not None and state.shown.rest_at <= until:
        return is_empty(state.shown.net_lbs, load=tap.load)
    return ledger is not None and ledger.remaining <= _EMPTY_SHARE * ledger.opening


def _state_with(state: TapState, tap: Tap, at: datetime) -> TapState:
    """Let a weight that was measured with the new keg on already tell its level at once."""
    if tap.load is None or state.updated_at < at:
        return state
    level = absolute_level(state.weight_lbs, load=tap.load)
    shown = None
    if isinstance(level, Level):
        shown = shown_at(level.net_lbs, gross_lbs=state.weight_lbs, at=state.updated_at, settled=state.stable)
    return replace(state, keg_id=tap.keg_id, level=level, shown=shown)
