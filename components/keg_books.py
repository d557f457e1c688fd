"""The books of a keg as a bar: full is what was poured, wasted, cleaned, left unseen, and what is left."""

from dataclasses import dataclass

from nicegui import ui

from components.styles import use_styles
from components.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of what was in a keg: its kind, its name, its share of the full keg (0 to 1; below 0: found), words."""

    kind: str  # left, poured, wasted, cleaned, unseen
    name: str
    share: float
    words: str


class KegBooks(ui.element):
    """The bar and the same in words beside it; `full` says what was in it when it was put on."""

    def __init__(self) -> None:
        use_styles("keg_books.css")
        super().__init__("div")
        self.classes("ss-books")
        self._shown: tuple[tuple[Part, ...], str] | None = None

    def show(self, parts: tuple[Part, ...], *, full: str) -> None:
        """Draw these parts; without any, `full` says why there are none."""
        if (parts, full) == self._shown:
            return
        self._shown = (parts, full)
        self.clear()
        with self:
            Words(full).classes("ss-muted")
            if not parts:
                return
            with ui.element("div").classes("ss-books-bar") as bar:
                bar.props["aria-hidden"] = "true"
                for part in parts:
                    if part.share > 0:
                        ui.element("i").classes(f"ss-book-{part.kind}").style(f"flex-grow: {part.share:.5f}")
            with ui.element("dl").classes("ss-books-words"):
                for part in parts:
                    _told(part)


def _told(part: Part) -> None:
    with ui.element("div").classes("ss-book"):
        with ui.element("dt"):
            ui.element("i").classes(f"ss-book-{part.kind}").props["aria-hidden"] = "true"
            Words(part.name, "span")
        Words(part.words, "dd")
