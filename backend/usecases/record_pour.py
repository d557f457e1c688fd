"""Recording the pours that readings claim: once each, in the ledger of the keg that stood there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backend.cellar import kegs, pours
from backend.domain.belief import unbelieved
from backend.domain.ledger import Ledger, Pour, Unseen, Waste, pour_of, waste_of
from backend.domain.reading import Reading
from backend.domain.tap import Tap
from backend.domain.times import epoch_ms
from backend.domain.units import gallons_of
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.maintenance import aside_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A reading that claims a pour, and the keg that stood there when the pour began."""

    reading: Reading
    keg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallen:
    """A fall across a gap that ended at a moment, the first reading after it, and the keg it fell from."""

    at: datetime
    reading: Reading
    keg_id: str
    before_lbs: float
    after_lbs: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The rows to write, the pours that are new, and what was not sold because the tap was set aside.

    `unbelieved` says of each claim that no keg and no faucet can have poured why it is not booked.
    """

    actions: Sequence[Action]
    pours: Sequence[Pour]
    wastes: Sequence[Waste] = field(default=())
    unbelieved: Sequence[str] = ()


def record_pour(ports: Ports, *, tap: Tap, claims: Sequence[Claimed], fallen: Sequence[Fallen] = ()) -> Booked:
    """Give what books those of the claimed pours of a tap that are not booked yet, and the falls that nobody saw.

    What left while the tap was set aside is no sale: it is booked as cleaning or waste. A claim that cannot have been
    a pour is not booked.
    """
    keg_ids = dict.fromkeys([*(one.keg_id for one in claims), *(one.keg_id for one in fallen)])
    ledgers = {keg_id: load.ledger(ports, keg_id) for keg_id in keg_ids}
    gravities = {keg_id: load.gravity(ports, ledger) for keg_id, ledger in ledgers.items()}
    claimed: dict[str, Pour] = {}
    doubted: list[str] = []
    for one in claims:
        if one.reading.pour is None:
            continue
        gravity = gravities[one.keg_id]
        pour = pour_of(one.reading, one.reading.pour, tap_id=tap.tap_id, keg_id=one.keg_id, specific_gravity=gravity)
        why = unbelieved(one.reading.pour, gallons=pour.gallons, opening=ledgers[one.keg_id].opening)
        if why is None:
            claimed.setdefault(pour.pour_id, pour)
        else:
            doubted.append(f"a pour of {pour.gallons:g} gal on tap {tap.tap_id} was not booked: it {why}")
    if not claimed and not fallen:
        return Booked(actions=[], pours=[], unbelieved=doubted)
    new, actions = _new(ports, list(claimed.values()))
    sold, wastes = _apart(ports, new, tap=tap)
    changed: dict[str, Ledger] = {}
    for pour in sold:
        changed[pour.keg_id] = changed.get(pour.keg_id, ledgers[pour.keg_id]).with_pour(pour)
    for fall in fallen:
        unseen = _unseen(fall, tap=tap, specific_gravity=gravities[fall.keg_id])
        aside = aside_at(ports, tap, unseen.at)
        if aside is not None:
            wastes.append(waste_of(unseen, reason=aside.kind.reason, by=aside.by))
            continue
        changed[unseen.keg_id] = changed.get(unseen.keg_id, ledgers[unseen.keg_id]).with_unseen(unseen)
        actions.append(pours.put_unseen(unseen))
    for waste in wastes:
        changed[waste.keg_id] = changed.get(waste.keg_id, ledgers[waste.keg_id]).with_waste(waste)
    actions += [pours.put(pour) for pour in sold]
    actions += [pours.put_waste(waste) for waste in wastes]
    actions += [kegs.put_ledger(ledger) for ledger in changed.values()]
    return Booked(actions=actions, pours=sold, wastes=wastes, unbelieved=doubted)


def _unseen(fallen: Fallen, *, tap: Tap, specific_gravity: float) -> Unseen:
    boot = "none" if fallen.reading.boot is None else f"{fallen.reading.boot:08x}"
    return Unseen(
        unseen_id=f"{fallen.reading.device_id}.{boot}.{epoch_ms(fallen.at) // 1000}",
        tap_id=tap.tap_id,
        keg_id=fallen.keg_id,
        at=fallen.at,
        gallons=gallons_of(fallen.before_lbs - fallen.after_lbs, specific_gravity=specific_gravity),
        before_lbs=fallen.before_lbs,
        after_lbs=fallen.after_lbs,
        device_id=fallen.reading.device_id,
    )


def _new(ports: Ports, claimed: Sequence[Pour]) -> tuple[list[Pour], list[Action]]:
    """Give the pours that no row tells of yet, and the rows that say of their scales that they are booked.

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
    return new, actions


def _apart(ports: Ports, new: Sequence[Pour], *, tap: Tap) -> tuple[list[Pour], list[Waste]]:
    """Tell what was sold from what left while the tap was set aside."""
    sold: list[Pour] = []
    wastes: list[Waste] = []
    for pour in new:
        aside = aside_at(ports, tap, pour.started_at)
        if aside is None:
            sold.append(pour)
            continue
        waste = waste_of(pour, reason=aside.kind.reason, by=aside.by)
        if ports.table.get(pours.waste_key(waste)) is None:
            wastes.append(waste)
    return sold, wastes
