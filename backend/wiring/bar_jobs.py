"""What the clockwork does for the bars themselves, by the time of the story."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import locations
from backend.domain.anchor import EVERY
from backend.embedded.clockwork import Job
from backend.embedded.schedules import Every
from backend.ports import Ports, Query, Table
from backend.usecases.anchor import anchor_books
from backend.usecases.correct import finish_corrections
from backend.usecases.drift import watch_drift
from backend.usecases.learn_settings import learn_settings
from backend.usecases.maintenance import end_overdue, tell_cleaning_due
from backend.usecases.swap import complete_due_swaps

_AT_ONCE: Final = timedelta(seconds=1)
_OFTEN: Final = timedelta(minutes=1)
_NOW_AND_THEN: Final = timedelta(minutes=5)
_HOUR: Final = timedelta(hours=1)


def bar_jobs(ports: Ports) -> list[Job]:
    """Give the jobs in their order; each finds out by itself what is left to do."""
    return [
        _job("swaps", _AT_ONCE, lambda now: complete_due_swaps(ports, now=now)),
        _job("set aside", _OFTEN, lambda now: end_overdue(ports, now=now)),
        _job("corrections", _OFTEN, lambda now: finish_corrections(ports, now=now)),
        _job("books", EVERY, _at_each(ports, lambda place, now: anchor_books(ports, location_id=place, now=now))),
        _job(
            "cleaning", _HOUR, _at_each(ports, lambda place, now: tell_cleaning_due(ports, location_id=place, now=now))
        ),
        _job("drift", _NOW_AND_THEN, _at_each(ports, lambda place, now: _watched(ports, place, now))),
        _job(
            "settings of scales",
            _OFTEN,
            _at_each(ports, lambda place, wall: learn_settings(ports, location_id=place, wall=wall)),
            by_wall=True,
        ),
    ]


def location_ids(table: Table) -> list[str]:
    """Give the bars of the store."""
    listed = table.query(Query(partition=locations.ACCOUNT, begins_with="LOC#")).items
    return [str(row["SK"]).removeprefix("LOC#") for row in listed]


def _at_each(ports: Ports, run: Callable[[str, datetime], int]) -> Callable[[datetime], int]:
    """Do something for each bar."""
    return lambda now: sum(run(place, now) for place in location_ids(ports.table))


def _watched(ports: Ports, location_id: str, now: datetime) -> int:
    """Look for drift; a row that cannot be read is named by the health page."""
    return watch_drift(ports, location_id=location_id, now=now).looked_at


def _job(name: str, interval: timedelta, run: Callable[[datetime], int], *, by_wall: bool = False) -> Job:
    def once(now: datetime) -> bool:
        run(now)
        return False

    return Job(name=name, schedule=Every(interval), run=once, by_wall=by_wall, remembered=False)
