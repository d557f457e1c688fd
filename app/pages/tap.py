"""One tap: its level live, why the number is what it is, its history, pours and kegs: `/taps/loc-001:07`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from nicegui import ui

from app.ask import ask
from app.faces import row_of
from app.member import current_member
from app.pages.tap_facts import KEG_WORDS, facts_of, moment_words
from app.pages.tap_history import RANGE_WORDS, history_of
from app.site import Site
from app.theme import TITLE, frame, refusal_notice, refused
from backend.cellar.rows import BadRow
from backend.domain.face import TapFace
from backend.domain.ids import TapId
from backend.domain.keg_type import KEG_TYPES
from backend.domain.refusal import Refusal
from backend.domain.units import OZ_PER_GALLON
from backend.usecases.view_history import Range, view_history
from backend.usecases.view_tap import MOST_KEGS, TapView, view_tap
from components.choice_chips import ChoiceChips
from components.history_chart import HistoryChart
from components.live_tap import LiveTap
from components.rows import Row
from components.table import FactList, PlainTable
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
        try:
            view = await _view(site, TapId.parse(tap_id))
        except Refusal as why:
            refused(site, why, status=404)
            return
        except BadRow as why:
            refused(site, why, status=500)
            return
        with frame(site, _title(view.face), place=view.location.name):
            page = TapPage(site, view)
        await page.refresh_chart()


async def _view(site: Site, tap_id: TapId) -> TapView:
    return await ask(view_tap, site.ports, tap_id=tap_id, member=current_member(), now=site.clock.now())


def _title(face: TapFace) -> str:
    return f"Tap {face.tap_id.number} · {face.beer.name if face.beer else 'No beer'}"


class TapPage:
    """The parts of an open tap page, kept fresh while it is open."""

    def __init__(self, site: Site, view: TapView) -> None:
        self._site = site
        self._tap_id = view.face.tap_id
        self._span = Range.DAY
        self._drawn_at: datetime | None = None
        self._drawn_pct = 0.0
        self._bin_seconds = 0
        self._changed = False
        self._build(view)
        self._show(view)
        site.live.rows.subscribe(self._follow)
        ui.timer(CALM_S, self._keep_fresh)
        ui.context.client.on_connect(self.refresh)

    async def refresh(self) -> None:
        """Show the tap as it stands now; a refusal becomes a notice."""
        try:
            view = await _view(self._site, self._tap_id)
        except (Refusal, BadRow) as why:
            refusal_notice(why)
            return
        self._live.apply([row_of(view.face, location=view.location)])
        self._live.beat(self._site.live.beat())
        self._show(view)

    async def refresh_chart(self) -> None:
        """Draw the history up to now."""
        now = self._site.clock.now()
        try:
            history = await ask(
                view_history, self._site.ports, tap_id=self._tap_id, span=self._span, member=current_member(), now=now
            )
        except (Refusal, BadRow) as why:
            refusal_notice(why)
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
        with ui.element("div").classes("ss-columns"):
            with ui.element("div").classes("ss-column"):
                row = row_of(view.face, location=view.location)
                self._live = LiveTap(row, beat=self._site.live.beat())
                self._site.live.beats.subscribe(self._live.beat)
            with _panel("Why this number"):
                self._facts = FactList()
        with _panel("History"):
            choices = {span.value: span.value for span in RANGE_WORDS}
            ChoiceChips(choices, chosen=self._span.value, label="How far back", on_choice=self._choose)
            self._chart = HistoryChart()
        with ui.element("div").classes("ss-columns"):
            with _panel("Kegs of this tap"):
                self._kegs = PlainTable(
                    ("Tapped", "Taken off", "Size", "Now"),
                    most=MOST_KEGS - 1,
                    more="and older ones",
                    empty="No keg has stood on this tap yet.",
                )
            with _panel("Pours of the last 24 hours"):
                self._pours = PlainTable(
                    ("When", "Ounces", "Seconds"),
                    figures=("Ounces", "Seconds"),
                    most=MOST_POURS,
                    empty="No pour in the last 24 hours.",
                )
        link("Back to the board", "/").classes("ss-back")

    def _show(self, view: TapView) -> None:
        self._view = view
        beer, zone = view.face.beer, view.location.zone
        self._title.set_text(_title(view.face))
        said = [beer.brewery, beer.style, f"{beer.abv:.1f} % alcohol" if beer.abv else ""] if beer else []
        self._brewery.set_text(" · ".join(word for word in said if word))
        self._facts.show(facts_of(view))
        self._kegs.show(
            [
                (
                    moment_words(keg.tapped_at, zone) if keg.tapped_at else "",
                    moment_words(keg.closed_at, zone) if keg.closed_at else "",
                    KEG_TYPES[keg.type_id].name if keg.type_id in KEG_TYPES else keg.type_id,
                    KEG_WORDS[keg.state],
                )
                for keg in view.kegs
            ]
        )
        self._pours.show(
            [
                (
                    moment_words(pour.started_at, zone, seconds=True),
                    f"{pour.gallons * OZ_PER_GALLON:.1f}",
                    f"{pour.seconds:.0f}",
                )
                for pour in view.pours
            ]
        )

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


def _panel(heading: str) -> ui.element:
    panel = ui.element("section").classes("ss-panel")
    with panel:
        Words(heading, "h2")
    return panel
