"""The simulated bar's levers, with the truth beside what is shown: `/simulator`, in the demo only."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from nicegui import ui

from app.ask import ask
from app.faces import row_of, volume_words
from app.member import current_member
from app.pages.tap_facts import moment_words
from app.simulator import Simulator, SimulatorRefused, Truth
from app.site import Site
from app.theme import TITLE, frame, notice, refusal_notice
from backend.domain.face import TapFace
from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.member import Act
from backend.domain.refusal import Refusal
from backend.domain.times import EPOCH
from backend.usecases.view_board import view_board
from components.choice_chips import ChoiceChips
from components.rows import Row
from components.words import Words

SPEEDS: Final = {"1": "1x", "10": "10x", "60": "60x"}
GUESTS: Final = {"on": "Guests drink", "off": "Guests stay away"}
TRUTH_EVERY_S: Final = 1.0
PINT_OZ: Final = 16.0
TASTE_OZ: Final = 4.0
KNOWN_LBS: Final = 44.092
"""A weight of 20 kg, as one calibrates with."""
AGED_PCT: Final = 3.0
AGED_LBS: Final = 1.0
LOST_AFTER_S: Final = 300.0
"""As on the board: a reading older than this is no signal (story time)."""

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
            self._taps = {str(face.tap_id): SimulatedTap(self, face, location=location) for face in faces}
        site.live.rows.subscribe(self._follow)
        ui.timer(TRUTH_EVERY_S, self._tell_truth, immediate=True)

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

    @property
    def now(self) -> datetime:
        """The bar's time."""
        return self._site.clock.now()

    @property
    def simulator(self) -> Simulator:
        """The bar behind the levers."""
        return self._simulator

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
        try:
            current_member().must(Act.VIEW_LEVELS, location_id=self._site.location_id)
            truths = await self._simulator.truth()
        except (SimulatorRefused, Refusal) as why:
            self._missing.set_text(f"The truth is not known now: {why}.")
            truths = {}
        else:
            self._missing.set_text("")
        for tap_id, tap in self._taps.items():
            tap.tell(truths.get(TapId.parse(tap_id)))


class SimulatedTap:
    """One tap's shown level, its truth and its levers."""

    def __init__(self, page: SimulatorPage, face: TapFace, *, location: Location) -> None:
        self._page = page
        self._tap_id = face.tap_id
        self._unit = location.settings.volume_unit
        self._online = True
        self._row = row_of(face, location=location)
        self._zone = location.zone
        with ui.element("section").classes("ss-panel ss-sim-tap"):
            self._heading = Words("", "h2")
            with ui.element("dl").classes("ss-facts"):
                Words("Shown", "dt")
                self._shown = Words("", "dd").classes("ss-sim-shown")
                Words("Truth", "dt")
                self._truth = Words("not known yet", "dd").classes("ss-sim-truth")
            with ui.element("div").classes("ss-chips"):
                self._levers()
            Words("On the platform", "h3").classes("ss-sim-platform")
            with ui.element("div").classes("ss-chips"):
                self._platform_levers()
        self.show(self._row)

    def show(self, row: Row) -> None:
        """Show what the board shows; the last level of a silent tap with when it was seen."""
        self._row = row
        self._heading.set_text(f"{row['no']} · {row['beer']}")
        level = f"{row['volume']}, {row['pct']:.0f} %" if row["pct"] is not None else row["why"] or "not known yet"
        if self._silent():
            at = EPOCH + timedelta(seconds=row["at"] or 0)
            level += f", no signal, last seen {moment_words(at, self._zone)}" if row["at"] else ", no signal"
        else:
            level += ", pouring" if row["pouring"] else ""
        self._shown.set_text(level)

    def _silent(self) -> bool:
        at = self._row["at"]
        age = (self._page.now - EPOCH).total_seconds() - at if at else 0.0
        return self._row["online"] is False or age > LOST_AFTER_S

    def tell(self, truth: Truth | None) -> None:
        """Tell what is really in the keg."""
        self.show(self._row)
        if truth is None:
            self._truth.set_text("not known now")
            return
        self._online = truth.online
        self._name_wifi()
        words = f"{volume_words(truth.gallons, unit=self._unit)}, {truth.weight_lbs:.1f} lb on the scale"
        words += ", pouring" if truth.pouring else ""
        self._truth.set_text(words + ("" if truth.online else ", offline"))

    def _levers(self) -> None:
        bar, tap, no = self._page.simulator, self._tap_id, self._tap_id.number
        pint = self._button("Pour a pint", lambda: bar.pour(tap, oz=PINT_OZ), f"Pouring a pint from tap {no}.")
        pint.classes("ss-act-first")
        self._button("Pour 4 oz", lambda: bar.pour(tap, oz=TASTE_OZ), f"Pouring 4 oz from tap {no}.")
        self._button("Bump", lambda: bar.bump(tap), f"Somebody knocked against the keg of tap {no}.")
        self._button("Lean", lambda: bar.lean(tap), f"Somebody leans on the keg of tap {no}.")
        self._button("Change keg", lambda: bar.change(tap), f"The keg of tap {no} is being changed.")
        self._wifi = self._button("Wi-Fi off")
        self._wifi.on("click", self._turn_wifi, [])

    def _platform_levers(self) -> None:
        bar, tap, no = self._page.simulator, self._tap_id, self._tap_id.number
        self._button("Lift keg", lambda: bar.place(tap, lbs=0), f"Nothing stands on the platform of tap {no}.")
        self._button("Empty shell", lambda: bar.place_shell(tap), f"Only the empty shell stands under tap {no}.")
        self._button("20 kg", lambda: bar.place(tap, lbs=KNOWN_LBS), f"A weight of 20 kg stands under tap {no}.")
        self._button("Put back", lambda: bar.put_back(tap), f"The keg of tap {no} is being put back.")
        aged = f"The cell of tap {no} shows {AGED_PCT:g} % more from now on, and {AGED_LBS:g} lb with nothing on it."
        self._button("Age cell", lambda: bar.age(tap, span_pct=AGED_PCT, zero_lbs=AGED_LBS), aged)

    async def _turn_wifi(self) -> None:
        up = not self._online
        said = f"The Wi-Fi of tap {self._tap_id.number} is {'on' if up else 'off'} now."
        if await self._page.pull(lambda: self._page.simulator.wifi(self._tap_id, up=up), said):
            self._online = up
            self._name_wifi()

    def _name_wifi(self) -> None:
        self._name(self._wifi, "Wi-Fi off" if self._online else "Wi-Fi on")

    def _name(self, button: Words, text: str) -> None:
        label = f"{text}, tap {self._tap_id.number}"
        if button.props.get("aria-label") != label:
            button.set_text(text)
            button.props["aria-label"] = label
            button.update()

    def _button(self, text: str, lever: Lever | None = None, said: str = "") -> Words:
        button = Words(text, "button").classes("ss-act")
        button.props["type"] = "button"
        self._name(button, text)

        async def press() -> None:
            if lever is not None:
                await self._page.pull(lever, said)

        if lever is not None:
            button.on("click", press, [])
        return button
