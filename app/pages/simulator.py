"""The simulated bar's levers, with the truth beside what is shown: `/simulator`, in the demo only."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from nicegui import ui

from app.ask import ask
from app.member import current_member
from app.pages.simulated_tap import SimulatedTap
from app.pages.simulator_kegs import AnotherKeg
from app.pages.simulator_levers import Pull
from app.simulator import Simulator, SimulatorRefused
from app.site import Site
from app.theme import TITLE, frame, notice, refusal_notice
from backend.domain.face import TapFace
from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.member import Act
from backend.domain.refusal import Refusal
from backend.ports import StoreUnavailable
from backend.usecases.view_board import view_board
from components.choice_chips import ChoiceChips
from components.rows import Row
from components.words import Words

SPEEDS: Final = {"1": "1x", "10": "10x", "60": "60x"}
GUESTS: Final = {"on": "Guests drink", "off": "Guests stay away"}
TRUTH_EVERY_S: Final = 1.0

Lever = Callable[[], Awaitable[None]]


def register(site: Site, simulator: Simulator) -> None:
    """Declare the page."""

    @ui.page("/simulator", title=TITLE)
    async def simulator_page() -> None:
        view = await ask(view_board, site.ports, location_id=site.location_id, member=current_member())
        with frame(site, "Simulator", here="/simulator", place=view.location.name):
            SimulatorPage(site, simulator, view.location, view.faces)


class SimulatorPage:
    """The levers of every tap, and the truth told once a second."""

    def __init__(self, site: Site, simulator: Simulator, location: Location, faces: Sequence[TapFace]) -> None:
        self._simulator = simulator
        self._location = location
        self._site = site
        self._unreachable = False
        Words("Simulator", "h1")
        Words(
            "This bar is simulated: its scales run the real firmware. What you do here happens in the bar; "
            "the board shows what the scales make of it."
        ).classes("ss-muted")
        self._speed = site.clock.speed
        with ui.element("section").classes("ss-panel ss-sim-top"):
            self._time = Words("").classes("ss-sim-time")
            self._speeds = ChoiceChips(
                SPEEDS, chosen=f"{site.clock.speed:g}", label="Speed of time", on_choice=self._set_speed
            )
            guests = "on" if simulator.drinkers_on else "off"
            ChoiceChips(GUESTS, chosen=guests, label="Guests", on_choice=self._set_guests)
        self._missing = Words("").classes("ss-muted")
        self._missing.props["role"] = "status"
        with ui.element("div").classes("ss-sim-taps"):
            self._taps = {
                str(face.tap_id): SimulatedTap(face, location=location, pull=self._pull, now=site.clock.now)
                for face in faces
            }
        AnotherKeg(site, faces, pull=self.pull)
        site.live.rows.subscribe(self._follow)
        ui.timer(TRUTH_EVERY_S, self._tell_truth, immediate=True)

    async def _pull(self, tap_id: TapId, pull: Pull) -> bool:
        """Pull a lever of a tap."""
        member = current_member()
        return await self.pull(lambda: pull.act(self._simulator, tap_id, member), pull.said.format(tap=tap_id.number))

    async def pull(self, lever: Lever, said: str) -> bool:
        """Pull a lever of the bar and say so; a refusal becomes a notice that says why. Gives whether it was done."""
        try:
            current_member().must(Act.ASSIGN, location_id=self._site.location_id)
            await lever()
        except (SimulatorRefused, Refusal, ValueError) as why:
            refusal_notice(why)
            return False
        notice(said)
        return True

    async def _set_speed(self, value: str) -> None:
        speed = float(value)
        await self.pull(lambda: self._simulator.set_speed(speed), f"Time runs at {speed:g}x.")

    async def _set_guests(self, value: str) -> None:
        on = value == "on"
        said = "The guests order by themselves." if on else "The guests stay away; only you pour now."
        await self.pull(lambda: self._simulator.set_drinkers(on=on), said)

    def _follow(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if row["tap"] in self._taps:
                self._taps[row["tap"]].show(row)

    def _tell_time(self) -> None:
        clock = self._site.clock
        local = clock.now().astimezone(self._location.zone)
        self._time.set_text(f"{local:%a} {local.day} {local:%b}, {local:%H:%M:%S} in the bar, at {clock.speed:g}x")
        if clock.speed != self._speed:  # somebody else has set it
            self._speed = clock.speed
            self._speeds.choose(f"{clock.speed:g}")

    async def _tell_truth(self) -> None:
        self._tell_time()
        faces: dict[TapId, TapFace] = {}
        try:
            member = current_member()
            member.must(Act.VIEW_LEVELS, location_id=self._site.location_id)
            truths = await self._simulator.truth()
            view = await ask(view_board, self._site.ports, location_id=self._site.location_id, member=member)
            faces = {face.tap_id: face for face in view.faces}
        except (SimulatorRefused, Refusal, StoreUnavailable) as why:
            self._missing.set_text(f"The truth is not known now: {why}.")
            truths = {}
        else:
            self._missing.set_text("")
        for tap in self._taps.values():
            tap.tell(truths.get(tap.tap_id), faces.get(tap.tap_id))
