"""How a change of kegs stands on a tap: lifted, set down, found; the kegs that fit, and whether it can be undone."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from backend.cellar import beers, kegs, swaps
from backend.domain.beer import Beer
from backend.domain.face import swap_step
from backend.domain.ids import TapId
from backend.domain.member import Act, Member
from backend.domain.offers import Offer, OfferWhy
from backend.domain.refusal import Forbidden
from backend.domain.swap import Swap, SwapRecord, SwapStep
from backend.domain.tap import Tap
from backend.ports import Ports
from backend.usecases import load
from backend.usecases.choose_keg import CORRECTED_WITHIN, must_assign
from backend.usecases.put_on import record_at, state_of
from backend.usecases.swap import offers_for
from backend.usecases.undo_swap import may_undo

TELLS_FOR: Final = timedelta(minutes=30)
"""So long a change that was found is spoken of by itself; after that it waits to be asked for."""
_MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A keg that fits, with its beer and dates, whether the member may put it on, and when it was lifted off a tap."""

    offer: Offer
    beer: Beer
    may: bool
    lifted_at: datetime | None = None
    filled_on: date | None = None
    best_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapView:
    """What a screen shows of a change of kegs on a tap.

    `state` none: nothing is under way and nothing was found lately. `choices` are the kegs that fit, the likeliest
    first; where a keg was found, it is `last.new_keg_id`. `may_undo` and `may_confirm` are about `last`.
    """

    state: SwapStep
    choices: tuple[Choice, ...]
    last: SwapRecord | None
    may_undo: bool
    may_confirm: bool
    before_lbs: float | None = None
    gross_lbs: float | None = None
    since: datetime | None = None

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The kegs that fit."""
        return tuple(choice.offer for choice in self.choices)


def view_swap(ports: Ports, *, tap_id: TapId, member: Member, now: datetime) -> SwapView:
    """Give how a change of kegs stands on a tap. Raises NotFound, Forbidden."""
    member.must(Act.VIEW_LEVELS, location_id=tap_id.location_id)
    tap_id = load.holder(ports, tap_id)
    tap = load.tap(ports, tap_id)
    state = state_of(ports, tap_id)
    record = record_at(ports, tap_id, tap.swapped_at)
    step = swap_step(tap, state)
    swap = state.swap if state is not None and step is not SwapStep.NONE else None
    if step is SwapStep.NONE and record is not None and record.open and now - record.at <= TELLS_FOR:
        step = SwapStep.DONE
    told = record is not None and record.stands and record.open and now - record.at <= CORRECTED_WITHIN
    gross = swap.gross_lbs if swap is not None else record.gross_lbs if record is not None and told else None
    offers = offers_for(ports, tap=tap, swap=swap or _seen(record), gross_lbs=gross, now=now)
    may = member.may(Act.SWAP, location_id=tap_id.location_id)
    return SwapView(
        state=step,
        choices=tuple(_choices(ports, _told_of(tap, swap, record, now), _with_the_one_before(offers, record), member)),
        last=record,
        may_undo=record is not None and may_undo(ports, record, member, now=now),
        may_confirm=may and record is not None and record.open and record.new_keg_id is not None,
        before_lbs=swap.before_lbs if swap is not None else record.before_lbs if record is not None else None,
        gross_lbs=gross,
        since=swap.placed_at or swap.lifted_at if swap is not None else record.at if record is not None else None,
    )


def view_swaps(ports: Ports, *, location_id: str, member: Member, start: datetime, end: datetime) -> list[SwapRecord]:
    """Give the changes of kegs of a location in [start, end], newest first, 200 at most. Raises NotFound, Forbidden."""
    member.must(Act.VIEW_LEVELS, location_id=location_id)
    items = ports.table.query(swaps.between(location_id, start=start, end=end, limit=_MOST)).items
    return list(load.readable(swaps.from_item, items))


def _seen(record: SwapRecord | None) -> Swap | None:
    """What a scale saw of a change that was found."""
    if record is None or not record.stands:
        return None
    return Swap(lifted_at=record.lifted_at, keg_id=record.old_keg_id, before_lbs=record.before_lbs)


def _with_the_one_before(offers: list[Offer], record: SwapRecord | None) -> list[Offer]:
    """What is on already is no choice any more."""
    there = record.new_keg_id if record is not None and record.stands else None
    return [offer for offer in offers if offer.keg_id is None or offer.keg_id != there]


def _told_of(tap: Tap, swap: Swap | None, record: SwapRecord | None, now: datetime) -> Tap:
    """Give the tap that a choice is about: where it is told instead of a guess, as it was before that."""
    if swap is not None or record is None or record.old_keg_id is None:
        return tap
    return replace(tap, keg_id=record.old_keg_id) if record.open and now - record.at <= CORRECTED_WITHIN else tap


def _choices(ports: Ports, tap: Tap, offers: list[Offer], member: Member) -> list[Choice]:
    found = ports.table.get_many([beers.key(beer_id) for beer_id in {offer.beer_id for offer in offers}])
    named = {beer.beer_id: beer for beer in load.readable(beers.from_item, found.values())}
    ids = [offer.keg_id for offer in offers if offer.keg_id is not None]
    rows = ports.table.get_many([kegs.key(keg_id) for keg_id in ids])
    there = {keg.keg_id: keg for keg in load.readable(kegs.from_item, rows.values())}
    choices = []
    for offer in offers:
        if offer.beer_id not in named:
            continue
        try:
            if offer.why is not OfferWhy.SAME_KEG:
                must_assign(ports, tap=tap, keg_id=offer.keg_id, beer_id=offer.beer_id, member=member)
            may = member.may(Act.SWAP, location_id=tap.tap_id.location_id)
        except Forbidden:
            may = False
        keg = there.get(offer.keg_id or "")
        choices.append(
            Choice(
                offer=offer,
                beer=named[offer.beer_id],
                may=may,
                lifted_at=keg.closed_at if keg is not None and offer.why is OfferWhy.LIFTED_LATELY else None,
                filled_on=keg.filled_on if keg is not None else None,
                best_by=keg.best_by if keg is not None else None,
            )
        )
    return choices
