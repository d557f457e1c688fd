"""The boards that are open, told together: each change is encoded once, and no board may keep an endless queue."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson
import structlog
from engineio.exceptions import SocketIsClosedError
from engineio.packet import MESSAGE, Packet
from nicegui import Client, core

from components.rows import Beat, Row

MOST_WAITING: Final = 40
"""Packets that may wait for a board which does not read: two seconds of changes. Then it is told no more."""
CAUGHT_UP: Final = 10
"""With fewer packets waiting a board reads again, and is told everything anew."""

_log = structlog.get_logger(__name__)


class Screens:
    """Open boards, told over the sockets of their pages past the framework's own queues.

    Those encode each call for each page, keep it in a history, and have the browser compile it as a script. Here one
    packet goes to every socket. Nothing is kept: a board that is new, or was away, or did not read, gets all rows at
    the next tick, and only then changes again. To be used on the event loop.
    """

    def __init__(self) -> None:
        self._clients: dict[str, Client] = {}
        self._current: set[str] = set()
        """Sockets that have every row; those of boards that were left go with the next look."""

    def __len__(self) -> int:
        """How many boards are open."""
        return len(self._clients)

    def add(self, client: Client) -> None:
        """Tell the board on a page, whenever it is connected, until the page is gone."""
        self._clients[client.id] = client
        client.on_delete(lambda: self._clients.pop(client.id, None))

    def behind(self) -> bool:
        """Whether a board must be given every row, and would take it."""
        sockets = list(self._sockets())
        self._current.intersection_update(socket.sid for socket in sockets)
        return any(self._waits(socket) for socket in sockets)

    async def catch_up(self, rows: Sequence[Row], *, beat: Beat) -> None:
        """Give every row, and the bar's time, to the boards that do not have them."""
        sockets = [socket for socket in self._sockets() if self._waits(socket)]
        self._current.update([socket.sid for socket in sockets])
        await _send(sockets, "ss_snapshot", {**beat, "rows": rows})

    async def show(self, rows: Sequence[Row]) -> None:
        """Tell rows that changed to the boards that have the others."""
        sockets = [socket for socket in self._sockets() if socket.sid in self._current]
        full = {socket.sid for socket in sockets if socket.queue.qsize() >= MOST_WAITING}
        self._current -= full
        await _send([socket for socket in sockets if socket.sid not in full], "ss_rows", rows)

    async def beat(self, beat: Beat) -> None:
        """Tell the bar's time; also to boards whose rows must wait, for they are connected."""
        sockets = [socket for socket in self._sockets() if socket.queue.qsize() < MOST_WAITING]
        await _send(sockets, "ss_beat", beat)

    def _waits(self, socket: Any) -> bool:
        return socket.sid not in self._current and socket.queue.qsize() < CAUGHT_UP

    def _sockets(self) -> Iterator[Any]:
        """The open sockets of the boards: the engine's own, because the queue of each is looked at."""
        for client_id in self._clients:
            for _, engine_id in core.sio.manager.get_participants("/", client_id):
                socket = core.sio.eio.sockets.get(engine_id)
                if socket is not None and not socket.closed:
                    yield socket


async def _send(sockets: Sequence[Any], event: str, told: object) -> None:
    """Send one event of the page's socket to each; one that has just closed, or fails, stops nobody else."""
    if not sockets:
        return
    packet = Packet(MESSAGE, f'2["{event}",{orjson.dumps(told).decode()}]')
    for socket in sockets:
        try:
            await socket.send(packet)
        except SocketIsClosedError:
            continue
        except Exception:  # noqa: BLE001 - one board must not stop the others
            _log.exception("a board could not be told")
