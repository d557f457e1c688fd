"""The consumers that are measured against the naive one, each a process of its own.

python ingest_consumer.py ours|noop|mosquitto PORT FOLDER COUNT: says `ready` once it is subscribed, and after COUNT
messages one line of JSON. `ours` is the shipped intake over the shipped store with somebody listening to the feed;
`noop` is our link, which acknowledges and does nothing else; `mosquitto` counts packets, so that Mosquitto is the wall.
"""

import asyncio
import gc
import json
import resource
import sys
import time
from pathlib import Path

import uvloop
from bars import opened
from ingest_burst import SCALES, connect, remaining_length

from backend.clock import SystemClock
from backend.embedded.broker_address import BrokerAddress
from backend.embedded.link import Delivery, Link
from backend.wire.topics import INTAKE_FILTERS
from backend.wiring.embedded import open_embedded

_LOOK_EVERY_S = 0.005
_COMMIT_SECONDS = 0.02
"""What is left at the end of a burst is too little to be synced for its number; its wait is no work."""
_PUBACK = b"\x40\x02"


def cpu_seconds() -> float:
    """Processor time of this process, all threads, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def tell(**facts: float) -> None:
    """One line of JSON for our parent."""
    print(json.dumps(facts), flush=True)  # noqa: T201 - our parent reads it


def ready() -> float:
    """Tell that the burst may begin; gives the processor time used before it."""
    gc.collect()
    gc.freeze()
    print("ready", flush=True)  # noqa: T201 - our parent reads it
    return cpu_seconds()


async def ours(port: int, folder: Path, count: int) -> None:
    """The shipped way from the broker into the store; done when all are recorded and acknowledged."""
    gc.set_threshold(100_000, 50, 1000)  # as the server does
    with opened(folder, taps=SCALES):
        pass
    embedded = open_embedded(
        folder, clock=SystemClock(), broker=f"mqtt://127.0.0.1:{port}", commit_seconds=_COMMIT_SECONDS
    )
    told = 0

    def listener(_event: object) -> None:
        nonlocal told
        told += 1

    embedded.ports.feed.listen(listener)
    await embedded.start()
    while not embedded.intake.facts().connected:  # noqa: ASYNC110 - facts are there to be asked
        await asyncio.sleep(_LOOK_EVERY_S)
    used = ready()
    while (facts := embedded.intake.facts()).readings_total < count or facts.waiting:  # noqa: ASYNC110 - the same
        await asyncio.sleep(_LOOK_EVERY_S)
    ended = time.monotonic()
    cpu = cpu_seconds() - used
    tell(stored=embedded.ports.history.count(), cpu_s=cpu, ended=ended, told=told)
    await embedded.stop()


async def noop(port: int, _folder: Path, count: int) -> None:
    """Our link alone: acknowledge what a turn of the loop has brought."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    mids: list[int] = []
    seen = 0

    def flush() -> None:
        link.acknowledge(mids)
        mids.clear()
        if seen >= count and not done.done():
            done.set_result(time.monotonic())

    def deliver(delivery: Delivery) -> None:
        nonlocal seen
        seen += 1
        assert delivery.mid is not None
        if not mids:
            loop.call_soon(flush)
        mids.append(delivery.mid)

    link = Link("noop", deliver=deliver, now=SystemClock().now, clean=True)
    await link.open(BrokerAddress(host="127.0.0.1", port=port), filters=INTAKE_FILTERS)
    used = ready()
    ended = await done
    tell(stored=seen, cpu_s=cpu_seconds() - used, ended=ended)
    await link.close()


class Counter(asyncio.Protocol):
    """The least that takes QoS 1 messages: finds where each packet ends and acknowledges it."""

    def __init__(self, count: int) -> None:
        self.ready = asyncio.get_running_loop().create_future()
        self.done = asyncio.get_running_loop().create_future()
        self.seen = 0
        self._count = count
        self._rest = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduce ourselves and subscribe."""
        self._transport = transport  # type: ignore[assignment]  # a socket's transport writes
        name = INTAKE_FILTERS[0].encode()
        body = b"\x00\x01" + len(name).to_bytes(2, "big") + name + b"\x01"
        self._transport.write(connect("counter") + b"\x82" + remaining_length(len(body)) + body)  # type: ignore[union-attr]

    def data_received(self, data: bytes) -> None:
        """Walk over the packets; the answer to our subscription means that the burst may begin."""
        data = self._rest + data
        at, acknowledgements = 0, []
        while (end := _end(data, at)) is not None:
            body = end[0]
            if data[at] == 0x32:  # PUBLISH at QoS 1
                name = int.from_bytes(data[body : body + 2], "big")
                acknowledgements.append(_PUBACK + data[body + 2 + name : body + 4 + name])
            elif data[at] == 0x90:  # SUBACK
                self.ready.set_result(None)
            at = end[1]
        self._rest = data[at:]
        self.seen += len(acknowledgements)
        self._transport.write(b"".join(acknowledgements))  # type: ignore[union-attr]
        if self.seen >= self._count and not self.done.done():
            self.done.set_result(time.monotonic())


def _end(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the body of the packet at `at` begins and ends, None where it is not whole yet."""
    size = shift = 0
    for place in range(at + 1, min(at + 5, len(data))):
        size |= (data[place] & 0x7F) << shift
        shift += 7
        if not data[place] & 0x80:
            return (place + 1, place + 1 + size) if place + 1 + size <= len(data) else None
    return None


async def mosquitto(port: int, _folder: Path, count: int) -> None:
    """Mosquitto alone, as near as a subscriber can let it be."""
    _, counter = await asyncio.get_running_loop().create_connection(lambda: Counter(count), "127.0.0.1", port)
    await counter.ready
    used = ready()
    ended = await counter.done
    tell(stored=counter.seen, cpu_s=cpu_seconds() - used, ended=ended)


if __name__ == "__main__":
    kind = {"ours": ours, "noop": noop, "mosquitto": mosquitto}[sys.argv[1]]
    uvloop.run(kind(int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])))
