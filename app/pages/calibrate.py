"""Calibrating the scale of a tap, step by step; the server keeps where it stands: `/taps/loc-001:07/calibrate`."""

from collections.abc import Callable
from typing import Any, Final

from nicegui import ui

from app.ask import ask
from app.member import current_member
from app.pages.calibrate_steps import HEADING, Seen, draw_step
from app.pages.calibrate_words import bare_words, placed_words
from app.pages.entering import entered, weighed_tap
from app.pages.live_weight import LiveWeight
from app.pages.scale_history import ScaleHistory
from app.site import Site
from app.theme import TITLE, frame, panel, refusal_notice
from backend.cellar.rows import BadRow
from backend.domain.calibration import ASK_EMPTY_LBS, PRESETS_LBS, Method, another_load
from backend.domain.command import CommandAnswered
from backend.domain.maintenance import AsideKind
from backend.domain.member import Act
from backend.domain.refusal import Refusal
from backend.domain.scale import ScaleStatus
from backend.domain.taring import MOST_OFF_LBS
from backend.domain.units import VolumeUnit
from backend.domain.wizard import Step, Wizard, WizardKind
from backend.usecases.calibrate import (
    NotEmpty,
    begin_calibration,
    finish_unread,
    measure_again,
    stream_again,
    take_point,
)
from backend.usecases.maintenance import begin_maintenance, end_maintenance
from backend.usecases.save_calibration import save_calibration, undo_calibration
from backend.usecases.view_scale import ScaleView, view_scale
from backend.usecases.view_tap import TapView, view_tap
from backend.usecases.wizards import WizardView, cancel_wizard, setting_of, view_wizard
from components.styles import use_styles
from components.words import Words, link

LOOKS_EVERY_S: Final = 1.0
"""How often the page looks how the wizard stands, beside each answer of the scale: another browser may lead it."""
TAP_EVERY: Final = 3
HISTORY_EVERY: Final = 20
"""What costs more is looked at each so many times, and after every act."""
_MEASURED: Final = (Step.EMPTY, Step.LOADED, Step.CHECK)
_USUAL: Final = "20 kg"
_TARING: Final = "A tare of this scale is under way: wait until it is done."


def register(site: Site) -> None:
    """Declare the page."""

    @ui.page("/taps/{tap_id}/calibrate", title=TITLE)
    async def calibrate_page(tap_id: str) -> None:
        begun = await entered(site, lambda: weighed_tap(site, tap_id, act=Act.CALIBRATE))
        if begun is None:
            return
        view, device_id = begun
        with frame(site, f"Calibrate tap {view.face.tap_id.number}", place=view.location.name):
            page = CalibratePage(site, view, device_id=device_id)
        await page.refresh()


class CalibratePage:
    """The wizard as it stands on the server, the live weight beside it, and the history of the scale."""

    def __init__(self, site: Site, tap: TapView, *, device_id: str) -> None:
        self._site = site
        self._client = ui.context.client
        self._tap_id = tap.face.tap_id
        self._device_id = device_id
        self._tap = tap
        self._seen: Seen | None = None
        self._known, self._known_lbs, self._sure = _USUAL, PRESETS_LBS[_USUAL], False
        self._doubt = ""
        self._entered_from = self._known_lbs
        self._button: Words | None = None
        self._focus = False
        self._looks = 0
        self._build(tap)
        site.live.answers.subscribe(self._hear)
        ui.timer(LOOKS_EVERY_S, self.refresh)
        ui.context.client.on_connect(self.refresh)

    async def refresh(self) -> None:
        """Show how the wizard stands; a refusal becomes a notice."""
        site, member = self._site, current_member()
        now = site.clock.now()
        try:
            view = await ask(
                view_wizard, site.ports, device_id=self._device_id, member=member, wall=site.clock.wall(), now=now
            )
            if self._looks % TAP_EVERY == 0 or self._focus or self._moved(view):
                self._tap = await ask(view_tap, site.ports, tap_id=self._tap_id, member=member, now=now)
            if self._looks % HISTORY_EVERY == 0 or self._moved(view):
                scale = await ask(view_scale, site.ports, device_id=self._device_id, member=member)
                self._show_scale(scale)
        except (Refusal, BadRow) as why:
            refusal_notice(why)
            return
        self._looks += 1
        self._show(view, self._tap)

    async def begin(self, method: Method, *, take_over: bool = False) -> None:
        """Begin; with a weight the tap is set aside, because its keg goes away and comes back."""

        async def begun() -> None:
            what: dict[str, Any] = {"device_id": self._device_id, "method": method, "take_over": take_over}
            await ask(begin_calibration, self._site.ports, **what, **self._times())
            self._weight.asked()
            if method is Method.KNOWN_WEIGHT and not (self._seen and self._seen.aside):
                now = self._site.clock.now()
                kind = AsideKind.MAINTENANCE
                await ask(
                    begin_maintenance,
                    self._site.ports,
                    tap_id=self._tap_id,
                    kind=kind,
                    member=current_member(),
                    now=now,
                )

        await self._do(begun)

    async def measure(self) -> None:
        """Take the point of this step, if the platform is still; says why not otherwise."""
        wizard = self._seen.wizard if self._seen else None
        if wizard is None or self._why_not(wizard):
            return

        async def taken() -> None:
            lbs = self._known_lbs if wizard.step is Step.LOADED and wizard.method is Method.KNOWN_WEIGHT else None
            what: dict[str, Any] = {"device_id": self._device_id, "samples": self._weight.samples, "known_lbs": lbs}
            confirm, self._doubt = bool(self._doubt), ""
            try:
                await ask(take_point, self._site.ports, **what, confirm=confirm, **self._times())
            except NotEmpty as doubt:
                self._doubt = str(doubt)
                return
            self._weight.afresh()

        await self._do(taken)

    async def back(self) -> None:
        """Go one step back."""
        await self._ask(measure_again)

    async def save(self) -> None:
        """Send the result, once a large change is said to be meant."""
        fit = self._seen.wizard.fit if self._seen and self._seen.wizard else None
        sure, self._sure = self._sure, False
        if fit is not None and fit.must_be_confirmed and not sure:
            self._sure = True
            await self._do(_nothing)
            return
        await self._ask(save_calibration, confirm=sure)

    async def finish(self) -> None:
        """End it without reading back; with the keg back on, the tap goes back in service with that."""
        wizard, lbs = self._seen.wizard if self._seen else None, self._weight.lbs
        known = wizard.known if wizard else None
        back = known is not None and lbs is not None and another_load(lbs, known_lbs=known.known_lbs)

        async def ended() -> None:
            wall = self._site.clock.wall()
            await ask(finish_unread, self._site.ports, device_id=self._device_id, member=current_member(), wall=wall)

        await self._do(ended)
        over = self._seen is not None and not self._seen.view.open
        if over and back and self._seen is not None and self._seen.aside is not None:
            await self.in_service()

    async def cancel(self) -> None:
        """End it without a change."""

        async def ended() -> None:
            wall = self._site.clock.wall()
            device = self._device_id
            await ask(cancel_wizard, self._site.ports, device_id=device, member=current_member(), wall=wall)

        await self._do(ended)

    async def undo(self) -> None:
        """Send the former zero and factor."""
        await self._ask(undo_calibration)

    async def in_service(self) -> None:
        """Put the tap back in service."""

        async def ended() -> None:
            now = self._site.clock.now()
            await ask(end_maintenance, self._site.ports, tap_id=self._tap_id, member=current_member(), now=now)

        await self._do(ended)

    async def choose(self, known: str) -> None:
        """Choose a known weight."""
        if known in PRESETS_LBS:
            self._known_lbs = PRESETS_LBS[known]
        self._known, self._entered_from = known, self._known_lbs
        with self._client:
            await self.refresh()

    def enter(self, lbs: float) -> None:
        """Take a known weight that was entered (lb)."""
        self._known_lbs = lbs
        if self._button is not None:
            self._button.set_text(f"Measure {lbs:.1f} lb")

    async def _ask(self, usecase: Callable[..., Wizard], **what: Any) -> None:
        async def done() -> None:
            await ask(usecase, self._site.ports, device_id=self._device_id, **what, **self._times())
            self._weight.asked()

        await self._do(done)

    def _times(self) -> dict[str, Any]:
        return {"member": current_member(), "now": self._site.clock.now(), "wall": self._site.clock.wall()}

    async def _do(self, act: Callable[[], Any]) -> None:
        """Do what was touched, then show where the wizard stands and take the focus there."""
        with self._client:  # the button that was touched goes away with its step
            try:
                await act()
            except (Refusal, BadRow) as why:
                refusal_notice(why)
            else:
                self._focus = True
            await self.refresh()

    def _build(self, tap: TapView) -> None:
        use_styles("wizard.css")
        beer = tap.face.beer
        with ui.element("div").classes("ss-title-line"):
            Words(f"Calibrate tap {self._tap_id.number}", "h1")
            Words(f"{self._device_id}, under {beer.name if beer else 'no beer'}").classes("ss-muted")
        with ui.element("section").classes("ss-panel ss-wizard") as self._place:
            self._place.props["aria-label"] = "Calibration"
        with ui.element("section").classes("ss-panel") as self._live:
            Words("What the scale reads", "h2")
            self._weight = LiveWeight(
                self._site, device_id=self._device_id, stream=self._stream, on_look=self._mark_button, in_full=True
            )
            self._reason = Words("", "p").classes("ss-reason")
            self._reason.props["role"] = "status"
        with panel("This scale over time"):
            self._history = ScaleHistory()
        with ui.element("div").classes("ss-acts"):
            link("Back to the tap", f"/taps/{self._tap_id}").classes("ss-back")
            link("This scale in full", f"/scales/{self._device_id}").classes("ss-back")

    async def _stream(self) -> None:
        await ask(stream_again, self._site.ports, device_id=self._device_id, **self._times())

    def _moved(self, view: WizardView) -> bool:
        before = self._seen.view if self._seen else None
        return before is None or before.calibration != view.calibration

    def _show_scale(self, scale: ScaleView) -> None:
        self._history.show(scale, now=self._site.clock.now())

    def _show(self, view: WizardView, tap: TapView) -> None:
        aside = tap.face.aside
        aside = aside if aside is not None and aside.covers(self._site.clock.now()) else None
        if view.wizard is None or view.wizard.step is not Step.EMPTY or abs(self._weight.lbs or 0.0) <= ASK_EMPTY_LBS:
            self._doubt = ""
        seen = Seen(
            view=view,
            aside=aside if aside is not None and aside.kind is AsideKind.MAINTENANCE else None,
            until=f"{aside.until.astimezone(tap.location.zone):%H:%M}" if aside else "",
            online=tap.scale is not None and tap.scale.status is not ScaleStatus.OFFLINE,
            known=self._known,
            known_lbs=self._entered_from,
            sure=self._sure,
            doubt=self._doubt,
            metric=tap.location.settings.volume_unit is VolumeUnit.LITRE,
            full_lbs=tap.keg.full_lbs if tap.keg else None,
        )
        wizard = view.wizard if view.open else None
        measuring = wizard is not None and wizard.kind is WizardKind.CALIBRATION and wizard.step in _MEASURED
        self._live.set_visibility(measuring)
        self._weight.wanted = measuring and view.mine
        self._weight.by(wizard.present if wizard is not None and wizard.present else setting_of(view.calibration))
        if seen != self._seen:
            self._seen = seen
            self._draw(seen)
        self._mark_button()

    def _draw(self, seen: Seen) -> None:
        self._place.clear()
        with self._place:
            if seen.view.open and seen.wizard is not None and seen.wizard.kind is WizardKind.TARE:
                self._button = None
                Words(_TARING, "h2")
            else:
                self._button = draw_step(self, seen)
        if self._focus:
            self._focus = False
            ui.run_javascript(f"document.getElementById('{HEADING}')?.focus()")

    def _mark_button(self) -> None:
        """Say live why the point cannot be taken, and let the button say the same."""
        wizard = self._seen.wizard if self._seen and self._seen.view.open else None
        if wizard is None or self._button is None:
            return
        why = self._why_not(wizard)
        empty = bare_words(self._weight.lbs, most=MOST_OFF_LBS)
        self._reason.set_text(why or (empty if wizard.step is Step.EMPTY else "It stands still: go on."))
        blocked = "true" if why else "false"
        if self._button.props.get("aria-disabled") != blocked:
            self._button.props["aria-disabled"] = blocked

    def _why_not(self, wizard: Wizard) -> str:
        """Why the point of this step cannot be taken now; empty where it can."""
        still = self._weight.still
        if self._weight.reason or still is None or wizard.step is not Step.LOADED or wizard.zero is None:
            return self._weight.reason
        factor = wizard.present.factor if wizard.present else still.sd_counts / still.sd_lbs if still.sd_lbs else 1.0
        present = wizard.present
        return placed_words(
            counts=still.mean_raw - wizard.zero.raw,
            known_lbs=self._known_lbs,
            factor=factor,
            empty_lbs=(wizard.zero.raw - present.zero) / present.factor if present else 0.0,
        )

    async def _hear(self, answered: CommandAnswered) -> None:
        if answered.device_id == self._device_id and answered.state.final:
            await self.refresh()


async def _nothing() -> None:
    """Only the question is asked."""
