"""What was just done, with a way to take it back for some seconds; nothing is asked before."""

from collections.abc import Awaitable, Callable
from typing import Final

from nicegui import ui

from components.styles import use_styles
from components.words import Words

STAYS_S: Final = 10.0
"""So long (wall time) it can be taken back with one touch; later through the audit."""

Undo = Callable[[], Awaitable[None]]


class UndoLine(ui.element):
    """One line at the foot of the window, heard by screen readers; a newer act takes the place of the one before."""

    def __init__(self) -> None:
        use_styles("undo_line.css")
        super().__init__("div")
        self.classes("ss-undo").props["role"] = "status"
        self._ends: ui.timer | None = None
        with self:
            self._said = Words("", "span")
            self._button = Words("Undo", "button").classes("ss-act")
        self._button.props["type"] = "button"
        self._button.on("click", self._press, [])
        self._undo: Undo | None = None
        self._hide()

    def tell(self, sentence: str, *, undo: Undo | None = None) -> None:
        """Say what was done; `undo` takes it back."""
        self._stop()
        self._said.set_text(sentence)
        self._undo = undo
        self._button.set_visibility(undo is not None)
        self.set_visibility(True)
        with self:
            self._ends = ui.timer(STAYS_S, self._hide, once=True)

    async def _press(self) -> None:
        undo, self._undo = self._undo, None
        self._hide()
        if undo is not None:
            await undo()

    def _hide(self) -> None:
        self._stop()
        self._undo = None
        self._said.set_text("")
        self.set_visibility(False)

    def _stop(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None
