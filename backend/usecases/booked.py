"""What was booked of a keg: its pours, its waste and its unseen falls, as their rows tell it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import pours
from backend.domain.anchor import Rest
from backend.domain.correction import Rows
from backend.domain.ids import TapId
from backend.ports import Ports
from backend.usecases import load

_LOOKS_BACK: Final = timedelta(hours=6)
_ENOUGH: Final = 20_000


def booked(ports: Ports, *, location_id: str, keg_ids: Collection[str], since: datetime) -> Rows:
    """Give all that was booked of these kegs since a moment, in order of time."""
    end = datetime.max.replace(tzinfo=since.tzinfo)
    poured = load.every(ports, pours.between(location_id, start=since, end=end, limit=1000))
    wasted = load.every(ports, pours.wastes_between(location_id, start=since, end=end, limit=1000))
    unseen = load.every(ports, pours.unseens_between(location_id, start=since, end=end, limit=1000))
    return Rows(
        pours=[pours.from_item(item) for item in poured if item.get("keg_id") in keg_ids],
        wastes=[pours.waste_from_item(item) for item in wasted if item.get("keg_id") in keg_ids],
        unseens=[pours.unseen_from_item(item) for item in unseen if item.get("keg_id") in keg_ids],
    )


def last_rest(ports: Ports, *, tap_id: TapId, start: datetime, end: datetime) -> Rest | None:
    """Give the last weight at rest that history keeps of a tap in [start, end), looking back six hours at most."""
    since = max(start, end - _LOOKS_BACK)
    if since >= end:
        return None
    readings = ports.history.readings(tap_id=tap_id, start=since, end=end, limit=_ENOUGH)
    at_rest = (one for one in reversed(readings) if one.stable is not False)
    return next((Rest(one.weight_lbs, one.measured_at) for one in at_rest), None)
