"""The kegs in stock by beer and size: how many, how fresh, what they cost; each can be queued or taken off stock."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import groupby

from nicegui import ui
from nicegui.events import GenericEventArguments

from app.ask import ask
from app.member import current_member
from app.money import money_words
from app.pages.acts import act_button, attempt
from app.pages.kegs_lists import keg_words, kind_words
from app.site import Site
from app.theme import refusal_notice
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.refusal import Invalid
from backend.usecases.keg_stock import queue_next, remove_keg, stock_kegs
from backend.usecases.view_kegs import KegLine
from components.styles import use_styles
from components.undo_line import UndoLine
from components.words import Words, link

Taps = dict[TapId, str]
"""The taps of the bar, each as a person would name it."""


class StockList(ui.element):
    """Groups of kegs, drawn anew only where they have changed."""

    def __init__(
        self,
        site: Site,
        taps: Taps,
        *,
        words: Callable[[KegLine], str],
        empty: str,
        undo: UndoLine,
        refresh: Callable[[], Awaitable[None]],
    ) -> None:
        """`words` tells one keg of a group from another; `empty` says what to do where there is none."""
        use_styles("form.css")
        super().__init__("div")
        self.classes("ss-stock")
        self._site = site
        self._taps = taps
        self._words = words
        self._empty = empty
        self._undo = undo
        self._refresh = refresh
        self._shown: Sequence[KegLine] | None = None

    def show(self, lines: Sequence[KegLine]) -> None:
        """Show these kegs."""
        if lines == self._shown:
            return
        self._shown = lines
        self.clear()
        with self:
            if not lines:
                Words(self._empty).classes("ss-muted")
            for _, run in groupby(sorted(lines, key=_use_first), key=kind_words):
                self._group(list(run))

    def _group(self, lines: Sequence[KegLine]) -> None:
        costs = [line.value_cents for line in lines if line.value_cents is not None]
        count = "1 keg" if len(lines) == 1 else f"{len(lines)} kegs"
        with ui.element("section").classes("ss-stock-group"):
            with ui.element("div").classes("ss-title-line"):
                Words(kind_words(lines[0]), "h3")
                worth = f" · {money_words(sum(costs))}" if costs else ""
                Words(count + worth).classes("ss-muted")
            with ui.element("ul").classes("ss-stock-kegs"):
                for line in lines:
                    with ui.element("li").classes("ss-stock-keg"):
                        self._keg(line)

    def _keg(self, line: KegLine) -> None:
        keg, name = line.keg, keg_words(line)
        said = self._words(line)
        told = f"{keg.label} · {said}" if keg.label else said
        anchor = link(told, f"/kegs/{keg.keg_id}").classes(f"ss-keeps-{line.keeping.word.name.lower()}")
        anchor.props["aria-label"] = f"{name}: {said}"
        with ui.element("select").classes("ss-select") as select:
            select.props["aria-label"] = f"Queue {name} as next on a tap"
            Words("Next on …", "option").props["value"] = ""
            for tap_id, words in self._taps.items():
                Words(words, "option").props["value"] = str(tap_id)
        select.on("change", partial(self._chosen, keg), js_handler="(event) => emit(event.target.value)")
        if keg.tapped_at is None:
            act_button("Take off stock", partial(self._remove, keg), label=f"Take {name} off stock")

    async def _chosen(self, keg: Keg, event: GenericEventArguments) -> None:
        chosen = [tap_id for tap_id in self._taps if str(tap_id) == event.args]
        if not chosen:
            refusal_notice(Invalid("choose one of the taps"))
            return
        await attempt(partial(self._queue, chosen[0], keg.keg_id))
        await self._refresh()

    async def _queue(self, tap_id: TapId, keg_id: str | None) -> None:
        await ask(
            queue_next,
            self._site.ports,
            tap_id=tap_id,
            keg_id=keg_id,
            member=current_member(),
            now=self._site.clock.now(),
        )
        if keg_id is not None:
            self._undo.tell(f"Queued as next on tap {tap_id.number}.", undo=partial(self._unqueue, tap_id))

    async def _unqueue(self, tap_id: TapId) -> None:
        await attempt(partial(self._queue, tap_id, None))
        await self._refresh()

    async def _remove(self, keg: Keg) -> None:
        await ask(remove_keg, self._site.ports, keg_id=keg.keg_id, member=current_member(), now=self._site.clock.now())
        self._undo.tell("The keg is off stock.", undo=partial(self._back, keg))
        await self._refresh()

    async def _back(self, keg: Keg) -> None:
        """Take the same keg in again; it gets a number of its own."""
        await attempt(
            partial(
                ask,
                stock_kegs,
                self._site.ports,
                location_id=self._site.location_id,
                beer_id=keg.beer_id,
                type_id=keg.type_id,
                count=1,
                tare=keg.tare,
                cost_cents=keg.cost_cents,
                filled_on=keg.filled_on,
                best_by=keg.best_by,
                label=keg.label,
                member=current_member(),
                now=self._site.clock.now(),
            )
        )
        await self._refresh()


def _use_first(line: KegLine) -> tuple[str, str, str, str]:
    """Of one beer and size what should be used first, and kegs of one day by their names."""
    best, filled = (day.isoformat() if day else "9999" for day in (line.keg.best_by, line.keg.filled_on))
    return kind_words(line), best, filled, line.keg.label or ""
