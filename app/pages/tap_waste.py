"""Booking beer that was lost at a tap: how much, why, and a way back."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from app.ask import ask
from app.entries import number_of
from app.faces import UNIT_WORDS, volume_words
from app.member import current_member
from app.pages.acts import attempt
from app.pages.opening import Opening
from app.site import Site
from backend.domain.ledger import Waste
from backend.domain.refusal import Invalid
from backend.domain.units import OZ_PER_GALLON, PER_GALLON, VolumeUnit
from backend.usecases.record_waste import WASTE_REASONS, record_waste, undo_waste
from backend.usecases.view_tap import TapView
from components.form import Entered, Field, Form
from components.undo_line import UndoLine

_OWN: Final = "own"
_MOST_OWN_GALLONS: Final = 15.5
_IN_OZ: Final = (("4", "4 oz"), ("8", "half a pint"), ("16", "a pint"), ("60", "a pitcher, 60 oz"))
_IN_LITRES: Final = (("0.1", "0.1 L"), ("0.25", "0.25 L"), ("0.5", "0.5 L"), ("1.5", "a pitcher, 1.5 L"))
_IN_IMPERIAL: Final = (("0.25", "a quarter of a pint"), ("0.5", "half a pint"), ("1", "a pint"), ("4", "a pitcher"))
_REASONS: Final = {"foam": "foam", "spill": "a spill", "line": "the line was emptied", "other": "something else"}


class WastePanel:
    """A form that books waste now, from the keg that is on."""

    def __init__(self, site: Site, view: TapView, *, undo: UndoLine, refresh: Callable[[], Awaitable[None]]) -> None:
        self._site = site
        self._tap_id = view.face.tap_id
        self._unit = view.location.settings.volume_unit
        self._undo = undo
        self._refresh = refresh
        self._opening = Opening(self._build, label="Book waste")
        self.opener = self._opening.opener

    async def _build(self) -> None:
        self._form = Form(
            waste_fields(self._unit, own=False),
            verb="Book it",
            name="Book waste",
            on_send=self._book,
            on_change=self._follow,
        )

    async def _follow(self, entered: Entered) -> None:
        self._form.show(waste_fields(self._unit, own=entered["size"] == _OWN))

    async def _book(self, entered: Entered) -> None:
        gallons = waste_gallons(entered, unit=self._unit)
        now = self._site.clock.now()
        waste = await ask(
            record_waste,
            self._site.ports,
            tap_id=self._tap_id,
            gallons=gallons,
            reason=entered["reason"],
            at=now,
            member=current_member(),
            now=now,
            wall=self._site.clock.wall(),
        )
        await self._opening.shut()
        said = f"{volume_words(gallons, unit=self._unit)} booked as waste, {_REASONS[waste.reason]}."
        self._undo.tell(said, undo=partial(self._take_back, waste))
        await self._refresh()

    async def _take_back(self, waste: Waste) -> None:
        await attempt(
            partial(
                ask,
                undo_waste,
                self._site.ports,
                tap_id=self._tap_id,
                waste_id=waste.waste_id,
                at=waste.at,
                member=current_member(),
                now=self._site.clock.now(),
                wall=self._site.clock.wall(),
            )
        )
        await self._refresh()


def waste_fields(unit: VolumeUnit, *, own: bool) -> list[Field]:
    """Give the fields: the sizes a bar loses beer in, or an own amount in its unit."""
    return [
        Field(
            name="size",
            label="How much",
            kind="select",
            value=_sizes(unit)[2][0],
            choices=[*_sizes(unit), (_OWN, "another amount")],
        ),
        Field(
            name="amount",
            label="Amount",
            kind="number",
            unit=UNIT_WORDS[_own_unit(unit)],
            hidden=not own,
        ),
        Field(
            name="reason",
            label="Why",
            kind="select",
            value=WASTE_REASONS[0],
            choices=[(reason, _REASONS[reason]) for reason in WASTE_REASONS],
        ),
    ]


def waste_gallons(entered: Entered, *, unit: VolumeUnit) -> float:
    """Read how much was lost (US gallons); raises Invalid."""
    if entered["reason"] not in WASTE_REASONS:
        raise Invalid("say why the beer was lost: choose one of the list")
    per_gallon = PER_GALLON[_own_unit(unit)]
    if entered["size"] == _OWN:
        most = _MOST_OWN_GALLONS * per_gallon
        words = UNIT_WORDS[_own_unit(unit)]
        lost = number_of(entered["amount"], what="the amount", least=0.01 * per_gallon, most=most, unit=words)
        return lost / per_gallon
    if entered["size"] not in dict(_sizes(unit)):
        raise Invalid("say how much was lost: choose one of the list")
    return float(entered["size"]) / (
        per_gallon if unit in {VolumeUnit.LITRE, VolumeUnit.IMPERIAL_PINT} else OZ_PER_GALLON
    )


def _sizes(unit: VolumeUnit) -> tuple[tuple[str, str], ...]:
    return {VolumeUnit.LITRE: _IN_LITRES, VolumeUnit.IMPERIAL_PINT: _IN_IMPERIAL}.get(unit, _IN_OZ)


def _own_unit(unit: VolumeUnit) -> VolumeUnit:
    """Waste is small: gallons and pints are told in ounces."""
    return unit if unit in {VolumeUnit.LITRE, VolumeUnit.IMPERIAL_PINT} else VolumeUnit.US_OZ
