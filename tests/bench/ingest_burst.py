"""The burst: readings of 50 scales, encoded beforehand, sent at QoS 1 by a process that does nothing else.

python ingest_burst.py PORT COUNT: sends the burst and prints one line of JSON with when it began and ended.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from typing import Final

from firmware.scale import messages

SCALES: Final = 50
WINDOW: Final = 500
"""How many messages may wait for their acknowledgement, over all connections."""
_CONNECTIONS: Final = 10
_PUBACK_BYTES: Final = 4
_FULL_LBS: Final = 160.0
_BOOT: Final = 0x9E37_79B9  # a boot is any 32 bits
_ON_BATTERY: Final = 5
"""Every fifth scale runs on a battery and tells it; the others are on the mains, as in the demo's bar."""
_POUR_EVERY: Final = 30
_POUR_SECONDS: Final = 5
_POUR_TOLD: Final = 8
_LBS_A_SECOND: Final = 0.18
_CONNACK: Final = b"\x20\x02\x00\x00"


def topic(number: int) -> str:
    """Where scale `number` (from 1) publishes."""
    return f"keg/readings/SCALE-{number:04d}"


def payloads(*, scale: int, count: int, before: int) -> list[bytes]:
    """What one scale said in the `count` seconds before `before` (epoch s), byte for byte as the firmware writes it.

    Noise, and in each half minute a pour of five seconds, which rides in the reading at rest after it: on the demo's
    Friday night every thirtieth reading carries one (93 in 2,748).
    """
    chance = random.Random(scale)
    weight = full = _FULL_LBS - scale
    said = []
    for seq in range(count):
        second = seq % _POUR_EVERY
        if second == 0:
            full = weight
        weight -= _LBS_A_SECOND if second < _POUR_SECONDS else 0.0
        told = weight + chance.gauss(0.0, 0.004)
        t = before - count + seq
        volts = 4.0 - seq / 100_000
        said.append(
            messages.reading(
                told,
                v=messages.VERSION,
                boot=_BOOT + scale,
                seq=seq,
                t=t,
                raw=int(told * 9_500) + 84_000,
                stable=second > _POUR_SECONDS,
                cal=1,
                temp_f=38.0 + chance.gauss(0.0, 0.3),
                battery=(volts, int(100 * (volts - 3.0))) if scale % _ON_BATTERY == 0 else None,
                rssi=-60 + chance.randrange(5),
                pour=(t - second, float(_POUR_SECONDS), full, weight) if second == _POUR_TOLD else None,
            )
        )
    return said


def packets(*, scales: Sequence[int], count: int, before: int) -> list[bytes]:
    """PUBLISH packets of these scales at QoS 1, second after second, numbered for one connection."""
    said = {scale: payloads(scale=scale, count=count, before=before) for scale in scales}
    turn = ((topic(scale), said[scale][second]) for second in range(count) for scale in scales)
    return [publish(name, payload, mid=number % 65_535 + 1) for number, (name, payload) in enumerate(turn)]


def publish(name: str, payload: bytes, *, mid: int) -> bytes:
    """One PUBLISH at QoS 1 (MQTT 3.1.1, section 3.3)."""
    body = len(name).to_bytes(2, "big") + name.encode() + mid.to_bytes(2, "big") + payload
    return b"\x32" + remaining_length(len(body)) + body


def connect(client_id: str) -> bytes:
    """CONNECT with a clean session and no keepalive (section 3.1)."""
    body = b"\x00\x04MQTT\x04\x02\x00\x00" + len(client_id).to_bytes(2, "big") + client_id.encode()
    return b"\x10" + remaining_length(len(body)) + body


def remaining_length(size: int) -> bytes:
    """The length of what follows, seven bits a byte (section 2.2.3)."""
    low, high = size & 0x7F, size >> 7
    return bytes([low]) if not high else bytes([low | 0x80]) + remaining_length(high)


class Sender(asyncio.Protocol):
    """One connection that keeps its share of the window full."""

    def __init__(self, client_id: str, waiting: list[bytes], window: int) -> None:
        self.greeted = asyncio.get_running_loop().create_future()
        self.done = asyncio.get_running_loop().create_future()
        self._client_id = client_id
        self._waiting = waiting[::-1]
        self._window = window
        self._open = 0
        self._rest = 0
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduce ourselves."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        transport.write(connect(self._client_id))

    def data_received(self, data: bytes) -> None:
        """Answers: first the greeting, then nothing but acknowledgements of four bytes each."""
        if not self.greeted.done():
            assert data == _CONNACK, data
            self.greeted.set_result(None)
            return
        whole, self._rest = divmod(self._rest + len(data), _PUBACK_BYTES)
        self._open -= whole
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits for the end of the burst must not wait for ever."""
        for future in (self.greeted, self.done):
            if not future.done():
                future.set_exception(ConnectionError(f"the broker closed the connection: {exc}"))

    def send(self) -> None:
        """Send as many as the window has room for, in one write."""
        room = min(self._window - self._open, len(self._waiting))
        if room:
            assert self._transport is not None
            self._transport.write(b"".join(self._waiting.pop() for _ in range(room)))
            self._open += room
        elif not self._open and not self.done.done():
            self.done.set_result(None)


async def burst(port: int, count: int) -> None:
    """Send `count` readings, those of one scale always over the same connection."""
    loop = asyncio.get_running_loop()
    before = int(time.time())
    senders = []
    for number in range(_CONNECTIONS):
        share = packets(scales=range(1 + number, SCALES + 1, _CONNECTIONS), count=count // SCALES, before=before)
        _, sender = await loop.create_connection(
            lambda number=number, share=share: Sender(f"burst-{number}", share, WINDOW // _CONNECTIONS),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
        senders.append(sender)
    await asyncio.gather(*(sender.greeted for sender in senders))
    began = time.monotonic()
    for sender in senders:
        sender.send()
    await asyncio.gather(*(sender.done for sender in senders))
    print(json.dumps({"began": began, "ended": time.monotonic()}), flush=True)  # noqa: T201 - our parent reads it


if __name__ == "__main__":
    asyncio.run(burst(int(sys.argv[1]), int(sys.argv[2])))
