"""One connection to the broker, whose messages we acknowledge ourselves, when they are durable.

gmqtt acknowledges a message when its callback returns, on whatever connection it has by then. After a reconnect
that would acknowledge a number of the new connection, which may name a message nobody has stored. So each
connection is a client of its own, which never reconnects, and takes incoming messages off gmqtt before it has
looked into them, with the number to acknowledge them by.
"""

import asyncio
import contextlib
import logging
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gmqtt import Client, Subscription
from gmqtt.mqtt.constants import MQTTv311
from gmqtt.mqtt.handler import MQTTConnectError

from backend.embedded.arrival import Arrival
from backend.embedded.broker_address import BrokerAddress

_KEEPALIVE_SECONDS: Final = 20
_ANSWER_SECONDS: Final = 10.0
_PUBACK: Final = struct.Struct("!BBH")
_REFUSED: Final = 0x80
_KIND: Final = 0xF0
_PUBLISH: Final = 0x30
_RETAIN: Final = 0x01
_QOS: Final = 0x06

logging.getLogger("gmqtt").setLevel(logging.CRITICAL)  # what matters of it is told by Link and Intake, once


class LinkFailed(ConnectionError):  # noqa: N818 - what became of the attempt
    """No connection came about; the sentence says why."""


@dataclass(slots=True, kw_only=True)
class Delivery(Arrival):
    """A message as the broker delivered it; `mid` is None where it wants no acknowledgement (QoS 0)."""

    link: "Link"
    mid: int | None


class Link(Client):  # type: ignore[misc]  # gmqtt carries no types
    """A persistent session's present connection; `lost` is set once it is over, for whatever reason."""

    def __init__(
        self,
        client_id: str,
        *,
        deliver: Callable[[Delivery], None],
        now: Callable[[], datetime],
        clean: bool = False,
    ) -> None:
        """Connect nowhere yet; `now` is asked when a message arrives."""
        super().__init__(client_id, clean_session=clean, optimistic_acknowledgement=False)
        self.lost = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._deliver = deliver
        self._now = now
        self._granted: asyncio.Future[Sequence[int]] = self._loop.create_future()
        self._deliveries = 0
        self._paused = False
        self._subscribed = False
        self.on_subscribe = self._answered
        self._others = self._package_handler._handle_packet  # noqa: SLF001 - see above
        self._package_handler._handle_packet = self._packet  # noqa: SLF001 - see above

    @property
    def up(self) -> bool:
        """Whether it is connected and subscribed."""
        return self._subscribed and not self.lost.is_set()

    async def open(self, address: BrokerAddress, *, filters: Sequence[str]) -> None:
        """Connect and, where there are filters, subscribe at QoS 1; raises LinkFailed."""
        if address.username is not None:
            self.set_auth_credentials(address.username, address.password)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self._or_lost(
                    self.connect(
                        address.host, address.port, ssl=address.tls, keepalive=_KEEPALIVE_SECONDS, version=MQTTv311
                    )
                )
            if not filters:
                return
            self.subscribe([Subscription(one, qos=1) for one in filters])
            granted = await self._or_lost(self._answer())
        except TimeoutError:
            raise LinkFailed(f"{address} does not answer") from None
        except MQTTConnectError as error:
            raise LinkFailed(f"{address} refuses us: {error.message}") from None
        except (OSError, UnicodeError) as error:
            raise LinkFailed(f"{address} cannot be reached: {error}") from None
        if len(granted) != len(filters) or any(code >= _REFUSED for code in granted):
            raise LinkFailed(f"{address} does not let us subscribe to {' and '.join(filters)}")
        self._subscribed = True

    def say(self, topic: str, payload: bytes) -> None:
        """Publish at QoS 1, from any thread and without waiting; raises LinkFailed where there is no connection.

        What a connection that is lost takes with it is not published again.
        """
        if not self.up:
            raise LinkFailed("there is no connection to the broker")
        try:
            self._loop.call_soon_threadsafe(self._say, topic, payload)
        except RuntimeError:
            raise LinkFailed("the server is ending") from None

    def _say(self, topic: str, payload: bytes) -> None:
        if not self.lost.is_set() and not self._connection.is_closing():
            self.publish(topic, payload, qos=1)

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Acknowledge messages that came over this connection; once it is over nothing is sent."""
        if mids and not self.lost.is_set() and not self._connection.is_closing():
            self._connection.send_package(b"".join(_PUBACK.pack(0x40, 2, mid) for mid in mids))

    def pause(self) -> None:
        """Read no more, so that messages wait at the broker."""
        self._paused = True
        if not self.lost.is_set() and self._connection is not None:
            with contextlib.suppress(RuntimeError):  # closing already
                self._connection._transport.pause_reading()  # noqa: SLF001 - gmqtt offers no flow control

    def resume(self) -> None:
        """Read on."""
        self._paused = False
        if not self.lost.is_set() and self._connection is not None:
            with contextlib.suppress(RuntimeError):
                self._connection._transport.resume_reading()  # noqa: SLF001 - gmqtt offers no flow control

    async def close(self) -> None:
        """End the connection in order; the session stays at the broker."""
        if self._connection is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(2):
                    await self.disconnect()
            self._connection._transport.abort()  # noqa: SLF001 - a peer that does not read cannot hold us
        self.lost.set()

    async def reconnect(self, delay: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - gmqtt calls it so
        """Called by gmqtt when the connection is over: it stays over."""
        self.lost.set()

    async def _answer(self) -> Sequence[int]:
        """Wait for the answer to our subscription, as long as messages that waited for us still come before it."""
        while not self._granted.done():
            deliveries = self._deliveries
            await asyncio.wait({self._granted}, timeout=_ANSWER_SECONDS)
            if not self._granted.done() and deliveries == self._deliveries and not self._paused:
                raise TimeoutError
        return self._granted.result()

    async def _or_lost(self, answer: Any) -> Any:
        """Wait for an answer, but not longer than the connection lives."""
        waiting = asyncio.ensure_future(answer)
        over = asyncio.ensure_future(self.lost.wait())
        try:
            await asyncio.wait({waiting, over}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                raise LinkFailed("the broker closed the connection")
            return waiting.result()
        finally:
            over.cancel()
            waiting.cancel()

    def _packet(self, header: int, packet: bytes) -> None:
        """Take messages ourselves, at a third of what gmqtt spends on each; all else is gmqtt's."""
        if header & _KIND == _PUBLISH:
            self._arrived(header, packet)
        else:
            self._others(header, packet)

    def _arrived(self, header: int, packet: bytes) -> None:
        """Take a PUBLISH packet apart (MQTT 3.1.1, section 3.3); what is cut short is gmqtt's to drop."""
        self._deliveries += 1
        retained = bool(header & _RETAIN)
        end = 2 + (packet[0] << 8 | packet[1])
        if end > len(packet):
            raise ValueError("a topic longer than its packet")
        mid = packet[end] << 8 | packet[end + 1] if header & _QOS else None
        self._deliver(
            Delivery(
                link=self,
                topic=packet[2:end].decode("utf-8", errors="backslashreplace"),
                payload=packet[end if mid is None else end + 2 :],
                mid=mid,
                received_at=self._now(),
                retained=retained,
                # A broker sends what waited for us before it answers our subscription.
                late=retained or not self._granted.done(),
            )
        )

    def _answered(self, _client: object, _mid: int, granted: Sequence[int], _properties: object) -> None:
        if not self._granted.done():
            self._granted.set_result(granted)


async def forget_session(client_id: str, address: BrokerAddress, *, now: Callable[[], datetime]) -> None:
    """Let the broker drop the session of that name with all it holds for it; raises LinkFailed."""
    link = Link(client_id, deliver=lambda _: None, now=now, clean=True)
    try:
        await link.open(address, filters=())
    finally:
        await link.close()
