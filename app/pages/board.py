"""The live board, for the wall and for a phone: `/`."""

from nicegui import ui

from app.ask import ask
from app.faces import row_of
from app.member import current_member
from app.site import Site
from app.theme import TITLE, dress, links
from backend.usecases.view_board import view_board
from components.board import Board
from components.rows import Row


def register(site: Site) -> None:
    """Declare the page."""

    async def rows() -> list[Row]:
        view = await ask(view_board, site.ports, location_id=site.location_id, member=current_member())
        return [row_of(face, location=view.location) for face in view.faces]

    @ui.page("/", title=TITLE)
    async def board_page() -> None:
        dress()
        board = Board(await rows(), beat=site.live.beat(), links=links(site))
        site.live.rows.subscribe(board.apply)
        site.live.beats.subscribe(board.beat)

        async def connected() -> None:
            # What changed between building the page and its connection, or while it was away, was told to nobody.
            board.snapshot(await rows(), beat=site.live.beat())

        ui.context.client.on_connect(connected)
