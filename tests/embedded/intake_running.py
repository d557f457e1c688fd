"""An intake at work on a real broker and a real store, with a publisher beside it and a disk that fails on demand."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from intake_bar import Bar, opened_bar
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from backend.cellar import dead_letters
from backend.clock import SystemClock
from backend.embedded.broker import Broker
from backend.embedded.intake import Intake
from backend.embedded.mosquitto import MosquittoChild, find_mosquitto
from backend.embedded.store import Store
from backend.ports import Item

GOOD: Final = b'{"weight_lbs":80.0}'


@dataclass
class Disk:
    """The bar's store on a disk that fails on demand; counts how often a sync succeeded."""

    store: Store
    full: bool = False
    syncs: int = 0

    @property
    def generation(self) -> int:
        return self.store.generation

    def sync(self, generation: int | None = None) -> None:
        if self.full:
            self.fail()
        self.store.sync(generation)
        self.syncs += 1

    def fail(self) -> None:
        """Do what the store does when its disk fails: undo what is not durable, and say so."""
        with self.store.lock:
            self.store._lose(sqlite3.OperationalError("disk is full"), pending=True)


@dataclass(frozen=True)
class Running:
    """An intake at work, and a publisher beside it."""

    bar: Bar
    disk: Disk
    broker: Broker
    intake: Intake
    publisher: Client

    async def publish(self, *messages: bytes, topic: str = "keg/readings/SCALE-1", retain: bool = False) -> None:
        await asyncio.to_thread(self._publish, messages, topic, retain)

    def _publish(self, messages: tuple[bytes, ...], topic: str, retain: bool) -> None:  # noqa: FBT001 - private
        sent = [self.publisher.publish(topic, message, qos=1, retain=retain) for message in messages]
        for one in sent:
            one.wait_for_publish(10)

    def dead(self) -> list[Item]:
        return list(self.bar.ports.table.query(dead_letters.newest(2000)).items)


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until `condition` holds; the test fails where it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


def mosquitto(folder: Path) -> MosquittoChild:
    program = find_mosquitto()
    assert program is not None, "install mosquitto: apt install mosquitto"
    return MosquittoChild(folder, program=program)


def connected_publisher(broker: Broker) -> Client:
    client = Client(CallbackAPIVersion.VERSION2)
    assert broker.address is not None
    client.max_inflight_messages_set(1000)
    client.connect(broker.address.host, broker.address.port)
    client.loop_start()
    return client


@asynccontextmanager
async def running(
    folder: Path, *, broker: Broker | None = None, commit_seconds: float = 0.05, taps: int = 1
) -> AsyncIterator[Running]:
    own = broker or mosquitto(folder)
    with opened_bar(folder / "data", taps=taps) as bar:
        disk = Disk(bar.store)
        await own.start()
        intake = Intake(
            ports=bar.ports,
            store=disk,
            clock=SystemClock(),
            broker=own,
            client_id="scale-sense-test",
            commit_seconds=commit_seconds,
            linked=bar.commands.use,
        )
        await intake.start()
        publisher = await asyncio.to_thread(connected_publisher, own)
        try:
            await until(lambda: intake.facts().connected)
            yield Running(bar=bar, disk=disk, broker=own, intake=intake, publisher=publisher)
        finally:
            publisher.disconnect()
            publisher.loop_stop()
            await intake.stop()
            await own.stop()
