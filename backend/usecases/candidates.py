"""Which kegs may have been set down under a tap: announced, known by their weight, usual, or in stock."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from backend.cellar import calibrations, kegs, taps
from backend.cellar.rows import BadRow
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, Tare, TareSource, keg_id_of
from backend.domain.keg_type import KEG_TYPES, KegType, keg_type
from backend.domain.offers import FULL_SHARE, KNOWN_LBS, LOST_LBS, Candidate, Offer, OfferWhy
from backend.domain.refusal import Invalid, NotFound
from backend.domain.swap import Swap, SwapRecord
from backend.domain.tap import Tap
from backend.domain.taring import shell_of_full
from backend.ports import Item, Ports, Query
from backend.usecases import load
from backend.usecases.put_on import Coming, record_at

T = TypeVar("T")

LATELY: Final = timedelta(hours=24)
"""A keg that was taken off is looked for by its weight for so long."""
_COMES_WITHIN: Final = timedelta(hours=1)
"""Who says that a keg is on puts it on within this."""
_CALIBRATIONS: Final = 10
MOST_LISTED: Final = 500
"""No bar has more kegs of one kind on hand."""
_ROUGH: Final = {TareSource.TYPE_DEFAULT, TareSource.BEER_TYPE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The kegs of a location that may come: queued, taken off lately, in stock."""

    queued: Sequence[Keg]
    lifted: Sequence[Keg]
    in_stock: Sequence[Keg]


def listed(ports: Ports, location_id: str, state: KegState, *, limit: int = MOST_LISTED) -> list[Keg]:
    """The kegs of a location in one state, the youngest id first; those that cannot be read are left out."""
    items = ports.table.query(kegs.listed(location_id, state, limit=limit)).items
    keys = [kegs.key_of_listed(item) for item in items]
    found = ports.table.get_many(keys)
    every = _whole(kegs.from_item, [found[key] for key in keys if key in found])
    return [keg for keg in every if keg.state is state]


def stock_for(ports: Ports, tap: Tap, *, now: datetime) -> Stock:
    """Give what may be put on a tap, the oldest of the stock first."""
    location_id = tap.tap_id.location_id
    lifted = [
        keg
        for keg in listed(ports, location_id, KegState.LIFTED)
        if keg.taken_lbs is not None and keg.closed_at is not None and now - keg.closed_at <= LATELY
    ]
    return Stock(
        queued=[keg for keg in listed(ports, location_id, KegState.NEXT) if keg.queued_on == tap.tap_id],
        lifted=[*lifted, *_off_their_taps(ports, tap)],
        in_stock=sorted(listed(ports, location_id, KegState.IN_STOCK), key=_first_out),
    )


def _first_out(keg: Keg) -> tuple[str, str, str]:
    """Which of a stock is used first: what is best by the sooner, else what was filled the earlier, else came first."""
    never = "9999-12-31"
    best, filled = keg.best_by, keg.filled_on
    return best.isoformat() if best else never, filled.isoformat() if filled else never, keg.keg_id


def _off_their_taps(ports: Ports, tap: Tap) -> list[Keg]:
    """Kegs that were lifted off other taps of the bar and not replaced there yet, with what they weighed."""
    query = Query(partition=f"LOCATION#{tap.tap_id.location_id}", begins_with=taps.PREFIX)
    states = _whole(taps.state_from_item, [item for item in load.every(ports, query) if taps.is_state(item)])
    off = {
        state.keg_id: state.swap
        for state in states
        if state.tap_id != tap.tap_id and state.keg_id is not None and state.swap is not None
        if state.swap.keg_id == state.keg_id and state.swap.before_lbs is not None and is_off(state.swap)
    }
    items = ports.table.get_many([kegs.key(keg_id) for keg_id in off])
    return [
        replace(keg, taken_lbs=off[keg.keg_id].before_lbs, closed_at=off[keg.keg_id].lifted_at)
        for keg in _whole(kegs.from_item, items.values())
    ]


def _whole(read: Callable[[Item], T], items: Iterable[Item]) -> Iterator[T]:
    """Those of a list that are sound; a damaged keg is no candidate, and its own tap and page say what is wrong."""
    for item in items:
        try:
            yield read(item)
        except BadRow:
            continue


def is_off(swap: Swap) -> bool:
    """Whether the keg that was lifted is not where it was: nothing stands there, or something of another weight."""
    if swap.gross_lbs is None:
        return True
    return swap.before_lbs is not None and abs(swap.gross_lbs - swap.before_lbs) > LOST_LBS + KNOWN_LBS


def candidates(ports: Ports, *, tap: Tap, swap: Swap | None, last: Keg | None, now: datetime) -> list[Candidate]:
    """Give the kegs that may stand there now; `last` is the one that stood there before, if any."""
    stock = stock_for(ports, tap, now=now)
    found = list(_same(ports, tap, swap))
    found += [_of_list(keg, OfferWhy.QUEUED) for keg in stock.queued]
    found += [
        _of_list(_reweighed(ports, keg), OfferWhy.LIFTED_LATELY) for keg in stock.lifted if keg.keg_id != tap.keg_id
    ]
    groups = {(keg.beer_id, keg.type_id): keg for keg in reversed(stock.in_stock)}
    if last is not None:
        again = groups.pop((last.beer_id, last.type_id), None)
        like_it = replace(last, taken_lbs=None, label=None)
        found.append(
            _of_list(again, OfferWhy.SAME_AGAIN)
            if again is not None
            else replace(_of_list(like_it, OfferWhy.SAME_AGAIN), keg_id=None)
        )
    found += [_of_list(keg, OfferWhy.IN_STOCK) for keg in groups.values()]
    if last is not None:
        found += _of_other_sizes(ports, tap.tap_id, last)
    return found


def _of_list(keg: Keg, why: OfferWhy) -> Candidate:
    """A keg of a list: known to the pound where it was weighed when it was taken off, else as full as it came."""
    known = keg.taken_lbs is not None
    return Candidate(
        keg_id=keg.keg_id,
        beer_id=keg.beer_id,
        type_id=keg.type_id,
        why=why,
        expected_lbs=keg.taken_lbs if keg.taken_lbs is not None else keg.full_lbs,
        within_lbs=KNOWN_LBS if known else FULL_SHARE * keg.full_lbs,
        label=keg.label,
    )


def _same(ports: Ports, tap: Tap, swap: Swap | None) -> Iterator[Candidate]:
    """The keg that stood there, put back; or one that was said to be on before it came."""
    if swap is None or swap.keg_id is None or swap.keg_id != tap.keg_id:
        return
    keg = load.keg(ports, swap.keg_id)
    said = replace(_of_list(keg, OfferWhy.SAME_KEG), expected_lbs=keg.full_lbs, within_lbs=FULL_SHARE * keg.full_lbs)
    record = record_at(ports, tap.tap_id, tap.swapped_at)
    if record is not None and record.new_keg_id == keg.keg_id and record.new_before and record.new_before.taken_lbs:
        said = replace(said, expected_lbs=record.new_before.taken_lbs, within_lbs=KNOWN_LBS)
    if swap.before_lbs is not None:
        before_lbs = weighed_now(ports, tap.scale_id, swap.before_lbs, at=swap.lifted_at)
        yield replace(said, expected_lbs=before_lbs, within_lbs=KNOWN_LBS, lighter_lbs=LOST_LBS)
    if swap.before_lbs is None or _not_there_yet(keg, swap, record):
        yield said


def _not_there_yet(keg: Keg, swap: Swap, record: SwapRecord | None) -> bool:
    """Whether a keg was said to be on a short while ago, and what was lifted is still the one before it."""
    if record is None or record.new_keg_id != keg.keg_id or record.before_lbs is None or swap.before_lbs is None:
        return False
    lately = swap.lifted_at - record.at <= _COMES_WITHIN
    return lately and abs(swap.before_lbs - record.before_lbs) <= KNOWN_LBS


def _reweighed(ports: Ports, keg: Keg) -> Keg:
    """A keg with the weight that its scale would tell now, had it been calibrated since."""
    if keg.tap_id is None or keg.taken_lbs is None or keg.closed_at is None:
        return keg
    scale_id = load.tap(ports, keg.tap_id).scale_id
    return replace(keg, taken_lbs=weighed_now(ports, scale_id, keg.taken_lbs, at=keg.closed_at))


def weighed_now(ports: Ports, device_id: str | None, lbs: float, *, at: datetime) -> float:
    """Give what a scale would tell now of a load that it weighed at `at`: it may have been calibrated since (lb)."""
    if device_id is None:
        return lbs
    page = ports.table.query(calibrations.past(device_id, limit=_CALIBRATIONS))
    known = list(_whole(calibrations.from_item, page.items))
    then = next((one for one in known if one.calibrated_at <= at), None)
    if then is None or then.rev == known[0].rev:
        return lbs
    return known[0].lbs(lbs * then.factor + then.zero)


def _of_other_sizes(ports: Ports, tap_id: TapId, last: Keg) -> list[Candidate]:
    """The same beer in another size: of the sizes this bar has, where there are any that fit, else of all."""
    gravity = load.beer(ports, last.beer_id).specific_gravity
    used = _sizes_in_use(ports, tap_id)
    sizes = [kind for kind in KEG_TYPES.values() if kind.type_id != last.type_id and kind.tare_lbs is not None]
    return [_of_size(kind, last, gravity, used=kind.type_id in used) for kind in sizes]


def _of_size(kind: KegType, last: Keg, gravity: float, *, used: bool) -> Candidate:
    full_lbs = kind.full_lbs(empty_lbs=kind.tare_lbs or 0.0, specific_gravity=gravity)
    return Candidate(
        keg_id=None,
        beer_id=last.beer_id,
        type_id=kind.type_id,
        why=OfferWhy.OF_TYPE,
        expected_lbs=full_lbs,
        within_lbs=FULL_SHARE * full_lbs,
        usual=used,
    )


def _sizes_in_use(ports: Ports, tap_id: TapId) -> set[str]:
    query = Query(partition=f"LOCATION#{tap_id.location_id}", begins_with=taps.PREFIX)
    items = [item for item in load.every(ports, query) if not taps.is_state(item)]
    return {tap.type_id for tap in _whole(taps.from_item, items) if tap.type_id}


def coming_of(ports: Ports, offer: Offer, *, tap_id: TapId, since: datetime, gross_lbs: float | None) -> Coming:
    """Give the keg of an offer as it stands on a tap from `since` on; raises NotFound, Invalid."""
    before = load.keg(ports, offer.keg_id) if offer.keg_id is not None else None
    if before is not None and before.location_id != tap_id.location_id:
        raise NotFound(f"there is no keg {before.keg_id}")
    if before is None:
        return coming_new(
            ports, beer_id=offer.beer_id, type_id=offer.type_id, tap_id=tap_id, since=since, lbs=gross_lbs
        )
    beer = load.beer(ports, before.beer_id)
    keg = replace(
        before,
        state=KegState.ON_TAP,
        tap_id=tap_id,
        tapped_at=since,
        closed_at=None,
        queued_on=None,
        taken_lbs=None,
    )
    books = ports.table.get(kegs.ledger_key(before.keg_id))
    fresh = before.tapped_at is None and not (books is not None and kegs.ledger_from_item(books).opened)
    return Coming(keg=_weighed_full(keg, beer, gross_lbs) if fresh else keg, beer=beer, before=before)


def coming_new(
    ports: Ports, *, beer_id: str, type_id: str, tap_id: TapId, since: datetime, lbs: float | None
) -> Coming:
    """Give a keg that is in no list; raises NotFound, Invalid where nobody knows what its shell weighs."""
    beer, kind = load.beer(ports, beer_id), keg_type(type_id)
    if kind.tare_lbs is None:
        raise Invalid(f"no shell weight is known for {kind.name}: weigh the empty keg or read the stamp, and enter it")
    keg = Keg(
        keg_id=keg_id_of(tap_id, tapped_at=since),
        location_id=tap_id.location_id,
        beer_id=beer.beer_id,
        type_id=type_id,
        state=KegState.ON_TAP,
        tare=Tare(empty_lbs=kind.tare_lbs, source=TareSource.TYPE_DEFAULT),
        full_lbs=kind.full_lbs(empty_lbs=kind.tare_lbs, specific_gravity=beer.specific_gravity),
        tap_id=tap_id,
        tapped_at=since,
    )
    return Coming(keg=_weighed_full(keg, beer, lbs), beer=beer)


def _weighed_full(keg: Keg, beer: Beer, gross_lbs: float | None) -> Keg:
    """Let a full keg tell the weight of its shell, where that is known by its size alone."""
    if gross_lbs is None or keg.tare.source not in _ROUGH:
        return keg
    kind = keg_type(keg.type_id)
    beer_lbs = kind.full_lbs(empty_lbs=0.0, specific_gravity=beer.specific_gravity)
    shell_lbs = shell_of_full(gross_lbs, keg=keg, beer_lbs=beer_lbs)
    if shell_lbs is None:
        return keg
    return replace(keg, tare=Tare(empty_lbs=shell_lbs, source=TareSource.INFERRED_FROM_FULL), full_lbs=gross_lbs)
