"""The live board: one element for all taps, fed with changed rows and a beat every two seconds."""

from collections.abc import Sequence

from nicegui import ui

from components.link_banner import LinkBanner
from components.rows import Beat, Link, Row
from components.screens import Screens
from components.styles import use_styles


class Board(ui.element, component="board.js", dependencies=["parts/*.js"]):
    """Every tap of a bar. States, ages and a lost link are judged in the browser, see `parts/`.

    What changes is told by `screens`, to all boards at once, until the page is gone. A browser that hears no beat for
    four seconds says that it is not connected.
    """

    def __init__(self, rows: Sequence[Row], *, beat: Beat, screens: Screens, links: Sequence[Link] = ()) -> None:
        use_styles("keg.css", "board.css")
        LinkBanner(beat)
        super().__init__()
        self.props["initial"] = {**beat, "rows": list(rows), "links": list(links)}
        screens.add(self.client)
