"""A form of plain fields; what was typed comes back as text, bounded, and whoever asked for it reads it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Literal, NotRequired, TypedDict

from nicegui import ui
from nicegui.events import GenericEventArguments

from backend.domain.refusal import Invalid, Refusal
from components.styles import use_styles

Entered = dict[str, str]
"""What was typed, by the names of the fields."""
OnEntered = Callable[[Entered], Awaitable[None]]

MOST_TYPED: Final = 200
"""No field takes more characters, whatever a browser sends."""


class Field(TypedDict):
    """One field: its name in what is sent, its label, its kind, and what it begins with."""

    name: str
    label: str
    kind: Literal["text", "number", "whole", "money", "date", "time", "select"]
    value: NotRequired[str]
    choices: NotRequired[Sequence[tuple[str, str]]]  # value and words, for a select
    unit: NotRequired[str]
    help: NotRequired[str]
    most: NotRequired[int]  # characters
    until: NotRequired[str]  # the latest date
    hidden: NotRequired[bool]


class Form(ui.element, component="form.js"):
    """Fields and one button `verb`; `name` says to a screen reader what it is for.

    `on_send` does what is asked; a Refusal that it raises is shown beside the fields, which keep what was typed.
    `on_change` hears what is typed once it rests; a Refusal it raises is told where a preview would be.
    """

    def __init__(
        self, fields: Sequence[Field], *, verb: str, name: str, on_send: OnEntered, on_change: OnEntered | None = None
    ) -> None:
        use_styles("form.css")
        super().__init__()
        self._fields = list(fields)
        self._on_send = on_send
        self._on_change = on_change
        self.props["fields"] = self._fields
        self.props["verb"] = verb
        self.props["name"] = name
        self.props["watched"] = on_change is not None
        self.on("ss-send", self._send)
        self.on("ss-changed", self._changed)

    def show(self, fields: Sequence[Field]) -> None:
        """Draw these fields; those that a person has touched keep what was typed."""
        if list(fields) != self._fields:
            self._fields = list(fields)
            self.props["fields"] = self._fields

    def tell(self, lines: Sequence[str]) -> None:
        """Say what would come of it, in place of what was said before."""
        self._call("tell", list(lines))

    def _call(self, method: str, *said: object) -> None:
        """Tell the browser's form; what was done may have taken the form off the page, which then needs no answer."""
        if not self.is_deleted:
            self.run_method(method, *said)

    async def _send(self, event: GenericEventArguments) -> None:
        try:
            await self._on_send(self._entered(event.args))
        except Refusal as why:
            self._call("refuse", f"Not done: {why}.")
        else:
            self._call("done")

    async def _changed(self, event: GenericEventArguments) -> None:
        if self._on_change is None:
            return
        try:
            await self._on_change(self._entered(event.args))
        except Refusal as why:
            self.tell([f"Not possible: {why}."])

    def _entered(self, said: Any) -> Entered:
        """Give what was typed; whoever may open the page may send anything."""
        known = said if isinstance(said, dict) else {}
        entered = {field["name"]: known.get(field["name"], "") for field in self._fields}
        if not all(isinstance(text, str) and len(text) <= MOST_TYPED for text in entered.values()):
            raise Invalid("what was entered cannot be read: load the page again")
        return {name: text.strip() for name, text in entered.items()}
