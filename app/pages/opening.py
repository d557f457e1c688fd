"""A part of a page that a button opens and shuts; the button says to a screen reader which it does."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from app.pages.acts import attempt
from components.words import Words


class Opening(ui.element):
    """A part that is built when it is opened, and empty while it is shut."""

    def __init__(self, build: Callable[[], Awaitable[None]], *, label: str) -> None:
        """`build` draws what is in it, in its slot."""
        super().__init__("section")
        self.classes("ss-opening").props["aria-label"] = label
        self.props["id"] = f"opening-{self.id}"
        self._build = build
        self._button: Words | None = None
        self.is_open = False
        self.set_visibility(False)

    def opener(self, text: str) -> None:
        """Make the button that opens it, where the page is being built."""
        self._button = Words(text, "button").classes("ss-act")
        self._button.props["type"] = "button"
        self._button.props["aria-controls"] = f"opening-{self.id}"
        self._mark()
        self._button.on("click", self.turn, [])

    async def turn(self) -> None:
        """Open it, or shut it again."""
        self.is_open = not self.is_open
        self._mark()
        await attempt(self.draw)

    async def shut(self) -> None:
        """Shut it."""
        if self.is_open:
            await self.turn()

    async def draw(self) -> None:
        """Draw what is in it anew; nothing while it is shut."""
        self.set_visibility(self.is_open)
        self.clear()
        if self.is_open:
            with self:
                await self._build()

    def _mark(self) -> None:
        if self._button is not None:
            self._button.props["aria-expanded"] = "true" if self.is_open else "false"
