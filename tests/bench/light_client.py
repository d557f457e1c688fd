"""A board without a browser: makes the framework's real handshake, receives what a board receives, and counts it.

What it does is what `nicegui.js` does: it reads the query out of the page, opens a socket with it, answers pings,
acknowledges every three seconds, and drops a message it has had. What it does not do is draw.
"""

import ast
import asyncio
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

ACK_EVERY_S: Final = 3.0
_QUERY: Final = re.compile(r"query: (\{.*?\}),\n")
_PREFIX: Final = re.compile(r'prefix: "(.*?)",\n')
_WORDS: Final[dict[object, str]] = {True: "true", False: "false", None: "null"}
_ROWS: Final = '42["ss_rows",'
"""How a telling of rows begins; recognised without reading it, so that many clients cost next to nothing."""


class HandshakeRefused(ConnectionError):  # noqa: N818 - the server's answer
    """The server refused the handshake; its sentence follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a page tells its script to connect with; `query` as the script receives it."""

    prefix: str
    query: dict[str, Any]


@dataclass(slots=True)
class Heard:
    """What arrived: messages, tellings of rows and their sizes (bytes of text), and when (monotonic s)."""

    messages: int = 0
    tellings: int = 0
    bytes: int = 0
    telling_bytes: int = 0
    at: list[float] = field(default_factory=list)


def ticket_of(page: str) -> Ticket:
    """Read out of a page's HTML what its script connects with; raises ValueError where it is no such page."""
    query, prefix = _QUERY.search(page), _PREFIX.search(page)
    if query is None or prefix is None:
        raise ValueError("this page has no socket: the framework's template has changed, see nicegui/templates")
    return Ticket(prefix=prefix[1], query=ast.literal_eval(query[1]))


class LightClient:
    """One board; `on_event(name, arguments)` is called for each event when given, and costs reading its JSON."""

    def __init__(self, *, on_event: Callable[[str, list[Any]], None] | None = None) -> None:
        self.heard = Heard()
        self.sid: str | None = None
        self._on_event = on_event
        self._socket: ClientWebSocketResponse | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._next_id = 0
        self._acked = -1
        self._client_id = ""

    async def open(self, session: ClientSession, url: str) -> None:
        """Get the page and connect as its script would. Raises HandshakeRefused, aiohttp.ClientError."""
        # A browser opens a connection of its own for a socket; on a kept one the server's 5 s for idle ones cut it.
        async with session.get(url, headers={"Connection": "close"}) as answer:
            answer.raise_for_status()
            ticket = ticket_of(await answer.text())
        await self.connect(session, url, ticket)

    async def connect(self, session: ClientSession, url: str, ticket: Ticket) -> None:
        """Connect with a ticket, honest or not. Raises HandshakeRefused, aiohttp.ClientError."""
        query = {**ticket.query, "document_id": str(uuid.uuid4()), "tab_id": str(uuid.uuid4()), "old_tab_id": None}
        self._client_id, self._next_id = str(query["client_id"]), int(query["next_message_id"])
        asked = {name: _as_script(value) for name, value in query.items()} | {"EIO": "4", "transport": "websocket"}
        origin = url.rstrip("/")
        where = f"{origin}{ticket.prefix}/_nicegui_ws/socket.io/"
        self._socket = await session.ws_connect(where, params=asked, headers={"Origin": origin}, compress=15)
        if not (await self._socket.receive_str()).startswith("0"):
            raise HandshakeRefused("no engine answered")
        await self._socket.send_str("40")
        await self._joined()
        if not query["implicit_handshake"]:
            await self._socket.send_str(f"420{orjson.dumps(['handshake', query]).decode()}")
            if "true" not in await self._until("430"):
                raise HandshakeRefused("handshake failed")
        self._tasks = [asyncio.create_task(self._receive()), asyncio.create_task(self._acknowledge())]

    async def close(self) -> None:
        """Leave as a closed tab does."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()

    def stop_reading(self) -> None:
        """From now on read nothing, and answer pings that were not heard: the worst a board can do to a server."""
        self._tasks.pop(0).cancel()
        self._tasks.append(asyncio.create_task(self._answer_blindly()))

    def read_again(self) -> None:
        """Read what has come meanwhile, and go on."""
        self._tasks.pop().cancel()
        self._tasks.insert(0, asyncio.create_task(self._receive()))

    async def _answer_blindly(self) -> None:
        assert self._socket is not None
        while True:
            await self._socket.send_str("3")
            await asyncio.sleep(1)

    async def _joined(self) -> None:
        answer = await self._until("40", "44")
        if answer.startswith("44"):
            raise HandshakeRefused(orjson.loads(answer[2:]).get("message", "refused"))
        self.sid = orjson.loads(answer[2:])["sid"]

    async def _until(self, *begins: str) -> str:
        """The next packet that begins so; what comes before it is received as always."""
        assert self._socket is not None
        while not (packet := await self._socket.receive_str()).startswith(begins):
            await self._take(packet)
        return packet

    async def _receive(self) -> None:
        assert self._socket is not None
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                await self._take(message.data)

    async def _take(self, packet: str) -> None:
        if packet == "2":
            assert self._socket is not None
            await self._socket.send_str("3")
        elif packet.startswith("42"):
            self._event(packet)

    def _event(self, packet: str) -> None:
        heard = self.heard
        heard.messages += 1
        heard.bytes += len(packet)
        if packet.startswith(_ROWS):
            heard.tellings += 1
            heard.telling_bytes += len(packet)
            heard.at.append(time.monotonic())
        elif '"_id":' in packet[-24:]:
            message_id = int(packet[packet.rindex('"_id":') + 6 :].rstrip("}]"))
            if message_id < self._next_id:
                return
            self._next_id = message_id + 1
        if self._on_event is not None:
            name, *arguments = orjson.loads(packet[2:])
            self._on_event(name, arguments)

    async def _acknowledge(self) -> None:
        assert self._socket is not None
        while True:
            await asyncio.sleep(ACK_EVERY_S)
            if self._acked < self._next_id:
                self._acked = self._next_id
                said = ["ack", {"client_id": self._client_id, "next_message_id": self._next_id}]
                await self._socket.send_str(f"42{orjson.dumps(said).decode()}")


def _as_script(value: object) -> str:
    """A value of the query as the browser's script writes it into an address."""
    return _WORDS[value] if value is None or isinstance(value, bool) else str(value)
