"""Correcting a keg: what was wrong about it is put right back to its start, its books and history with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import beers, corrections
from backend.domain.audit import Deed, Facts, changed
from backend.domain.correction import CorrectionMoved, KegCorrected, Underway, Wanted, check_tared_lately, check_wanted
from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.keg import Keg, Tare
from backend.domain.member import Act, Member, Role
from backend.domain.refusal import Conflict, Forbidden, Invalid, NotFound
from backend.domain.times import AHEAD, whole_ms
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.audit import record
from backend.usecases.commit import commit
from backend.usecases.correcting import Plan, plan_of
from backend.usecases.could_be import must_be_possible
from backend.usecases.holding_beer import holding, standing_at
from backend.usecases.keg_at import tell_history

_ROWS_IN_A_STEP: Final = 60
"""With the keg, its books, its stays and its taps they stay within the 100 of a group."""
_MOST_STEPS: Final = 1000
_MOST_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What a correction changed: the keg now, what differs before and after, and how many rows were rewritten."""

    keg: Keg
    before: Facts
    after: Facts
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What was written last; `plan` None where there was nothing left to do."""

    underway: Underway | None
    plan: Plan | None = None
    rows: int = 0


def correct_keg(  # noqa: PLR0913 - each is a fact of a keg that may have been wrong
    ports: Ports,
    *,
    keg_id: str,
    member: Member,
    now: datetime,
    tare: Tare | None = None,
    specific_gravity: float | None = None,
    beer_id: str | None = None,
    type_id: str | None = None,
    tapped_at: datetime | None = None,
    full_lbs: float | None = None,
    reason: str = "",
    as_it_was: bool = False,
) -> Corrected:
    """Put right what is wrong about a keg, as if it had been known from its start; None leaves a fact as it is.

    Its pours and waste are counted anew from their weights, those of the time it now turns out to have stood there
    come from the keg before (or go back to it), its books are made from them and its last weight at rest, its level
    from the newest reading. History keeps gross weights and follows the times. A crash in the middle is healed by the
    clockwork, or by saying the same again; said again, it changes nothing. `as_it_was` puts back what was believed
    before, whether or not it can be true.

    Raises:
        Forbidden, NotFound: the member may not (a tare alone is for Staff, of a keg that stands on a tap or left it
            within a day), or there is no such keg or beer.
        Invalid: the keg cannot have been so: its weights, its shell for its size, what was poured from it, or when
            it was tapped.
        Conflict: another correction of this keg is under way, or others change the same rows.
    """
    keg = _seen(ports, keg_id, member)
    wanted = Wanted(
        tare=tare,
        specific_gravity=specific_gravity,
        beer_id=beer_id,
        type_id=type_id,
        tapped_at=None if tapped_at is None else whole_second(tapped_at, now=now),
        full_lbs=full_lbs,
    )
    must_correct(keg, wanted, member=member, now=now)
    begun = Underway(
        keg_id=keg_id,
        location_id=keg.location_id,
        wanted=wanted,
        by=member.sub,
        by_name=member.name,
        at=whole_ms(now),
        reason=reason.strip(),
    )
    plan = plan_of(ports, begun)
    before, after = changed(plan.before, plan.after)
    if not as_it_was:
        must_be_possible(ports, keg, plan.facts)
    if plan.facts:
        commit(ports, lambda: _begin(ports, replace(begun, total=len(plan.rows))))
    rows = _carry_on(ports, keg_id)
    return Corrected(keg=load.keg(ports, keg_id), before=before, after=after, rows=rows)


def must_correct(keg: Keg, wanted: Wanted, *, member: Member, now: datetime) -> None:
    """Let a correction go on only if the member may make it and the keg can have such a shell; raises as it does."""
    place, tare_alone = keg.location_id, wanted == Wanted(tare=wanted.tare)
    member.must(Act.TARE if tare_alone else Act.ASSIGN, location_id=place)
    if not member.may(Act.ASSIGN, location_id=place):
        check_tared_lately(keg, now=now)
    check_wanted(keg, wanted)


def correct_gravity(
    ports: Ports,
    *,
    beer_id: str,
    specific_gravity: float,
    location_id: str,
    member: Member,
    now: datetime,
    reason: str = "",
) -> tuple[Corrected, ...]:
    """Put the gravity of a beer right, in the catalogue and for every keg of it that stands on a tap.

    The catalogue is that of all bars, so the member must be a Manager of `location_id` and of every other bar that
    holds this beer; it is told in the audit of each. Kegs that were closed keep the books they were closed with. For a
    figure that few beers have see `unusual_gravity`.

    Raises Forbidden, NotFound, Invalid, Conflict.
    """
    member.must(Act.ASSIGN, location_id=location_id)
    places = {location_id: standing_at(ports, location_id, beer_id), **holding(ports, beer_id)}
    if not all(member.may(Act.ASSIGN, location_id=place) for place in places):
        raise Forbidden(
            f"other bars hold {beer_id} too: only a Manager of all of them, or an Admin, may correct its gravity; "
            "correct that of a single keg on its page"
        )

    def decide() -> tuple[Sequence[Action], None]:
        beer = load.beer(ports, beer_id)
        right = replace(beer, specific_gravity=specific_gravity)
        if right == beer:
            return [], None
        audited = [
            record(
                location_id=place,
                at=now,
                member=member,
                deed=Deed.GRAVITY,
                subject=beer_id,
                before={"specific_gravity": beer.specific_gravity},
                after={"specific_gravity": specific_gravity},
                reason=reason,
            )
            for place in sorted(places)
        ]
        return [*beers.puts(right), *audited], None

    # The kegs first: books that do not say their gravity go by that of the beer.
    standing = {keg_id for found in places.values() for keg_id in found}
    done = tuple(
        correct_keg(ports, keg_id=keg_id, specific_gravity=specific_gravity, member=member, now=now, reason=reason)
        for keg_id in sorted(standing)
    )
    commit(ports, decide)
    return done


def finish_corrections(ports: Ports, *, now: datetime) -> int:
    """Bring corrections to their end that somebody began and a crash cut short; gives how many."""
    due = ports.table.query(corrections.due(now=now, limit=_MOST_AT_ONCE)).items
    begun = [corrections.from_item(item) for item in due]
    for underway in begun:
        _carry_on(ports, underway.keg_id)
    return len(begun)


def _seen(ports: Ports, keg_id: str, member: Member) -> Keg:
    """Load a keg; one of a bar that the member does not see is not there for them."""
    keg = load.keg(ports, keg_id)
    if member.role_at(keg.location_id) is None:
        raise NotFound(f"there is no keg {keg_id}")
    return keg


def whole_second(tapped_at: datetime, *, now: datetime) -> datetime:
    """Give a moment in whole seconds, as scales tell them, rounded up; raises Invalid for one to come."""
    if tapped_at > now + AHEAD:
        raise Invalid("a keg cannot have been tapped in the future: check the time")
    second = tapped_at.replace(microsecond=0)
    return second if second == tapped_at else second + timedelta(seconds=1)


def _begin(ports: Ports, begun: Underway) -> tuple[Sequence[Action], None]:
    """Write down what is wanted; the same begun by another moment goes on from where that came to."""
    item = ports.table.get(corrections.key(begun.keg_id))
    if item is None:
        return [corrections.put(begun)], None
    if corrections.from_item(item).wanted != begun.wanted:
        raise Conflict(f"another correction of keg {begun.keg_id} is under way: look at it in a minute, then repeat")
    return [], None


def _carry_on(ports: Ports, keg_id: str) -> int:
    """Do what is left of a correction, step by step, each decided anew; gives how many rows were rewritten."""
    rows = 0
    for _ in range(_MOST_STEPS):
        step = commit(ports, lambda: _next(ports, keg_id))
        if step.underway is None:
            return rows
        rows += step.rows
        _tell(ports, step)
    raise Conflict(f"the pours of keg {keg_id} change faster than they can be corrected: repeat in a minute")


def _next(ports: Ports, keg_id: str) -> tuple[Sequence[Action], _Step]:
    item = ports.table.get(corrections.key(keg_id))
    if item is None:
        return [], _Step(underway=None)
    underway = corrections.from_item(item)
    if underway.tell_since is not None:
        tap_id = load.keg(ports, keg_id).tap_id
        if tap_id is not None:
            tell_history(ports, tap_id=tap_id, since=underway.tell_since)
        return [corrections.drop(underway)], _Step(underway=underway)
    plan = plan_of(ports, underway)
    if not plan.facts:
        return [corrections.drop(underway)], _Step(underway=underway)
    some = plan.rows[:_ROWS_IN_A_STEP]
    further = replace(underway, done=underway.done + len(some), total=underway.done + len(plan.rows))
    if len(plan.rows) > len(some):
        return [*some, corrections.put(further)], _Step(underway=further, plan=plan, rows=len(some))
    last = corrections.drop(underway)
    if plan.tell_since is not None:
        telling = replace(further, tell_since=plan.tell_since)
        return _last(plan, underway, corrections.put(telling)), _Step(underway=telling, plan=plan, rows=len(some))
    return _last(plan, underway, last), _Step(underway=further, plan=plan, rows=len(some))


def _last(plan: Plan, underway: Underway, marker: Action) -> list[Action]:
    """The group that makes the correction true."""
    audited = record(
        location_id=underway.location_id,
        at=underway.at,
        member=Member(sub=underway.by, name=underway.by_name, ceiling=Role.STAFF),
        deed=Deed.CORRECTED,
        subject=underway.keg_id,
        before=plan.before,
        after=plan.after,
        reason=underway.reason,
    )
    return [*plan.rows, *plan.facts, audited, marker]


def _tell(ports: Ports, step: _Step) -> None:
    """Say how far it is, and which taps show something else now."""
    underway, plan = step.underway, step.plan
    if underway is None or plan is None:
        return
    place = underway.location_id
    if len(plan.rows) > step.rows:
        moved = CorrectionMoved(location_id=place, keg_id=underway.keg_id, done=underway.done, total=underway.total)
        ports.feed.publish([moved])
        return
    tap_ids: Sequence[TapId | None] = plan.tap_ids or [None]
    told: list[Event] = [
        KegCorrected(location_id=place, tap_id=str(tap_id) if tap_id else None, keg_id=underway.keg_id)
        for tap_id in tap_ids
    ]
    ports.feed.publish(told)
