"""Fetching the next keg for a tap, as a bartender does: what is queued, else from the stock, else a new one."""

from datetime import datetime
from typing import Final

from backend.domain.ids import TapId
from backend.domain.keg import Keg, Tare, TareSource
from backend.domain.keg_type import keg_type
from backend.domain.member import Act, Member
from backend.ports import Ports
from backend.usecases import load
from backend.usecases.candidates import stock_for
from backend.usecases.keg_stock import stock_kegs
from backend.usecases.swap import last_keg

_USUAL_SHELL_LBS: Final = 20.0
"""Of a size whose shell weight nobody knows."""
_USUAL_SIZE: Final = "half_barrel"


def next_keg(
    ports: Ports, *, tap_id: TapId, beer_id: str | None, type_id: str | None, member: Member, now: datetime
) -> Keg | None:
    """Give the keg that goes on a tap next: of this beer and size, else what is queued there, else the same again.

    A keg that is in no list is taken into stock first, its shell stamped. None where nobody knows which beer.

    Raises:
        Forbidden, NotFound: the member may not; there is no such tap or beer.
        Invalid: there is no such size.
    """
    member.must(Act.STOCK, location_id=tap_id.location_id)
    tap = load.tap(ports, tap_id)
    stock = stock_for(ports, tap, now=now)
    if beer_id is None and type_id is None and stock.queued:
        return stock.queued[0]
    last = last_keg(ports, tap)
    beer_id = beer_id or (last.beer_id if last is not None else None)
    if beer_id is None:
        return None
    kind = keg_type(type_id or (last.type_id if last is not None else _USUAL_SIZE))
    load.beer(ports, beer_id)
    for keg in (*stock.queued, *stock.in_stock):
        if (keg.beer_id, keg.type_id) == (beer_id, kind.type_id):
            return keg
    (new,) = stock_kegs(
        ports,
        location_id=tap_id.location_id,
        beer_id=beer_id,
        type_id=kind.type_id,
        count=1,
        tare=Tare(empty_lbs=kind.tare_lbs or _USUAL_SHELL_LBS, source=TareSource.STAMPED),
        member=member,
        now=now,
    )
    return new
