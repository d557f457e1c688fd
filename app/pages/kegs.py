"""The kegs of the bar: on tap, next, in stock, lifted, used up; and taking new ones in: `/kegs`."""

from functools import partial
from typing import Final

from nicegui import ui

from app.ask import ask
from app.member import current_member
from app.pages.acts import attempt
from app.pages.entering import entered
from app.pages.kegs_lists import (
    NEXT_HEADINGS,
    ON_TAP_HEADINGS,
    USED_HEADINGS,
    lifted_words,
    next_rows,
    on_tap_rows,
    stock_words,
    summary_words,
    used_rows,
)
from app.pages.kegs_stocking import StockingPanel
from app.pages.stock_list import StockList, Taps
from app.site import Site
from app.theme import TITLE, frame, panel
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.usecases.keg_stock import queue_next
from backend.usecases.list_beers import list_beers
from backend.usecases.view_board import view_board
from backend.usecases.view_kegs import KegsView, view_kegs
from components.table import PlainTable
from components.undo_line import UndoLine
from components.words import Words, link

_LOOKS_EVERY_S: Final = 5.0
_MOST: Final = 40
_MOST_USED_UP: Final = 14


def register(site: Site) -> None:
    """Declare the page."""

    @ui.page("/kegs", title=TITLE)
    async def kegs_page() -> None:
        begun = await entered(site, lambda: _begin(site))
        if begun is None:
            return
        view, beers, taps = begun
        with frame(site, "Kegs", here="/kegs", place=view.location.name):
            KegsPage(site, view, beers, taps)


async def _begin(site: Site) -> tuple[KegsView, tuple[Beer, ...], Taps]:
    view, taps = await _view(site), await _taps(site)
    return view, await ask(list_beers, site.ports, location_id=site.location_id, member=current_member()), taps


async def _view(site: Site) -> KegsView:
    return await ask(view_kegs, site.ports, location_id=site.location_id, member=current_member(), now=site.clock.now())


async def _taps(site: Site) -> Taps:
    view = await ask(view_board, site.ports, location_id=site.location_id, member=current_member())
    return {
        face.tap_id: f"Tap {face.tap_id.number}" + (f", {face.beer.name}" if face.beer else "") for face in view.faces
    }


class KegsPage:
    """The lists of an open page, looked at anew every few seconds."""

    def __init__(self, site: Site, view: KegsView, beers: tuple[Beer, ...], taps: Taps) -> None:
        self._site = site
        self._undo = UndoLine()
        with ui.element("div").classes("ss-title-line"):
            Words("Kegs", "h1")
            self._summary = Words("").classes("ss-muted")
        self._stocking = StockingPanel(site, view, beers, undo=self._undo, refresh=self.refresh)
        with panel("In stock"):
            self._stock = StockList(
                site,
                taps,
                words=stock_words,
                empty="No keg is in stock. Touch Add kegs and enter what was delivered.",
                undo=self._undo,
                refresh=self.refresh,
            )
        with panel("Next on a tap"):
            self._next = PlainTable(
                NEXT_HEADINGS,
                most=_MOST,
                empty="No keg is queued. Choose a tap beside a keg in stock, and the swap will expect it there.",
                on_press=self._unqueue,
                stacks=True,
            )
        with panel("On tap"):
            self._on_tap = PlainTable(
                ON_TAP_HEADINGS,
                figures=("Left", "Poured", "Worth"),
                most=_MOST,
                empty="No keg is on tap. Set one down on a scale, or choose one on the page of its tap.",
                stacks=True,
            )
        with panel("Lifted with beer left"):
            self._lifted = StockList(
                site,
                taps,
                words=lambda line: lifted_words(line, self._view),
                empty="No keg stands aside with beer left in it.",
                undo=self._undo,
                refresh=self.refresh,
            )
        with panel("Used up"):
            self._used = PlainTable(
                USED_HEADINGS,
                figures=("Days", "Poured", "Wasted"),
                most=_MOST_USED_UP,
                more="and {count} older ones",
                empty="No keg has run empty yet.",
                stacks=True,
            )
        link("Back to the board", "/").classes("ss-back")
        self._show(view)
        ui.timer(_LOOKS_EVERY_S, self.refresh)
        ui.context.client.on_connect(self.refresh)

    async def refresh(self) -> None:
        """Show the kegs as they stand now; a refusal becomes a notice."""
        await attempt(self._look)

    async def _look(self) -> None:
        self._show(await _view(self._site))

    def _show(self, view: KegsView) -> None:
        self._view = view
        self._summary.set_text(summary_words(view))
        self._stock.show(view.in_stock)
        self._next.show(next_rows(view))
        self._on_tap.show(on_tap_rows(view))
        self._lifted.show(view.lifted)
        self._used.show(used_rows(view))

    async def _unqueue(self, keg_id: str) -> None:
        for line in self._view.next:
            if line.keg.keg_id == keg_id:
                await attempt(partial(self._take_off, line.keg))
                break
        await self.refresh()

    async def _take_off(self, keg: Keg) -> None:
        tap_id = keg.queued_on
        if tap_id is None:
            return
        await self._queue(tap_id, None)
        self._undo.tell(
            f"Nothing is queued on tap {tap_id.number} now.", undo=partial(self._back_on, tap_id, keg.keg_id)
        )

    async def _back_on(self, tap_id: TapId, keg_id: str) -> None:
        await attempt(partial(self._queue, tap_id, keg_id))
        await self.refresh()

    async def _queue(self, tap_id: TapId, keg_id: str | None) -> None:
        await ask(
            queue_next,
            self._site.ports,
            tap_id=tap_id,
            keg_id=keg_id,
            member=current_member(),
            now=self._site.clock.now(),
        )
