"""What can be done at a tap: change the keg, tare, calibrate, clean the line, set it aside, book waste, correct."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from nicegui import ui

from app.ask import ask
from app.member import current_member
from app.pages.acts import act_button, act_link, attempt
from app.pages.tap_facts import moment_words
from app.pages.tap_swap import SwapPanel
from app.pages.tap_waste import WastePanel
from app.site import Site
from backend.domain.maintenance import MINUTES, Aside, AsideKind, CleaningState, cleaning_state
from backend.domain.member import Act
from backend.usecases.maintenance import begin_maintenance, end_maintenance
from backend.usecases.view_tap import TapView
from components.undo_line import UndoLine
from components.words import Words

Refresh = Callable[[], Awaitable[None]]

_BEGIN: Final = {AsideKind.CLEANING: "Clean line", AsideKind.MAINTENANCE: "Set aside"}
_END: Final = {AsideKind.CLEANING: "End cleaning", AsideKind.MAINTENANCE: "Back in service"}
_BEGUN: Final = {
    AsideKind.CLEANING: "Cleaning the line of tap {tap}",
    AsideKind.MAINTENANCE: "Tap {tap} is set aside",
}
_ENDED: Final = {
    AsideKind.CLEANING: "The line of tap {tap} is clean; what leaves now is sold.",
    AsideKind.MAINTENANCE: "Tap {tap} is back in service.",
}
_TOO_SHORT: Final = "Tap {tap} is back in service. Its line does not count as cleaned: that takes 3 minutes at least."
_MINUTE_S: Final = 60.0


class TapActs(ui.element):
    """The buttons of a tap, and the panel that the last of them opened."""

    def __init__(self, site: Site, view: TapView, *, undo: UndoLine, refresh: Refresh) -> None:
        super().__init__("section")
        self.classes("ss-panel ss-tap-acts").props["aria-label"] = "What to do"
        self._site = site
        self._tap_id = view.face.tap_id
        self._undo = undo
        self._refresh = refresh
        self._drawn: tuple[object, ...] = ()
        with self:
            self._buttons = ui.element("div").classes("ss-chips")
            self._line = Words("").classes("ss-muted")
            self._swap = SwapPanel(site, view, undo=undo, refresh=refresh)
            self._waste = WastePanel(site, view, undo=undo, refresh=refresh)
        self.show(view)

    def show(self, view: TapView) -> None:
        """Follow how the tap stands."""
        self._view = view
        self._line.set_text(standing_words(view, now=self._site.clock.now()))
        aside, keg_id = view.face.aside, view.tap.keg_id
        kind = aside.kind if aside is not None and aside.covers(self._site.clock.now()) else None
        wanted = (kind, keg_id)
        if wanted != self._drawn:
            self._drawn = wanted
            self._buttons.clear()
            with self._buttons:
                self._draw(kind, keg_id)

    async def follow(self) -> None:
        """Follow a change of kegs where its panel is open."""
        await self._swap.follow()

    def _draw(self, kind: AsideKind | None, keg_id: str | None) -> None:
        place, member = self._tap_id.location_id, current_member()
        self._swap.opener("Change keg")
        if member.may(Act.TARE, location_id=place):
            act_link("Tare", f"/taps/{self._tap_id}/tare")
        if member.may(Act.CALIBRATE, location_id=place):
            act_link("Calibrate", f"/taps/{self._tap_id}/calibrate")
        for each in (AsideKind.CLEANING, AsideKind.MAINTENANCE):
            if kind is None:
                self._begin_button(each)
            elif kind is each:
                act_button(_END[each], self._end, first=True)
        self._waste.opener("Book waste")
        if keg_id is not None:
            act_link("Correct", f"/kegs/{keg_id}", label="Correct the keg that is on this tap")

    def _begin_button(self, kind: AsideKind) -> None:
        async def begin() -> None:
            aside = await self._begin(kind, MINUTES)
            until = aside.until.astimezone(self._view.location.zone)
            done = _BEGUN[kind].format(tap=self._tap_id.number)
            self._undo.tell(f"{done} until {until:%H:%M}: what leaves now is not sold.", undo=self._take_back)
            await self._refresh()

        act_button(_BEGIN[kind], begin)

    async def _take_back(self) -> None:
        await attempt(lambda: self._end_of(done=False))
        await self._refresh()

    async def _end(self) -> None:
        ended = await self._end_of(done=True)
        left = (ended.until - self._site.clock.now()).total_seconds() / _MINUTE_S

        async def take_back() -> None:
            await attempt(lambda: self._begin(ended.kind, max(1.0, left)))
            await self._refresh()

        short = ended.kind is AsideKind.CLEANING and not ended.cleans
        done = (_TOO_SHORT if short else _ENDED[ended.kind]).format(tap=self._tap_id.number)
        self._undo.tell(done, undo=take_back)
        await self._refresh()

    async def _begin(self, kind: AsideKind, minutes: float) -> Aside:
        return await ask(
            begin_maintenance,
            self._site.ports,
            tap_id=self._tap_id,
            kind=kind,
            member=current_member(),
            now=self._site.clock.now(),
            minutes=minutes,
        )

    async def _end_of(self, *, done: bool) -> Aside:
        return await ask(
            end_maintenance,
            self._site.ports,
            tap_id=self._tap_id,
            member=current_member(),
            now=self._site.clock.now(),
            done=done,
        )


def standing_words(view: TapView, *, now: datetime) -> str:
    """Say whether a tap is set aside, and how its line stands with its cleaning."""
    zone, aside, due = view.location.zone, view.face.aside, view.face.cleaning_due
    said = []
    if aside is not None and aside.covers(now):
        why = "Its line is being cleaned" if aside.kind is AsideKind.CLEANING else "Set aside"
        said.append(f"{why} until {aside.until.astimezone(zone):%H:%M}: what leaves now is not sold.")
    if view.tap.cleaned_at is not None:
        said.append(f"Line cleaned {moment_words(view.tap.cleaned_at, zone)}.")
    if due is not None:
        when = moment_words(due, zone)
        state = cleaning_state(due, now=now)
        said.append(
            f"Clean the line: it was due {when}." if state is CleaningState.DUE else f"To be cleaned by {when}."
        )
    return " ".join(said)
