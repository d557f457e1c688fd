"""Taking a change of kegs back, and saying that what the scale found is right."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from backend.cellar import audit, swaps, taps
from backend.domain.audit import Deed
from backend.domain.ids import TapId
from backend.domain.keg import KegTapped, SwapUndone
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict, Forbidden, Invalid
from backend.domain.swap import SwapRecord
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.audit import record as audited
from backend.usecases.carry_out import Told, carry_out
from backend.usecases.commit import commit
from backend.usecases.draft import Draft
from backend.usecases.put_on import record_at
from backend.usecases.rebooking import rebook_some
from backend.usecases.swap import looked_at, told_since
from backend.usecases.take_back import put_on_at, take_back

STAFF_WITHIN: Final = timedelta(hours=24)
"""So long may Staff take back what a scale found or they did themselves; later a Manager looks at it."""


def last_swap(ports: Ports, *, tap_id: TapId) -> SwapRecord | None:
    """Give the last change of kegs on a tap, taken back or not; None where there was none. Raises NotFound."""
    return record_at(ports, tap_id, load.tap(ports, tap_id).swapped_at)


def undo_swap(ports: Ports, *, tap_id: TapId, member: Member, now: datetime) -> SwapRecord:
    """Take the last change of kegs on a tap back: as if nothing had been said, pours since move back too.

    Repeated, it changes nothing and gives the same record. Staff take back what a scale found and nobody else has
    confirmed, or what they did themselves, within a day.

    Raises:
        Forbidden, NotFound: the member may not; there is no such tap.
        Conflict: no keg was changed there, the kegs were moved on since, or somebody else has corrected the new one.
    """
    member.must(Act.SWAP, location_id=tap_id.location_id)
    tap_id = load.holder(ports, tap_id)
    record = last_swap(ports, tap_id=tap_id)
    if record is None:
        raise Conflict(f"no keg was changed on tap {tap_id}: there is nothing to undo")
    if record.stands:
        must_be_theirs(ports, record, member, now=now)
        _make_room(ports, record)
    told = carry_out(ports, decide=partial(_undo, tap_id=tap_id, member=member, now=now))
    if told.record is None:
        raise Conflict(f"no keg was changed on tap {tap_id}: there is nothing to undo")
    return told.record


def may_undo(ports: Ports, record: SwapRecord, member: Member, *, now: datetime) -> bool:
    """Whether the member may take a change back."""
    return _is_theirs(record, member, now=now) and not _corrected_by_others(ports, record, member)


def must_be_theirs(ports: Ports, record: SwapRecord, member: Member, *, now: datetime) -> None:
    """Refuse who may not take a change back, or tell it otherwise.

    Raises:
        Forbidden: somebody else said it, or it was a day ago.
        Conflict: somebody else has corrected its keg since.
    """
    if not _is_theirs(record, member, now=now):
        raise Forbidden("this change was told by somebody else, or more than a day ago: ask a Manager to undo it")
    if _corrected_by_others(ports, record, member):
        raise Conflict("somebody else has corrected this keg since: ask a Manager to undo the change")


def _is_theirs(record: SwapRecord, member: Member, *, now: datetime) -> bool:
    location_id = record.tap_id.location_id
    if not record.stands or not member.may(Act.SWAP, location_id=location_id):
        return False
    if member.may(Act.ASSIGN, location_id=location_id):
        return True
    own = member.sub in {record.by, record.confirmed_by}
    return now - record.at <= STAFF_WITHIN and (record.open or own)


def _corrected_by_others(ports: Ports, record: SwapRecord, member: Member) -> bool:
    """Whether somebody else has corrected the keg that was put on, which Staff do not take back."""
    location_id = record.tap_id.location_id
    if record.new_keg_id is None or member.may(Act.ASSIGN, location_id=location_id):
        return False
    end = datetime.max.replace(tzinfo=record.at.tzinfo)
    items = load.every(ports, audit.between(location_id, start=record.at, end=end, limit=1000))
    done = load.readable(audit.from_item, items)
    return any(one.deed is Deed.CORRECTED and one.subject == record.new_keg_id and one.by != member.sub for one in done)


def confirm_swap(ports: Ports, *, tap_id: TapId, member: Member, now: datetime, right: bool = True) -> SwapRecord:
    """Say that the keg which a scale found is the right one; repeated, it changes nothing.

    With `right` False what the member said themselves is taken back: the keg is asked about again.

    Raises:
        Forbidden, NotFound: the member may not; there is no such tap.
        Conflict: no keg was changed there, that was taken back, or somebody else has confirmed it.
        Invalid: nobody knows yet which keg it is.
    """
    member.must(Act.SWAP, location_id=tap_id.location_id)
    tap_id = load.holder(ports, tap_id)

    def decide() -> tuple[Sequence[Action], tuple[SwapRecord, bool]]:
        record = last_swap(ports, tap_id=tap_id)
        if record is None or not record.stands:
            raise Conflict(f"no change of kegs stands on tap {tap_id}: there is nothing to confirm")
        if record.new_keg_id is None:
            raise Invalid("nobody knows yet which keg this is: choose it")
        if (record.confirmed_by is not None) is right:
            return [], (record, False)
        if not right and record.confirmed_by != member.sub:
            raise Conflict("somebody else has confirmed this keg: choose another one, if it is not right")
        confirmed = replace(record, confirmed_by=member.sub if right else None, said_at=now if right else None)
        tap = replace(load.tap(ports, tap_id), found=not right and record.automatic)
        entry = audited(
            location_id=tap_id.location_id,
            at=now,
            member=member,
            deed=Deed.SWAP_CONFIRMED,
            subject=str(tap_id),
            before={} if right else {"keg": record.new_keg_id},
            after={"keg": record.new_keg_id} if right else {},
        )
        return [swaps.put(confirmed), taps.put(tap), entry], (replace(confirmed, version=record.version + 1), True)

    record, news = commit(ports, decide)
    if news:
        ports.feed.publish([_tapped(record)])
    return record


def _undo(draft: Draft, *, tap_id: TapId, member: Member, now: datetime) -> Told:
    record = last_swap(draft.ports, tap_id=tap_id)
    if record is None or not record.stands:
        return Told(record=record)
    must_be_theirs(draft.ports, record, member, now=now)
    take_back(draft, record, by=member, now=now, keep=True)
    entry = audited(
        location_id=tap_id.location_id,
        at=now,
        member=member,
        deed=Deed.SWAP_UNDONE,
        subject=str(tap_id),
        before={"keg": record.new_keg_id},
        after={"keg": record.old_keg_id},
    )
    draft.add([entry])
    event = SwapUndone(location_id=tap_id.location_id, tap_id=str(tap_id), keg_id=record.old_keg_id, at=record.at)
    undone = replace(record, undone_at=now, undone_by=member.sub, version=record.version + 1)
    return Told(since=told_since(record, record.lifted_at), events=[event, *looked_at(record)], record=undone)


def _make_room(ports: Ports, record: SwapRecord) -> None:
    """Move pours back in steps until what is left fits into one commit; each step leaves right books behind."""
    if record.old_keg_id is None or record.new_keg_id is None:
        return
    old_id, new_id = record.old_keg_id, record.new_keg_id

    def step() -> tuple[Sequence[Action], bool]:
        ledger = load.ledger(ports, old_id)
        moved = rebook_some(
            ports,
            tap_id=record.tap_id,
            old_id=new_id,
            new=ledger,
            since=put_on_at(load.keg(ports, new_id), record),
            specific_gravity=load.gravity(ports, ledger),
        )
        return (moved.actions, True) if moved is not None else ([], False)

    while commit(ports, step, durable=False):
        pass


def _tapped(record: SwapRecord) -> KegTapped:
    return KegTapped(
        location_id=record.tap_id.location_id,
        tap_id=str(record.tap_id),
        keg_id=record.new_keg_id,
        closed_keg_id=record.old_keg_id,
        at=record.at,
        automatic=record.automatic,
        confirmed=record.confirmed_by is not None or not record.automatic,
    )
