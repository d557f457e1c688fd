"""A live weight: the figure, a ring that fills while it stands still, the last twenty seconds, and what is known."""

from collections.abc import Sequence
from typing import Literal, TypedDict

from nicegui import ui

from components.styles import use_styles


class Weighing(TypedDict):
    """What a scale feels now.

    `lbs` is the weight, None where it is not known. `word` says how still it is, `tone` in which colour. `held` is how
    much (0 to 1) of the time is over for which it must stand still. `points` are the weights (lb) of the last seconds,
    oldest first and evenly apart, of which `full` cover the `seconds` that are drawn. `facts` are terms and values in
    words.
    """

    lbs: float | None
    word: str
    tone: Literal["ok", "warn", "offline"]
    held: float
    points: Sequence[float]
    full: int
    seconds: float
    facts: Sequence[tuple[str, str]]


NOTHING: Weighing = {
    "lbs": None,
    "word": "Waiting for the scale",
    "tone": "offline",
    "held": 0.0,
    "points": (),
    "full": 200,
    "seconds": 20.0,
    "facts": (),
}
"""Nothing was heard yet."""


class Steadiness(ui.element, component="steadiness.js"):
    """The drawing of one live weight; what is shown last stays."""

    def __init__(self) -> None:
        use_styles("steadiness.css")
        super().__init__()
        self.props["initial"] = dict(NOTHING)

    def show(self, weighing: Weighing) -> None:
        """Show this in place of what was shown before."""
        self.run_method("show", dict(weighing))
