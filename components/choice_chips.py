"""A row of chips of which one is chosen."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui import ui

from components.words import Words

OnChoice = Callable[[str], Awaitable[Any] | Any]


class ChoiceChips(ui.element):
    """Buttons that act as one choice; `choices` maps the value to what is written on its chip."""

    def __init__(self, choices: Mapping[str, str], *, chosen: str, label: str, on_choice: OnChoice) -> None:
        super().__init__("div")
        self.classes("ss-chips").props["role"] = "group"
        self.props["aria-label"] = label
        self._on_choice = on_choice
        with self:
            self._chips = {value: self._chip(value, text) for value, text in choices.items()}
        self.choose(chosen)

    def choose(self, value: str) -> None:
        """Mark this one as chosen, without calling anybody."""
        for each, chip in self._chips.items():
            chip.props["aria-pressed"] = "true" if each == value else "false"

    def _chip(self, value: str, text: str) -> Words:
        chip = Words(text, "button").classes("ss-chip-button")
        chip.props["type"] = "button"

        async def press() -> None:
            self.choose(value)
            answer = self._on_choice(value)
            if isinstance(answer, Awaitable):
                await answer

        chip.on("click", press, [])
        return chip
