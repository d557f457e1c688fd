"""Why this number: the facts behind a level, in the words of the bar."""

from datetime import datetime, tzinfo
from typing import Final

from app.faces import volume_words
from backend.domain.keg import KegState, TareSource
from backend.domain.keg_type import KEG_TYPES
from backend.domain.level import Level
from backend.domain.scale import ScaleStatus
from backend.usecases.view_tap import TapView

Fact = tuple[str, str]

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


def facts_of(view: TapView) -> list[Fact]:
    """Give the facts in the order in which a doubter would ask for them."""
    return [*_level(view), *_keg(view), *_books(view), *_scale(view)]


def moment_words(moment: datetime, zone: tzinfo, *, seconds: bool = False) -> str:
    """Say when, in the bar's time: `Fri 20 Mar, 20:41`."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M:%S}"[: None if seconds else -3]


def _level(view: TapView) -> list[Fact]:
    face, state = view.face, view.state
    facts = [("Shown", _beer_words(face.level) if face.level else face.why or UNKNOWN)]
    if state is None:
        return [*facts, ("Last reading", UNKNOWN)]
    if isinstance(state.level, Level):
        facts.append(("By the last weight alone", _beer_words(state.level)))
    rest = "at rest" if state.stable else "moving"
    when = moment_words(state.updated_at, view.location.zone, seconds=True)
    return [*facts, ("Last reading", f"{state.weight_lbs:.2f} lb, {rest}, {when}")]


def _beer_words(level: Level) -> str:
    return f"{level.percent:.1f} %, {level.net_lbs:.1f} lb of beer"


def _keg(view: TapView) -> list[Fact]:
    tap, keg = view.tap, view.keg
    if keg is None:
        return [("Keg", "none assigned: docs/real-scales.md, section 2, says how to put one on this tap")]
    tare = f"{keg.tare.empty_lbs:.1f} lb, {TARE_WORDS[keg.tare.source]} (± {keg.tare.plus_minus_lbs:.1f} lb)"
    size = KEG_TYPES[keg.type_id].name if keg.type_id in KEG_TYPES else keg.type_id
    return [
        ("Keg", f"{size}, {keg.keg_id}"),
        ("Tapped", moment_words(tap.tapped_at, view.location.zone) if tap.tapped_at else UNKNOWN),
        ("Empty shell", tare),
        ("Full weight", f"{keg.full_lbs:.1f} lb"),
        ("Specific gravity", f"{tap.specific_gravity:.3f}" if tap.specific_gravity else UNKNOWN),
    ]


def _books(view: TapView) -> list[Fact]:
    ledger, unit = view.ledger, view.location.settings.volume_unit
    if ledger is None:
        return []
    times = "1 pour" if ledger.pours == 1 else f"{ledger.pours} pours"
    gone = [f"{volume_words(ledger.poured, unit=unit)} poured in {times}"]
    gone += [f"{volume_words(ledger.wasted, unit=unit)} wasted"] if ledger.wasted else []
    gone += [f"{volume_words(ledger.unseen, unit=unit)} unseen"] if ledger.unseen else []
    left = volume_words(max(0.0, ledger.remaining), unit=unit)
    return [("By the books", f"{volume_words(ledger.opening, unit=unit)} less {', '.join(gone)}: {left} left")]


def _scale(view: TapView) -> list[Fact]:
    scale = view.scale
    if scale is None:
        return [("Scale", "none under this tap")]
    words = scale.device_id + (f", firmware {scale.fw_version}" if scale.fw_version else "")
    heard = "connected" if scale.status is ScaleStatus.ONLINE else "not connected"
    if scale.heard_at is not None:
        heard += f" since {moment_words(scale.heard_at, view.location.zone)}"
    return [("Scale", words), ("Its link", heard)]
