"""One tap: its level live, why the number is what it is, what can be done, its history, pours and kegs."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from nicegui import ui

from app.ask import ask
from app.faces import row_of
from app.member import current_member
from app.pages.acts import attempt
from app.pages.entering import entered
from app.pages.tap_acts import TapActs
from app.pages.tap_facts import making_of, reasons_of
from app.pages.tap_history import RANGE_WORDS, history_of
from app.pages.tap_lists import KEG_HEADINGS, POUR_HEADINGS, books_of, keg_rows, pour_rows
from app.pages.tap_pour import PourPanel
from app.site import Site
from app.theme import TITLE, frame, panel, refusal_notice
from backend.cellar.rows import BadRow
from backend.domain.face import TapFace
from backend.domain.ids import TapId
from backend.domain.refusal import Refusal
from backend.domain.why import Why
from backend.usecases.view_history import Range, view_history
from backend.usecases.view_tap import MOST_KEGS, TapView, view_tap
from backend.usecases.why import why
from components.choice_chips import ChoiceChips
from components.history_chart import HistoryChart
from components.keg_books import KegBooks
from components.live_tap import LiveTap
from components.made_of import MadeOf
from components.reasons import Reasons
from components.rows import Row
from components.table import PlainTable
from components.undo_line import UndoLine
from components.words import Words, link

CALM_S: Final = 3.0
"""Facts and lists follow a change after at most this long; the level itself moves at once."""
MOST_POURS: Final = 11
"""So many of the newest pours are listed; the rest is counted."""
MOVED_PCT: Final = 0.5
"""The chart is drawn again once the level has moved this far from the end of its line,"""
SHARE_OF_BIN: Final = 0.1
"""or once this share of a bin has passed."""


def register(site: Site) -> None:
    """Declare the page."""

    @ui.page("/taps/{tap_id}", title=TITLE)
    async def tap_page(tap_id: str) -> None:
        begun = await entered(site, lambda: _view(site, TapId.parse(tap_id)))
        if begun is None:
            return
        view, reasons = begun
        with frame(site, _title(view.face), place=view.location.name):
            page = TapPage(site, view, reasons)
        await page.refresh_chart()


async def _view(site: Site, tap_id: TapId) -> tuple[TapView, Why]:
    now = site.clock.now()
    view = await ask(view_tap, site.ports, tap_id=tap_id, member=current_member(), now=now)
    return view, await ask(why, site.ports, tap_id=tap_id, member=current_member(), now=now)


def _title(face: TapFace) -> str:
    return f"Tap {face.tap_id.number} · {face.beer.name if face.beer else 'No beer'}"


class TapPage:
    """The parts of an open tap page, kept fresh while it is open."""

    def __init__(self, site: Site, view: TapView, reasons: Why) -> None:
        self._site = site
        self._tap_id = view.face.tap_id
        self._span = Range.DAY
        self._drawn_at: datetime | None = None
        self._drawn_pct = 0.0
        self._bin_seconds = 0
        self._changed = False
        self._undo = UndoLine()
        self._build(view)
        self._show(view, reasons)
        site.live.rows.subscribe(self._follow)
        ui.timer(CALM_S, self._keep_fresh)
        ui.context.client.on_connect(self.refresh)

    async def refresh(self) -> None:
        """Show the tap as it stands now; a refusal becomes a notice."""
        try:
            view, reasons = await _view(self._site, self._tap_id)
            self._live.apply([row_of(view.face, location=view.location)])
            self._live.beat(self._site.live.beat())
            self._show(view, reasons)
            await self._acts.follow()
        except (Refusal, BadRow) as no:
            refusal_notice(no)

    async def refresh_chart(self) -> None:
        """Draw the history up to now."""
        now = self._site.clock.now()
        try:
            history = await ask(
                view_history, self._site.ports, tap_id=self._tap_id, span=self._span, member=current_member(), now=now
            )
        except (Refusal, BadRow) as no:
            refusal_notice(no)
            return
        self._drawn_at, self._bin_seconds, self._drawn_pct = now, history.bin_seconds, self._percent()
        self._chart.show(history_of(history, span=self._span, tap=self._view))

    def _percent(self) -> float:
        level = self._view.face.level
        return level.percent if level else 0.0

    def _build(self, view: TapView) -> None:
        with ui.element("div").classes("ss-title-line"):
            self._title = Words("", "h1")
            self._brewery = Words("", "p").classes("ss-muted")
        self._acts = TapActs(self._site, view, undo=self._undo, refresh=self.refresh)
        with ui.element("div").classes("ss-columns"):
            with ui.element("div").classes("ss-column"):
                row = row_of(view.face, location=view.location)
                self._live = LiveTap(row, beat=self._site.live.beat())
                self._site.live.beats.subscribe(self._live.beat)
            with panel("How this level is made"):
                self._made = MadeOf()
        with panel("Why this number"):
            self._reasons = Reasons()
        with panel("History"):
            choices = {span.value: span.value for span in RANGE_WORDS}
            ChoiceChips(choices, chosen=self._span.value, label="How far back", on_choice=self._choose)
            self._chart = HistoryChart()
        with ui.element("div").classes("ss-columns"):
            with ui.element("div").classes("ss-column"):
                with panel("The books of this keg"):
                    self._books = KegBooks()
                with panel("One pour"):
                    self._trace = PourPanel(self._site, self._tap_id, view.location.zone)
            with panel("Pours of the last 24 hours"):
                self._pours = PlainTable(
                    POUR_HEADINGS,
                    figures=POUR_HEADINGS[1:],
                    most=MOST_POURS,
                    empty="No pour in the last 24 hours.",
                    on_press=self._open_pour,
                )
        with panel("Kegs of this tap"):
            self._kegs = PlainTable(
                KEG_HEADINGS,
                figures=("Poured", "Days"),
                most=MOST_KEGS - 1,
                more="and older ones",
                empty="No keg has stood on this tap yet: touch Change keg and say what is on.",
                stacks=True,
            )
        link("Back to the board", "/").classes("ss-back")

    async def _open_pour(self, pour_id: str) -> None:
        for pour in self._view.pours:
            if pour.pour_id == pour_id:
                await attempt(partial(self._trace.open, pour))
                return
        await self.refresh()

    def _show(self, view: TapView, reasons: Why) -> None:
        self._view = view
        beer = view.face.beer
        self._title.set_text(_title(view.face))
        said = [beer.brewery, beer.style, f"{beer.abv:.1f} % alcohol" if beer.abv else ""] if beer else []
        self._brewery.set_text(" · ".join(word for word in said if word))
        self._acts.show(view)
        self._made.show(making_of(reasons, view))
        self._reasons.show(reasons_of(reasons, view))
        parts, full = books_of(view.ledger, unit=view.location.settings.volume_unit)
        self._books.show(parts, full=full)
        self._kegs.show(keg_rows(view))
        self._pours.show(pour_rows(view))

    def _follow(self, rows: Sequence[Row]) -> None:
        if any(row["tap"] == str(self._tap_id) for row in rows):
            self._live.apply(rows)
            self._changed = True

    async def _keep_fresh(self) -> None:
        if self._changed:
            self._changed = False
            await self.refresh()
        since = (self._site.clock.now() - self._drawn_at).total_seconds() if self._drawn_at else 0.0
        moved = abs(self._percent() - self._drawn_pct) >= MOVED_PCT
        if self._drawn_at is None or moved or since >= self._bin_seconds * SHARE_OF_BIN:
            await self.refresh_chart()

    async def _choose(self, value: str) -> None:
        self._span = Range(value)
        await self.refresh_chart()
