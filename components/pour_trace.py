"""The raw trace of one pour: what the scale weighed around it."""

from collections.abc import Sequence
from typing import TypedDict

from nicegui import ui

from components.styles import use_styles


class Trace(TypedDict):
    """Weights around a pour: seconds since it began and gross lb, the levels before and after, how long it ran."""

    points: Sequence[tuple[float, float]]
    before: float
    after: float
    seconds: float
    says: str  # the same in a sentence


class PourTrace(ui.element, component="pour_trace.js"):
    """A small chart of one trace."""

    def __init__(self, trace: Trace) -> None:
        use_styles("pour_trace.css")
        super().__init__()
        self.props["trace"] = dict(trace)
