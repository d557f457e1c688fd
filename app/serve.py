"""One bar with real scales: its data folder, and a first location where there is none yet."""

from app.live import Live
from app.site import Site
from app.story_file import read_story
from backend.cellar import locations, rows
from backend.clock import SystemClock
from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.member import SYSTEM
from backend.embedded.backup import Keep
from backend.ports import Ports, Query
from backend.settings import HostSettings
from backend.usecases.set_up import open_location, set_up_tap
from backend.wiring.embedded import Embedded, open_embedded
from backend.wiring.jobs import BackupPlan


class FolderOfDemo(RuntimeError):  # noqa: N818 - an answer to the person who started it
    """The data folder belongs to the demo, whose story and past are made up."""


def open_site(settings: HostSettings) -> tuple[Site, Embedded]:
    """Open the data folder of a bar and put the parts together.

    Raises:
        FolderOfDemo, FolderInUse, FolderUnusable, StoreRefused, BrokerAddressRefused, OSError: what stands in the
            way, and what to do.
    """
    if read_story(settings.data) is not None:
        raise FolderOfDemo(f"{settings.data} is the demo's folder: choose another --data for a real bar")
    clock = SystemClock()
    embedded = open_embedded(
        settings.data,
        clock=clock,
        broker=settings.broker,
        commit_seconds=settings.commit_seconds,
        backups=BackupPlan(
            folder=settings.backups, keep=Keep(daily=settings.backup_days, weekly=settings.backup_weeks)
        ),
    )
    try:
        location_id = _location(embedded.ports)
    except BaseException:
        embedded.store.close()
        raise
    live = Live(embedded.ports, clock, location_id=location_id)
    return Site(ports=embedded.ports, clock=clock, live=live, location_id=location_id), embedded


def _location(ports: Ports) -> str:
    """Give the id of the bar; where there is none, one with a single tap is made, to be set up from there."""
    listed = ports.table.query(Query(partition=locations.ACCOUNT, begins_with="LOC#", limit=1)).items
    if listed:
        return rows.text(listed[0], "SK").removeprefix("LOC#")
    first = Location(location_id="loc-001", name="My bar", timezone="UTC")
    open_location(ports, location=first, member=SYSTEM)
    set_up_tap(ports, tap_id=TapId(first.location_id, 1), member=SYSTEM)
    return first.location_id
