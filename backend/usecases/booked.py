"""What was booked of a keg: its pours, its waste and its unseen falls, as their rows tell it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import pours
from backend.domain.anchor import Rest
from backend.domain.correction import Rows
from backend.domain.ids import TapId
from backend.domain.level import is_lifted
from backend.ports import Ports
from backend.usecases import load

_LOOKS_BACK: Final = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
"""Mostly a few minutes are enough; a scale that was away is asked for longer."""
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


def last_rest(ports: Ports, *, tap_id: TapId, start: datetime, end: datetime, shell_lbs: float) -> Rest | None:
    """Give the last weight at rest that history keeps of a tap in [start, end), looking back six hours at most.

    What is too light to be a keg with a shell of `shell_lbs` is passed over.
    """
    for span in _LOOKS_BACK:
        since = max(start, end - span)
        readings = ports.history.readings(tap_id=tap_id, start=since, end=end, limit=_ENOUGH) if since < end else []
        for one in reversed(readings):
            if one.stable is not False and not is_lifted(one.weight_lbs, empty_lbs=shell_lbs):
                return Rest(one.weight_lbs, one.measured_at)
    return None
