"""The sheet of a tap in words: which kegs may have been put on, what can be taken back, how its line stands."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from app.faces import beer_colour
from backend.domain.beer import Beer
from backend.domain.face import TapFace
from backend.domain.freshness import Freshness, keeping
from backend.domain.keg_type import KEG_TYPES, TYPICAL_GRAVITY, KegType
from backend.domain.location import Location
from backend.domain.maintenance import CleaningState, cleaning_state
from backend.domain.offers import FULL_SHARE, KNOWN_LBS, OfferWhy
from backend.domain.swap import SwapRecord, SwapStep
from backend.domain.times import epoch_ms
from backend.domain.units import LITRES_PER_GALLON, OZ_PER_GALLON, PER_GALLON, VolumeUnit
from backend.usecases.choose_keg import CORRECTED_WITHIN
from backend.usecases.record_waste import WASTE_REASONS
from backend.usecases.view_swap import Choice, SwapView
from components.sheet import BeerCard, KegCard, Sheet, SizeChoice

MOST_OFFERS: Final = 9
UNDONE_WITHIN: Final = timedelta(hours=12)
"""A change of an evening is undone by one touch; an older one on the page of the tap."""
MOST_BEERS: Final = 300
WHY_WORDS: Final = {
    OfferWhy.SAME_KEG: "the same keg",
    OfferWhy.QUEUED: "queued next",
    OfferWhy.LIFTED_LATELY: "lifted lately",
    OfferWhy.SAME_AGAIN: "same again",
    OfferWhy.IN_STOCK: "in stock",
    OfferWhy.OF_TYPE: "another size",
}
_IMPERIAL_OZ: Final = OZ_PER_GALLON / PER_GALLON[VolumeUnit.IMPERIAL_PINT]
_LITRE_OZ: Final = OZ_PER_GALLON / LITRES_PER_GALLON
_US_GLASSES: Final = (("4 oz", 4.0), ("Half pint", 8.0), ("Pint", 16.0), ("Pitcher", 60.0))
_GLASSES: Final[dict[VolumeUnit, Sequence[tuple[str, float]]]] = {
    VolumeUnit.IMPERIAL_PINT: (
        ("Quarter pint", _IMPERIAL_OZ / 4),
        ("Half pint", _IMPERIAL_OZ / 2),
        ("Pint", _IMPERIAL_OZ),
        ("Jug, 4 pints", 4 * _IMPERIAL_OZ),
    ),
    VolumeUnit.LITRE: (
        ("0.1 L", _LITRE_OZ / 10),
        ("0.25 L", _LITRE_OZ / 4),
        ("0.5 L", _LITRE_OZ / 2),
        ("1.5 L", 1.5 * _LITRE_OZ),
    ),
}


def glasses_of(unit: VolumeUnit) -> Sequence[tuple[str, float]]:
    """Give what waste is told in, by name and in US fluid ounces, the smallest first."""
    return _GLASSES.get(unit, _US_GLASSES)


def sheet_of(face: TapFace, swap: SwapView, *, beers: Sequence[Beer], location: Location, now: datetime) -> Sheet:
    """Give what the sheet of a tap shows beside its row."""
    last, zone = swap.last, location.zone
    asks = is_open(swap, now=now)
    return Sheet(
        tap=str(face.tap_id),
        step=swap.state.value,
        question=f"New keg on tap {face.tap_id.number}: {keg_words(face)}?" if asks and face.beer else None,
        undo=_undo_words(last, now=now, zone=zone)
        if last and swap.may_undo and not asks and now - last.at <= UNDONE_WITHIN
        else None,
        seen=seen_of(swap),
        weighs=_weighs(swap),
        line=_line(face, now=now, zone=zone),
        offers=[_card(choice, now=now, today=now.astimezone(zone).date()) for choice in _worth_offering(swap)],
        beers=[_beer(beer) for beer in beers[:MOST_BEERS]],
        sizes=_sizes(face, gross_lbs=_gross(swap)),
        reasons=list(WASTE_REASONS),
        glasses=[name for name, _ in glasses_of(location.settings.volume_unit)],
    )


def seen_of(swap: SwapView) -> str:
    """Name the last change of a tap, and whether it stands: what a sheet that shows it is about."""
    last = swap.last
    return "" if last is None else f"{epoch_ms(last.at)} {last.version} {'stands' if last.stands else 'undone'}"


def is_open(swap: SwapView, *, now: datetime) -> bool:
    """Whether somebody is still to say that the keg which a scale found is right."""
    return swap.may_confirm and swap.last is not None and now - swap.last.at <= CORRECTED_WITHIN


def keg_words(face: TapFace) -> str:
    """Name the keg on a tap: `Harbor Pilsner, half barrel`."""
    beer = face.beer.name if face.beer else "no beer"
    kind = KEG_TYPES.get(face.type_id or "")
    return f"{beer}, {size_words(kind)}" if kind else beer


def size_words(kind: KegType) -> str:
    """Name a size within a sentence: `half barrel`, `Euro 50 L`."""
    return kind.in_words


def ago_words(since: datetime, *, now: datetime) -> str:
    """Say how long ago: `40 min ago`."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 1:
        return "just now"
    return f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h ago"  # noqa: PLR2004 - minutes of an hour


def _worth_offering(swap: SwapView) -> list[Choice]:
    """What fits; while nothing stands there to fit, other sizes are chosen by their size."""
    weighed = _gross(swap) is not None
    return [each for each in swap.choices if weighed or each.offer.why is not OfferWhy.OF_TYPE][:MOST_OFFERS]


def _gross(swap: SwapView) -> float | None:
    """What stands there and is asked about (lb)."""
    return None if swap.state is SwapStep.NONE else swap.gross_lbs


def _card(choice: Choice, *, now: datetime, today: date) -> KegCard:
    offer, beer = choice.offer, choice.beer
    keeps = keeping(filled_on=choice.filled_on, best_by=choice.best_by, today=today)
    size = KEG_TYPES[offer.type_id].name if offer.type_id in KEG_TYPES else offer.type_id
    said = [size, offer.label or "", _fits(offer.off_lbs), "" if choice.may else "a Manager's choice"]
    return KegCard(
        key=f"{offer.why.value} {offer.keg_id or ''} {offer.beer_id} {offer.type_id}",
        keg=offer.keg_id,
        beer=offer.beer_id,
        type=offer.type_id,
        name=beer.name,
        color=beer_colour(beer.srm),
        why=f"lifted {ago_words(choice.lifted_at, now=now)}" if choice.lifted_at else WHY_WORDS[offer.why],
        note=" · ".join(word for word in said if word),
        fresh=keeps.says if keeps.word in {Freshness.SOON, Freshness.PAST} else "",
        past=keeps.word is Freshness.PAST,
    )


def _fits(off_lbs: float | None) -> str:
    if off_lbs is None:
        return ""
    if abs(off_lbs) <= KNOWN_LBS:
        return "fits the weight"
    return f"{abs(off_lbs):.1f} lb {'heavier' if off_lbs > 0 else 'lighter'} than usual"


def _beer(beer: Beer) -> BeerCard:
    return BeerCard(beer=beer.beer_id, name=beer.name, brewery=beer.brewery, color=beer_colour(beer.srm))


def _sizes(face: TapFace, *, gross_lbs: float | None) -> list[SizeChoice]:
    """The sizes whose shell is known: those that fit what stands there first, then the one that was on."""
    known = [kind for kind in KEG_TYPES.values() if kind.tare_lbs is not None]

    def place(kind: KegType) -> tuple[float, bool]:
        full_lbs = kind.full_lbs(empty_lbs=kind.tare_lbs or 0.0, specific_gravity=TYPICAL_GRAVITY)
        off = abs(gross_lbs - full_lbs) if gross_lbs is not None else full_lbs
        return (off if off <= FULL_SHARE * full_lbs else float("inf")), kind.type_id != face.type_id

    return [SizeChoice(type=kind.type_id, name=kind.name) for kind in sorted(known, key=place)]


def _weighs(swap: SwapView) -> str:
    gross = _gross(swap)
    if gross is not None:
        return f"It weighed {gross:.1f} lb when it was set down."
    return "Nothing stands there now." if swap.state is SwapStep.LIFTED else ""


def _undo_words(last: SwapRecord, *, now: datetime, zone: tzinfo) -> str:
    local = last.at.astimezone(zone)
    day = "" if local.date() == now.astimezone(zone).date() else f"{local:%a} "
    return f"the keg before comes back, as before {day}{local:%H:%M}"


def _line(face: TapFace, *, now: datetime, zone: tzinfo) -> str:
    due = face.cleaning_due
    if due is None:
        return ""
    local = due.astimezone(zone)
    day = f"{local:%a} {local.day} {local:%b}"
    return f"was due {day}" if cleaning_state(due, now=now) is CleaningState.DUE else f"due {day}"
