import asyncio
from pathlib import Path
from typing import Any

import pytest
from intake_running import GOOD, mosquitto, running, until

from backend.domain.reading import Reading
from backend.embedded import taking
from backend.embedded.broker import ExistingBroker
from backend.embedded.broker_address import BrokerAddress
from backend.embedded.loopback import free_port, listens
from backend.embedded.mosquitto import find_mosquitto
from backend.ports import Ports
from backend.usecases.take_readings import Taken, take_readings

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
            await until(lambda: listens(port))
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


def test_a_message_that_breaks_the_use_case_is_set_apart_and_the_others_of_its_batch_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fragile(ports: Ports, *, readings: list[Reading], **settings: Any) -> Taken:
        if any(reading.weight_lbs == 13.0 for reading in readings):
            raise ZeroDivisionError("unlucky")
        return take_readings(ports, readings=readings, **settings)

    monkeypatch.setattr(taking, "take_readings", fragile)

    async def story() -> None:
        async with running(tmp_path) as bar:
            weights = [*range(1, 20)]
            await bar.publish(*(b'{"boot":7,"seq":%d,"weight_lbs":%d}' % (weight, weight) for weight in weights))
            await until(lambda: bar.intake.facts().dead_letters_total == 1 and bar.intake.facts().waiting == 0)
            assert sorted(bar.bar.weights()) == [float(weight) for weight in weights if weight != 13]
            assert [letter["reason"] for letter in bar.dead()] == ["ZeroDivisionError: unlucky"]

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
