"""Booking waste: foam, a spill, a line cleaned; it leaves the keg and is not sold."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import kegs, pours
from backend.domain.ids import TapId
from backend.domain.ledger import Ledger, Waste
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict, Invalid
from backend.domain.times import epoch_ms, whole_ms
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.commit import commit
from backend.usecases.keg_at import keg_at

_AHEAD: Final = timedelta(minutes=2)
_UNSURE: Final = 0.02
"""Share of a keg by which what is really left in it may lie above its books."""


def record_waste(
    ports: Ports, *, tap_id: TapId, gallons: float, reason: str, at: datetime, member: Member, now: datetime
) -> Waste:
    """Book waste of this many US gallons from the keg that stood on the tap at `at`.

    At most what its books say is left may be lost, and 2 % of the keg more, because books are not exact; but all the
    waste of a keg together is never more than it held.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such tap.
        Invalid: nothing or more than is left in the keg, no reason, or a moment in the future.
        Conflict: no keg stood there, or it is booked already.
    """
    member.must(Act.BOOK_WASTE, location_id=tap_id.location_id)
    if not reason.strip():
        raise Invalid("say why the beer was lost: foam, spill, cleaning")
    if at > now + _AHEAD:
        raise Invalid("beer cannot have been lost in the future: check the time")
    at = whole_ms(at)
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
        )
        if ports.table.get(pours.waste_key(waste)) is not None:
            raise Conflict(f"waste of that moment is booked on tap {tap_id} already: nothing more to do")
        return [kegs.put_ledger(ledger.with_waste(waste)), pours.put_waste(waste)], waste

    return commit(ports, decide)


def _most(ledger: Ledger) -> float:
    """How much may still be lost, in US gallons."""
    left = ledger.remaining + _UNSURE * ledger.opening
    return max(0.0, round(min(left, ledger.opening - ledger.wasted), 6))
