"""A small chart of what a scale was or is: steps that hold until the next, points with how far they may be off."""

from collections.abc import Sequence
from typing import TypedDict

from nicegui import ui

from components.styles import use_styles


class Series(TypedDict):
    """One chart. Times in epoch seconds, values in `unit`.

    `steps` hold from their time on; `points` are time, value and how far it may be off. `band` is a value and how far
    that may be off, over the whole width. `limits` are drawn as warning lines. `says` is the chart in a sentence.
    """

    title: str
    unit: str
    start: float
    end: float
    first: str
    last: str
    steps: Sequence[tuple[float, float]]
    points: Sequence[tuple[float, float, float]]
    band: tuple[float, float] | None
    limits: Sequence[float]
    least_span: float
    says: str


class ScaleChart(ui.element, component="scale_chart.js"):
    """The drawing of one series."""

    def __init__(self, series: Series) -> None:
        use_styles("scale_chart.css")
        super().__init__()
        self._series = series
        self.props["series"] = dict(series)

    def show(self, series: Series) -> None:
        """Draw this one in place of the one before."""
        if series != self._series:
            self._series = series
            self.props["series"] = dict(series)
