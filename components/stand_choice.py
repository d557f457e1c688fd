"""What stands on a platform, as three pictures to touch: nothing, an empty keg, a full one."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, TypedDict

from nicegui import ui
from nicegui.events import GenericEventArguments

from components.styles import use_styles

OnStands = Callable[[str], Awaitable[Any] | Any]


class Stands(TypedDict):
    """One picture: its name in what is sent, its words, what touching it does, and why it cannot be touched.

    `fits` says that what is read now looks like it. `no` is a sentence for good, while `StandChoice.wait` is for now.
    """

    name: str
    picture: Literal["platform", "empty_keg", "full_keg"]
    title: str
    does: str
    fits: bool
    no: str


class StandChoice(ui.element, component="stand_choice.js"):
    """Three large buttons; `on_stands` hears the name of the one that was touched."""

    def __init__(self, choices: Sequence[Stands], *, wait: str, on_stands: OnStands) -> None:
        use_styles("stand_choice.css")
        super().__init__()
        self._choices = list(choices)
        self._wait = wait
        self._on_stands = on_stands
        self.props["choices"] = self._choices
        self.props["wait"] = wait
        self.on("ss-stands", self._chosen)

    def show(self, choices: Sequence[Stands], *, wait: str) -> None:
        """Draw these; `wait` says why none of them can be touched just now, empty where they can."""
        if (list(choices), wait) == (self._choices, self._wait):
            return
        self._choices, self._wait = list(choices), wait
        self.props["choices"] = self._choices
        self.props["wait"] = wait

    async def _chosen(self, event: GenericEventArguments) -> None:
        known = {choice["name"] for choice in self._choices if not choice["no"]}
        if not isinstance(event.args, str) or event.args not in known or self._wait:
            return
        answer = self._on_stands(event.args)
        if isinstance(answer, Awaitable):
            await answer
