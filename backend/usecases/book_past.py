"""Booking the past of a bar in one go, through the same kegs, pours and ledgers as the present."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final, TypeVar

from backend.cellar import kegs, pours, taps
from backend.domain.anchor import Rest, rested
from backend.domain.beer import Beer
from backend.domain.calibration import Calibration
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.ledger import Ledger, Pour, Unseen, Waste
from backend.domain.maintenance import Aside
from backend.domain.member import Act, Member
from backend.domain.reading import Watermark
from backend.domain.shown import shown_at
from backend.domain.tap import TapState, absolute_level
from backend.domain.units import gallons_of, lbs_of
from backend.ports import Action, Ports, Recorded
from backend.usecases import load
from backend.usecases.past_deeds import calibrated_scale, changed_kegs, cleaned_lines, wasted

_GROUP: Final = 100
_READINGS: Final = 20_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastKeg:
    """A keg of the past: what was poured and wasted, and what left unseen while its scale was silent.

    `unseen` (US gallons) is what else is not there: before the story begins, or by the error of its scale.
    """

    keg: Keg
    unseen: float = 0.0
    pours: Sequence[Pour] = field(default=())
    wastes: Sequence[Waste] = field(default=())
    falls: Sequence[Unseen] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTap:
    """The past of a tap: its kegs in order (the last one is still on), and its readings in order of time.

    `asides` are the times at which its line was cleaned, `calibrations` those of its scale, both in order; `people` are
    who did all that, by their subs; the first of them changed the kegs.
    """

    tap_id: TapId
    kegs: Sequence[PastKeg]
    readings: Sequence[Recorded]
    asides: Sequence[Aside] = ()
    calibrations: Sequence[Calibration] = ()
    people: Mapping[str, Member] = field(default_factory=dict)


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
        actions = _rows(keg, beer=beers[keg.keg.beer_id], by=next(iter(past.people), member.sub))
        for group in _batches(actions, _GROUP):
            ports.table.transact(group, durable=False)
            yield len(group)
    for group in _batches(_deeds(past), _GROUP):
        ports.table.transact(group, durable=False)
        yield len(group)
    yield _leave_standing(ports, past, beers[past.kegs[-1].keg.beer_id])


def _batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
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
    for fall in past.falls:
        ledger = ledger.with_unseen(fall)
    if past.keg.closed_at is None:
        return ledger
    left_lbs = past.keg.tare.empty_lbs + lbs_of(ledger.remaining, specific_gravity=gravity)
    return rested(ledger, weighed=ledger.remaining, rest=Rest(left_lbs, past.keg.closed_at))


def _rows(past: PastKeg, *, beer: Beer, by: str) -> list[Action]:
    keg = past.keg
    actions: list[Action] = [*kegs.puts(keg, before=None), kegs.put_ledger(_ledger(past, beer))]
    if keg.tap_id is not None and keg.tapped_at is not None:
        actions.append(kegs.put_tare(keg, tared_by=by, tared_at=keg.tapped_at))
        stay = kegs.OnTap(tap_id=keg.tap_id, keg_id=keg.keg_id, tapped_at=keg.tapped_at, closed_at=keg.closed_at)
        actions.append(kegs.put_on_tap(stay))
    actions += [pours.put(pour) for pour in past.pours]
    actions += [pours.put_waste(waste) for waste in past.wastes]
    actions += [pours.put_unseen(fall) for fall in past.falls]
    return actions


def _deeds(past: PastTap) -> Iterator[Action]:
    barkeeper = next(iter(past.people), None)
    yield from changed_kegs(past.tap_id, [keg.keg for keg in past.kegs], confirmed_by=barkeeper)
    yield from cleaned_lines(past.tap_id, past.asides, past.people)
    yield from calibrated_scale(past.tap_id, past.calibrations, past.people)
    for waste in (waste for keg in past.kegs for waste in keg.wastes if waste.by in past.people):
        yield wasted(waste, past.people[waste.by])


def _leave_standing(ports: Ports, past: PastTap, beer: Beer) -> int:
    """Let the last keg stand on the tap with what is left in it, as the last reading saw it."""
    last, reading = past.kegs[-1], past.readings[-1]
    tap = load.tap(ports, past.tap_id).holding(last.keg, specific_gravity=beer.specific_gravity)
    if len(past.kegs) > 1:
        tap = replace(tap, swapped_at=last.keg.tapped_at)
    if past.asides:
        tap = replace(tap, aside=past.asides[-1], cleaned_at=past.asides[-1].end)
    left_lbs = lbs_of(_ledger(last, beer).remaining, specific_gravity=beer.specific_gravity)
    state = TapState(
        tap_id=past.tap_id,
        weight_lbs=reading.weight_lbs,
        level=absolute_level(reading.weight_lbs, load=tap.load),
        updated_at=reading.measured_at,
        mark=Watermark(
            measured_at=reading.measured_at,
            device_id=reading.device_id,
            boot=reading.boot,
            seq=reading.seq,
            cal=past.calibrations[-1].rev if past.calibrations else None,
        ),
        keg_id=last.keg.keg_id,
        shown=shown_at(left_lbs, gross_lbs=reading.weight_lbs, at=reading.measured_at),
    )
    ports.table.transact([taps.put(tap), taps.put_state(state)])
    return 2
