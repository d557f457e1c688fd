"""What was done to a keg, as a list: when, by whom, from what to what, and the way to take a correction back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from app.money import money_words
from app.pages.tap_facts import TARE_WORDS, moment_words, size_words
from backend.domain.audit import Deed, Fact, Facts
from backend.domain.beer import Beer
from backend.domain.keg import TareSource
from backend.domain.times import from_iso
from backend.usecases.view_keg import KegView
from components.table import Cell

AUDIT_HEADINGS: Final = ("When", "Who", "What", "Before", "After", "Why", "Take back")
_NAMES: Final = {
    "beer_id": "beer",
    "keg_type": "size",
    "empty_lbs": "shell",
    "tare_source": "shell known by",
    "full_lbs": "full weight",
    "specific_gravity": "gravity",
    "tapped_at": "tapped",
    "cost_cents": "cost",
    "filled_on": "filled on",
    "best_by": "best by",
}
_WORDS: Final[Mapping[str, Callable[[str], str]]] = {
    "keg_type": size_words,
    "size": size_words,
    "empty_lbs": lambda told: f"{float(told):.1f} lb",
    "full_lbs": lambda told: f"{float(told):.1f} lb",
    "specific_gravity": lambda told: f"{float(told):.3f}",
    "cost_cents": lambda told: money_words(int(told)),
    "tare_source": lambda told: TARE_WORDS[TareSource(told)],
}


def audit_rows(view: KegView, beers: Sequence[Beer], *, may_revert: bool) -> list[tuple[str | Cell, ...]]:
    """Give the entries, newest first; a correction can be taken back by whom that is for."""
    names = {beer.beer_id: beer.name for beer in beers}
    rows: list[tuple[str | Cell, ...]] = []
    for entry in view.audit or ():
        when = moment_words(entry.at, view.location.zone)
        back: str | Cell = ""
        if may_revert and entry.deed is Deed.CORRECTED:
            key = entry.audit_id + entry.at.isoformat()
            back = Cell("Take back", key=key, label=f"Take the correction of {when} back")
        told = (_told(entry.before, view, names), _told(entry.after, view, names))
        rows.append((when, entry.by_name, entry.deed.value, *told, entry.reason, back))
    return rows


def _told(facts: Facts, view: KegView, beers: Mapping[str, str]) -> str:

    return "; ".join(f"{_NAMES.get(name, name)} {_value(name, value, view, beers)}" for name, value in facts.items())


def _value(name: str, value: Fact, view: KegView, beers: Mapping[str, str]) -> str:
    if value is None:
        return "not told"
    told = str(value)
    if name == "keg":
        return "this one" if told == view.keg.keg_id else "another"
    if name in {"beer_id", "beer"}:
        return beers.get(told, told)
    if name == "tapped_at":
        return moment_words(from_iso(told), view.location.zone, seconds=True)
    return _WORDS[name](told) if name in _WORDS else told
