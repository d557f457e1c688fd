"""Booking the past of a bar in one go, through the same kegs, pours and ledgers as the present."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeVar

from backend.cellar import kegs, pours, taps
from backend.domain.anchor import Rest, rested
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.ledger import Ledger, Pour, Waste
from backend.domain.member import Act, Member
from backend.domain.reading import Watermark
from backend.domain.shown import shown_at
from backend.domain.tap import TapState, absolute_level
from backend.domain.units import gallons_of, lbs_of
from backend.ports import Action, Ports, Recorded
from backend.usecases import load

_GROUP: Final = 100
_READINGS: Final = 20_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastKeg:
    """A keg of the past: what was poured and wasted, and what had left it before the story begins (US gallons)."""

    keg: Keg
    unseen: float = 0.0
    pours: Sequence[Pour] = field(default=())
    wastes: Sequence[Waste] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTap:
    """The past of a tap: its kegs in order (the last one is still on), and its readings in order of time."""

    tap_id: TapId
    kegs: Sequence[PastKeg]
    readings: Sequence[Recorded]


def book_past(ports: Ports, *, past: PastTap, member: Member) -> Iterator[int]:
    """Write the past of a tap; yields how many rows and readings each step wrote.

    The tap must be set up and have its scale. What it shows now is what its last keg's ledger says is left.
    Raises Forbidden, NotFound.
    """
    member.must(Act.MANAGE_FLEET, location_id=past.tap_id.location_id)
    beers = {keg.keg.beer_id: load.beer(ports, keg.keg.beer_id) for keg in past.kegs}
    for readings in _batches(past.readings, _READINGS):
        yield ports.history.record(readings)
    for keg in past.kegs:
        actions = _rows(keg, beer=beers[keg.keg.beer_id], member=member)
        for group in _batches(actions, _GROUP):
            ports.table.transact(group, durable=False)
            yield len(group)
    yield _leave_standing(ports, past, beers[past.kegs[-1].keg.beer_id])


def _batches(things: Sequence[T], size: int) -> Iterator[list[T]]:
    """Cut into runs of at most `size` (itertools.batched begins with Python 3.12)."""
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch


def _ledger(past: PastKeg, beer: Beer) -> Ledger:
    opening = gallons_of(past.keg.full_lbs - past.keg.tare.empty_lbs, specific_gravity=beer.specific_gravity)
    gravity = beer.specific_gravity
    ledger = Ledger(keg_id=past.keg.keg_id, opening=opening, unseen=past.unseen, specific_gravity=gravity)
    for pour in past.pours:
        ledger = ledger.with_pour(pour)
    for waste in past.wastes:
        ledger = ledger.with_waste(waste)
    if past.keg.closed_at is None:
        return ledger
    left_lbs = past.keg.tare.empty_lbs + lbs_of(ledger.remaining, specific_gravity=gravity)
    return rested(ledger, weighed=ledger.remaining, rest=Rest(left_lbs, past.keg.closed_at))


def _rows(past: PastKeg, *, beer: Beer, member: Member) -> list[Action]:
    keg = past.keg
    actions: list[Action] = [*kegs.puts(keg, before=None), kegs.put_ledger(_ledger(past, beer))]
    if keg.tap_id is not None and keg.tapped_at is not None:
        actions.append(kegs.put_tare(keg, tared_by=member.sub, tared_at=keg.tapped_at))
        stay = kegs.OnTap(tap_id=keg.tap_id, keg_id=keg.keg_id, tapped_at=keg.tapped_at, closed_at=keg.closed_at)
        actions.append(kegs.put_on_tap(stay))
    actions += [pours.put(pour) for pour in past.pours]
    actions += [pours.put_waste(waste) for waste in past.wastes]
    return actions


def _leave_standing(ports: Ports, past: PastTap, beer: Beer) -> int:
    """Let the last keg stand on the tap with what is left in it, as the last reading saw it."""
    last, reading = past.kegs[-1], past.readings[-1]
    tap = load.tap(ports, past.tap_id).holding(last.keg, specific_gravity=beer.specific_gravity)
    left_lbs = lbs_of(_ledger(last, beer).remaining, specific_gravity=beer.specific_gravity)
    state = TapState(
        tap_id=past.tap_id,
        weight_lbs=reading.weight_lbs,
        level=absolute_level(reading.weight_lbs, load=tap.load),
        updated_at=reading.measured_at,
        mark=Watermark(
            measured_at=reading.measured_at, device_id=reading.device_id, boot=reading.boot, seq=reading.seq
        ),
        keg_id=last.keg.keg_id,
        shown=shown_at(left_lbs, gross_lbs=reading.weight_lbs, at=reading.measured_at),
    )
    ports.table.transact([taps.put(tap), taps.put_state(state)])
    return 2
