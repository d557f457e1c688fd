"""Changing the keg of a tap: what the scale found, the kegs that fit, any other beer, and the way back."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from nicegui import ui

from app.ask import ask
from app.member import current_member
from app.pages.acts import act_button, attempt
from app.pages.opening import Opening
from app.pages.tap_facts import moment_words, size_words
from app.site import Site
from app.wall_sheet import WHY_WORDS
from backend.domain.beer import Beer
from backend.domain.keg_type import KEG_TYPES
from backend.domain.offers import Offer
from backend.domain.refusal import Invalid, NotLifted
from backend.domain.swap import SwapStep
from backend.usecases.choose_keg import choose_keg
from backend.usecases.keg_stock import queue_next
from backend.usecases.list_beers import list_beers
from backend.usecases.undo_swap import confirm_swap, undo_swap
from backend.usecases.view_swap import Choice, SwapView, view_swap
from backend.usecases.view_tap import TapView
from components.form import Entered, Field, Form
from components.undo_line import UndoLine
from components.words import Words

_MOST_CHOICES: Final = 8


class SwapPanel:
    """A panel that follows a change of kegs and lets a person say which keg it is."""

    def __init__(self, site: Site, view: TapView, *, undo: UndoLine, refresh: Callable[[], Awaitable[None]]) -> None:
        self._site = site
        self._tap_id = view.face.tap_id
        self._zone = view.location.zone
        self._undo = undo
        self._refresh = refresh
        self._drawn: SwapView | None = None
        self._question: tuple[str, dict[str, Any], str] | None = None
        self._opening = Opening(self._build, label="Change keg")
        self.opener = self._opening.opener

    async def follow(self) -> None:
        """Draw it anew where it is open and the change has moved on."""
        if self._opening.is_open and await self._view() != self._drawn:
            await self._opening.draw()

    async def _view(self) -> SwapView:
        view: SwapView = await self._ask(view_swap)
        return view

    async def _ask(self, usecase: Callable[..., Any], **more: Any) -> Any:
        return await ask(
            usecase,
            self._site.ports,
            tap_id=self._tap_id,
            member=current_member(),
            now=self._site.clock.now(),
            **more,
        )

    async def _build(self) -> None:
        view = self._drawn = await self._view()
        beers = await ask(list_beers, self._site.ports, location_id=self._tap_id.location_id, member=current_member())
        self._names = {beer.beer_id: beer.name for beer in beers}
        if self._question is not None:
            self._asks_back(*self._question)
        Words(self._said(view, beers))
        with ui.element("div").classes("ss-chips"):
            if view.state is SwapStep.DONE and view.may_confirm:
                act_button("Yes, that is it", self._confirm, first=True)
            if view.last is not None and view.last.stands and view.may_undo:
                act_button("Undo the last change", self._take_back)
        if view.choices:
            Words("What stands there now?", "h3")
            with ui.element("ul").classes("ss-choices"):
                for choice in view.choices[:_MOST_CHOICES]:
                    self._choice(choice)
        Words("Any other keg", "h3")
        Form(other_fields(beers), verb="It is this one", name="Any other keg", on_send=self._other)

    def _said(self, view: SwapView, beers: tuple[Beer, ...]) -> str:
        if view.state is SwapStep.LIFTED and view.since is not None:
            return f"The keg is lifted since {moment_words(view.since, self._zone)}. Set the next one down."
        weight = f"{view.gross_lbs:.1f} lb" if view.gross_lbs is not None else "something"
        if view.state is SwapStep.PLACED:
            return f"A keg of {weight} was set down; it is looked at once it stands still."
        if view.state is SwapStep.UNKNOWN:
            return f"A keg of {weight} stands here that nobody knows. Say which it is."
        if view.state is SwapStep.DONE and view.last is not None:
            return f"The scale found another keg of {weight}, on since {moment_words(view.last.at, self._zone)}."
        if not beers:
            return "There is no beer to put on yet: add one first."
        return "Lift the old keg off and set the new one down: the scale notices by itself. Or say what is on now."

    def _choice(self, choice: Choice) -> None:
        offer = choice.offer
        with ui.element("li"):
            button = act_button("", partial(self._choose, offer, choice.beer)).classes("ss-choice")
            with button:
                named = f" ({offer.label})" if offer.label else ""
                Words(f"{choice.beer.name}, {size_words(offer.type_id)}{named}", "b")
                Words(offer_words(offer), "span")
            if not choice.may:
                button.props["disabled"] = True
                Words("Another beer is for a Manager to put on.").classes("ss-muted")

    async def _choose(self, offer: Offer, beer: Beer) -> None:
        await self._put_on({"offer": offer}, f"{beer.name}, {size_words(offer.type_id)}")

    async def _other(self, entered: Entered) -> None:
        if not entered["beer"] or entered["size"] not in KEG_TYPES:
            raise Invalid("choose a beer and a size first")
        which = {"beer_id": entered["beer"], "type_id": entered["size"]}
        await self._put_on(which, f"{self._names.get(entered['beer'], entered['beer'])}, {size_words(entered['size'])}")

    async def _put_on(self, which: dict[str, Any], what: str) -> None:
        """Put it on; where the old keg seems to stand there still, ask first."""
        try:
            await self._ask(choose_keg, **which)
        except NotLifted as why:
            self._question = (str(why), which, what)
            await self._opening.draw()
            return
        await self._chosen(what)

    def _asks_back(self, question: str, which: dict[str, Any], what: str) -> None:
        with ui.element("div").classes("ss-chips").props('role="alert"'):
            Words(question[:1].upper() + question[1:], "strong")
            act_button("Yes, it is on", partial(self._sure, which, what), first=True)
            act_button("Not yet: wait for it", partial(self._wait, which, what))

    async def _sure(self, which: dict[str, Any], what: str) -> None:
        self._question = None
        await self._ask(choose_keg, **which, sure=True)
        await self._chosen(what)

    async def _wait(self, which: dict[str, Any], what: str) -> None:
        """A keg of the stock is queued here; any other is said again once it is on."""
        self._question = None
        offer: Offer | None = which.get("offer")
        if offer is not None and offer.keg_id is not None:
            await self._ask(queue_next, keg_id=offer.keg_id)
            self._undo.tell(f"Next on tap {self._tap_id.number}: {what}. Nothing is changed yet.")
        await self._opening.shut()
        await self._refresh()

    async def _chosen(self, what: str) -> None:
        self._question = None
        await self._opening.shut()
        self._undo.tell(f"On tap {self._tap_id.number} now: {what}.", undo=self._take_back)
        await self._refresh()

    async def _confirm(self) -> None:
        await self._ask(confirm_swap)
        await self._opening.shut()
        self._undo.tell(f"The new keg on tap {self._tap_id.number} is confirmed.")
        await self._refresh()

    async def _take_back(self) -> None:
        if await attempt(partial(self._ask, undo_swap)):
            await self._opening.shut()
            self._undo.tell(f"The keg before is on tap {self._tap_id.number} again.")
        await self._refresh()


def offer_words(offer: Offer) -> str:
    """Say why a keg is offered, and how its weight fits."""
    said = WHY_WORDS[offer.why]
    if offer.off_lbs is None:
        return f"{said} · {offer.expected_lbs:.1f} lb expected"
    return f"{said} · {offer.expected_lbs:.1f} lb expected, {offer.off_lbs:+.1f} lb"


def other_fields(beers: tuple[Beer, ...]) -> list[Field]:
    """Give the fields that name any beer in any size."""
    return [
        Field(
            name="beer",
            label="Beer",
            kind="select",
            value="",
            choices=[("", "choose"), *((beer.beer_id, beer.name) for beer in beers)],
        ),
        Field(
            name="size",
            label="Size",
            kind="select",
            value="half_barrel",
            choices=[(kind.type_id, kind.name) for kind in KEG_TYPES.values()],
        ),
    ]
