"""Taring a tap: touch what stands on its platform: `/taps/loc-001:07/tare`."""

from typing import Final

from nicegui import ui

from app.ask import ask
from app.member import current_member
from app.pages.entering import entered, weighed_tap
from app.pages.live_weight import WAITING, LiveWeight
from app.pages.tare_words import choices_of, confirm_words, tare_rows, told
from app.site import Site
from app.theme import TITLE, frame, panel, refusal_notice
from backend.cellar.rows import BadRow
from backend.domain.command import CommandAnswered
from backend.domain.member import Act
from backend.domain.refusal import Refusal
from backend.domain.wizard import Step, TareOf, WizardKind
from backend.usecases.tare import tare, undo_tare
from backend.usecases.view_tap import TapView, view_tap
from backend.usecases.view_tares import MOST_TARES, view_tares
from backend.usecases.watch_scale import watch_scale
from backend.usecases.wizards import WizardView, setting_of, view_wizard
from components.stand_choice import StandChoice
from components.styles import use_styles
from components.table import PlainTable
from components.undo_line import UndoLine
from components.words import Words, link

LOOKS_EVERY_S: Final = 0.7
"""How often a tare is looked at that is under way, beside the scale's own answers;"""
CALM_LOOKS: Final = 4
"""and only each fourth time while none is."""
_CALIBRATING: Final = "A calibration of this scale is under way: finish or cancel it first."


def register(site: Site) -> None:
    """Declare the page."""

    @ui.page("/taps/{tap_id}/tare", title=TITLE)
    async def tare_page(tap_id: str) -> None:
        begun = await entered(site, lambda: weighed_tap(site, tap_id, act=Act.TARE))
        if begun is None:
            return
        view, device_id = begun
        with frame(site, f"Tare tap {view.face.tap_id.number}", place=view.location.name):
            page = TarePage(site, view, device_id=device_id)
        await page.refresh()


class TarePage:
    """The live weight, the three pictures, what came of the last touch, and the tares before."""

    def __init__(self, site: Site, view: TapView, *, device_id: str) -> None:
        self._site = site
        self._tap_id = view.face.tap_id
        self._device_id = device_id
        self._view = view
        self._wizard: WizardView | None = None
        self._looks = 0
        self._began = False
        self._build(view)
        site.live.answers.subscribe(self._hear)
        ui.timer(LOOKS_EVERY_S, self._look)
        ui.context.client.on_connect(self.refresh)

    async def refresh(self) -> None:
        """Show how the tare stands; a refusal becomes a notice."""
        site, member = self._site, current_member()
        wall, now = site.clock.wall(), site.clock.now()
        try:
            seen = await ask(view_wizard, site.ports, device_id=self._device_id, member=member, wall=wall, now=now)
            if self._wizard is None or _version(seen) != _version(self._wizard):
                self._view = await ask(view_tap, site.ports, tap_id=self._tap_id, member=member, now=now)
                entries = await ask(view_tares, site.ports, tap_id=self._tap_id, member=member, now=now)
                self._past.show(tare_rows(entries, zone=self._view.location.zone))
        except (Refusal, BadRow) as why:
            refusal_notice(why)
            return
        self._wizard = seen
        self._weight.by(setting_of(seen.calibration))
        self._show_choices()
        self._show_told(seen)

    def _build(self, view: TapView) -> None:
        use_styles("wizard.css")
        beer = view.face.beer
        with ui.element("div").classes("ss-title-line"):
            Words(f"Tare tap {self._tap_id.number}", "h1")
            Words(beer.name if beer else "No beer", "p").classes("ss-muted")
        with ui.element("section").classes("ss-panel ss-told") as self._result:
            self._told = Words("", "p")
            self._told.props["role"] = "status"
            self._undo_button = Words("Undo", "button").classes("ss-act")
            self._undo_button.props["type"] = "button"
            self._undo_button.on("click", self._undo, [])
            self._confirm_button = Words("", "button").classes("ss-act")
            self._confirm_button.props["type"] = "button"
            self._confirm_button.on("click", self._confirm, [])
        self._result.set_visibility(False)
        with panel("What stands on the platform now?"):
            self._choice = StandChoice(choices_of(view, lbs=None), wait=WAITING, on_stands=self._tare)
            self._reason = Words(WAITING, "p").classes("ss-reason")
            self._reason.props["role"] = "status"
        with panel("What the scale reads"):
            self._weight = LiveWeight(
                self._site, device_id=self._device_id, stream=self._stream, on_look=self._show_choices
            )
        with panel("Earlier tares"):
            self._past = PlainTable(
                ("When", "What", "Before", "After", "By"),
                figures=("Before", "After"),
                most=MOST_TARES,
                empty="Nothing has been tared here yet.",
                stacks=True,
            )
        link("Back to the tap", f"/taps/{self._tap_id}").classes("ss-back")
        self._undo_line = UndoLine()

    async def _confirm(self) -> None:
        wizard = self._wizard.wizard if self._wizard is not None else None
        if wizard is not None and wizard.asks and wizard.tare_of is not None:
            await self._tare(wizard.tare_of.value, confirmed_lbs=wizard.residual_lbs)

    async def _tare(self, name: str, *, confirmed_lbs: float | None = None) -> None:
        site = self._site
        try:
            await ask(
                tare,
                site.ports,
                tap_id=self._tap_id,
                tare_of=TareOf(name),
                member=current_member(),
                now=site.clock.now(),
                wall=site.clock.wall(),
                confirmed_lbs=confirmed_lbs,
            )
        except (Refusal, BadRow) as why:
            refusal_notice(why)
        else:
            self._began = True
        await self.refresh()

    async def _undo(self) -> None:
        site = self._site
        try:
            await ask(
                undo_tare,
                site.ports,
                tap_id=self._tap_id,
                member=current_member(),
                now=site.clock.now(),
                wall=site.clock.wall(),
            )
        except (Refusal, BadRow) as why:
            refusal_notice(why)
        await self.refresh()

    async def _stream(self) -> None:
        site = self._site
        await ask(
            watch_scale,
            site.ports,
            tap_id=self._tap_id,
            member=current_member(),
            now=site.clock.now(),
            wall=site.clock.wall(),
        )

    def _show_choices(self) -> None:
        wait = self._wait()
        self._choice.show(choices_of(self._view, lbs=self._weight.lbs), wait=wait)
        self._reason.set_text(wait or "It stands still: touch what is on it.")

    def _wait(self) -> str:
        seen = self._wizard
        wizard = seen.wizard if seen is not None and seen.open else None
        if wizard is None or seen is None:
            return self._weight.reason
        if not seen.mine:
            return f"{wizard.by_name} is at this scale just now: wait for them."
        return _CALIBRATING if wizard.kind is WizardKind.CALIBRATION else told(wizard)

    def _show_told(self, seen: WizardView) -> None:
        wizard = seen.wizard if seen.wizard is not None and seen.wizard.kind is WizardKind.TARE else None
        self._result.set_visibility(wizard is not None)
        if wizard is None:
            return
        said = told(wizard, warnings=seen.warnings)
        self._confirm_button.set_text(confirm_words(wizard))
        self._confirm_button.set_visibility(wizard.asks)
        self._told.set_text(said)
        self._result.classes(
            add="ss-told-no" if wizard.step is Step.REFUSED else "",
            remove="" if wizard.step is Step.REFUSED else "ss-told-no",
        )
        self._undo_button.set_visibility(seen.may_undo)
        if self._began and wizard.step.over:
            self._began = False
            if seen.may_undo:
                self._undo_line.tell(said, undo=self._undo)

    async def _hear(self, answered: CommandAnswered) -> None:
        if answered.device_id == self._device_id and answered.state.final:
            await self.refresh()

    async def _look(self) -> None:
        self._looks += 1
        under_way = self._wizard is not None and self._wizard.open
        if under_way or self._looks % CALM_LOOKS == 0:
            await self.refresh()


def _version(seen: WizardView) -> int:
    return seen.wizard.version if seen.wizard else 0
