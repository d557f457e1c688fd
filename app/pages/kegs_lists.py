"""The lists of the kegs' page as rows of words."""

from typing import Final

from app.faces import volume_words
from app.money import money_words
from app.pages.tap_facts import moment_words, size_words
from app.pages.tap_lists import days_words
from backend.usecases.view_kegs import KegLine, KegsView
from components.table import Cell

ON_TAP_HEADINGS: Final = ("Tap", "Keg", "Left", "Poured", "Worth", "Freshness")
NEXT_HEADINGS: Final = ("On", "Keg", "Freshness", "Take off")
USED_HEADINGS: Final = ("Keg", "Tap", "Taken off", "Days", "Poured", "Wasted", "Correction")

Rows = list[tuple[str | Cell, ...]]


def kind_words(line: KegLine) -> str:
    """Name the beer and the size of a keg."""
    return f"{line.beer.name if line.beer else line.keg.beer_id}, {size_words(line.keg.type_id)}"


def keg_words(line: KegLine) -> str:
    """Name a keg as a person would, with the name it has of its own."""
    return kind_words(line) + (f" ({line.keg.label})" if line.keg.label else "")


def keg_cell(line: KegLine) -> Cell:
    """Name a keg, with the way to its page."""
    return Cell(keg_words(line), href=f"/kegs/{line.keg.keg_id}")


def freshness_words(line: KegLine) -> str:
    """Say how fresh a keg is by its dates, where it has any."""
    return line.keeping.says if line.keg.filled_on or line.keg.best_by else ""


def worth_words(line: KegLine) -> str:
    """Say what the beer left in it has cost."""
    return money_words(line.value_cents) if line.value_cents is not None else ""


def summary_words(view: KegsView) -> str:
    """Say how many kegs there are and what the beer in them has cost."""
    counted = (
        (len(view.on_tap), "on tap"),
        (len(view.next), "next"),
        (len(view.in_stock), "in stock"),
        (len(view.lifted), "lifted"),
    )
    said = " · ".join(f"{count} {where}" for count, where in counted if count)
    worth = f"beer on hand: {money_words(view.value_cents)}" if view.value_cents else ""
    return " · ".join(part for part in (said, worth) if part)


def on_tap_rows(view: KegsView) -> Rows:
    """The kegs on tap, by tap."""
    return [
        (
            Cell(f"Tap {line.keg.tap_id.number}", href=f"/taps/{line.keg.tap_id}") if line.keg.tap_id else "",
            keg_cell(line),
            _left(line, view),
            _poured(line),
            worth_words(line),
            freshness_words(line),
        )
        for line in view.on_tap
    ]


def next_rows(view: KegsView) -> Rows:
    """The kegs that are queued, by tap."""
    rows: Rows = []
    for line in view.next:
        tap = line.keg.queued_on
        where: str | Cell = Cell(f"Tap {tap.number}", href=f"/taps/{tap}") if tap else ""
        off = Cell("Take off", key=line.keg.keg_id, label=f"Take {keg_words(line)} off the queue")
        rows.append((where, keg_cell(line), freshness_words(line), off))
    return rows


def stock_words(line: KegLine) -> str:
    """Tell one keg in stock from another: how fresh it is and what it cost."""
    fresh = line.keeping.says if line.keg.filled_on or line.keg.best_by else "no date"
    return f"{fresh}, {money_words(line.cost_cents)}" if line.cost_cents is not None else fresh


def lifted_words(line: KegLine, view: KegsView) -> str:
    """Tell one keg that was lifted from another: since when, and what is left in it."""
    when = f"lifted {moment_words(line.keg.closed_at, view.location.zone)}" if line.keg.closed_at else "lifted"
    return ", ".join(part for part in (when, f"{_left(line, view)} left", freshness_words(line)) if part)


def used_rows(view: KegsView) -> Rows:
    """The kegs that ran empty, the last one first, with what came of them."""
    zone, unit = view.location.zone, view.location.settings.volume_unit
    return [
        (
            keg_cell(line),
            f"Tap {line.keg.tap_id.number}" if line.keg.tap_id else "",
            moment_words(line.keg.closed_at, zone) if line.keg.closed_at else "",
            days_words(line.keg),
            _poured(line),
            volume_words(line.ledger.wasted, unit=unit) if line.ledger and line.ledger.wasted else "",
            Cell("Correct …", href=f"/kegs/{line.keg.keg_id}", label=f"Correct {keg_words(line)}"),
        )
        for line in view.kicked
    ]


def _left(line: KegLine, view: KegsView) -> str:
    unit = view.location.settings.volume_unit
    return volume_words(max(0.0, line.ledger.remaining), unit=unit) if line.ledger else ""


def _poured(line: KegLine) -> str:
    return f"{line.yield_pct:.0f} %" if line.yield_pct is not None else ""
