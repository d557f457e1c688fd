"""The live weight of one scale on a page: what it streams, gathered, judged, and drawn at most four times a second."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from statistics import mean
from typing import Final

from nicegui import ui

from app.site import Site
from backend.domain.command import Sampled
from backend.domain.refusal import Refusal
from backend.domain.steadiness import HELD_S, KEPT_S, MOST_RANGE_LBS, Samples, Steadiness, steadiness
from backend.domain.wizard import Setting
from components.steadiness import NOTHING, Weighing
from components.steadiness import Steadiness as Drawing

DRAW_EVERY_S: Final = 0.25
SILENT: Final = timedelta(seconds=2)
"""A scale that streams says something twice a second; after this long it is not streaming."""
AGAIN: Final = timedelta(seconds=15)
"""So long (wall) a scale is waited for before it is asked to stream once more."""
WAITING: Final = "Waiting for the scale: it is asleep or away. This goes on by itself once it is heard."
MOVING: Final = "The weight is moving: let go, and wait until it is still."
HOLDING: Final = "Nearly still: leave it alone for three seconds."
_USUAL_FACTOR: Final = 9500.0
"""Counts per lb by which stillness is judged until a scale has told its own factor."""
_ALMOST: Final = 0.94
_SETTLES_S: Final = 1.0
_SHOWN: Final = 5  # counts of which the figure is the mean: half a second


class LiveWeight:
    """Streams while the page is open and `wanted`; `on_look` is called whenever there is something new to say."""

    def __init__(
        self,
        site: Site,
        *,
        device_id: str,
        stream: Callable[[], Awaitable[None]],
        on_look: Callable[[], None],
        in_full: bool = False,
    ) -> None:
        """Draw it here. `stream` asks the scale to stream; `in_full` shows the raw counts too."""
        self.samples = Samples()
        self.wanted = True
        self._site = site
        self._device_id = device_id
        self._stream = stream
        self._on_look = on_look
        self._in_full = in_full
        self._setting: Setting | None = None
        self._asked_at: datetime | None = None
        self._drawing = Drawing()
        self._drawn: Weighing = NOTHING
        self._refused = ""
        site.live.samples.subscribe(self._hear)
        ui.timer(DRAW_EVERY_S, self._look)
        ui.timer(1.0, self._keep_streaming)

    @property
    def still(self) -> Steadiness | None:
        """How still the platform is; None while nothing is heard."""
        if not self.heard:
            return None
        return steadiness(self.samples, factor=self._setting.factor if self._setting else _USUAL_FACTOR)

    @property
    def heard(self) -> bool:
        """Whether the scale streams just now."""
        at = self.samples.heard_at
        return at is not None and self._site.clock.wall() - at < SILENT

    @property
    def lbs(self) -> float | None:
        """What the scale weighs now (lb, gross); None while that is not known."""
        if self._setting is None or not self.samples.raw or not self.heard:
            return None
        return (mean(self.samples.raw[-_SHOWN:]) - self._setting.zero) / self._setting.factor

    @property
    def reason(self) -> str:
        """Why nothing can be measured now, as a sentence; empty where it can."""
        still = self.still
        if still is None:
            return self._refused or WAITING
        if still.steady:
            return ""
        return MOVING if _moves(still) else HOLDING

    def by(self, setting: Setting | None) -> None:
        """Weigh by this zero and factor from now on."""
        self._setting = setting

    def asked(self) -> None:
        """Note that the scale has just been asked to stream by somebody else."""
        self._asked_at = self._site.clock.wall()

    def afresh(self) -> None:
        """Forget what was heard: from now on something else is to be measured."""
        self.samples = Samples()

    def _hear(self, sampled: Sampled) -> None:
        if sampled.device_id == self._device_id:
            self.samples = self.samples.after(sampled, wall=self._site.clock.wall())

    def _look(self) -> None:
        weighing = self._weighing() if self.wanted else {**self._drawn, "facts": ()}
        if weighing != self._drawn:
            self._drawn = weighing
            self._drawing.show(weighing)
            self._on_look()

    async def _keep_streaming(self) -> None:
        wall = self._site.clock.wall()
        early = self._asked_at is not None and wall - self._asked_at < AGAIN
        if self.heard or early or not self.wanted:
            return
        self._asked_at = wall
        try:
            await self._stream()
        except Refusal as why:
            self._refused = f"{str(why)[:1].upper()}{str(why)[1:]}."
        else:
            self._refused = ""

    def _weighing(self) -> Weighing:
        still, lbs = self.still, self.lbs
        if still is None:
            return {**NOTHING, "lbs": self._drawn["lbs"], "points": self._drawn["points"]}
        held = min(1.0, still.held_s / HELD_S)
        return {
            "lbs": None if lbs is None else round(lbs, 2),
            "word": "STEADY" if still.steady else "Moving" if _moves(still) else "Settling",
            "tone": "ok" if still.steady else "warn",
            "held": 1.0 if still.steady else min(held, _ALMOST),
            "points": self._points(),
            "full": int(KEPT_S * self.samples.hz),
            "seconds": KEPT_S,
            "facts": self._facts(still),
        }

    def _points(self) -> list[float]:
        setting = self._setting or Setting(factor=_USUAL_FACTOR, zero=0, rev=0)
        return [round((raw - setting.zero) / setting.factor, 3) for raw in self.samples.raw]

    def _facts(self, still: Steadiness) -> list[tuple[str, str]]:
        quiet = min(HELD_S, still.held_s)
        facts = [
            ("Trembles (sd)", f"{still.sd_lbs:.3f} lb"),
            ("Drifts", f"{still.slope_lbs_per_s:+.2f} lb/s".replace("-0.00", "+0.00")),
            ("Quiet for", "not yet" if _moves(still) else f"{quiet:.1f} of {HELD_S:.0f} s"),
        ]
        return [("Raw counts", f"{still.mean_raw:,.0f}"), *facts] if self._in_full else facts


def _moves(still: Steadiness) -> bool:
    """Whether it moves just now; what was quiet for a moment settles, though it moved within the last seconds."""
    return still.range_lbs >= MOST_RANGE_LBS and still.held_s < _SETTLES_S
