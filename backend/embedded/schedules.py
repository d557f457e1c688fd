"""When a job is due: every so often, or once a day at an hour of the bar's clock."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol


class Schedule(Protocol):
    """Says when a job is due next."""

    def due(self, *, last: datetime | None, since: datetime) -> datetime:
        """When, after it last ran (None: never) and with us at work since `since`; all of them UTC.

        A moment that is past means now: what was missed while we were away is made up for, once.
        """


class Every:
    """Again so long after it last ran; the first time `first` after we began."""

    def __init__(self, interval: timedelta, *, first: timedelta = timedelta(0)) -> None:
        self._interval = interval
        self._first = first

    def due(self, *, last: datetime | None, since: datetime) -> datetime:
        """See Schedule."""
        return since + self._first if last is None else last + self._interval


class Daily:
    """Once a day at an hour of the bar's clock, also where that is set to summer time; the first time soon."""

    def __init__(self, at: time, *, zone: Callable[[], tzinfo], first: timedelta = timedelta(0)) -> None:
        """`zone` is asked each time: a bar may be told only later where it lies."""
        self._at = at
        self._zone = zone
        self._first = first

    def due(self, *, last: datetime | None, since: datetime) -> datetime:
        """See Schedule."""
        if last is None:
            return since + self._first
        zone = self._zone()
        day = last.astimezone(zone).date()
        due = self._on(day, zone)
        return due if due > last else self._on(day + timedelta(days=1), zone)

    def _on(self, day: date, zone: tzinfo) -> datetime:
        return datetime.combine(day, self._at, tzinfo=zone).astimezone(UTC)
