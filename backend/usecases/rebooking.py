"""Moving pours, waste and unseen falls to the keg that stood there, where a change of kegs is told after the fact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from backend.cellar import kegs, pours
from backend.domain.anchor import loosened, rested
from backend.domain.correction import Rows
from backend.domain.ids import TapId
from backend.domain.ledger import Ledger
from backend.domain.refusal import Invalid
from backend.domain.units import gallons_of
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.booked import booked, last_rest

MOST_MOVED: Final = 80
"""With the rows of the change itself they stay within the table's 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebooked:
    """The rows to write beside the new ledger, and both ledgers after it; `old` None where there was no keg."""

    actions: Sequence[Action]
    old: Ledger | None
    new: Ledger


def rebook(
    ports: Ports,
    *,
    tap_id: TapId,
    old_id: str | None,
    new: Ledger,
    since: datetime,
    specific_gravity: float,
    old_until: datetime | None = None,
) -> Rebooked:
    """Give what moves what left a tap since a moment from its old keg to the new one.

    What was poured weighs what it weighed; of another beer it is another volume. The old keg's books end at its last
    weight at rest before `old_until`, when it was lifted (`since` unless told). The new ledger counts by
    `specific_gravity`. Raises Invalid where more than 80 rows would move.
    """
    new = replace(new, specific_gravity=specific_gravity)
    if old_id is None:
        return Rebooked(actions=[], old=None, new=new)
    before = load.ledger(ports, old_id)
    found = _of_tap(booked(ports, location_id=tap_id.location_id, keg_ids={old_id}, since=since), tap_id)
    if len(found) > MOST_MOVED:
        raise Invalid(
            f"more than {MOST_MOVED} pours were booked on tap {tap_id} since then: give a later moment, "
            "then correct when the keg was tapped"
        )
    old, new, actions = _moved(found, old=before, new=new, specific_gravity=specific_gravity)
    old = _weighed_last(ports, tap_id, old, until=old_until or since)
    if old != before:
        actions.append(kegs.put_ledger(old))
    return Rebooked(actions=actions, old=old, new=new)


def inherit(
    ports: Ports, *, tap_id: TapId, guess: Ledger, new: Ledger, since: datetime, specific_gravity: float
) -> Rebooked:
    """Give what moves what was booked of a keg that was guessed to the one that really stood there.

    `guess` are its books from before the guess was taken back. They are written again only where they lasted, because
    that keg was in use before. Raises Invalid where more than 80 rows would move.
    """
    new = replace(new, specific_gravity=specific_gravity)
    found = _of_tap(booked(ports, location_id=tap_id.location_id, keg_ids={guess.keg_id}, since=since), tap_id)
    if len(found) > MOST_MOVED:
        raise Invalid(f"more than {MOST_MOVED} pours were booked on tap {tap_id} since then: correct the keg instead")
    old, new, actions = _moved(found, old=guess, new=new, specific_gravity=specific_gravity)
    lasts = guess.keg_id != new.keg_id and ports.table.get(kegs.ledger_key(guess.keg_id)) is not None
    if lasts and old != guess:
        actions.append(kegs.put_ledger(loosened(old)))
    return Rebooked(actions=actions, old=old, new=new)


def rebook_some(
    ports: Ports, *, tap_id: TapId, old_id: str, new: Ledger, since: datetime, specific_gravity: float
) -> Rebooked | None:
    """Give what moves the first 80 of more than 80 such rows, None where `rebook` can move all that are left.

    Both books are right after each step, so that a crash in between leaves only some of the rows where they were.
    """
    before = load.ledger(ports, old_id)
    found = _of_tap(booked(ports, location_id=tap_id.location_id, keg_ids={old_id}, since=since), tap_id)
    if len(found) <= MOST_MOVED:
        return None
    some = Rows(
        pours=found.pours[:MOST_MOVED],
        wastes=found.wastes[: max(0, MOST_MOVED - len(found.pours))],
        unseens=[],
    )
    if not len(some):
        some = Rows(pours=[], wastes=[], unseens=found.unseens[:MOST_MOVED])
    old, moved, actions = _moved(some, old=before, new=new, specific_gravity=specific_gravity)
    return Rebooked(actions=[*actions, kegs.put_ledger(old), kegs.put_ledger(moved)], old=old, new=moved)


def _of_tap(rows: Rows, tap_id: TapId) -> Rows:
    """A keg may stand on two taps; what left through the other one stays with it."""
    return Rows(
        pours=[pour for pour in rows.pours if pour.tap_id == tap_id],
        wastes=[waste for waste in rows.wastes if waste.tap_id == tap_id],
        unseens=[unseen for unseen in rows.unseens if unseen.tap_id == tap_id],
    )


def _moved(rows: Rows, *, old: Ledger, new: Ledger, specific_gravity: float) -> tuple[Ledger, Ledger, list[Action]]:
    """Take every row out of the old books and into the new ones."""

    def gallons(before_lbs: float, after_lbs: float) -> float:
        return gallons_of(before_lbs - after_lbs, specific_gravity=specific_gravity)

    actions: list[Action] = []
    for pour in rows.pours:
        there = replace(pour, keg_id=new.keg_id, gallons=gallons(pour.before_lbs, pour.after_lbs))
        old, new = old.without_pour(pour), new.with_pour(there)
        actions.append(pours.put(there))
    for waste in rows.wastes:
        moved = replace(waste, keg_id=new.keg_id)
        if waste.before_lbs is not None and waste.after_lbs is not None:
            moved = replace(moved, gallons=gallons(waste.before_lbs, waste.after_lbs))
        old, new = old.without_waste(waste), new.with_waste(moved)
        actions.append(pours.put_waste(moved))
    for unseen in rows.unseens:
        fallen = replace(unseen, keg_id=new.keg_id, gallons=gallons(unseen.before_lbs, unseen.after_lbs))
        old, new = old.without_unseen(unseen), new.with_unseen(fallen)
        actions.append(pours.put_unseen(fallen))
    return old, new, actions


def _weighed_last(ports: Ports, tap_id: TapId, old: Ledger, *, until: datetime) -> Ledger:
    """Set the books of a keg that has left to what it weighed last; they may follow the next one's weight already."""
    keg = load.keg(ports, old.keg_id)
    rest = last_rest(ports, tap_id=tap_id, start=keg.tapped_at or until, end=until, shell_lbs=keg.tare.empty_lbs)
    if rest is None:
        astray = old.rest_at is not None and old.rest_at >= until
        return loosened(old) if astray else old
    gravity = load.gravity(ports, old)
    later = booked(ports, location_id=tap_id.location_id, keg_ids={old.keg_id}, since=rest.at)
    left = gallons_of(max(0.0, rest.lbs - keg.tare.empty_lbs), specific_gravity=gravity)
    return rested(old, weighed=left - later.gallons(after=rest.at, until=until), rest=rest)
