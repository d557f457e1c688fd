"""The live board: one element for all taps, fed with changed rows and a beat every two seconds."""

from collections.abc import Sequence

from nicegui import ui

from components.link_banner import LinkBanner
from components.rows import Beat, Link, Row
from components.styles import use_styles


class Board(ui.element, component="board.js", dependencies=["parts/*.js"]):
    """Every tap of a bar. States, ages and a lost link are judged in the browser, see `parts/`."""

    def __init__(self, rows: Sequence[Row], *, beat: Beat, links: Sequence[Link] = ()) -> None:
        use_styles("keg.css", "board.css")
        self._banner = LinkBanner(beat)
        super().__init__()
        self.props["initial"] = {**beat, "rows": list(rows), "links": list(links)}

    def apply(self, rows: Sequence[Row]) -> None:
        """Show the rows that changed; taps not named stay as they are."""
        self.run_method("apply", list(rows))

    def beat(self, beat: Beat) -> None:
        """Tell the bar's time. A browser that hears none for four seconds says that it is not connected."""
        self.run_method("beat", beat)
        self._banner.beat(beat)

    def snapshot(self, rows: Sequence[Row], *, beat: Beat) -> None:
        """Replace every row, for taps that were added or taken away."""
        self.run_method("snapshot", {**beat, "rows": list(rows)})
        self._banner.beat(beat)
