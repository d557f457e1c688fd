"""What a keg cost, how long it keeps, and what it is called: told at any time of its life."""

from collections.abc import Awaitable, Callable

from app.ask import ask
from app.entries import cents_of, day_of
from app.member import current_member
from app.money import CURRENCY
from app.pages.kegs_stocking import MOST_COST
from app.site import Site
from backend.domain.keg import Keg
from backend.usecases.keg_stock import change_stocked
from backend.usecases.view_keg import KegView
from components.form import Entered, Field, Form
from components.undo_line import UndoLine


class StockForm:
    """The form of one keg."""

    def __init__(self, site: Site, view: KegView, *, undo: UndoLine, refresh: Callable[[], Awaitable[None]]) -> None:
        self._site = site
        self._keg = view.keg
        self._undo = undo
        self._refresh = refresh
        self._form = Form(stock_fields(view.keg), verb="Save", name="Cost and dates", on_send=self._send)

    def show(self, view: KegView) -> None:
        """Follow what is known of the keg."""
        self._keg = view.keg
        self._form.show(stock_fields(view.keg))

    async def _send(self, entered: Entered) -> None:
        await ask(
            change_stocked,
            self._site.ports,
            keg_id=self._keg.keg_id,
            member=current_member(),
            now=self._site.clock.now(),
            cost_cents=cents_of(entered["cost"], what="the cost", most=MOST_COST),
            filled_on=day_of(entered["filled"], what="the day it was filled"),
            best_by=day_of(entered["best"], what="the day it is best by"),
            label=entered["label"] or None,
        )
        self._undo.tell("Kept.")
        await self._refresh()


def stock_fields(keg: Keg) -> list[Field]:
    """Give the fields with what is known."""
    cost = f"{keg.cost_cents / 100:.2f}" if keg.cost_cents is not None else ""
    return [
        Field(name="cost", label="What it cost", kind="money", unit=CURRENCY, most=10, value=cost),
        Field(
            name="filled",
            label="Filled on",
            kind="date",
            most=10,
            value=keg.filled_on.isoformat() if keg.filled_on else "",
        ),
        Field(name="best", label="Best by", kind="date", most=10, value=keg.best_by.isoformat() if keg.best_by else ""),
        Field(name="label", label="Name on the collar", kind="text", most=60, value=keg.label or ""),
    ]
