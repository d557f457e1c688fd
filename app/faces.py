"""The face of a tap in the words and numbers people read: the rows that the board and the tap page show."""

from typing import Final

from backend.domain.face import Condition, TapFace
from backend.domain.keg_type import KEG_TYPES
from backend.domain.level import NoLevel
from backend.domain.location import Location
from backend.domain.swap import SwapStep
from backend.domain.times import epoch_ms
from backend.domain.units import VolumeUnit, in_unit
from components.rows import Row, State

UNIT_WORDS: Final = {
    VolumeUnit.US_GALLON: "gal",
    VolumeUnit.US_PINT: "pt",
    VolumeUnit.US_OZ: "oz",
    VolumeUnit.IMPERIAL_PINT: "imp pt",
    VolumeUnit.LITRE: "L",
}
_STATES: Final[dict[Condition, State]] = {
    Condition.EMPTY: "empty",
    Condition.CHANGE: "change",
    Condition.LOW: "low",
    Condition.LIFTED: "lifted",
    Condition.NO_KEG: "no_keg",
    Condition.NO_READING: "no_reading",
    Condition.OK: "ok",
}
_STEPS: Final[dict[SwapStep, State]] = {SwapStep.PLACED: "placed", SwapStep.UNKNOWN: "which"}
_SRM_COLOURS: Final = (
    "#f8e06a", "#f3d252", "#edc140", "#e5ae33", "#dc9b28", "#cf8722", "#c2761e", "#b3651b",
    "#a45618", "#954916", "#863e15", "#783414", "#6b2c13", "#5f2513", "#541f12", "#4a1a11",
)  # fmt: skip
"""Beer in a glass by two steps of SRM, 2 to 32, ours, after the usual charts; darker beers stay at the last."""
_NO_COLOUR: Final = "#8ea0b5"


def row_of(face: TapFace, *, location: Location) -> Row:
    """Give the row that screens show of a tap, in the units of its location."""
    beer, level = face.beer, face.level
    return Row(
        tap=str(face.tap_id),
        no=face.tap_id.number,
        beer=beer.name if beer else "No beer",
        brewery=beer.brewery if beer else "",
        color=beer_colour(beer.srm if beer else None),
        pct=round(level.percent, 2) if level else None,
        volume=volume_words(level.gallons, unit=location.settings.volume_unit) if level else "",
        left=_left(face),
        size=_size(face.type_id),
        state=_state(face),
        why=face.why,
        at=epoch_ms(face.at) / 1000 if face.at else None,
        pouring=face.pouring,
        online=face.online,
        new=epoch_ms(face.new_since) / 1000 if face.new_since else None,
        aside=face.aside.kind.value if face.aside else None,
        until=epoch_ms(face.aside.until) / 1000 if face.aside else None,
        clean=epoch_ms(face.cleaning_due) / 1000 if face.cleaning_due else None,
    )


def volume_words(gallons: float, *, unit: VolumeUnit) -> str:
    """Give a volume (US gallons) as people read it: two decimals in large units, whole ounces."""
    value = in_unit(gallons, unit)
    return f"{value:.0f} oz" if unit is VolumeUnit.US_OZ else f"{value:.2f} {UNIT_WORDS[unit]}"


def _state(face: TapFace) -> State:
    """How it stands; a keg that was set down is being looked at, or somebody has to say which it is."""
    if face.level is None and face.why == NoLevel.SET_DOWN:
        return "placed"
    return _STEPS.get(face.swap, _STATES[face.condition]) if face.level is None else _STATES[face.condition]


def _size(type_id: str | None) -> str:
    kind = KEG_TYPES.get(type_id or "")
    return kind.name if kind else ""


def _left(face: TapFace) -> str:
    if face.beer is None or face.servings is None:
        return ""
    name = face.beer.serving.name
    return f"{face.servings} {in_singular(name) if face.servings == 1 else name}"


def in_singular(plural: str) -> str:
    """Give one of what is counted: `pint`, `glass`."""
    return plural.removesuffix("es" if plural.endswith(("sses", "shes", "ches", "xes")) else "s")


def beer_colour(srm: int | None) -> str:
    """Give the colour of a beer in a glass, `#rrggbb`; a grey where its SRM is not known."""
    if srm is None:
        return _NO_COLOUR
    return _SRM_COLOURS[max(0, min(len(_SRM_COLOURS) - 1, srm // 2 - 1))]
