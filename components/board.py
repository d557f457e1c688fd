"""The live board: one element for all taps, fed with changed rows and a beat every two seconds."""

from collections.abc import Sequence

from nicegui import ui
from nicegui.events import GenericEventArguments

from components.link_banner import LinkBanner
from components.rows import Beat, Link, Row
from components.screens import Screens
from components.sheet import Answer, OnAct
from components.styles import use_styles


class Board(ui.element, component="board.js", dependencies=["parts/*.js"]):
    """Every tap of a bar. States, ages and a lost link are judged in the browser, see `parts/`.

    What changes is told by `screens`, to all boards at once, until the page is gone. A browser that hears no beat for
    four seconds says that it is not connected. With `on_act` a touch on a tile opens a sheet of what can be done there,
    and `on_act` is asked to do it; without, it leads to the page of the tap.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        beat: Beat,
        screens: Screens,
        links: Sequence[Link] = (),
        on_act: OnAct | None = None,
    ) -> None:
        use_styles("keg.css", "board.css", "sheet.css")
        LinkBanner(beat)
        super().__init__()
        self.props["initial"] = {**beat, "rows": list(rows), "links": list(links), "acts": on_act is not None}
        screens.add(self.client)

        async def act(event: GenericEventArguments) -> None:
            if on_act is not None:
                self.tell(await on_act(event.args))

        self.on("act", act)

    def tell(self, answer: Answer) -> None:
        """Tell this board alone what became of an act."""
        self.run_method("answer", answer)
