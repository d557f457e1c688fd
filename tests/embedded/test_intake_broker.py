import asyncio
from pathlib import Path

from intake_bar import opened_bar
from intake_running import GOOD, mosquitto, running, until

from backend.clock import SystemClock
from backend.embedded.broker import ExistingBroker, NoBroker
from backend.embedded.broker_address import BrokerAddress
from backend.embedded.intake import Intake
from backend.embedded.iotcore_child import IotcoreChild
from backend.embedded.loopback import free_port
from backend.embedded.mosquitto import MosquittoChild, find_mosquitto


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


def test_it_works_with_iotcore_where_no_mosquitto_is_installed(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, broker=IotcoreChild()) as bar:
            await bar.publish(*(b'{"boot":7,"seq":%d,"weight_lbs":80}' % seq for seq in range(300)))
            await until(lambda: bar.intake.facts().readings_total == 300)
            await until(lambda: bar.intake.facts().waiting == 0)

    asyncio.run(story())
