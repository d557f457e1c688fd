"""Keeping history no longer than each bar wants to: once a day, in short steps."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backend.cellar import locations
from backend.domain.location import Location
from backend.ports import Ports, Query
from backend.usecases import load


def forget_old_readings(ports: Ports, *, now: datetime) -> bool:
    """Drop some of the readings that are older than their location keeps them; gives whether there may be more."""
    for location in _locations(ports):
        days = location.settings.history_days
        if days and ports.history.forget(location_id=location.location_id, before=now - timedelta(days=days)):
            return True
    return False


def _locations(ports: Ports) -> Iterator[Location]:
    for row in load.every(ports, Query(partition=locations.ACCOUNT, begins_with="LOC#")):
        item = ports.table.get(locations.key(str(row["SK"]).removeprefix("LOC#")))
        if item is not None:
            yield locations.from_item(item)
