"""Correcting what was believed of a keg: its facts as they should have been, and its books counted anew."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from backend.domain.anchor import Rest, rested
from backend.domain.audit import Facts
from backend.domain.events import Event
from backend.domain.keg import Keg, Tare, TareSource
from backend.domain.keg_type import TYPICAL_GRAVITY, keg_type
from backend.domain.ledger import Ledger, Pour, Unseen, Waste
from backend.domain.refusal import Forbidden, Invalid
from backend.domain.taring import check_shell
from backend.domain.times import iso
from backend.domain.units import gallons_of

NOMINAL_LBS: Final = 0.05
"""A full weight this near to that of its type was worked out from it, and is worked out anew."""
TARED_WITHIN: Final = timedelta(hours=24)
"""So long after it left its tap anybody may still say what a keg's shell weighs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person says a keg is; None where they say nothing.

    `full_lbs` is said only when a weighed full weight is put back; else it stays or follows (`corrected`).
    """

    tare: Tare | None = None
    specific_gravity: float | None = None
    beer_id: str | None = None
    type_id: str | None = None
    tapped_at: datetime | None = None
    full_lbs: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All that was booked of some kegs, in any order."""

    pours: Sequence[Pour] = field(default=())
    wastes: Sequence[Waste] = field(default=())
    unseens: Sequence[Unseen] = field(default=())

    def of(self, keg_id: str) -> "Rows":
        """Give those of one keg."""
        return Rows(
            pours=[pour for pour in self.pours if pour.keg_id == keg_id],
            wastes=[waste for waste in self.wastes if waste.keg_id == keg_id],
            unseens=[unseen for unseen in self.unseens if unseen.keg_id == keg_id],
        )

    def gallons(self, *, after: datetime, until: datetime) -> float:
        """Give how much left (US gallons) later than `after` and before `until`."""
        left = [(pour.started_at, pour.gallons) for pour in self.pours]
        left += [(waste.at, waste.gallons - waste.of_poured - waste.of_unseen) for waste in self.wastes]
        left += [(unseen.at, unseen.gallons) for unseen in self.unseens]
        return sum(gallons for at, gallons in left if after < at < until)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.pours) + len(self.wastes) + len(self.unseens)


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """A correction that has begun: who wants what and why, and how many of about how many rows are rewritten.

    `tell_since` is set once all rows stand, where history is still to be told from that moment on.
    """

    keg_id: str
    location_id: str
    wanted: Wanted
    by: str
    by_name: str
    at: datetime
    reason: str = ""
    done: int = 0
    total: int = 0
    tell_since: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KegCorrected(Event):
    """What was believed of a keg was put right; `tap_id` where it stands on one."""

    tap_id: str | None
    keg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionMoved(Event):
    """A long correction goes on: `done` of about `total` rows are written."""

    keg_id: str
    done: int
    total: int


def facts_of(keg: Keg, *, specific_gravity: float) -> Facts:
    """What the audit tells of a keg before and after."""
    return {
        "beer_id": keg.beer_id,
        "keg_type": keg.type_id,
        "empty_lbs": round(keg.tare.empty_lbs, 3),
        "tare_source": keg.tare.source.value,
        "full_lbs": round(keg.full_lbs, 3),
        "specific_gravity": specific_gravity,
        "tapped_at": iso(keg.tapped_at) if keg.tapped_at else None,
    }


def check_wanted(keg: Keg, wanted: Wanted) -> None:
    """Raises Invalid where the shell that a keg is said to have can be none of its size."""
    type_id = wanted.type_id or keg.type_id
    tare = wanted.tare or _tare(keg, type_id=type_id)
    if wanted.tare is not None or type_id != keg.type_id:
        beer_lbs = keg_type(type_id).full_lbs(empty_lbs=0.0, specific_gravity=TYPICAL_GRAVITY)
        check_shell(tare.empty_lbs, type_id=type_id, full_lbs=tare.empty_lbs + beer_lbs)


def check_tared_lately(keg: Keg, *, now: datetime) -> None:
    """Raises Forbidden for a keg that is on no tap and left none within a day: its books are closed for Staff."""
    lately = keg.closed_at is None or now - keg.closed_at <= TARED_WITHIN
    if keg.tapped_at is None or not lately:
        raise Forbidden(
            f"{keg.keg_id} is on no tap, nor was it within a day: ask a Manager to correct what its shell weighs"
        )


def corrected(keg: Keg, wanted: Wanted, *, gravity_before: float, gravity_after: float) -> Keg:
    """Give a keg as it should have been from its start.

    A tare that only followed from the size follows it to another size; a full weight that followed from size, tare
    and gravity follows them, and one that was weighed stays. Raises Invalid where they do not go together.
    """
    type_id = wanted.type_id or keg.type_id
    tare = wanted.tare or _tare(keg, type_id=type_id)
    full_lbs = keg_type(type_id).full_lbs(empty_lbs=tare.empty_lbs, specific_gravity=gravity_after)
    if wanted.full_lbs is not None:
        full_lbs = wanted.full_lbs
    elif type_id == keg.type_id and not _nominal(keg, specific_gravity=gravity_before):
        full_lbs = keg.full_lbs
    return replace(
        keg,
        beer_id=wanted.beer_id or keg.beer_id,
        type_id=type_id,
        tare=tare,
        full_lbs=full_lbs,
        tapped_at=wanted.tapped_at or keg.tapped_at,
    )


def recounted(ledger: Ledger, *, keg: Keg, specific_gravity: float, booked: Rows, rest: Rest | None) -> Ledger:
    """Count the books of a keg anew from its rows, which are right already, and from its last weight at rest.

    What rows and weight do not explain is unseen. Without a weight the unseen beer stays as it was. Counting twice
    gives the same books.
    """
    opening = gallons_of(keg.beer_lbs, specific_gravity=specific_gravity)
    books = Ledger(keg_id=ledger.keg_id, opening=opening, specific_gravity=specific_gravity, version=ledger.version)
    if rest is None:
        counted = _counted(books, booked, after=None, until=None)
        return replace(counted, unseen=ledger.unseen)
    before = _counted(books, booked, after=None, until=rest.at)
    left = max(0.0, gallons_of(rest.lbs - keg.tare.empty_lbs, specific_gravity=specific_gravity))
    return _counted(rested(before, weighed=left, rest=rest), booked, after=rest.at, until=None)


def _counted(ledger: Ledger, booked: Rows, *, after: datetime | None, until: datetime | None) -> Ledger:
    """Book the rows of a time: later than `after`, not later than `until`."""

    def within(moment: datetime) -> bool:
        return (after is None or moment > after) and (until is None or moment <= until)

    for pour in sorted(booked.pours, key=lambda one: one.started_at):
        ledger = ledger.with_pour(pour) if within(pour.started_at) else ledger
    for waste in sorted(booked.wastes, key=lambda one: one.at):
        ledger = ledger.with_waste(waste) if within(waste.at) else ledger
    for unseen in sorted(booked.unseens, key=lambda one: one.at):
        ledger = ledger.with_unseen(unseen) if within(unseen.at) else ledger
    return ledger


def _nominal(keg: Keg, *, specific_gravity: float) -> bool:
    """Whether a full weight was worked out, not weighed."""
    full_lbs = keg_type(keg.type_id).full_lbs(empty_lbs=keg.tare.empty_lbs, specific_gravity=specific_gravity)
    return abs(keg.full_lbs - full_lbs) <= NOMINAL_LBS


def _tare(keg: Keg, *, type_id: str) -> Tare:
    if type_id == keg.type_id or keg.tare.source not in {TareSource.TYPE_DEFAULT, TareSource.BEER_TYPE}:
        return keg.tare
    empty_lbs = keg_type(type_id).tare_lbs
    if empty_lbs is None:
        raise Invalid(f"no shell weight is known for {keg_type(type_id).name}: weigh the empty keg, and give its tare")
    return Tare(empty_lbs=empty_lbs, source=TareSource.TYPE_DEFAULT)
