"""The lists of a tap's page: its pours, its kegs, and the books of the keg that is on."""

from datetime import timedelta
from typing import Final

from app.faces import volume_words
from app.pages.tap_facts import KEG_WORDS, moment_words, size_words
from backend.domain.keg import Keg
from backend.domain.ledger import Ledger
from backend.domain.units import OZ_PER_GALLON, VolumeUnit
from backend.usecases.view_tap import TapView
from components.keg_books import Part
from components.table import Cell

POUR_HEADINGS: Final = ("When", "Ounces", "Seconds")
KEG_HEADINGS: Final = ("Tapped", "Taken off", "Size", "Now", "Poured", "Days", "Correction")
_DAY: Final = timedelta(days=1)
_SPECK: Final = 0.005
"""US gallons; less than this is no part of the books to draw."""


def pour_rows(view: TapView) -> list[tuple[str | Cell, ...]]:
    """Give the pours, newest first; touching the time of one opens its trace."""
    zone = view.location.zone
    rows: list[tuple[str | Cell, ...]] = []
    for pour in view.pours:
        when = moment_words(pour.started_at, zone, seconds=True)
        opens = Cell(when, key=pour.pour_id, label=f"What the scale weighed at {when}")
        rows.append((opens, f"{pour.gallons * OZ_PER_GALLON:.1f}", f"{pour.seconds:.1f}"))
    return rows


def keg_rows(view: TapView) -> list[tuple[str | Cell, ...]]:
    """Give the kegs of a tap, newest first, with what came of them and the way to correct each."""
    zone = view.location.zone
    rows: list[tuple[str | Cell, ...]] = []
    for keg in view.kegs:
        tapped = moment_words(keg.tapped_at, zone) if keg.tapped_at else ""
        rows.append(
            (
                tapped,
                moment_words(keg.closed_at, zone) if keg.closed_at else "",
                size_words(keg.type_id),
                KEG_WORDS[keg.state],
                yield_words(view.ledgers.get(keg.keg_id)),
                days_words(keg),
                Cell("Correct …", href=f"/kegs/{keg.keg_id}", label=f"Correct the keg tapped {tapped}"),
            )
        )
    return rows


def yield_words(ledger: Ledger | None) -> str:
    """How much of what was in a keg went through the faucet."""
    if ledger is None or ledger.opening <= 0:
        return ""
    return f"{100 * ledger.poured / ledger.opening:.0f} %"


def days_words(keg: Keg) -> str:
    """How long a keg was on tap, in days; of one that still is, nothing yet."""
    if keg.tapped_at is None or keg.closed_at is None:
        return ""
    return f"{(keg.closed_at - keg.tapped_at) / _DAY:.1f}"


def books_of(ledger: Ledger | None, *, unit: VolumeUnit) -> tuple[tuple[Part, ...], str]:
    """Give the books of a keg as parts of the full keg, and what was in it in words."""
    if ledger is None or ledger.opening <= 0:
        return (), "No keg is on, so there are no books to show."
    times = "1 pour" if ledger.pours == 1 else f"{ledger.pours} pours"
    found = ledger.unseen < -_SPECK
    told = (
        ("left", "Left", max(0.0, ledger.remaining), ""),
        ("poured", "Poured", ledger.poured, f", {times}"),
        ("wasted", "Wasted", ledger.wasted, ""),
        ("cleaned", "Cleaned", ledger.cleaned, ""),
        ("unseen", "More than the books knew" if found else "Unseen", abs(ledger.unseen), ""),
    )
    parts = tuple(
        Part(
            kind=kind,
            name=name,
            share=0.0 if kind == "unseen" and found else gallons / ledger.opening,
            words=volume_words(gallons, unit=unit) + more,
        )
        for kind, name, gallons, more in told
        if kind in {"left", "poured"} or gallons > _SPECK
    )
    return parts, f"{volume_words(ledger.opening, unit=unit)} when it was full."
