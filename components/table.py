"""A plain table of words, links and things to touch, rebuilt only when its words change."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NamedTuple

from nicegui import ui

from components.words import Words, link


class Cell(NamedTuple):
    """More than words: a link to a page of ours (`href`), or something to touch, of which `key` is told.

    `label` is what a screen reader says of it, where the words alone do not say enough.
    """

    text: str
    href: str = ""
    key: str = ""
    label: str = ""


OnPress = Callable[[str], Awaitable[Any] | Any]


class PlainTable(ui.element):
    """Headings and rows of text; columns named in `figures` are set to the right. An empty one says why.

    The first `most` rows are shown and `more` says that there are others (`{count}` of them): a box that scrolls
    hides what it cuts off. `on_press` hears the key of a cell that was touched. One that `stacks` shows each row as a
    card of its own where the screen is narrow.
    """

    def __init__(
        self,
        headings: Sequence[str],
        *,
        most: int,
        empty: str,
        figures: Sequence[str] = (),
        more: str = "and {count} more",
        on_press: OnPress | None = None,
        stacks: bool = False,
    ) -> None:
        super().__init__("div")
        self._on_press = on_press
        self._stacks = stacks
        self._most = most
        self._more = more
        self._headings = headings
        self._figures = {at for at, heading in enumerate(headings) if heading in figures}
        self._empty = empty
        self._shown: list[tuple[str | Cell, ...]] | None = None

    def show(self, rows: Sequence[Sequence[str | Cell]]) -> None:
        """Show these rows in place of those before."""
        wanted = [tuple(row) for row in rows]
        if wanted == self._shown:
            return
        self._shown = wanted
        self.clear()
        with self:
            if not wanted:
                Words(self._empty).classes("ss-muted")
                return
            with _part("table").classes("ss-table ss-stacks" if self._stacks else "ss-table"):
                with _part("thead"):
                    self._line("th", self._headings)
                with _part("tbody"):
                    for row in wanted[: self._most]:
                        self._line("td", row)
            if len(wanted) > self._most:
                Words(self._more.format(count=len(wanted) - self._most)).classes("ss-muted ss-more-rows")

    def _line(self, tag: str, cells: Sequence[str | Cell]) -> None:
        with _part("tr"):
            for at, cell in enumerate(cells):
                made = self._cell(tag, cell)
                made.props["role"] = "columnheader" if tag == "th" else "cell"
                if at in self._figures:
                    made.classes("ss-figure")
                if tag == "th":
                    made.props["scope"] = "col"
                else:
                    made.props["data-label"] = self._headings[at]

    def _cell(self, tag: str, cell: str | Cell) -> ui.element:
        if isinstance(cell, str):
            return Words(cell, tag)
        made = ui.element(tag)
        with made:
            inside = link(cell.text, cell.href) if cell.href else self._button(cell)
            if cell.label:
                inside.props["aria-label"] = cell.label
        return made

    def _button(self, cell: Cell) -> Words:
        button = Words(cell.text, "button").classes("ss-in-row")
        button.props["type"] = "button"

        async def press() -> None:
            answer = self._on_press(cell.key) if self._on_press else None
            if isinstance(answer, Awaitable):
                await answer

        button.on("click", press, [])
        return button


_ROLES: Final = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row"}


def _part(tag: str) -> ui.element:
    """A part of a table that stays one for a screen reader, also where the sheet stacks its rows."""
    made = ui.element(tag)
    made.props["role"] = _ROLES[tag]
    return made


class FactList(ui.element):
    """Terms and what is known of them."""

    def __init__(self) -> None:
        super().__init__("dl")
        self.classes("ss-facts")
        self._terms: list[str] = []
        self._words: list[Words] = []

    def show(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show these facts; where the terms are the same, only changed words are sent."""
        terms = [term for term, _ in facts]
        if terms != self._terms:
            self._terms = terms
            self.clear()
            with self:
                self._words = [self._pair(term) for term in terms]
        for words, (_, said) in zip(self._words, facts, strict=True):
            words.set_text(said)

    @staticmethod
    def _pair(term: str) -> Words:
        Words(term, "dt")
        return Words("", "dd")
