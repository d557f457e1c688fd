"""Which keg can it be that was set down? Those that fit by weight, in the order in which a bar would expect them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FULL_SHARE: Final = 0.06
"""A full keg fits within this share of its expected weight: shells differ by about 1 kg, fillings by a little."""
KNOWN_LBS: Final = 0.7
"""A keg that was weighed before fits within the wander of a cooler and how it stands on another platform (lb)."""
LOST_LBS: Final = 3.0
"""What a keg may have lost (lb) while it was off its platform and still be the same: a coupler bled, a line blown."""


class OfferWhy(StrEnum):
    """Why a keg is offered, the likeliest first."""

    SAME_KEG = "same keg"
    QUEUED = "queued"
    LIFTED_LATELY = "lifted lately"
    SAME_AGAIN = "same again"
    IN_STOCK = "in stock"
    OF_TYPE = "of type"


_PLACES: Final = {why: float(place) for place, why in enumerate(OfferWhy)}
_LIGHTER: Final = (_PLACES[OfferWhy.LIFTED_LATELY] + _PLACES[OfferWhy.SAME_AGAIN]) / 2
"""Place of the same keg where it has lost more than it can have by standing otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A keg that may have been set down.

    `keg_id` None: a keg that is in no list, of this beer and size. `expected_lbs` is what it should weigh (gross),
    within `within_lbs`; `lighter_lbs` is how much less than that it may weigh beside. `usual` is False for a size that
    this bar does not have.
    """

    keg_id: str | None
    beer_id: str
    type_id: str
    why: OfferWhy
    expected_lbs: float
    within_lbs: float
    lighter_lbs: float = 0.0
    usual: bool = True
    label: str | None = None

    def fits(self, gross_lbs: float) -> bool:
        """Whether a load of this weight can be it."""
        return -self.within_lbs - self.lighter_lbs <= gross_lbs - self.expected_lbs <= self.within_lbs


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A keg that fits: what it should weigh (gross lb), and by how much the load is off that; None without a load."""

    keg_id: str | None
    beer_id: str
    type_id: str
    why: OfferWhy
    expected_lbs: float
    off_lbs: float | None = None
    label: str | None = None


def fitting(candidates: Iterable[Candidate], *, gross_lbs: float | None) -> list[Offer]:
    """Give the kegs that a load of this weight can be, the likeliest first; all of them while nothing stands there.

    The same keg put back is offered first where its weight is the one it was lifted with; where it only may have lost
    some beer meanwhile, those that were announced or are known by their weight go before it. Of two with the same
    reason, and of the same keg and a queued one that was weighed before, the one nearer in weight goes first.
    """
    fits = [one for one in candidates if gross_lbs is None or one.fits(gross_lbs)]
    if any(one.why is OfferWhy.OF_TYPE and one.usual for one in fits):
        fits = [one for one in fits if one.usual]
    return [_offer(one, gross_lbs) for one in sorted(fits, key=lambda one: _rank(one, gross_lbs))]


def likeliest(offers: Sequence[Offer], *, seen_lifted: bool) -> Offer | None:
    """Give the one that may be taken without asking, None where a person has to say.

    Kegs of a list and the same again are taken as they are offered. Of the stock, and of other sizes, only what leaves
    no choice. Where nobody saw the lift (`seen_lifted` False) another size is no evidence.
    """
    if not offers:
        return None
    first = offers[0]
    if first.why in {OfferWhy.SAME_KEG, OfferWhy.QUEUED, OfferWhy.LIFTED_LATELY, OfferWhy.SAME_AGAIN}:
        return first
    if first.why is OfferWhy.OF_TYPE and not seen_lifted:
        return None
    alike = {(one.beer_id, one.type_id) for one in offers if one.why is first.why}
    return first if len(alike) == 1 else None


def _rank(one: Candidate, gross_lbs: float | None) -> tuple[float, float]:
    place = _PLACES[one.why]
    if gross_lbs is None:
        return place, 0.0
    off = abs(gross_lbs - one.expected_lbs)
    if one.why is OfferWhy.SAME_KEG and off > one.within_lbs:
        place = _LIGHTER
    elif one.why is OfferWhy.QUEUED and one.within_lbs <= KNOWN_LBS:
        place = _PLACES[OfferWhy.SAME_KEG]
    return place, off


def _offer(one: Candidate, gross_lbs: float | None) -> Offer:
    return Offer(
        keg_id=one.keg_id,
        beer_id=one.beer_id,
        type_id=one.type_id,
        why=one.why,
        expected_lbs=one.expected_lbs,
        off_lbs=None if gross_lbs is None else gross_lbs - one.expected_lbs,
        label=one.label,
    )
