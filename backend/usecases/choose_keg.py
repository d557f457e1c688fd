"""Saying which keg is on a tap: instead of the one that a scale guessed, or changed by hand."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from backend.domain.audit import Deed
from backend.domain.ids import TapId
from backend.domain.keg import KegState, KegTapped, seen_lifted, seen_standing
from backend.domain.ledger import Ledger
from backend.domain.member import Act, Member
from backend.domain.offers import Offer, OfferWhy
from backend.domain.refusal import Conflict, Forbidden, Invalid, NotFound
from backend.domain.swap import Swap, SwapRecord
from backend.domain.tap import Tap
from backend.domain.times import AHEAD, whole_ms
from backend.ports import Ports, Put
from backend.usecases import load
from backend.usecases.audit import record as audited
from backend.usecases.booked import booked
from backend.usecases.candidates import coming_new, coming_of, is_off
from backend.usecases.carry_out import Told, carry_out
from backend.usecases.draft import Draft
from backend.usecases.lifted import must_have_come
from backend.usecases.put_on import Change, Coming, put_on, record_at, state_of, whole_seconds_apart
from backend.usecases.rebooking import MOST_MOVED
from backend.usecases.swap import last_keg, looked_at, told_since
from backend.usecases.take_back import take_back
from backend.usecases.undo_swap import must_be_theirs

CORRECTED_WITHIN: Final = timedelta(hours=24)
"""What a scale guessed is corrected within a day; later it is a change of its own."""
_TWICE_WITHIN: Final = timedelta(minutes=3)
"""The same beer in the same size said again within this is the same word said twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    tap_id: TapId
    keg_id: str | None
    beer_id: str | None
    type_id: str | None
    at: datetime | None
    member: Member
    now: datetime
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _When:
    """The tap as it was before the change, its moments, and what the scale saw of it."""

    tap: Tap
    until: datetime
    since: datetime
    swap: Swap | None
    instead_of: SwapRecord | None
    guess: Ledger | None = None


def choose_keg(  # noqa: PLR0913 - which keg can be said in three ways
    ports: Ports,
    *,
    tap_id: TapId,
    member: Member,
    now: datetime,
    offer: Offer | None = None,
    keg_id: str | None = None,
    beer_id: str | None = None,
    type_id: str | None = None,
    at: datetime | None = None,
    sure: bool = False,
) -> SwapRecord:
    """Put a keg on: one of an offer, one of the stock by `keg_id`, or one in no list by beer and size.

    While a change is under way, or where a scale guessed within the last day and nobody has confirmed it, this says
    which keg that is, and it counts since the keg was set down. Otherwise it is a change by hand, at `at` or now. Staff
    may put on the beer that was on before, and what is queued here, and tell of a change of the last day; another beer
    is a Manager's, unless the location says that Staff may, and an older change always. Where the scale saw nothing
    lifted and weighs something else now, who says so has to be `sure`. Gives the record of the change.

    Raises:
        Forbidden, NotFound: the member may not; there is no such tap, keg or beer.
        Invalid: nothing is chosen, the moment is in the future, or more than 80 pours were booked since.
        Conflict: the keg is on another tap, or others change the same tap.
        NotLifted: nothing was lifted, and the weight does not fit; only where not `sure`.
    """
    member.must(Act.SWAP, location_id=tap_id.location_id)
    tap_id = load.holder(ports, tap_id)
    if offer is not None:
        keg_id, beer_id, type_id = offer.keg_id, offer.beer_id, offer.type_id
    if keg_id is None and (beer_id is None or type_id is None):
        raise Invalid("say which keg it is: one of the list, or a beer and a size")
    if at is not None and at > now + AHEAD:
        raise Invalid("a keg cannot have been put on in the future: check the time")
    if at is not None and now - at > CORRECTED_WITHIN and not member.may(Act.ASSIGN, location_id=tap_id.location_id):
        raise Forbidden("that was more than a day ago: ask a Manager to tell of this change")
    said = _Said(
        tap_id=tap_id,
        keg_id=keg_id,
        beer_id=beer_id,
        type_id=type_id,
        at=whole_ms(at) if at is not None else None,
        member=member,
        now=whole_ms(now),
        sure=sure,
    )
    told = carry_out(ports, decide=partial(_decide, said=said))
    if told.record is None:
        raise Conflict(f"that keg is on tap {tap_id} already: nothing more to do")
    return told.record


def must_assign(ports: Ports, *, tap: Tap, keg_id: str | None, beer_id: str, member: Member) -> None:
    """Raises Forbidden where putting this on is more than Staff may do and the member is no Manager."""
    location_id = tap.tap_id.location_id
    if member.may(Act.ASSIGN, location_id=location_id) or load.location(ports, location_id).settings.staff_may_assign:
        return
    last = last_keg(ports, tap)
    if last is not None and last.beer_id == beer_id:
        return
    if keg_id is not None and load.keg(ports, keg_id).queued_on == tap.tap_id:
        return
    member.must(Act.ASSIGN, location_id=location_id)


def _decide(draft: Draft, *, said: _Said) -> Told:
    ports = draft.ports
    tap = load.tap(ports, said.tap_id)
    record = record_at(ports, said.tap_id, tap.swapped_at)
    if said.keg_id is not None and said.keg_id == tap.keg_id and said.at is None:
        return Told(record=record) if record is not None and record.new_keg_id == tap.keg_id else Told()
    if record is not None and _said_already(record, tap, said):
        return Told(record=record)
    if record is not None and record.stands and said.keg_id == record.old_keg_id is not None and _guessed(record, said):
        return _as_before(draft, record, said)
    when = _when(draft, said, tap, record)
    coming = _coming(draft, said, when)
    must_assign(ports, tap=when.tap, keg_id=said.keg_id, beer_id=coming.beer.beer_id, member=said.member)
    by_hand = said.at is None and when.swap is None and when.instead_of is None
    if by_hand and not said.sure:
        must_have_come(ports, tap=when.tap, coming=coming, now=said.now)
    change = Change(
        tap=when.tap,
        until=when.until,
        since=when.since,
        coming=coming,
        by=said.member,
        automatic=False,
        swap=when.swap,
        offers=when.instead_of.offers if when.instead_of else (),
        said_at=said.now,
        guess=when.guess,
    )
    made = put_on(draft.ports, change)
    draft.add([*made.actions, _audit(said, made.record, when)])
    until = min(when.until, when.instead_of.lifted_at) if when.instead_of else when.until
    events = [_tapped(made.record), *looked_at(made.record)]
    return Told(since=told_since(made.record, until), events=events, record=made.record)


def _said_already(record: SwapRecord, tap: Tap, said: _Said) -> bool:
    """Whether the same was said a moment ago: a finger that touches twice changes one keg."""
    if not record.stands or record.said_at is None or said.keg_id is not None or said.at is not None:
        return False
    same = (tap.beer_id, tap.type_id) == (said.beer_id, said.type_id) and tap.keg_id == record.new_keg_id
    return same and abs(said.now - record.said_at) <= _TWICE_WITHIN


def _guessed(record: SwapRecord, said: _Said) -> bool:
    """Whether this says what a scale guessed otherwise, and not a change of its own."""
    return said.at is None and record.open and said.now - record.at <= CORRECTED_WITHIN


def _as_before(draft: Draft, record: SwapRecord, said: _Said) -> Told:
    """It was the same keg, put back."""
    must_be_theirs(draft.ports, record, said.member, now=said.now)
    take_back(draft, record, by=said.member, now=said.now, keep=True)
    undone = replace(record, undone_at=said.now, undone_by=said.member.sub, version=record.version + 1)
    event = KegTapped(
        location_id=record.tap_id.location_id,
        tap_id=str(record.tap_id),
        keg_id=record.old_keg_id,
        closed_keg_id=record.new_keg_id,
        at=record.at,
    )
    return Told(since=told_since(record, record.lifted_at), events=[event, *looked_at(record)], record=undone)


def _when(draft: Draft, said: _Said, tap: Tap, record: SwapRecord | None) -> _When:
    """Find out which change is meant: the one under way, the one that was guessed, or one by hand."""
    state = state_of(draft.ports, said.tap_id)
    under_way = state.swap if state is not None else None
    if said.at is None and record is not None and _guessed(record, said) and _still_meant(under_way, record):
        must_be_theirs(draft.ports, record, said.member, now=said.now)
        _must_fit(draft, record)
        guess = load.ledger(draft.ports, record.new_keg_id) if record.new_keg_id is not None else None
        before = take_back(draft, record, by=said.member, now=said.now, keep=False)
        swap = Swap(
            lifted_at=record.lifted_at,
            keg_id=record.old_keg_id,
            before_lbs=record.before_lbs,
            placed_at=record.at,
            gross_lbs=record.gross_lbs,
        )
        return _When(tap=before, until=record.lifted_at, since=record.at, swap=swap, instead_of=record, guess=guess)
    if said.at is None and under_way is not None and under_way.placed_at is not None:
        until, since = whole_seconds_apart(under_way.lifted_at, under_way.placed_at, tapped_at=tap.tapped_at)
        return _When(tap=tap, until=until, since=since, swap=under_way, instead_of=None)
    at = said.at or said.now
    lifted = under_way.lifted_at if under_way is not None and under_way.keg_id == tap.keg_id else at
    until, since = whole_seconds_apart(seen_lifted(min(lifted, at)), seen_standing(at), tapped_at=tap.tapped_at)
    if tap.tapped_at is not None and seen_standing(at) < tap.tapped_at:
        raise Invalid(f"the keg on tap {tap.tap_id} was put on after that moment: give a later one")
    return _When(tap=tap, until=until, since=since, swap=under_way, instead_of=None)


def _must_fit(draft: Draft, record: SwapRecord) -> None:
    """Raises Invalid where more was poured since than moves in one commit."""
    if record.new_keg_id is None:
        return
    location_id = record.tap_id.location_id
    since = booked(draft.ports, location_id=location_id, keg_ids={record.new_keg_id}, since=record.at)
    if len(since) > MOST_MOVED:
        raise Invalid(
            f"more than {MOST_MOVED} pours were booked since this keg was put on: "
            "correct its beer or size on the page of the keg, and they follow"
        )


def _still_meant(under_way: Swap | None, record: SwapRecord) -> bool:
    """Whether the last guess is meant: no other keg was lifted or set down since."""
    return under_way is None or (under_way.placed_at is not None and under_way.lifted_at <= record.at)


def _coming(draft: Draft, said: _Said, when: _When) -> Coming:
    gross = when.swap.gross_lbs if when.swap is not None else None
    if said.keg_id is None:
        return coming_new(
            draft.ports,
            beer_id=said.beer_id or "",
            type_id=said.type_id or "",
            tap_id=said.tap_id,
            since=when.since,
            lbs=gross,
        )
    keg = load.keg(draft.ports, said.keg_id)
    if keg.location_id != said.tap_id.location_id:
        raise NotFound(f"there is no keg {said.keg_id}")
    if keg.state is KegState.ON_TAP and not _is_off(draft, keg.tap_id):
        raise Conflict(f"that keg is on tap {keg.tap_id}: lift it there first, or choose another one")
    if keg.state is KegState.KICKED:
        raise Conflict("that keg was taken off empty: choose another one, or undo the change that took it off")
    offer = Offer(
        keg_id=keg.keg_id, beer_id=keg.beer_id, type_id=keg.type_id, why=OfferWhy.IN_STOCK, expected_lbs=keg.full_lbs
    )
    return coming_of(draft.ports, offer, tap_id=said.tap_id, since=when.since, gross_lbs=gross)


def _is_off(draft: Draft, tap_id: TapId | None) -> bool:
    """Whether the keg of a tap is lifted off it."""
    state = state_of(draft.ports, tap_id) if tap_id is not None else None
    return state is not None and state.swap is not None and is_off(state.swap)


def _audit(said: _Said, record: SwapRecord, when: _When) -> Put:
    instead = when.instead_of
    return audited(
        location_id=said.tap_id.location_id,
        at=said.now,
        member=said.member,
        deed=Deed.KEG_CHOSEN if instead is not None else Deed.SWAPPED,
        subject=str(said.tap_id),
        before={"keg": instead.new_keg_id if instead is not None else record.old_keg_id},
        after={"keg": record.new_keg_id},
    )


def _tapped(record: SwapRecord) -> KegTapped:
    return KegTapped(
        location_id=record.tap_id.location_id,
        tap_id=str(record.tap_id),
        keg_id=record.new_keg_id,
        closed_keg_id=record.old_keg_id,
        at=record.at,
    )
