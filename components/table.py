"""A plain table of words, rebuilt only when its words change."""

from collections.abc import Sequence

from nicegui import ui

from components.words import Words


class PlainTable(ui.element):
    """Headings and rows of text; columns named in `figures` are set to the right. An empty one says why.

    The first `most` rows are shown and `more` says that there are others (`{count}` of them): a box that scrolls
    hides what it cuts off.
    """

    def __init__(
        self,
        headings: Sequence[str],
        *,
        most: int,
        empty: str,
        figures: Sequence[str] = (),
        more: str = "and {count} more",
    ) -> None:
        super().__init__("div")
        self._most = most
        self._more = more
        self._headings = headings
        self._figures = {at for at, heading in enumerate(headings) if heading in figures}
        self._empty = empty
        self._shown: list[tuple[str, ...]] | None = None

    def show(self, rows: Sequence[Sequence[str]]) -> None:
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
            with ui.element("table").classes("ss-table"):
                with ui.element("thead"):
                    self._line("th", self._headings)
                with ui.element("tbody"):
                    for row in wanted[: self._most]:
                        self._line("td", row)
            if len(wanted) > self._most:
                Words(self._more.format(count=len(wanted) - self._most)).classes("ss-muted ss-more-rows")

    def _line(self, tag: str, cells: Sequence[str]) -> None:
        with ui.element("tr"):
            for at, cell in enumerate(cells):
                made = Words(cell, tag)
                if at in self._figures:
                    made.classes("ss-figure")
                if tag == "th":
                    made.props["scope"] = "col"


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
