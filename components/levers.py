"""What can be done to one thing, as drawings to press: the usual ones in sight, the others behind one more press."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NotRequired, TypedDict

from nicegui import ui
from nicegui.events import GenericEventArguments

from components.styles import use_styles

OnPull = Callable[[str], Awaitable[Any]]


class Lever(TypedDict):
    """One lever: `key` is what is told when it is pulled, `drawing` a name of levers.js."""

    key: str
    label: str
    drawing: str
    first: NotRequired[bool]  # the one that is most likely wanted


class LeverGroup(TypedDict):
    """Levers that belong together; those that are not `usual` are behind one more press."""

    name: str
    usual: bool
    levers: Sequence[Lever]


class Levers(ui.element, component="levers.js"):
    """The levers of one thing; `of` says whose they are, for a screen reader: `tap 3`."""

    def __init__(self, groups: Sequence[LeverGroup], *, of: str, on_pull: OnPull) -> None:
        use_styles("levers.css")
        super().__init__()
        self._on_pull = on_pull
        self.props["groups"] = self._groups = list(groups)
        self.props["of"] = of
        self.on("ss-pull", self._pulled)

    def show(self, groups: Sequence[LeverGroup]) -> None:
        """Draw other levers in their place."""
        if list(groups) != self._groups:
            self.props["groups"] = self._groups = list(groups)

    async def _pulled(self, event: GenericEventArguments) -> None:
        """Whoever may open the page may send anything: only what is drawn can be pulled."""
        known = {lever["key"] for group in self._groups for lever in group["levers"]}
        if isinstance(event.args, str) and event.args in known:
            await self._on_pull(event.args)
