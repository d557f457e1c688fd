"""Why this number: the facts behind a level, in the words of the bar."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Final

from app.faces import in_singular, volume_words
from app.money import money_words
from backend.domain.keg import KegState, TareSource
from backend.domain.keg_type import KEG_TYPES
from backend.domain.scale import ScaleStatus
from backend.domain.units import LBS_PER_GALLON_OF_WATER, PER_GALLON, VolumeUnit
from backend.domain.why import Fact, Why
from backend.usecases.view_tap import TapView
from components.made_of import Making
from components.reasons import Reason

UNKNOWN: Final = "not known yet"
TARE_WORDS: Final = {
    TareSource.WEIGHED_EMPTY: "weighed empty",
    TareSource.STAMPED: "stamped on the keg",
    TareSource.INFERRED_FROM_FULL: "inferred from its full weight",
    TareSource.BEER_TYPE: "usual for this beer and size",
    TareSource.TYPE_DEFAULT: "typical for its size",
}
KEG_WORDS: Final = {
    KegState.IN_STOCK: "in stock",
    KegState.NEXT: "next",
    KegState.ON_TAP: "on tap",
    KegState.LIFTED: "lifted with beer left",
    KegState.KICKED: "ran empty",
}
_A_VOLUME: Final = {
    VolumeUnit.US_GALLON: "gallon",
    VolumeUnit.US_PINT: "pint",
    VolumeUnit.US_OZ: "ounce",
    VolumeUnit.IMPERIAL_PINT: "imperial pint",
    VolumeUnit.LITRE: "litre",
}
_NAMES: Final = {
    "raw counts": "Raw counts",
    "factor": "Factor",
    "zero": "Zero",
    "weight": "Last reading",
    "tare": "Empty shell",
    "gravity": "Specific gravity",
    "gas": "Gas over the beer",
    "last swap": "On tap since",
    "drift": "Drift of the scale",
    "books": "By the books",
}
_FIGURES: Final[Mapping[str, Callable[[float], str]]] = {
    "raw counts": lambda value: f"{value:,.0f}",
    "factor": lambda value: f"{value:,.1f}",
    "zero": lambda value: f"{value:,.0f}",
    "weight": lambda value: f"{value:.2f}",
    "tare": lambda value: f"{value:.1f}",
    "gravity": lambda value: f"{value:.3f}",
    "gas": lambda value: f"{value:.2f}",
    "drift": lambda value: f"{value:+.1f}",
}
_LEAST_EFFECT: Final = 0.05
"""Points of percent; less is not worth a word."""


def reasons_of(why: Why, view: TapView) -> list[Reason]:
    """Give what the level is made of, in the order in which it is reckoned."""
    told = [_reason(fact, why, view) for fact in why.facts]
    return [_shown(why, view), *told, *_keg(view), *_worth(view), *_scale(view)]


def making_of(why: Why, view: TapView) -> Making | str:
    """Give the sum behind the level, or why there is none."""
    load, level, state = view.tap.load, why.level, view.state
    if load is None or level is None or state is None:
        return f"There is no level to explain: {why.no_level or UNKNOWN}."
    unit = view.location.settings.volume_unit
    pounds = LBS_PER_GALLON_OF_WATER * load.specific_gravity / PER_GALLON[unit]
    full = (load.full_lbs - load.empty_lbs) / (LBS_PER_GALLON_OF_WATER * load.specific_gravity)
    return Making(
        gross_lbs=state.weight_lbs,
        empty_lbs=load.empty_lbs,
        net_lbs=level.net_lbs,
        full_lbs=load.full_lbs,
        per_volume=f"{pounds:.3f} lb an ounce" if unit is VolumeUnit.US_OZ else f"{pounds:.2f} lb {_an(unit)}",
        volume=volume_words(level.gallons, unit=unit),
        of_volume=volume_words(full, unit=unit),
        percent=level.percent,
        off=_off_words(why, view),
        shown=_shown_words(level.percent, view),
    )


def _shown_words(percent: float, view: TapView) -> str:
    """Say why the board tells another level than this sum, and what the sum leaves alone."""
    told = "Neither gas over the beer nor drift of the scale is subtracted: what they may add is in the doubt."
    shown = view.face.level
    if shown is None:
        return told
    if f"{shown.percent:.1f}" == f"{percent:.1f}":
        return f"Shown: {shown.percent:.1f} %. {told}"
    because = "because the board follows beer that leaves, not a cooler's wander"
    return f"Shown: {shown.percent:.1f} %, {because}. {told}"


def moment_words(moment: datetime, zone: tzinfo, *, seconds: bool = False) -> str:
    """Say when, in the bar's time: `Fri 20 Mar, 20:41`."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M:%S}"[: None if seconds else -3]


def size_words(type_id: str) -> str:
    """Name a size of keg."""
    return KEG_TYPES[type_id].name if type_id in KEG_TYPES else type_id


def _off_words(why: Why, view: TapView) -> str:
    if why.plus_minus_pct is None:
        return "how far it may be off is not known"
    words = f"± {why.plus_minus_pct:.1f} points"
    beer = view.face.beer
    if why.plus_minus_servings is None or beer is None:
        return words
    servings = round(why.plus_minus_servings)
    if servings == 0:
        return f"{words}, less than a {in_singular(beer.serving.name)}"
    return f"{words}, about {servings} {in_singular(beer.serving.name) if servings == 1 else beer.serving.name}"


def _shown(why: Why, view: TapView) -> Reason:
    face = view.face
    if face.level is None:
        return Reason(name="Shown", value=face.why or UNKNOWN)
    known = "the level the board tells: it does not follow a cooler's wander, only beer that leaves"
    apart = "" if why.level is None else f"; by the last weight alone {why.level.percent:.1f} %"
    return Reason(name="Shown", value=f"{face.level.percent:.1f} %", off=_off_words(why, view), known=known + apart)


def _reason(fact: Fact, why: Why, view: TapView) -> Reason:
    zone, name = view.location.zone, _NAMES.get(fact.name, fact.name.capitalize())
    if fact.name == "books":
        return Reason(name=name, value=_left_words(view), known=_books_words(view))
    if fact.name == "last swap":
        value = moment_words(fact.at, zone) if fact.at else UNKNOWN
        return Reason(name=name, value=value, effect=_effect(fact), share=_share(fact, why), advice=_advice(fact))
    when = moment_words(fact.at, zone, seconds=fact.name in {"weight", "raw counts"}) if fact.at else ""
    return Reason(
        name=name,
        value=_value(fact),
        off=f"± {_figure(fact.name, fact.plus_minus).lstrip('+')} {fact.unit}".strip() if fact.plus_minus else "",
        known=", ".join(part for part in (fact.source, when) if part),
        effect=_effect(fact),
        share=_share(fact, why),
        advice=_advice(fact),
    )


def _figure(name: str, value: float) -> str:
    return _FIGURES[name](value) if name in _FIGURES else f"{value:g}"


def _value(fact: Fact) -> str:
    if fact.value is None:
        return UNKNOWN
    figure = fact.value if isinstance(fact.value, str) else _figure(fact.name, fact.value)
    return f"{figure} {fact.unit}".strip()


def _effect(fact: Fact) -> str:
    if fact.effect_pct is None or fact.effect_pct < _LEAST_EFFECT:
        return ""
    return f"± {fact.effect_pct:.1f} points of the level"


def _share(fact: Fact, why: Why) -> float:
    """How much of all doubt comes from this: doubts add by their squares."""
    if not fact.effect_pct or not why.plus_minus_pct:
        return 0.0
    return min(1.0, (fact.effect_pct / why.plus_minus_pct) ** 2)


def _advice(fact: Fact) -> str:
    return f"Better: {fact.advice}." if fact.advice else ""


def _left_words(view: TapView) -> str:
    ledger, unit = view.ledger, view.location.settings.volume_unit
    return f"{volume_words(max(0.0, ledger.remaining), unit=unit)} left" if ledger else UNKNOWN


def _books_words(view: TapView) -> str:
    ledger, unit = view.ledger, view.location.settings.volume_unit
    if ledger is None:
        return ""
    times = "1 pour" if ledger.pours == 1 else f"{ledger.pours} pours"
    gone = [f"{volume_words(ledger.poured, unit=unit)} poured in {times}"]
    gone += [f"{volume_words(ledger.wasted, unit=unit)} wasted"] if ledger.wasted else []
    gone += [f"{volume_words(ledger.cleaned, unit=unit)} cleaned"] if ledger.cleaned else []
    gone += [f"{volume_words(ledger.unseen, unit=unit)} unseen"] if ledger.unseen > 0 else []
    found = f", and {volume_words(-ledger.unseen, unit=unit)} found" if ledger.unseen < 0 else ""
    return f"{volume_words(ledger.opening, unit=unit)} less {', '.join(gone)}{found}"


def _keg(view: TapView) -> list[Reason]:
    keg = view.keg
    if keg is None:
        return [Reason(name="Keg", value="none on this tap", advice="Touch Change keg and choose what stands there.")]
    tapped = f", tapped {moment_words(keg.tapped_at, view.location.zone)}" if keg.tapped_at else ""
    known = f"{keg.full_lbs:.1f} lb when full{tapped}"
    return [Reason(name="Keg", value=keg.label or size_words(keg.type_id), known=known)]


def _worth(view: TapView) -> list[Reason]:
    """Say what the beer that is left has cost, and what a glass of it sells for; nothing where nobody told."""
    face = view.face
    if face.value_left_cents is None:
        return []
    known = "what the beer that is left has cost"
    if face.price_cents is not None and face.beer is not None:
        known += f"; a {in_singular(face.beer.serving.name)} sells for {money_words(face.price_cents)}"
    return [Reason(name="Worth", value=money_words(face.value_left_cents), known=known)]


def _scale(view: TapView) -> list[Reason]:
    scale = view.scale
    if scale is None:
        return [Reason(name="Scale", value="none under this tap")]
    heard = "connected" if scale.status is ScaleStatus.ONLINE else "not connected"
    if scale.heard_at is not None:
        heard += f" since {moment_words(scale.heard_at, view.location.zone)}"
    firmware = f"firmware {scale.fw_version}, " if scale.fw_version else ""
    return [Reason(name="Scale", value=scale.device_id, known=firmware + heard)]


def _an(unit: VolumeUnit) -> str:
    return ("an " if unit is VolumeUnit.IMPERIAL_PINT else "a ") + _A_VOLUME[unit]
