"""A number entered by touch: large buttons step it up and down, and a keyboard may type it."""

from collections.abc import Awaitable, Callable, Sequence
from math import isfinite
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from components.styles import use_styles

OnNumber = Callable[[float], Awaitable[Any] | Any]


class Stepper(ui.element, component="stepper.js"):
    """A number between `least` and `most`; `on_number` hears each new one, whatever a browser sends stays in bounds."""

    def __init__(
        self,
        *,
        value: float,
        least: float,
        most: float,
        steps: Sequence[float],
        unit: str,
        label: str,
        on_number: OnNumber,
    ) -> None:
        use_styles("stepper.css")
        super().__init__()
        self._bounds = (least, most)
        self._on_number = on_number
        self.props["initial"] = value
        self.props["least"] = least
        self.props["most"] = most
        self.props["steps"] = list(steps)
        self.props["unit"] = unit
        self.props["label"] = label
        self.on("ss-number", self._entered)

    async def _entered(self, event: GenericEventArguments) -> None:
        said = event.args
        if isinstance(said, bool) or not isinstance(said, (int, float)) or not isfinite(said):
            return
        least, most = self._bounds
        answer = self._on_number(min(most, max(least, float(said))))
        if isinstance(answer, Awaitable):
            await answer
