"""The live board, for the wall and for a phone: `/`."""

from nicegui import ui

from app.ask import ask
from app.faces import row_of
from app.member import current_member
from app.site import Site
from app.theme import TITLE, dress, links
from app.wall_acts import WallActs
from backend.usecases.view_board import view_board
from components.board import Board
from components.sheet import Answer


def register(site: Site) -> None:
    """Declare the page."""

    @ui.page("/", title=TITLE)
    async def board_page() -> None:
        dress()
        view = await ask(view_board, site.ports, location_id=site.location_id, member=current_member())
        rows = [row_of(face, location=view.location) for face in view.faces]

        def tell(answer: Answer) -> None:
            board.tell(answer)

        acts = WallActs(site, tell=tell)
        board = Board(rows, beat=site.live.beat(), screens=site.live.screens, links=links(site), on_act=acts.answer)
        site.live.answers.subscribe(acts.follow)
