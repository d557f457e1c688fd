"""The kegs of a bar: taken into stock, told more of, queued as next on a tap, removed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from backend.cellar import kegs
from backend.domain.audit import Deed, Facts
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegsChanged, KegState, Tare, TareSource
from backend.domain.keg_type import keg_type
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict, Invalid, NotFound
from backend.domain.taring import check_shell
from backend.domain.times import whole_ms
from backend.ports import Action, Ports, Put
from backend.usecases import load
from backend.usecases.audit import record as audited
from backend.usecases.candidates import listed
from backend.usecases.commit import commit

MOST_AT_ONCE: Final = 30
"""With three rows each they stay within the table's 100."""
_LONGEST_LABEL: Final = 60
_MOST_CENTS: Final = 10_000_000


def stock_kegs(  # noqa: PLR0913 - what a delivery note says of a keg
    ports: Ports,
    *,
    location_id: str,
    beer_id: str,
    type_id: str,
    count: int,
    member: Member,
    now: datetime,
    tare: Tare | None = None,
    cost_cents: int | None = None,
    filled_on: date | None = None,
    best_by: date | None = None,
    label: str | None = None,
) -> list[Keg]:
    """Take so many full kegs (1 to 30) of a beer and size into stock. Gives them.

    Raises:
        Forbidden, NotFound: the member may not; there is no such location or beer.
        Invalid: a number is out of bounds, or nobody knows what such a shell weighs.
        Conflict: kegs were taken into stock at this very moment already.
    """
    member.must(Act.STOCK, location_id=location_id)
    load.location(ports, location_id)
    if not 1 <= count <= MOST_AT_ONCE:
        raise Invalid(f"{count} kegs cannot be taken in at once: give 1 to {MOST_AT_ONCE}")
    beer, kind = load.beer(ports, beer_id), keg_type(type_id)
    if tare is None and kind.tare_lbs is None:
        raise Invalid(f"no shell weight is known for {kind.name}: weigh the empty keg or read the stamp, and enter it")
    shell = tare or Tare(empty_lbs=kind.tare_lbs or 0.0, source=TareSource.TYPE_DEFAULT)
    full_lbs = kind.full_lbs(empty_lbs=shell.empty_lbs, specific_gravity=beer.specific_gravity)
    check_shell(shell.empty_lbs, type_id=type_id, full_lbs=full_lbs)
    now = whole_ms(now)
    one = checked(
        Keg(
            keg_id="keg",
            location_id=location_id,
            beer_id=beer.beer_id,
            type_id=type_id,
            state=KegState.IN_STOCK,
            tare=shell,
            full_lbs=full_lbs,
            cost_cents=cost_cents,
            filled_on=filled_on,
            best_by=best_by,
            label=_label(label),
        )
    )
    new = [replace(one, keg_id=_keg_id(location_id, now, number)) for number in range(1, count + 1)]

    def decide() -> tuple[Sequence[Action], None]:
        if ports.table.get(kegs.key(new[0].keg_id)) is not None:
            raise Conflict("these kegs are in stock already: nothing more to do")
        rows = [action for keg in new for action in _stocked(keg, member=member, now=now)]
        told: Facts = {"beer": beer_id, "size": type_id, "count": count}
        return [*rows, _audit(Deed.STOCKED, new[0], member=member, now=now, after=told)], None

    commit(ports, decide)
    _tell(ports, location_id, [keg.keg_id for keg in new])
    return [replace(keg, version=1) for keg in new]


def change_stocked(  # noqa: PLR0913 - the same
    ports: Ports,
    *,
    keg_id: str,
    member: Member,
    now: datetime,
    beer_id: str | None = None,
    tare: Tare | None = None,
    cost_cents: int | None = None,
    filled_on: date | None = None,
    best_by: date | None = None,
    label: str | None = None,
) -> Keg:
    """Tell more of a keg, or otherwise; what is left out stays. Of one that stood on a tap only cost, dates and label.

    Raises:
        Forbidden, NotFound: the member may not; there is no such keg or beer.
        Invalid: a number is out of bounds.
        Conflict: the keg stood on a tap, so that its beer and tare are to be corrected instead.
    """
    keg = _seen(ports, keg_id, member)

    def decide() -> tuple[Sequence[Action], Keg]:
        old = load.keg(ports, keg_id)
        if old.tapped_at is not None and (beer_id is not None or tare is not None):
            raise Conflict(
                "this keg stood on a tap already: correct its beer or tare on its page, and its books follow"
            )
        told = replace(
            old,
            cost_cents=old.cost_cents if cost_cents is None else cost_cents,
            filled_on=filled_on or old.filled_on,
            best_by=best_by or old.best_by,
            label=_label(label) or old.label,
        )
        new = checked(_refilled(ports, told, beer_id=beer_id, tare=tare))
        if new == old:
            return [], old
        before, after = _facts(old), _facts(new)
        audit = _audit(Deed.STOCK_CHANGED, new, member=member, now=now, before=before, after=after)
        tared = [kegs.put_tare(new, tared_by=member.sub, tared_at=now)] if new.tare != old.tare else []
        return [kegs.put(new), *tared, audit], replace(new, version=old.version + 1)

    changed = commit(ports, decide)
    _tell(ports, keg.location_id, [keg_id])
    return changed


def remove_keg(ports: Ports, *, keg_id: str, member: Member, now: datetime) -> None:
    """Take a keg out of the lists that never stood on a tap: it went back, or was entered by mistake.

    Raises:
        Forbidden, NotFound: the member may not; there is no such keg.
        Conflict: it stood on a tap, so that its beer is in the books.
    """
    keg = _seen(ports, keg_id, member)

    def decide() -> tuple[Sequence[Action], None]:
        old = load.keg(ports, keg_id)
        books = ports.table.get(kegs.ledger_key(keg_id))
        opened = books is not None and kegs.ledger_from_item(books).opened
        if opened or old.tapped_at is not None or old.state not in {KegState.IN_STOCK, KegState.NEXT}:
            raise Conflict(
                "this keg stood on a tap, and its beer is in the books: it stays in the list of those used up"
            )
        audit = _audit(Deed.KEG_REMOVED, old, member=member, now=now, before=_facts(old))
        return [*kegs.deletes(old), audit], None

    commit(ports, decide)
    _tell(ports, keg.location_id, [keg_id])


def queue_next(ports: Ports, *, tap_id: TapId, keg_id: str | None, member: Member, now: datetime) -> Keg | None:
    """Say which keg goes on a tap next, in place of what was queued there; None: nothing is. Gives the keg.

    Raises:
        Forbidden, NotFound: the member may not; there is no such tap or keg.
        Conflict: the keg is on a tap, or empty.
    """
    member.must(Act.STOCK, location_id=tap_id.location_id)
    tap_id = load.holder(ports, tap_id)
    told: list[str] = []

    def decide() -> tuple[Sequence[Action], Keg | None]:
        told.clear()
        keg = _of_location(load.keg(ports, keg_id), tap_id.location_id) if keg_id is not None else None
        if keg is not None and keg.state is KegState.NEXT and keg.queued_on == tap_id:
            return [], keg
        if keg is not None and keg.state not in {KegState.IN_STOCK, KegState.LIFTED, KegState.NEXT}:
            raise Conflict("only a keg that is in stock or was lifted off can be queued: choose another one")
        waiting = [
            one for one in listed(ports, tap_id.location_id, KegState.NEXT) if one.queued_on == tap_id and one != keg
        ]
        actions = [action for one in waiting for action in kegs.puts(unqueued(one), before=KegState.NEXT)]
        told.extend(one.keg_id for one in waiting)
        queued = replace(keg, state=KegState.NEXT, queued_on=tap_id) if keg is not None else None
        if keg is not None and queued is not None:
            actions += kegs.puts(queued, before=keg.state)
            told.append(keg.keg_id)
        if not actions:
            return [], None
        before: Facts = {"keg": waiting[0].keg_id if waiting else None}
        audit = audited(
            location_id=tap_id.location_id,
            at=now,
            member=member,
            deed=Deed.QUEUED,
            subject=str(tap_id),
            before=before,
            after={"keg": keg_id},
        )
        return [*actions, audit], replace(queued, version=queued.version + 1) if queued else None

    queued = commit(ports, decide)
    _tell(ports, tap_id.location_id, told)
    return queued


def unqueued(keg: Keg) -> Keg:
    """Give a keg off the queue: back in stock, or lifted where beer was drunk of it before."""
    return replace(keg, state=KegState.IN_STOCK if keg.closed_at is None else KegState.LIFTED, queued_on=None)


def checked(keg: Keg) -> Keg:
    """Give the keg back if what was told of it can be; raises Invalid."""
    if keg.cost_cents is not None and not 0 <= keg.cost_cents <= _MOST_CENTS:
        raise Invalid(f"a keg cannot cost {keg.cost_cents} cents: give 0 to {_MOST_CENTS}")
    if keg.filled_on is not None and keg.best_by is not None and keg.best_by < keg.filled_on:
        raise Invalid("a keg cannot be best before it was filled: check the two dates")
    return keg


def _refilled(ports: Ports, keg: Keg, *, beer_id: str | None, tare: Tare | None) -> Keg:
    """The keg with another beer or shell: its full weight follows from them."""
    if beer_id is None and tare is None:
        return keg
    beer, shell = load.beer(ports, beer_id or keg.beer_id), tare or keg.tare
    full_lbs = keg_type(keg.type_id).full_lbs(empty_lbs=shell.empty_lbs, specific_gravity=beer.specific_gravity)
    if tare is not None:
        check_shell(tare.empty_lbs, type_id=keg.type_id, full_lbs=full_lbs)
    return replace(keg, beer_id=beer.beer_id, tare=shell, full_lbs=full_lbs)


def _keg_id(location_id: str, now: datetime, number: int) -> str:
    """Name a keg by when it came: `keg-20260318-s204107250-01-loc-001`."""
    return f"keg-{now:%Y%m%d}-s{now:%H%M%S}{now.microsecond // 1000:03d}-{number:02d}-{location_id}"


def _stocked(keg: Keg, *, member: Member, now: datetime) -> list[Action]:
    return [*kegs.puts(keg, before=None), kegs.put_tare(keg, tared_by=member.sub, tared_at=now)]


def _label(label: str | None) -> str | None:
    told = (label or "").strip()[:_LONGEST_LABEL]
    return told or None


def _seen(ports: Ports, keg_id: str, member: Member) -> Keg:
    """A keg that the member may manage; one of another location is answered like one that is not there."""
    keg = load.keg(ports, keg_id)
    if member.role_at(keg.location_id) is None:
        raise NotFound(f"there is no keg {keg_id}")
    member.must(Act.STOCK, location_id=keg.location_id)
    return keg


def _of_location(keg: Keg, location_id: str) -> Keg:
    if keg.location_id != location_id:
        raise NotFound(f"there is no keg {keg.keg_id}")
    return keg


def _facts(keg: Keg) -> Facts:
    return {
        "beer": keg.beer_id,
        "empty_lbs": keg.tare.empty_lbs,
        "tare_source": keg.tare.source.value,
        "cost_cents": keg.cost_cents,
        "filled_on": keg.filled_on.isoformat() if keg.filled_on else None,
        "best_by": keg.best_by.isoformat() if keg.best_by else None,
        "label": keg.label,
    }


_NOTHING: Final[Facts] = {}


def _audit(
    deed: Deed, keg: Keg, *, member: Member, now: datetime, before: Facts = _NOTHING, after: Facts = _NOTHING
) -> Put:
    return audited(
        location_id=keg.location_id, at=now, member=member, deed=deed, subject=keg.keg_id, before=before, after=after
    )


def _tell(ports: Ports, location_id: str, keg_ids: Sequence[str]) -> None:
    if keg_ids:
        ports.feed.publish([KegsChanged(location_id=location_id, keg_ids=tuple(keg_ids))])
