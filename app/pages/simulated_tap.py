"""One tap of the simulator page: what is shown beside what is true, and its levers."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from nicegui import ui

from app.faces import row_of, volume_words
from app.pages.simulator_levers import PULLS, Pull, groups_of
from app.pages.tap_facts import moment_words
from app.simulator import Truth
from backend.domain.face import TapFace
from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.times import EPOCH
from backend.domain.units import OZ_PER_GALLON
from components.levers import Levers
from components.rows import Row
from components.words import Words

LOST_AFTER_S: Final = 300.0
"""As on the board: a reading older than this is no signal (story time)."""
_NEAR_OZ: Final = 0.5
_FAULTS: Final = {"saturated": "chip beyond its range", "stuck": "chip stuck", "unplugged": "chip unplugged"}

OnPull = Callable[[TapId, Pull], Awaitable[bool]]


class SimulatedTap:
    """One tap's shown level, its truth and its levers."""

    def __init__(self, face: TapFace, *, location: Location, pull: OnPull, now: Callable[[], datetime]) -> None:
        self.tap_id = face.tap_id
        self._now = now
        self._pull = pull
        self._unit = location.settings.volume_unit
        self._zone = location.zone
        self._row = row_of(face, location=location)
        self._truth_now: Truth | None = None
        with ui.element("section").classes("ss-panel ss-sim-tap"):
            with ui.element("div").classes("ss-sim-head"):
                self._heading = Words("", "h2")
                self._light = Words("", "span").classes("ss-sim-light")
            with ui.element("dl").classes("ss-facts"):
                Words("Shown", "dt")
                self._shown = Words("", "dd").classes("ss-sim-shown")
                Words("Truth", "dt")
                self._truth = Words("not known yet", "dd").classes("ss-sim-truth")
                Words("Off by", "dt")
                self._off = Words("", "dd").classes("ss-sim-off")
            self._levers = Levers(groups_of(None), of=f"tap {face.tap_id.number}", on_pull=self._pulled)
            self._expect = Words("").classes("ss-sim-expect")
            self._expect.props["role"] = "status"
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
            level += f", {row['aside']}" if row["aside"] and (row["until"] or 0) > self._seconds() else ""
        self._shown.set_text(level)

    def tell(self, truth: Truth | None, face: TapFace | None) -> None:
        """Tell what is really in the keg, and by how much the board is off."""
        self.show(self._row)
        self._truth_now = truth
        self._light.set_text("● light on" if truth is not None and truth.lit else "")
        self._off.set_text(off_words(truth, face))
        if truth is None:
            self._truth.set_text("not known now")
            return
        self._levers.show(groups_of(truth))
        self._truth.set_text(truth_words(truth, volume=volume_words(truth.gallons, unit=self._unit)))

    async def _pulled(self, key: str) -> None:
        if await self._pull(self.tap_id, PULLS[key]):
            self._expect.set_text(f"To expect: {PULLS[key].expect}")
            if self._truth_now is not None and key in {"wifi_on", "wifi_off"}:
                self._levers.show(groups_of(replace(self._truth_now, online=key == "wifi_on")))

    def _seconds(self) -> float:
        return (self._now() - EPOCH).total_seconds()

    def _silent(self) -> bool:
        at = self._row["at"]
        return self._row["online"] is False or (self._seconds() - at if at else 0.0) > LOST_AFTER_S


def truth_words(truth: Truth, *, volume: str) -> str:
    """Say what is really so; `volume` is the beer in the keg, in words."""
    said = [volume, f"{truth.weight_lbs:.1f} lb on the platform"]
    if truth.beside and not truth.changing:
        said.append("its keg beside it")
    if truth.changing:
        said.append("being moved")
    if truth.pouring:
        said.append("pouring")
    if truth.fault:
        said.append(_FAULTS.get(truth.fault, truth.fault))
    if not truth.online:
        said.append("offline")
    return ", ".join(said)


def off_words(truth: Truth | None, face: TapFace | None) -> str:
    """Say by how many US oz the level shown is above or below what is in the keg."""
    if truth is None or face is None or face.level is None:
        return "nothing to compare"
    off = (face.level.gallons - truth.gallons) * OZ_PER_GALLON
    if abs(off) < _NEAR_OZ:
        return "less than half an ounce"
    return f"{abs(off):.0f} oz too {'much' if off > 0 else 'little'}"
