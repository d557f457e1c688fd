import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from intake_bar import Bar, opened_bar
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from backend.cellar import dead_letters
from backend.clock import SystemClock
from backend.embedded import backlog
from backend.embedded.broker import Broker, ExistingBroker, NoBroker
from backend.embedded.broker_address import BrokerAddress
from backend.embedded.intake import Intake
from backend.embedded.iotcore_child import IotcoreChild
from backend.embedded.loopback import free_port
from backend.embedded.mosquitto import MosquittoChild, find_mosquitto
from backend.embedded.store import Store
from backend.ports import Item, StoreUnavailable

GOOD = b'{"weight_lbs":80.0}'


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


def test_a_reading_goes_from_the_broker_into_history_and_is_acknowledged(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as bar:
            await bar.publish(b'{"boot":7,"seq":1,"weight_lbs":87.3}', b'{"boot":7,"seq":2,"weight_lbs":87.2}')
            await until(lambda: bar.intake.facts().readings_total == 2 and bar.intake.facts().waiting == 0)
            assert bar.bar.weights() == [87.3, 87.2]
            assert bar.intake.facts().last_reading_at is not None
            assert bar.intake.facts().note is None

    asyncio.run(story())


BAD = [
    b"",
    b'{"weight_lbs":NaN}',
    b'{"weight_lbs":Infinity}',
    b'{"weight_lbs":1e999}',
    b'{"weight_lbs":"80"}',
    b'{"weight_lbs":true}',
    b'{"weight_lbs":80,"device_id":"SCALE-2"}',
    b"[" * 8000,
    b'{"pour":' * 1000,
    b"\xff\xfe\x00",
    b"x" * 8193,
]


def test_each_bad_message_becomes_a_dead_letter_and_the_next_good_one_is_taken(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as bar:
            for number, payload in enumerate(BAD, start=1):
                await bar.publish(payload, b'{"weight_lbs":%d}' % number)
                await until(lambda number=number: bar.intake.facts().readings_total == number)
            await until(lambda: bar.intake.facts().waiting == 0)
            assert bar.bar.weights() == [float(number) for number in range(1, len(BAD) + 1)]
            letters = bar.dead()
            assert bar.intake.facts().dead_letters_total == len(letters) == len(BAD)
            assert all(letter["topic"] == "keg/readings/SCALE-1" and letter["reason"] for letter in letters)
            assert max(len(str(letter["payload"])) for letter in letters) <= 4096

    asyncio.run(story())


@pytest.mark.parametrize(
    "topic", ["keg/readings/SCALE 1", "keg/readings/-", "keg/readings/" + "A" * 64, "keg/status/é"]
)
def test_a_wrong_topic_becomes_a_dead_letter(tmp_path: Path, topic: str) -> None:
    async def story() -> None:
        async with running(tmp_path) as bar:
            await bar.publish(GOOD, topic=topic)
            await bar.publish(GOOD)
            await until(lambda: bar.intake.facts().readings_total == 1)
            assert [letter["topic"] for letter in bar.dead()] == [topic]

    asyncio.run(story())


def test_a_megabyte_through_a_broker_without_limits_becomes_a_dead_letter(tmp_path: Path) -> None:
    async def story() -> None:
        ours = mosquitto(tmp_path)
        await ours.start()
        await ours.stop()
        conf = tmp_path / "broker" / "mosquitto.conf"
        port = free_port()
        conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n" + _user(conf))
        process = await asyncio.create_subprocess_exec(
            find_mosquitto() or "", "-c", str(conf), stderr=asyncio.subprocess.DEVNULL
        )
        try:
            await until(lambda: _answers(port))
            broker = ExistingBroker(BrokerAddress(host="127.0.0.1", port=port))
            async with running(tmp_path, broker=broker) as bar:
                await bar.publish(b"x" * 1_000_000)
                await bar.publish(GOOD)
                await until(lambda: bar.intake.facts().readings_total == 1)
                (letter,) = bar.dead()
                assert letter["bytes"] == 1_000_000
                assert len(str(letter["payload"])) == 4096
        finally:
            process.terminate()
            await process.wait()

    asyncio.run(story())


def _user(conf: Path) -> str:
    return "".join(line + "\n" for line in conf.read_text().splitlines() if line.startswith("user "))


def _answers(port: int) -> bool:
    try:
        Client(CallbackAPIVersion.VERSION2).connect("127.0.0.1", port)
    except OSError:
        return False
    return True


def test_a_clock_fifty_years_off_is_read_at_the_time_of_receipt(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as bar:
            await bar.publish(b'{"boot":1,"seq":1,"t":100,"weight_lbs":80}')
            await bar.publish(b'{"boot":1,"seq":2,"t":4000000000,"weight_lbs":79}')
            await until(lambda: bar.intake.facts().readings_total == 2)
            assert bar.bar.weights() == [80.0, 79.0]

    asyncio.run(story())


def test_an_unknown_scale_is_counted_and_leaves_no_history(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as bar:
            await bar.publish(GOOD, topic="keg/readings/STRANGER-1")
            await until(lambda: bar.intake.facts().unclaimed_total == 1)
            assert bar.bar.ports.history.count() == 0
            assert bar.dead() == []

    asyncio.run(story())


def test_a_message_sent_twice_is_in_history_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as bar:
            again = b'{"boot":7,"seq":1,"weight_lbs":87.3}'
            await bar.publish(again, again, again, b'{"boot":7,"seq":2,"weight_lbs":80}')
            await until(lambda: bar.intake.facts().waiting == 0 and bar.intake.facts().readings_total == 2)
            assert bar.bar.weights() == [87.3, 80.0]

    asyncio.run(story())


def test_nothing_is_acknowledged_before_the_sync_and_an_unsynced_tail_is_delivered_again(tmp_path: Path) -> None:
    async def story() -> None:
        broker = mosquitto(tmp_path)
        async with running(tmp_path / "first", broker=broker, commit_seconds=600) as bar:
            await bar.publish(b'{"boot":7,"seq":1,"weight_lbs":87.3}')
            await until(lambda: bar.intake.facts().readings_total == 1)
            await asyncio.sleep(0.2)
            assert bar.disk.syncs == 0
            assert bar.intake.facts().waiting == 1
            for task in bar.intake._tasks:  # it ends here as a killed process would
                task.cancel()
            await asyncio.gather(*bar.intake._tasks, return_exceptions=True)
        async with running(tmp_path / "second", broker=broker) as bar:
            await until(lambda: bar.intake.facts().readings_total == 1)
            assert bar.bar.weights() == [87.3]

    asyncio.run(story())


def test_two_hundred_unacknowledged_messages_are_worth_a_sync(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, commit_seconds=600) as bar:
            await bar.publish(*(b'{"boot":7,"seq":%d,"weight_lbs":80}' % seq for seq in range(199)))
            await until(lambda: bar.intake.facts().readings_total == 199)
            assert bar.disk.syncs == 0
            await bar.publish(b'{"boot":7,"seq":200,"weight_lbs":80}')
            await until(lambda: bar.intake.facts().waiting == 0)
            assert bar.disk.syncs == 1

    asyncio.run(story())


def test_ten_messages_are_enough_where_the_broker_is_not_ours(tmp_path: Path) -> None:
    async def story() -> None:
        own = mosquitto(tmp_path)
        await own.start()
        assert own.address is not None
        async with running(tmp_path, broker=ExistingBroker(own.address), commit_seconds=600) as bar:
            await bar.publish(*(b'{"boot":7,"seq":%d,"weight_lbs":80}' % seq for seq in range(10)))
            await until(lambda: bar.intake.facts().readings_total == 10 and bar.intake.facts().waiting == 0)
            assert bar.disk.syncs >= 1
        await own.stop()

    asyncio.run(story())


def test_a_full_disk_loses_nothing_and_acknowledges_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as bar:
            bar.disk.full = True
            await bar.publish(*(b'{"boot":7,"seq":%d,"weight_lbs":80}' % seq for seq in range(50)))
            await until(lambda: "disk is full" in (bar.intake.facts().note or ""))
            assert bar.intake.facts().waiting == 50
            bar.disk.full = False
            await until(lambda: bar.intake.facts().waiting == 0)
            assert len(bar.bar.weights()) == 50
            assert bar.intake.facts().note is None

    asyncio.run(story())


def test_what_another_thread_lost_on_a_full_disk_is_written_again_before_it_is_acknowledged(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, commit_seconds=0.5) as bar:
            await bar.publish(b'{"boot":7,"seq":1,"weight_lbs":80}')
            await until(lambda: bar.intake.facts().readings_total == 1)
            with pytest.raises(StoreUnavailable):
                bar.disk.fail()
            assert bar.bar.weights() == []
            await until(lambda: bar.intake.facts().waiting == 0)
            assert bar.bar.weights() == [80.0]

    asyncio.run(story())


def test_memory_stays_bounded_while_the_store_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MOST_WAITING", 200)

    async def story() -> None:
        async with running(tmp_path) as bar:
            bar.disk.full = True
            total = 6000
            await bar.publish(*(b'{"boot":7,"seq":%d,"weight_lbs":80}%s' % (seq, b" " * 200) for seq in range(total)))
            await asyncio.sleep(0.5)
            assert bar.intake.facts().waiting < total / 2
            bar.disk.full = False
            await until(lambda: bar.intake.facts().readings_total == total, 40)
            assert bar.bar.ports.history.count() == total

    asyncio.run(story())


def test_a_message_that_breaks_the_use_case_is_set_apart_and_the_others_of_its_batch_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backend.embedded import taking

    def fragile(ports: object, *, readings: list[object]) -> object:
        if any(getattr(reading, "weight_lbs", 0) == 13.0 for reading in readings):
            raise ZeroDivisionError("unlucky")
        return take_readings(ports, readings=readings)

    take_readings = taking.take_readings
    monkeypatch.setattr(taking, "take_readings", fragile)

    async def story() -> None:
        async with running(tmp_path) as bar:
            weights = [*range(1, 20)]
            await bar.publish(*(b'{"boot":7,"seq":%d,"weight_lbs":%d}' % (weight, weight) for weight in weights))
            await until(lambda: bar.intake.facts().dead_letters_total == 1 and bar.intake.facts().waiting == 0)
            assert sorted(bar.bar.weights()) == [float(weight) for weight in weights if weight != 13]
            assert [letter["reason"] for letter in bar.dead()] == ["ZeroDivisionError: unlucky"]

    asyncio.run(story())


def test_a_broker_that_is_not_there_is_a_clear_state_and_is_waited_for(tmp_path: Path) -> None:
    async def story() -> None:
        port = free_port()
        with opened_bar(tmp_path / "data") as bar:
            broker = ExistingBroker(BrokerAddress(host="127.0.0.1", port=port))
            intake = Intake(
                ports=bar.ports, store=bar.store, clock=SystemClock(), broker=broker, client_id="scale-sense-test"
            )
            await intake.start()
            await until(lambda: "cannot be reached" in (intake.facts().note or ""))
            assert not intake.facts().connected
            program = find_mosquitto()
            assert program is not None
            late = MosquittoChild(tmp_path, program=program, port=port)
            await late.start()
            await until(lambda: intake.facts().connected)
            await intake.stop()
            await late.stop()

    asyncio.run(story())


def test_no_broker_at_all_is_a_clear_state(tmp_path: Path) -> None:
    async def story() -> None:
        with opened_bar(tmp_path / "data") as bar:
            intake = Intake(
                ports=bar.ports, store=bar.store, clock=SystemClock(), broker=NoBroker(), client_id="scale-sense-test"
            )
            await intake.start()
            await until(lambda: "install mosquitto" in (intake.facts().note or ""))
            await intake.stop()
            assert intake.facts().note == "stopped"

    asyncio.run(story())


def test_a_restarted_broker_is_found_again_and_what_it_held_is_taken(tmp_path: Path) -> None:
    async def story() -> None:
        broker = mosquitto(tmp_path)
        async with running(tmp_path, broker=broker) as bar:
            await bar.publish(GOOD)
            await until(lambda: bar.intake.facts().readings_total == 1)
            await broker.stop()
            await until(lambda: not bar.intake.facts().connected)
            await broker.start()
            await until(lambda: bar.intake.facts().connected)
            await until(bar.publisher.is_connected)
            await bar.publish(b'{"weight_lbs":79}')
            await until(lambda: bar.intake.facts().readings_total == 2)

    asyncio.run(story())


def test_a_retained_reading_without_a_time_is_not_taken_for_a_fresh_one(tmp_path: Path) -> None:
    async def story() -> None:
        broker = mosquitto(tmp_path)
        async with running(tmp_path / "first", broker=broker) as bar:
            await bar.publish(GOOD, retain=True)
            await until(lambda: bar.intake.facts().readings_total == 1)
        async with running(tmp_path / "second", broker=broker) as bar:
            await until(lambda: bar.intake.facts().dead_letters_total == 1)
            assert bar.intake.facts().readings_total == 0

    asyncio.run(story())


def test_it_works_with_iotcore_where_no_mosquitto_is_installed(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, broker=IotcoreChild()) as bar:
            await bar.publish(*(b'{"boot":7,"seq":%d,"weight_lbs":80}' % seq for seq in range(300)))
            await until(lambda: bar.intake.facts().readings_total == 300)
            await until(lambda: bar.intake.facts().waiting == 0)

    asyncio.run(story())
