"""Setting a tap aside, for maintenance or to clean its line, and putting it back in service."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from backend.cellar import asides, taps
from backend.cellar.rows import BadRow
from backend.domain.audit import Deed
from backend.domain.ids import TapId
from backend.domain.maintenance import (
    MINUTES,
    Aside,
    AsideKind,
    Cleaned,
    CleaningDue,
    CleaningState,
    TapBack,
    TapSetAside,
    cleaning_state,
    until_after,
)
from backend.domain.member import SYSTEM, Act, Member
from backend.domain.refusal import Conflict, Invalid
from backend.domain.tap import Tap
from backend.domain.times import iso, whole_ms
from backend.ports import Action, Ports, Query
from backend.usecases import load
from backend.usecases.audit import record
from backend.usecases.commit import commit

_MOST_AT_ONCE: Final = 100
MOST_CLEANINGS: Final = 100


def begin_maintenance(
    ports: Ports,
    *,
    tap_id: TapId,
    kind: AsideKind,
    member: Member,
    now: datetime,
    minutes: float = MINUTES,
) -> Aside:
    """Set a tap aside from now on, for so many minutes; said again, it stays aside that long from now.

    What leaves the keg meanwhile is booked as cleaning or waste, never as sold. It ends by itself.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such tap.
        Invalid: less than a minute, or more than eight hours.
        Conflict: the tap is set aside for the other reason.
    """
    member.must(Act.TARE, location_id=tap_id.location_id)
    now = whole_ms(now)
    until = until_after(minutes, now=now)

    def decide() -> tuple[Sequence[Action], Aside]:
        tap = load.tap(ports, tap_id)
        present = tap.aside if tap.aside and tap.aside.covers(now) else None
        if present is not None and present.kind is not kind:
            raise Conflict(f"tap {tap_id} is set aside for {present.kind.value}: end that first")
        aside = Aside(kind=kind, since=now, until=until, by=member.sub)
        if present is not None:
            aside = replace(present, until=until)
        closed, actions = (tap, []) if present is not None else _closed(tap, now=now)
        audited = record(
            location_id=tap_id.location_id,
            at=now,
            member=member,
            deed=Deed.SET_ASIDE,
            subject=str(tap_id),
            before={"until": iso(present.until) if present else None},
            after={"kind": kind.value, "until": iso(until)},
        )
        changed = taps.put(replace(closed, aside=aside))
        return [changed, *actions, asides.put(tap_id, aside), audited, *_touched(ports, tap_id)], aside

    aside = commit(ports, decide)
    ports.feed.publish(
        [TapSetAside(location_id=tap_id.location_id, tap_id=str(tap_id), kind=aside.kind, until=aside.until)]
    )
    return aside


def end_maintenance(ports: Ports, *, tap_id: TapId, member: Member, now: datetime, done: bool = True) -> Aside:
    """Put a tap back in service; with `done` False its line was not cleaned after all.

    Nor was it in less than three minutes: `cleans` of what comes back says whether it counts.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such tap.
        Conflict: the tap is not set aside.
    """
    member.must(Act.TARE, location_id=tap_id.location_id)
    now = whole_ms(now)

    def decide() -> tuple[Sequence[Action], Aside]:
        tap = load.tap(ports, tap_id)
        if tap.aside is None or not tap.aside.covers(now):
            raise Conflict(f"tap {tap_id} is in service: nothing to end")
        ended = replace(tap.aside, ended_at=now)
        changed, actions = _ended(tap, ended, member=member, done=done)
        return [taps.put(changed), *actions, *_touched(ports, tap_id)], ended

    ended = commit(ports, decide)
    _tell_back(ports, tap_id, ended, by_itself=False)
    return ended


def end_overdue(ports: Ports, *, now: datetime) -> int:
    """End the times aside of all bars that are over, on behalf of the product; gives how many.

    Nothing depends on this being done in time: a reading measured later counts as sold whether it was done or not.
    Raises BadRow, once all others are ended, where a row cannot be read.
    """
    ended, damage = 0, None
    for item in ports.table.query(asides.due(now=now, limit=_MOST_AT_ONCE)).items:
        try:
            tap_id, found = asides.from_item(item)
            ended += _end_overdue(ports, tap_id=tap_id, since=found.since, now=now)
        except BadRow as bad:
            damage = bad
    if damage is not None:
        raise damage
    return ended


def tell_cleaning_due(ports: Ports, *, location_id: str, now: datetime) -> int:
    """Tell of every tap of a location whose line is to be cleaned soon, or now; gives how many there are."""
    items = load.every(ports, Query(partition=f"LOCATION#{location_id}", begins_with=taps.PREFIX))
    told: list[CleaningDue] = []
    for item in items:
        if taps.is_state(item):
            continue
        tap = taps.from_item(item)
        if tap.cleaning_due is not None and cleaning_state(tap.cleaning_due, now=now) is not CleaningState.CLEAN:
            told.append(CleaningDue(location_id=location_id, tap_id=str(tap.tap_id), due=tap.cleaning_due))
    ports.feed.publish(told)
    return len(told)


def note_cleaned(ports: Ports, *, tap_id: TapId, at: datetime, member: Member, now: datetime) -> Cleaned:
    """Write down that a line was cleaned at `at`, where the tap was not set aside for it.

    Raises Forbidden, NotFound; Invalid for a moment to come.
    """
    member.must(Act.TARE, location_id=tap_id.location_id)
    if at > now:
        raise Invalid("a line cannot have been cleaned in the future: check the time")
    cleaned = Cleaned(at=whole_ms(at), by=member.sub)

    def decide() -> tuple[Sequence[Action], Cleaned]:
        tap = load.tap(ports, tap_id)
        newest = max(cleaned.at, tap.cleaned_at or cleaned.at)
        audited = _audited(tap_id, Deed.CLEANED, at=now, member=member, cleaned=cleaned)
        return [taps.put(replace(tap, cleaned_at=newest)), asides.put_cleaned(tap_id, cleaned), audited], cleaned

    return commit(ports, decide)


def view_cleanings(ports: Ports, *, tap_id: TapId, member: Member, now: datetime) -> tuple[Cleaned, ...]:
    """Give when the line of a tap was cleaned, newest first. Raises Forbidden, NotFound."""
    member.must(Act.VIEW_LEVELS, location_id=tap_id.location_id)
    load.tap(ports, tap_id)
    page = ports.table.query(asides.cleanings(tap_id, until=now, limit=MOST_CLEANINGS))
    return tuple(asides.cleaned_from_item(item) for item in page.items)


def aside_at(ports: Ports, tap: Tap, moment: datetime) -> Aside | None:
    """Give the time aside that covers a moment, None where the tap was in service; late pours may ask long after."""
    last = tap.aside
    if last is None or last.covers(moment):
        return last
    if moment >= last.since:
        return None
    for item in ports.table.query(asides.before(tap.tap_id, moment=moment)).items:
        _, earlier = asides.from_item(item)
        return earlier if earlier.covers(moment) else None
    return None


def _end_overdue(ports: Ports, *, tap_id: TapId, since: datetime, now: datetime) -> int:
    def decide() -> tuple[Sequence[Action], Aside | None]:
        item = ports.table.get(asides.key(tap_id, since=since))
        aside = asides.from_item(item)[1] if item else None
        if aside is None or aside.ended_at is not None or aside.until > now:
            return [], None
        ended = replace(aside, ended_at=aside.until)
        tap = load.tap(ports, tap_id)
        if tap.aside is None or tap.aside.since != since:
            return [asides.put(tap_id, ended)], ended
        changed, actions = _ended(tap, ended, member=SYSTEM, done=True)
        return [taps.put(changed), *actions], ended

    ended = commit(ports, decide)
    if ended is None:
        return 0
    _tell_back(ports, tap_id, ended, by_itself=True)
    return 1


def _closed(tap: Tap, *, now: datetime) -> tuple[Tap, list[Action]]:
    """Give a tap whose last time aside is known to be over, also where no timer has said so yet."""
    if tap.aside is None or tap.aside.ended_at is not None or tap.aside.until > now:
        return tap, []
    return _ended(tap, replace(tap.aside, ended_at=tap.aside.until), member=SYSTEM, done=True)


def _ended(tap: Tap, ended: Aside, *, member: Member, done: bool) -> tuple[Tap, list[Action]]:
    """Give the tap back in service, and the rows beside it: its time aside, its cleaning, the audit."""
    at = ended.end
    actions: list[Action] = [asides.put(tap.tap_id, ended)]
    if not (done and ended.cleans):
        audited = _audited(tap.tap_id, Deed.PUT_BACK, at=at, member=member, cleaned=None)
        return replace(tap, aside=ended), [*actions, audited]
    seconds = (at - ended.since).total_seconds()
    cleaned = Cleaned(at=at, by=ended.by if member is SYSTEM else member.sub, seconds=seconds)
    newest = max(at, tap.cleaned_at or at)
    audited = _audited(tap.tap_id, Deed.CLEANED, at=at, member=member, cleaned=cleaned)
    changed = replace(tap, aside=ended, cleaned_at=newest)
    return changed, [*actions, asides.put_cleaned(tap.tap_id, cleaned), audited]


def _audited(tap_id: TapId, deed: Deed, *, at: datetime, member: Member, cleaned: Cleaned | None) -> Action:
    return record(
        location_id=tap_id.location_id,
        at=at,
        member=member,
        deed=deed,
        subject=str(tap_id),
        after={"cleaned_at": iso(cleaned.at)} if cleaned else {},
    )


def _touched(ports: Ports, tap_id: TapId) -> list[Action]:
    """Write the state anew, so that whoever books a pour at the same moment decides again."""
    item = ports.table.get(taps.state_key(tap_id))
    return [taps.put_state(taps.state_from_item(item))] if item else []


def _tell_back(ports: Ports, tap_id: TapId, ended: Aside, *, by_itself: bool) -> None:
    ports.feed.publish(
        [TapBack(location_id=tap_id.location_id, tap_id=str(tap_id), kind=ended.kind, by_itself=by_itself)]
    )
