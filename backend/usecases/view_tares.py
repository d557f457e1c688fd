"""The tares of a tap: what was weighed there, by whom, and what it changed; read from the audit."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import audit
from backend.domain.audit import Audited, Deed
from backend.domain.ids import TapId
from backend.domain.member import Act, Member
from backend.ports import Ports
from backend.usecases import load
from backend.usecases.view_tap import MOST_KEGS, kegs_of

MOST_TARES: Final = 20
_BACK: Final = timedelta(days=180)
_LOOKED_AT: Final = 500
_PAGE: Final = 100
_DEEDS: Final = frozenset({Deed.TARED, Deed.TARE_UNDONE})


def view_tares(ports: Ports, *, tap_id: TapId, member: Member, now: datetime) -> list[Audited]:
    """Give the tares of the scale under a tap and of the kegs that stood on it, newest first, at most 20.

    Of the newest 500 entries of half a year. Raises NotFound, Forbidden.
    """
    member.must(Act.TARE, location_id=tap_id.location_id)
    tap_id = load.holder(ports, tap_id)
    stood = kegs_of(ports, tap_id=tap_id, until=now, limit=MOST_KEGS)
    subjects = {load.tap(ports, tap_id).scale_id, *(keg.keg_id for keg in stood)}
    found = (one for one in _newest(ports, tap_id.location_id, now) if one.deed in _DEEDS and one.subject in subjects)
    return [one for one, _ in zip(found, range(MOST_TARES), strict=False)]


def _newest(ports: Ports, location_id: str, now: datetime) -> Iterator[Audited]:
    cursor: str | None = None
    for _ in range(_LOOKED_AT // _PAGE):
        page = ports.table.query(audit.between(location_id, start=now - _BACK, end=now, limit=_PAGE, cursor=cursor))
        yield from load.readable(audit.from_item, page.items)
        cursor = page.cursor
        if cursor is None:
            return
