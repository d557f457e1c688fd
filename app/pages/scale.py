"""One scale: what it computes with, since when, how far that can be trusted, and whether it drifts: `/scales/…`."""

from datetime import tzinfo
from typing import Final

from nicegui import ui

from app.ask import ask
from app.member import current_member
from app.pages.entering import entered
from app.pages.scale_history import METHOD_WORDS, ScaleHistory
from app.pages.tap_facts import moment_words
from app.site import Site
from app.theme import TITLE, frame, notice, panel, refusal_notice
from backend.cellar.rows import BadRow
from backend.domain.command import CommandName
from backend.domain.command_words import outcome_of
from backend.domain.member import Act
from backend.domain.refusal import Refusal
from backend.domain.scale import Scale, ScaleStatus
from backend.usecases.commands import send_command, view_commands
from backend.usecases.view_scale import ScaleView, view_scale
from components.table import FactList, PlainTable
from components.words import Words, link

LOOKS_EVERY_S: Final = 5.0
LIT_S: Final = 10
MOST_COMMANDS: Final = 10
_STATUS: Final = {
    ScaleStatus.UNCLAIMED: "not claimed",
    ScaleStatus.ONLINE: "online",
    ScaleStatus.OFFLINE: "no signal",
    ScaleStatus.RETIRED: "retired",
}


def register(site: Site) -> None:
    """Declare the page."""

    @ui.page("/scales/{device_id}", title=TITLE)
    async def scale_page(device_id: str) -> None:
        view = await entered(site, lambda: ask(view_scale, site.ports, device_id=device_id, member=current_member()))
        if view is None:
            return
        with frame(site, f"Scale {device_id}", place=view.location.name):
            page = ScalePage(site, view)
        await page.refresh()


class ScalePage:
    """Facts, acts, history and the last commands of a scale, kept fresh while the page is open."""

    def __init__(self, site: Site, view: ScaleView) -> None:
        self._site = site
        self._device_id = view.scale.device_id
        self._build(view)
        ui.timer(LOOKS_EVERY_S, self.refresh)
        ui.context.client.on_connect(self.refresh)

    async def refresh(self) -> None:
        """Show the scale as it stands now; a refusal becomes a notice."""
        site, member = self._site, current_member()
        try:
            view = await ask(view_scale, site.ports, device_id=self._device_id, member=member)
            told = await ask(view_commands, site.ports, device_id=self._device_id, member=member, limit=MOST_COMMANDS)
        except (Refusal, BadRow) as why:
            refusal_notice(why)
            return
        zone = view.location.zone
        self._facts.show(facts_of(view))
        self._history.show(view, now=site.clock.now())
        self._commands.show(
            [(f"{one.sent_at.astimezone(zone):%H:%M:%S}", one.name.value, outcome_of(one)) for one in told]
        )

    def _build(self, view: ScaleView) -> None:
        device, tap = self._device_id, view.tap_id
        with ui.element("div").classes("ss-title-line"):
            Words(f"Scale {device}", "h1")
            Words(f"under tap {tap.number}" if tap else "under no tap").classes("ss-muted")
        with ui.element("div").classes("ss-columns"):
            with panel("What it computes with"):
                self._facts = FactList()
            with panel("What to do"), ui.element("div").classes("ss-chips"):
                self._acts(view)
        with panel("Over time"):
            self._history = ScaleHistory()
        with panel("Last commands"):
            self._commands = PlainTable(
                ("Sent", "Command", "Outcome"), most=MOST_COMMANDS, empty="Nothing was asked of it lately.", stacks=True
            )
        link("Back to the tap" if tap else "Back to the board", f"/taps/{tap}" if tap else "/").classes("ss-back")

    def _acts(self, view: ScaleView) -> None:
        place, member = view.location.location_id, current_member()
        for name, act, path in (("Calibrate", Act.CALIBRATE, "calibrate"), ("Tare", Act.TARE, "tare")):
            if view.tap_id is not None and member.may(act, location_id=place):
                link(name, f"/taps/{view.tap_id}/{path}").classes("ss-act ss-act-link")
        light = Words("Light it", "button").classes("ss-act")
        light.props["type"] = "button"
        light.on("click", self._light, [])

    async def _light(self) -> None:
        site = self._site
        try:
            await ask(
                send_command,
                site.ports,
                device_id=self._device_id,
                name=CommandName.IDENTIFY,
                params={"seconds": LIT_S},
                member=current_member(),
                now=site.clock.now(),
                wall=site.clock.wall(),
            )
        except (Refusal, BadRow) as why:
            refusal_notice(why)
        else:
            notice(f"The light of {self._device_id} blinks for {LIT_S} s once it has heard this.")
        await self.refresh()


def facts_of(view: ScaleView) -> list[tuple[str, str]]:
    """Give what is known of a scale, as terms and words."""
    zone, scale, now = view.location.zone, view.scale, view.calibration
    facts = [("State", _state(scale, zone)), ("Firmware", scale.fw_version or "not told yet")]
    if now is None:
        return [*facts, ("Calibration", "not told by the scale yet: it is asked when you tare or calibrate")]
    trust = f"± {now.plus_minus_pct:.1f} %" if now.plus_minus_pct is not None else "nobody calibrated it here"
    off = "not read back" if now.residual_lbs is None else f"{now.residual_lbs:+.2f} lb".replace("-0.00", "+0.00")
    wired = ", wired the other way round" if now.reversed else ""
    return [
        *facts,
        ("Factor", f"{now.factor:,.1f} counts per lb{wired}, {trust}"),
        ("Zero", f"{now.zero:,} counts"),
        ("Set", f"{moment_words(now.calibrated_at, zone)}, {METHOD_WORDS[now.method]}, revision {now.rev}"),
        ("Read back", off),
    ]


def _state(scale: Scale, zone: tzinfo) -> str:
    heard = f", last word {moment_words(scale.heard_at, zone)}" if scale.heard_at else ""
    return _STATUS[scale.status] + heard
