"""Taking kegs into stock: what a delivery note says of them."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from nicegui import ui

from app.ask import ask
from app.entries import cents_of, day_of, number_of, whole_of
from app.member import current_member
from app.money import CURRENCY
from app.pages.acts import attempt
from app.pages.keg_wanted import HEAVIEST_SHELL_LBS, LIGHTEST_SHELL_LBS
from app.pages.opening import Opening
from app.site import Site
from backend.domain.beer import Beer
from backend.domain.keg import Keg, Tare, TareSource
from backend.domain.keg_type import KEG_TYPES
from backend.domain.refusal import Invalid
from backend.usecases.keg_stock import MOST_AT_ONCE, remove_keg, stock_kegs
from backend.usecases.view_kegs import KegsView
from components.form import Entered, Field, Form
from components.undo_line import UndoLine
from components.words import Words

MOST_COST: Final = 10_000


class StockingPanel(ui.element):
    """A button, and the form that it opens."""

    def __init__(
        self,
        site: Site,
        view: KegsView,
        beers: tuple[Beer, ...],
        *,
        undo: UndoLine,
        refresh: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__("section")
        self.classes("ss-panel ss-tap-acts").props["aria-label"] = "Add kegs"
        self._site = site
        self._zone = view.location.zone
        self._beers = beers
        self._undo = undo
        self._refresh = refresh
        with self:
            buttons = ui.element("div").classes("ss-chips")
            self._opening = Opening(self._build, label="Add kegs")
            with buttons:
                self._opening.opener("Add kegs")

    async def _build(self) -> None:
        if not self._beers:
            Words("There is no beer yet: add one first, then its kegs.")
            return
        Form(stocking_fields(self._beers), verb="Take into stock", name="Add kegs", on_send=self._send)

    async def _send(self, entered: Entered) -> None:
        asked = stocking_of(entered)
        new = await ask(
            stock_kegs,
            self._site.ports,
            location_id=self._site.location_id,
            member=current_member(),
            now=self._site.clock.now(),
            **asked,
        )
        await self._opening.shut()
        count = "1 keg is" if len(new) == 1 else f"{len(new)} kegs are"
        self._undo.tell(f"{count} in stock now.", undo=partial(self._take_back, new))
        await self._refresh()

    async def _take_back(self, new: list[Keg]) -> None:
        for keg in new:
            await attempt(
                partial(
                    ask,
                    remove_keg,
                    self._site.ports,
                    keg_id=keg.keg_id,
                    member=current_member(),
                    now=self._site.clock.now(),
                )
            )
        await self._refresh()


def stocking_fields(beers: tuple[Beer, ...]) -> list[Field]:
    """Give the fields of a delivery."""
    return [
        Field(
            name="beer",
            label="Beer",
            kind="select",
            value=beers[0].beer_id,
            choices=[(beer.beer_id, beer.name) for beer in beers],
        ),
        Field(
            name="size",
            label="Size",
            kind="select",
            value="half_barrel",
            choices=[(kind.type_id, kind.name) for kind in KEG_TYPES.values()],
        ),
        Field(name="count", label="How many", kind="whole", value="1", most=3),
        Field(name="cost", label="Cost of each", kind="money", unit=CURRENCY, most=10, help="Empty: as usual."),
        Field(name="filled", label="Filled on", kind="date", most=10),
        Field(name="best", label="Best by", kind="date", most=10),
        Field(name="shell", label="Stamped shell weight", kind="number", unit="lb", most=8, help="Empty: typical."),
        Field(name="label", label="Name on the collar", kind="text", most=60, help="If they have one."),
    ]


def stocking_of(entered: Entered) -> dict[str, Any]:
    """Read what is taken in, as `stock_kegs` wants it; raises Invalid."""
    if entered["size"] not in KEG_TYPES:
        raise Invalid("choose a size of the list")
    shell = None
    if entered["shell"]:
        lbs = number_of(
            entered["shell"],
            what="the weight of the shell",
            least=LIGHTEST_SHELL_LBS,
            most=HEAVIEST_SHELL_LBS,
            unit="lb",
        )
        shell = Tare(empty_lbs=lbs, source=TareSource.STAMPED)
    return {
        "beer_id": entered["beer"],
        "type_id": entered["size"],
        "count": whole_of(entered["count"], what="the number of kegs", least=1, most=MOST_AT_ONCE),
        "cost_cents": cents_of(entered["cost"], what="the cost", most=MOST_COST),
        "filled_on": day_of(entered["filled"], what="the day they were filled"),
        "best_by": day_of(entered["best"], what="the day they are best by"),
        "tare": shell,
        "label": entered["label"] or None,
    }
