"""Recording the pours that readings claim: once each, in the ledger of the keg that stood there."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.cellar import kegs, pours
from backend.domain.ids import TapId
from backend.domain.ledger import Ledger, Pour, pour_of
from backend.domain.reading import Reading
from backend.ports import Action, Ports
from backend.usecases import load


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A reading that claims a pour, and the keg that stood there when the pour began."""

    reading: Reading
    keg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The rows to write, and the pours that are new."""

    actions: Sequence[Action]
    pours: Sequence[Pour]


def record_pour(ports: Ports, *, tap_id: TapId, claims: Sequence[Claimed]) -> Booked:
    """Give what books those of the claimed pours of a tap that are not booked yet."""
    claimed: dict[str, Pour] = {}
    gravities: dict[str, float] = {}
    for one in claims:
        if one.reading.pour is None:
            continue
        gravity = gravities.get(one.keg_id)
        if gravity is None:
            gravity = gravities[one.keg_id] = load.beer(ports, load.keg(ports, one.keg_id).beer_id).specific_gravity
        pour = pour_of(one.reading, one.reading.pour, tap_id=tap_id, keg_id=one.keg_id, specific_gravity=gravity)
        claimed.setdefault(pour.pour_id, pour)
    if not claimed:
        return Booked(actions=[], pours=[])
    new, actions = _new(ports, list(claimed.values()))
    ledgers: dict[str, Ledger] = {}
    for pour in new:
        ledger = ledgers.get(pour.keg_id) or load.ledger(ports, pour.keg_id)
        ledgers[pour.keg_id] = ledger.with_pour(pour)
    actions += [kegs.put_ledger(ledger) for ledger in ledgers.values()]
    return Booked(actions=actions, pours=new)


def _new(ports: Ports, claimed: Sequence[Pour]) -> tuple[list[Pour], list[Action]]:
    """Give the pours that no row tells of yet, with their rows.

    A claim that comes again tells the same time, so its pour is found where it lies; a scale without a clock tells
    another time with it, so its id stands in the list of the last claims of its scale.
    """
    keys = {pours.claims_key(pour.device_id) for pour in claimed if pour.device_id}
    known = ports.table.get_many([*keys, *(pours.key(pour) for pour in claimed)])
    new: list[Pour] = []
    actions: list[Action] = []
    for key in sorted(keys):
        before = pours.claims_from_item(known[key]) if key in known else pours.Claims(key=key)
        fresh = [
            pour
            for pour in claimed
            if pour.device_id and pours.claims_key(pour.device_id) == key
            if pours.key(pour) not in known and pour.pour_id not in before.pour_ids
        ]
        if fresh:
            new += fresh
            actions.append(pours.put_claims(before, [pour.pour_id for pour in fresh]))
    return new, [*actions, *(pours.put(pour) for pour in new)]
