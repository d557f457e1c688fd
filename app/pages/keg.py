"""One keg: what is believed of it, its books, putting it right, and what was done to it: `/kegs/keg-…`."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from nicegui import ui

from app.ask import ask
from app.member import current_member
from app.pages.acts import attempt
from app.pages.entering import entered
from app.pages.keg_audit import AUDIT_HEADINGS, audit_rows
from app.pages.keg_correction import CorrectionForm
from app.pages.keg_facts import keg_facts, keg_title
from app.pages.keg_stock import StockForm
from app.pages.keg_wanted import recounted_words
from app.pages.tap_lists import books_of
from app.site import Site
from app.theme import TITLE, frame, panel
from backend.domain.audit import Audited
from backend.domain.beer import Beer
from backend.domain.member import Act
from backend.domain.refusal import NotFound
from backend.usecases.list_beers import list_beers
from backend.usecases.revert_correction import revert_correction
from backend.usecases.view_keg import KegView, view_keg
from components.keg_books import KegBooks
from components.rows import Row
from components.table import FactList, PlainTable
from components.undo_line import UndoLine
from components.words import Words, link

_LONGEST_ID: Final = 100
_MOST_AUDITED: Final = 20
_FOLLOWS_S: Final = 10.0
"""The books follow what is poured after at most this long."""


def register(site: Site) -> None:
    """Declare the page."""

    @ui.page("/kegs/{keg_id}", title=TITLE)
    async def keg_page(keg_id: str) -> None:
        begun = await entered(site, lambda: _begin(site, keg_id))
        if begun is None:
            return
        view, beers = begun
        with frame(site, keg_title(view), place=view.location.name):
            KegPage(site, view, beers)


async def _begin(site: Site, keg_id: str) -> tuple[KegView, tuple[Beer, ...]]:
    view = await _view(site, keg_id)
    return view, await ask(list_beers, site.ports, location_id=site.location_id, member=current_member())


async def _view(site: Site, keg_id: str) -> KegView:
    if len(keg_id) > _LONGEST_ID:
        raise NotFound("there is no such keg")
    view = await ask(view_keg, site.ports, keg_id=keg_id, member=current_member(), now=site.clock.now())
    if view.keg.location_id != site.location_id:
        raise NotFound(f"there is no keg {keg_id}")
    return view


class KegPage:
    """The parts of an open keg page."""

    def __init__(self, site: Site, view: KegView, beers: tuple[Beer, ...]) -> None:
        self._site = site
        self._keg_id = view.keg.keg_id
        self._beers = beers
        self._undo = UndoLine()
        with ui.element("div").classes("ss-title-line"):
            self._title = Words("", "h1")
            self._state = Words("").classes("ss-muted")
        with ui.element("div").classes("ss-columns"):
            with panel("What is known of it"):
                self._facts = FactList()
            with panel("Its books"):
                self._books = KegBooks()
        with panel("Correct"):
            Words(
                "What you put right counts from the start of the keg: its level, its pours and its books follow."
            ).classes("ss-muted")
            self._form = CorrectionForm(site, view, beers, undo=self._undo, refresh=self.refresh)
        self._stock: StockForm | None = None
        if current_member().may(Act.STOCK, location_id=site.location_id):
            with panel("Cost and dates"):
                self._stock = StockForm(site, view, undo=self._undo, refresh=self.refresh)
        with panel("What was done to it"):
            self._audit = PlainTable(
                AUDIT_HEADINGS,
                most=_MOST_AUDITED,
                empty="Nothing was put right about this keg.",
                on_press=self._revert,
                stacks=True,
            )
        with ui.element("div").classes("ss-chips"):
            if view.keg.tap_id is not None:
                link(f"Tap {view.keg.tap_id.number}", f"/taps/{view.keg.tap_id}").classes("ss-back")
            link("All kegs", "/kegs").classes("ss-back")
        Words(f"Its number in the records: {view.keg.keg_id}").classes("ss-muted ss-small-print")
        self._moved = False
        self._show(view)
        site.live.rows.subscribe(self._follow)
        ui.timer(_FOLLOWS_S, self._keep_fresh)
        ui.context.client.on_connect(self.refresh)

    async def refresh(self) -> None:
        """Show the keg as it stands now; a refusal becomes a notice."""
        await attempt(self._look)

    def _follow(self, rows: Sequence[Row]) -> None:
        self._moved = self._moved or any(row["tap"] == str(self._view.keg.tap_id) for row in rows)

    async def _keep_fresh(self) -> None:
        if self._moved:
            self._moved = False
            await self.refresh()

    async def _look(self) -> None:
        self._show(await _view(self._site, self._keg_id))

    def _show(self, view: KegView) -> None:
        self._view = view
        self._title.set_text(keg_title(view))
        self._state.set_text(view.keeping.says if view.keg.filled_on or view.keg.best_by else "")
        self._facts.show(keg_facts(view))
        parts, full = books_of(view.ledger, unit=view.location.settings.volume_unit)
        self._books.show(parts, full=full if parts else "It has not been on a tap yet, so nothing is booked.")
        self._form.show(view)
        if self._stock is not None:
            self._stock.show(view)
        may = current_member().may(Act.ASSIGN, location_id=self._site.location_id)
        self._audit.show(audit_rows(view, self._beers, may_revert=may))

    async def _revert(self, key: str) -> None:
        for entry in self._view.audit or ():
            if entry.audit_id + entry.at.isoformat() == key:
                await attempt(partial(self._take_back, entry))
                break
        await self.refresh()

    async def _take_back(self, entry: Audited) -> None:
        done = await ask(
            revert_correction,
            self._site.ports,
            keg_id=self._keg_id,
            audit_id=entry.audit_id,
            at=entry.at,
            member=current_member(),
            now=self._site.clock.now(),
        )
        self._undo.tell(f"Taken back. {recounted_words(done.rows)}." if done.rows else "Taken back.")
