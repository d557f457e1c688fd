"""One tap, large and live: the keg, its level and the age of what is known."""

from collections.abc import Sequence

from nicegui import ui

from components.rows import Beat, Row
from components.styles import use_styles


class LiveTap(ui.element, component="live_tap.js", dependencies=["parts/*.js"]):
    """The level of one tap, moving as beer is poured; fed like the board."""

    def __init__(self, row: Row, *, beat: Beat) -> None:
        use_styles("keg.css", "live_tap.css")
        super().__init__()
        self._tap = row["tap"]
        self.props["initial"] = {**beat, "row": row}

    def apply(self, rows: Sequence[Row]) -> None:
        """Show this tap's row if it is among those that changed."""
        mine = [row for row in rows if row["tap"] == self._tap]
        if mine:
            self.run_method("apply", mine)

    def beat(self, beat: Beat) -> None:
        """Tell the bar's time, from which the age of the reading is counted."""
        self.run_method("beat", beat)
