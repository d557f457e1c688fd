"""One keg in full: what is believed of it, its books, and what was put right about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import beers, kegs, rows
from backend.domain.audit import Audited
from backend.domain.beer import Beer
from backend.domain.freshness import Keeping, keeping
from backend.domain.keg import Keg
from backend.domain.ledger import Ledger
from backend.domain.location import Location
from backend.domain.member import Act, Member
from backend.domain.refusal import NotFound
from backend.ports import Ports
from backend.usecases import load
from backend.usecases.audit import MOST_ENTRIES, view_audit

_PAGES: Final = 4
_AUDITED_FOR: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class KegView:
    """What a keg's page shows.

    `tared_by` and `tared_at` say who told what the shell weighs. `audit` holds what was done to it, newest first, for
    a member who may see that; None for others.
    """

    location: Location
    keg: Keg
    beer: Beer | None
    ledger: Ledger | None
    specific_gravity: float
    keeping: Keeping
    tared_by: str | None
    tared_at: datetime | None
    audit: tuple[Audited, ...] | None


def view_keg(ports: Ports, *, keg_id: str, member: Member, now: datetime) -> KegView:
    """Give all there is to say of a keg. Raises NotFound, Forbidden."""
    keg = load.keg(ports, keg_id)
    if member.role_at(keg.location_id) is None:
        raise NotFound(f"there is no keg {keg_id}")
    member.must(Act.VIEW_LEVELS, location_id=keg.location_id)
    location = load.location(ports, keg.location_id)
    keys = [kegs.ledger_key(keg_id), kegs.tare_key(keg_id), beers.key(keg.beer_id)]
    ledger_item, tare, beer_item = map(ports.table.get_many(keys).get, keys)
    ledger = kegs.ledger_from_item(ledger_item) if ledger_item else None
    beer = beers.from_item(beer_item) if beer_item else None
    gravity = ledger.specific_gravity if ledger else None
    return KegView(
        location=location,
        keg=keg,
        beer=beer,
        ledger=ledger,
        specific_gravity=gravity or (beer or load.beer(ports, keg.beer_id)).specific_gravity,
        keeping=keeping(filled_on=keg.filled_on, best_by=keg.best_by, today=now.astimezone(location.zone).date()),
        tared_by=rows.text_or_none(tare, "tared_by") if tare else None,
        tared_at=rows.moment_or_none(tare, "tared_at") if tare else None,
        audit=_audit(ports, keg, member, now) if member.may(Act.VIEW_REPORTS, location_id=keg.location_id) else None,
    )


def _audit(ports: Ports, keg: Keg, member: Member, now: datetime) -> tuple[Audited, ...]:
    """What was done to this keg, among the newest entries of its location."""
    found: list[Audited] = []
    cursor = None
    for _ in range(_PAGES):
        page = view_audit(
            ports,
            location_id=keg.location_id,
            member=member,
            now=now,
            start=now - _AUDITED_FOR,
            subject=keg.keg_id,
            limit=MOST_ENTRIES,
            cursor=cursor,
        )
        found += page.entries
        cursor = page.cursor
        if cursor is None:
            break
    return tuple(found)
