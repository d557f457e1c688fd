"""Booking the pours that readings claim: once each, in the ledger of the keg that stood there."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.cellar import kegs, pours
from backend.domain.ids import TapId
from backend.domain.ledger import Ledger, Pour, pour_of
from backend.domain.reading import Reading
from backend.ports import Action, Key, Ports
from backend.usecases import load

ROWS_A_POUR = 2
"""Rows that one pour writes beside its keg's ledger: itself, and that its claim is booked."""


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


def book(ports: Ports, *, tap_id: TapId, claims: Sequence[Claimed]) -> Booked:
    """Give what books the claimed pours that are not booked yet."""
    claimed: dict[Key, Pour] = {}
    for one in claims:
        if one.reading.pour is None:
            continue
        gravity = load.beer(ports, load.keg(ports, one.keg_id).beer_id).specific_gravity
        pour = pour_of(one.reading, one.reading.pour, tap_id=tap_id, keg_id=one.keg_id, specific_gravity=gravity)
        claimed.setdefault(pours.claim_key(pour), pour)
    known = ports.table.get_many(list(claimed))
    new = [pour for key, pour in claimed.items() if key not in known]
    ledgers: dict[str, Ledger] = {}
    for pour in new:
        ledger = ledgers.get(pour.keg_id) or load.ledger(ports, pour.keg_id)
        ledgers[pour.keg_id] = ledger.with_pour(pour)
    actions: list[Action] = [kegs.put_ledger(ledger) for ledger in ledgers.values()]
    for pour in new:
        actions += [pours.put(pour), pours.put_claim(pour)]
    return Booked(actions=actions, pours=new)
