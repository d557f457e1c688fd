"""iotcore on 127.0.0.1, for machines without Mosquitto: good for a look at the product, not for a bar."""

import asyncio
from typing import Final

import structlog
from iotcore import Broker as IotcoreProcess

from backend.embedded.broker import FOREIGN_WINDOW, BrokerKind, BrokerState
from backend.embedded.broker_address import BrokerAddress
from backend.embedded.loopback import LOOPBACK, free_port
from backend.embedded.mosquitto_conf import MAX_PACKET_BYTES

log = structlog.get_logger(__name__)

_WATCH_SECONDS: Final = 1.0


class IotcoreChild:
    """iotcore's broker in a child process; it ends when our end of its pipe closes, however we end.

    What it does not promise: it keeps everything in memory, so what it held is gone when it ends; it knows no
    users; a repeated message is not marked as such. It takes and sends about a sixth of what Mosquitto does.
    """

    def __init__(self, *, port: int | None = None) -> None:
        self._wanted = port
        self._port: int | None = None
        self._process: IotcoreProcess | None = None
        self._note: str | None = "not started yet"
        self._keeper: asyncio.Task[None] | None = None

    @property
    def address(self) -> BrokerAddress | None:
        """Where it answers; the port is chosen at the first start and then stays."""
        return BrokerAddress(host=LOOPBACK, port=self._port) if self._port is not None else None

    @property
    def window(self) -> int:
        """Ten: it sends no more than 100 before it waits."""
        return FOREIGN_WINDOW

    def state(self) -> BrokerState:
        """How it stands."""
        running = self._process is not None and self._process.is_running
        address = self.address
        return BrokerState(
            kind=BrokerKind.IOTCORE,
            running=running,
            address=str(address) if address else None,
            note=None if running else self._note,
        )

    async def start(self) -> None:
        """Start it and keep it running; a failure is told by `state` and tried again."""
        if self._keeper is None:
            await self._begin()
            self._keeper = asyncio.create_task(self._keep(), name="iotcore keeper")

    async def stop(self) -> None:
        """End it; what it held is gone."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        if self._process is not None:
            await asyncio.to_thread(self._process.stop)
        self._process, self._note = None, "stopped"

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if self._process is None or not self._process.is_running:
                log.warning("broker ended, starting it again")
                await self._begin()

    async def _begin(self) -> None:
        port = self._port or free_port(self._wanted)
        process = IotcoreProcess(port=port, listen=LOOPBACK, max_payload_size=MAX_PACKET_BYTES)
        try:
            await asyncio.to_thread(process.start)
        except (OSError, RuntimeError) as error:
            self._note = f"iotcore did not start on port {port}: {error}"
            log.warning("broker not started", reason=str(error))
            return
        self._process, self._port, self._note = process, port, None
        log.info("broker listening", port=port)
