"""Moving pours and waste to the keg that stood there, where a change of kegs is told after the fact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from backend.cellar import kegs, pours
from backend.domain.ids import TapId
from backend.domain.ledger import Ledger, Pour, Waste
from backend.domain.refusal import Invalid
from backend.domain.units import gallons_of
from backend.ports import Action, Ports
from backend.usecases import load

MOST_MOVED: Final = 80
"""With the rows of the change itself they stay within the table's 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebooked:
    """The rows to write beside the new ledger, and both ledgers after it; `old` None where there was no keg."""

    actions: Sequence[Action]
    old: Ledger | None
    new: Ledger


def rebook(
    ports: Ports, *, tap_id: TapId, old_id: str | None, new: Ledger, since: datetime, specific_gravity: float
) -> Rebooked:
    """Give what moves the pours and waste of a tap since a moment from its old keg to the new one.

    What was poured weighs what it weighed; of another beer it is another volume. Raises Invalid where more than 80
    would move.
    """
    if old_id is None:
        return Rebooked(actions=[], old=None, new=new)
    old = load.ledger(ports, old_id)
    poured, wasted = _pours(ports, tap_id, old_id, since), _wastes(ports, tap_id, old_id, since)
    if len(poured) + len(wasted) > MOST_MOVED:
        raise Invalid(f"more than {MOST_MOVED} pours were booked on tap {tap_id} since then: give a later moment")
    actions: list[Action] = []
    for pour in poured:
        gallons = gallons_of(pour.before_lbs - pour.after_lbs, specific_gravity=specific_gravity)
        moved = replace(pour, keg_id=new.keg_id, gallons=gallons)
        old, new = old.without_pour(pour), new.with_pour(moved)
        actions.append(pours.put(moved))
    for waste in wasted:
        moved_waste = replace(waste, keg_id=new.keg_id)
        old, new = old.without_waste(waste), new.with_waste(moved_waste)
        actions.append(pours.put_waste(moved_waste))
    if actions:
        actions.append(kegs.put_ledger(old))
    return Rebooked(actions=actions, old=old, new=new)


def _pours(ports: Ports, tap_id: TapId, keg_id: str, since: datetime) -> list[Pour]:
    query = pours.between(tap_id.location_id, start=since, end=_ever(since), limit=1000)
    found = (pours.from_item(item) for item in load.every(ports, query))
    return [pour for pour in found if pour.tap_id == tap_id and pour.keg_id == keg_id]


def _wastes(ports: Ports, tap_id: TapId, keg_id: str, since: datetime) -> list[Waste]:
    query = pours.wastes_between(tap_id.location_id, start=since, end=_ever(since), limit=1000)
    found = (pours.waste_from_item(item) for item in load.every(ports, query))
    return [waste for waste in found if waste.tap_id == tap_id and waste.keg_id == keg_id]


def _ever(since: datetime) -> datetime:
    return datetime.max.replace(tzinfo=since.tzinfo)
