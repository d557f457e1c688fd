"""Booking waste: foam, a spill, a line cleaned; it leaves the keg and is not sold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import kegs, pours
from backend.domain.audit import Deed, Facts
from backend.domain.ids import TapId
from backend.domain.ledger import Ledger, Waste, WasteBooked
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict, Invalid
from backend.domain.times import AHEAD, epoch_ms, iso, whole_ms
from backend.ports import Action, Delete, Ports
from backend.usecases import load
from backend.usecases.audit import record
from backend.usecases.commit import commit
from backend.usecases.keg_at import keg_at

WASTE_REASONS: Final = ("foam", "spill", "line", "other")
"""What people are offered; any other words will do too."""
_THROUGH_THE_FAUCET: Final = frozenset({"foam", "spill"})
_OWN_UNDO: Final = timedelta(minutes=15)
_UNSURE: Final = 0.02
"""Share of a keg by which what is really left in it may lie above its books."""


def record_waste(
    ports: Ports,
    *,
    tap_id: TapId,
    gallons: float,
    reason: str,
    at: datetime,
    member: Member,
    now: datetime,
    wall: datetime,
) -> Waste:
    """Book waste of this many US gallons from the keg that stood on the tap at `at`.

    At most what its books say is left may be lost, and 2 % of the keg more, because books are not exact; but all the
    waste of a keg together is never more than it held. What the scale has found gone already counts once: foam and
    spills ran through the faucet and are taken out of what was poured, anything else out of what is unseen. A tap that
    pours from the keg of another books it there. `wall` is when it is told, by the clock on the wall.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such tap.
        Invalid: nothing or more than is left in the keg, no reason, or a moment in the future.
        Conflict: no keg stood there, or it is booked already.
    """
    member.must(Act.BOOK_WASTE, location_id=tap_id.location_id)
    if not reason.strip():
        raise Invalid("say why the beer was lost: foam, spill, cleaning")
    if at > now + AHEAD:
        raise Invalid("beer cannot have been lost in the future: check the time")
    at = whole_ms(at)
    tap_id = load.holder(ports, tap_id)
    tap = load.tap(ports, tap_id)
    keg_id = keg_at(ports, tap, at)
    if keg_id is None:
        raise Conflict(f"no keg stood on tap {tap_id} then: choose another time")

    def decide() -> tuple[Sequence[Action], Waste]:
        ledger = load.ledger(ports, keg_id)
        most = _most(ledger)
        if not 0 < gallons <= most:
            raise Invalid(f"{gallons} gal cannot be lost from this keg: give more than 0 and at most {most:.2f}")
        waste = Waste(
            waste_id=f"{tap_id.number:02d}.{member.sub}.{epoch_ms(at)}",
            tap_id=tap_id,
            keg_id=keg_id,
            at=at,
            gallons=gallons,
            reason=reason.strip()[:200],
            by=member.sub,
            booked_at=whole_ms(wall),
        )
        waste = _told_apart(ledger, waste)
        if ports.table.get(pours.waste_key(waste)) is not None:
            raise Conflict(f"waste of that moment is booked on tap {tap_id} already: nothing more to do")
        facts: Facts = {"keg_id": keg_id, "gallons": gallons, "reason": waste.reason, "at": iso(at)}
        audited = record(
            location_id=tap_id.location_id, at=now, member=member, deed=Deed.WASTED, subject=str(tap_id), after=facts
        )
        return [kegs.put_ledger(ledger.with_waste(waste)), pours.put_waste(waste), audited], waste

    waste = commit(ports, decide)
    _tell(ports, tap_id)
    return waste


def undo_waste(
    ports: Ports, *, tap_id: TapId, waste_id: str, at: datetime, member: Member, now: datetime, wall: datetime
) -> None:
    """Take waste back that was booked by mistake: one's own within a quarter of an hour, later and others' as Manager.

    The quarter of an hour is one of the wall, from when it was booked. Taken back already is no error.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such tap.
        Conflict: a scale found it while the tap was set aside, or others change the same rows.
    """
    member.must(Act.BOOK_WASTE, location_id=tap_id.location_id)
    tap_id = load.holder(ports, tap_id)

    def decide() -> tuple[Sequence[Action], None]:
        item = ports.table.get(pours.waste_key_of(tap_id, at=at, waste_id=waste_id))
        if item is None:
            return [], None
        waste = pours.waste_from_item(item)
        if waste.found:
            raise Conflict(
                f"the scale of tap {waste.tap_id} found {waste.gallons:.2f} gal gone while it was set aside: "
                "that did leave the keg and stays in its books"
            )
        told_ago = now - waste.at if waste.booked_at is None else wall - waste.booked_at
        if waste.by != member.sub or told_ago > _OWN_UNDO:
            member.must(Act.ASSIGN, location_id=tap_id.location_id)
        facts: Facts = {"keg_id": waste.keg_id, "gallons": waste.gallons, "reason": waste.reason, "at": iso(waste.at)}
        audited = record(
            location_id=tap_id.location_id,
            at=now,
            member=member,
            deed=Deed.WASTE_UNDONE,
            subject=str(tap_id),
            before=facts,
        )
        ledger = load.ledger(ports, waste.keg_id).without_waste(waste)
        drop = Delete(key=pours.waste_key(waste), expected_version=waste.version)
        return [kegs.put_ledger(ledger), drop, audited], None

    commit(ports, decide)
    _tell(ports, tap_id)


def _told_apart(ledger: Ledger, waste: Waste) -> Waste:
    """Say how much of the waste stood in the books already, because the scale saw it go."""
    found = ledger.found_gone(waste.gallons)
    if waste.reason.casefold() in _THROUGH_THE_FAUCET:
        return replace(waste, of_poured=min(found, ledger.poured))
    return replace(waste, of_unseen=found)


def _tell(ports: Ports, tap_id: TapId) -> None:
    ports.feed.publish([WasteBooked(location_id=tap_id.location_id, tap_id=str(tap_id))])


def _most(ledger: Ledger) -> float:
    """How much may still be lost, in US gallons."""
    left = ledger.remaining + _UNSURE * ledger.opening
    return max(0.0, round(min(left, ledger.opening - ledger.wasted), 6))
