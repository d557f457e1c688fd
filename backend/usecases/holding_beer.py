"""Which bars hold a beer: on a tap, or among the kegs that may still come on one."""

from collections.abc import Set as AbstractSet
from typing import Final

from backend.cellar import kegs, locations, taps
from backend.domain.keg import KegState
from backend.ports import Ports, Query
from backend.usecases import load

_TO_COME: Final = (KegState.IN_STOCK, KegState.NEXT, KegState.LIFTED)
_MOST_LISTED: Final = 500
"""No bar has more kegs of one kind on hand."""


def holding(ports: Ports, beer_id: str) -> dict[str, AbstractSet[str]]:
    """Give the bars that hold a beer, each with the ids of the kegs of it that stand on a tap there."""
    found: dict[str, AbstractSet[str]] = {}
    for item in load.every(ports, Query(partition=locations.ACCOUNT, begins_with="LOC#")):
        location_id = str(item["SK"]).removeprefix("LOC#")
        standing = standing_at(ports, location_id, beer_id)
        if standing or _stocks(ports, location_id, beer_id):
            found[location_id] = standing
    return found


def standing_at(ports: Ports, location_id: str, beer_id: str) -> AbstractSet[str]:
    """Give the ids of the kegs of a beer that stand on taps of a bar."""
    items = load.every(ports, Query(partition=f"LOCATION#{location_id}", begins_with=taps.PREFIX))
    return {str(item["keg_id"]) for item in items if item.get("beer_id") == beer_id and item.get("keg_id")}


def _stocks(ports: Ports, location_id: str, beer_id: str) -> bool:
    """Whether a keg of it may still come on a tap."""
    for state in _TO_COME:
        listed = ports.table.query(kegs.listed(location_id, state, limit=_MOST_LISTED)).items
        rows = ports.table.get_many([kegs.key_of_listed(item) for item in listed])
        if any(item.get("beer_id") == beer_id for item in rows.values()):
            return True
    return False
