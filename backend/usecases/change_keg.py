"""Changing a keg by hand: the old one is closed, the next one opened, and history follows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from backend.cellar import kegs
from backend.domain.audit import Deed
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, KegTapped, Tare, TareSource, keg_id_of, seen_lifted, seen_standing
from backend.domain.keg_type import keg_type
from backend.domain.ledger import Ledger
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict, Invalid
from backend.domain.swap import Swap, SwapRecord
from backend.domain.tap import Tap
from backend.domain.times import AHEAD, whole_ms
from backend.ports import Ports, Put
from backend.usecases import load
from backend.usecases.audit import record as audited
from backend.usecases.carry_out import Told, carry_out
from backend.usecases.draft import Draft
from backend.usecases.put_on import Change, Coming, put_on, record_at, state_of
from backend.usecases.take_back import take_back


@dataclass(frozen=True, slots=True, kw_only=True)
class NextKeg:
    """What is put on: its beer and size, what its shell weighs if that is known, and its gross weight when full."""

    beer_id: str
    type_id: str
    tare: Tare | None = None
    full_lbs: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What somebody said: which keg, and the moments as they said them."""

    tap_id: TapId
    keg: NextKeg
    beer: Beer
    lifted_at: datetime
    at: datetime
    member: Member
    now: datetime


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
    the new keg. A change that a scale found in that time, and nobody has confirmed, is this one. Gives the new keg.

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
    if not lifted_at <= at <= now + AHEAD:
        raise Invalid("a keg is lifted first, then the next is put on, and not in the future: check the times")
    said = _Said(tap_id=tap_id, keg=keg, beer=beer, lifted_at=lifted_at, at=at, member=member, now=now)
    carry_out(ports, decide=partial(_decide, said=said))
    return load.keg(ports, keg_id_of(tap_id, tapped_at=at))


def _decide(draft: Draft, *, said: _Said) -> Told:
    tap, swap, guess = _before_it_was_found(draft, said)
    keg_id = keg_id_of(said.tap_id, tapped_at=said.at)
    if draft.get(kegs.key(keg_id)) is not None:
        raise Conflict(f"keg {keg_id} is on already: nothing more to do")
    until, since = _apart(tap, lifted_at=said.lifted_at, at=said.at, now=said.now)
    opened = _opened(said.keg, keg_id=keg_id, beer=said.beer, tap_id=said.tap_id, at=since)
    change = Change(
        tap=tap,
        until=until,
        since=since,
        coming=Coming(keg=opened, beer=said.beer),
        by=said.member,
        automatic=False,
        swap=swap,
        said_at=said.now,
        guess=guess,
    )
    made = put_on(draft.ports, change)
    draft.add([*made.actions, _audit(said, made.record)])
    event = KegTapped(
        location_id=said.tap_id.location_id,
        tap_id=str(said.tap_id),
        keg_id=keg_id,
        closed_keg_id=tap.keg_id,
        at=since,
    )
    return Told(since={said.tap_id: min(until, seen_lifted(said.lifted_at))}, events=[event], record=made.record)


def _audit(said: _Said, record: SwapRecord) -> Put:
    return audited(
        location_id=said.tap_id.location_id,
        at=said.now,
        member=said.member,
        deed=Deed.SWAPPED,
        subject=str(said.tap_id),
        before={"keg": record.old_keg_id},
        after={"keg": record.new_keg_id},
    )


def _before_it_was_found(draft: Draft, said: _Said) -> tuple[Tap, Swap | None, Ledger | None]:
    """Give the tap as it was before its scale found the change told now, what it saw, and the books of its guess."""
    ports = draft.ports
    tap = load.tap(ports, said.tap_id)
    record = record_at(ports, said.tap_id, tap.swapped_at)
    if record is not None and record.open and _meant(record, said):
        found = Swap(lifted_at=record.lifted_at, keg_id=record.old_keg_id, before_lbs=record.before_lbs)
        guess = load.ledger(ports, record.new_keg_id) if record.new_keg_id else None
        return take_back(draft, record, by=said.member, now=said.now, keep=False), found, guess
    state = state_of(ports, said.tap_id)
    swap = state.swap if state is not None else None
    return tap, swap if swap is not None and swap.keg_id == tap.keg_id else None, None


def _meant(record: SwapRecord, said: _Said) -> bool:
    """Whether the change that a scale found is the one that somebody tells."""
    return record.lifted_at <= seen_standing(said.at) and seen_lifted(said.lifted_at) <= record.at


def _apart(tap: Tap, *, lifted_at: datetime, at: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Give until when the old keg was seen, and since when the next one: both in whole seconds, and never the same."""
    until, since, tapped_at = seen_lifted(lifted_at), seen_standing(at), tap.tapped_at
    # Put on in the future it was by a clock that was ahead: any moment may come after that.
    if tapped_at is None or until >= tapped_at or tapped_at > seen_standing(now + AHEAD):
        return until, since
    if seen_standing(lifted_at) < tapped_at:
        raise Invalid(f"the keg on tap {tap.tap_id} was put on after that moment: give a later one")
    return tapped_at, max(since, tapped_at + timedelta(seconds=1))


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
