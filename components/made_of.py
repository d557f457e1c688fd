"""How a level is made: what stands on the scale, less the shell, is beer; beer is gallons, gallons are percent."""

from dataclasses import dataclass

from nicegui import ui

from components.styles import use_styles
from components.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """The numbers of a level: weights (lb), volumes and what a volume weighs as words, percent.

    `off` says how far the level may be off by all of it together, `shown` why the board tells another, in words.
    """

    gross_lbs: float
    empty_lbs: float
    net_lbs: float
    full_lbs: float
    per_volume: str  # "8.43 lb a gallon"
    volume: str  # "6.83 gal"
    of_volume: str  # "15.50 gal"
    percent: float
    off: str  # "± 1.2 points, about 2 pints"
    shown: str = ""


class MadeOf(ui.element):
    """The sum as a row of steps, and a bar to scale: shell, beer, and what has gone."""

    def __init__(self) -> None:
        use_styles("made_of.css")
        super().__init__("div")
        self.classes("ss-made")
        self._shown: Making | str | None = None

    def show(self, making: Making | str) -> None:
        """Draw these numbers, or say why there are none."""
        if making == self._shown:
            return
        self._shown = making
        self.clear()
        with self:
            if isinstance(making, str):
                Words(making).classes("ss-muted")
            else:
                _steps(making)
                _bar(making)
                if making.shown:
                    Words(making.shown).classes("ss-made-shown")


def _steps(made: Making) -> None:
    with ui.element("ol").classes("ss-made-steps"):
        _step("", f"{made.gross_lbs:.1f} lb", "on the scale")
        _step("\N{MINUS SIGN}", f"{made.empty_lbs:.1f} lb", "empty shell", tone="shell")
        _step("=", f"{made.net_lbs:.1f} lb", "of beer", tone="beer")
        _step("÷", made.per_volume, "by its gravity")
        _step("=", made.volume, f"of {made.of_volume}")
        _step("=", f"{made.percent:.1f} %", made.off, tone="level")


def _step(sign: str, figure: str, words: str, *, tone: str = "") -> None:
    with ui.element("li").classes("ss-made-step"):
        if sign:
            Words(sign, "span").classes("ss-made-sign")
        with ui.element("div").classes(f"ss-made-box ss-made-{tone}" if tone else "ss-made-box"):
            Words(figure, "b")
            Words(words, "span")


def _bar(made: Making) -> None:
    """Draw the weight of the full keg as a bar; the words beside it say the same, so it is no picture to read out."""
    gone = max(0.0, made.full_lbs - made.empty_lbs - max(0.0, made.net_lbs))
    with ui.element("div").classes("ss-made-bar") as bar:
        bar.props["aria-hidden"] = "true"
        for name, lbs in (("shell", made.empty_lbs), ("beer", max(0.0, made.net_lbs)), ("gone", gone)):
            ui.element("i").classes(f"ss-made-{name}").style(f"flex-grow: {max(0.0, lbs):.3f}")
