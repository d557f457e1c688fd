"""Many light clients in a thread with a loop of its own, one of which reads what it is told."""

import asyncio
import threading
import time
from collections.abc import Coroutine
from typing import Any

from aiohttp import ClientSession, TCPConnector
from light_client import Heard, LightClient


class Crowd:
    """Open boards without browsers.

    `told` says, of the reading of a tap (its number, its t), which volume it showed and when (epoch s) one of the
    boards was told.
    """

    def __init__(self, url: str) -> None:
        self.told: dict[tuple[int, int], tuple[str, float]] = {}
        self._url = url
        self._clients: list[LightClient] = []
        self._session: ClientSession | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="crowd", daemon=True)
        self._thread.start()

    def grow(self, count: int) -> None:
        """Open more boards until there are `count`. Raises HandshakeRefused, aiohttp.ClientError."""
        self._do(self._grow(count))

    def heard_until_now(self) -> list[Heard]:
        """What each board was told since this was last asked."""
        heard = [client.heard for client in self._clients]
        for client in self._clients:
            client.heard = Heard()
        return heard

    def end(self) -> None:
        """Close every board."""
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result()

    async def _grow(self, count: int) -> None:
        self._session = self._session or ClientSession(connector=TCPConnector(limit=0))
        for number in range(len(self._clients), count):
            client = LightClient(on_event=self._read if number == 0 else None)
            await client.open(self._session, self._url)
            self._clients.append(client)

    async def _close(self) -> None:
        await asyncio.gather(*(client.close() for client in self._clients))
        if self._session is not None:
            await self._session.close()

    def _read(self, event: str, told: list[Any]) -> None:
        if event == "ss_rows":
            now = time.time()
            for row in told[0]:
                self.told.setdefault((row["no"], int(row["at"] or 0)), (row["volume"], now))
