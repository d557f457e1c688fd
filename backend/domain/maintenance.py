"""A tap set aside, for maintenance or to clean its line: what leaves meanwhile is not sold, and it ends by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.events import Event
from backend.domain.ledger import CLEANING, MAINTENANCE
from backend.domain.refusal import Invalid

MINUTES: Final = 60
"""So long a tap stays aside unless somebody says otherwise."""
MOST_MINUTES: Final = 480
CLEANING_EVERY: Final = timedelta(days=14)
"""Beer lines are cleaned every two weeks (Brewers Association, Draught Beer Quality Manual)."""
CLEANING_WARNS: Final = timedelta(days=2)
"""So long before it is due it is spoken of."""

LEAST_CLEANING: Final = timedelta(minutes=3)
"""Nobody cleans a line in less: so short a time aside was a touch by mistake, and leaves the line as it was."""


class AsideKind(StrEnum):
    """Why a tap is set aside."""

    MAINTENANCE = "maintenance"
    CLEANING = "cleaning"

    @property
    def reason(self) -> str:
        """The reason in the books of what leaves meanwhile."""
        return CLEANING if self is AsideKind.CLEANING else MAINTENANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A time in which a tap is set aside: from `since` to `until`, or to `ended_at` where that is known."""

    kind: AsideKind
    since: datetime
    until: datetime
    by: str
    ended_at: datetime | None = None

    @property
    def end(self) -> datetime:
        """When it was, or will be, over."""
        return self.until if self.ended_at is None else min(self.ended_at, self.until)

    @property
    def cleans(self) -> bool:
        """Whether the line counts as cleaned when it is over."""
        return self.kind is AsideKind.CLEANING and self.end - self.since >= LEAST_CLEANING

    def covers(self, moment: datetime) -> bool:
        """Whether the tap was aside at this moment; it ends by itself, whether a timer fires or not."""
        return self.since <= moment < self.end

    def over(self, seen: datetime | None) -> bool:
        """Whether it is known to be over, `seen` being the time of the newest reading."""
        return self.ended_at is not None or (seen is not None and seen >= self.until)


class CleaningState(StrEnum):
    """How a line stands with its cleaning."""

    CLEAN = "clean"
    SOON = "cleaning soon"
    DUE = "cleaning due"


def cleaning_state(due: datetime | None, *, now: datetime) -> CleaningState:
    """Give how a line stands whose next cleaning is due at `due` (None: no line to clean)."""
    if due is None or now < due - CLEANING_WARNS:
        return CleaningState.CLEAN
    return CleaningState.SOON if now < due else CleaningState.DUE


def until_after(minutes: float, *, now: datetime) -> datetime:
    """Give when a tap that is set aside now for so many minutes is back; raises Invalid."""
    if not 1 <= minutes <= MOST_MINUTES:
        raise Invalid(
            f"a tap is set aside for 1 to {MOST_MINUTES} minutes, not for {minutes:g}: give a time in between"
        )
    return now + timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A line was cleaned: when it was over, by whom, and how long (s) it took, where that is known."""

    at: datetime
    by: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TapSetAside(Event):
    """A tap was set aside, or stays aside longer."""

    tap_id: str
    kind: AsideKind
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TapBack(Event):
    """A tap is back in service; `by_itself` where its time was over."""

    tap_id: str
    kind: AsideKind
    by_itself: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningDue(Event):
    """The line of a tap is to be cleaned soon, or now."""

    tap_id: str
    due: datetime
