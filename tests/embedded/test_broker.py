import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from backend.embedded.broker import BrokerKind, ExistingBroker, NoBroker, choose_broker
from backend.embedded.broker_address import BrokerAddressRefused
from backend.embedded.iotcore_child import IotcoreChild
from backend.embedded.loopback import free_port, listens
from backend.embedded.mosquitto import MosquittoChild, find_mosquitto
from backend.embedded.mosquitto_conf import configuration

OWNER = """
import asyncio, sys
from pathlib import Path
from backend.embedded.mosquitto import MosquittoChild, find_mosquitto

async def main():
    broker = MosquittoChild(Path(sys.argv[1]), program=find_mosquitto())
    await broker.start()
    Path(sys.argv[1], "told").write_text(f"{broker.address.port} {broker.pid}")
    print("up", file=sys.stderr, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def _mosquitto() -> str:
    program = find_mosquitto()
    assert program is not None, "install mosquitto: apt install mosquitto"
    return program


def _child(folder: Path, *, port: int | None = None) -> MosquittoChild:
    return MosquittoChild(folder, program=_mosquitto(), port=port)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _within(seconds: float, condition: Callable[[], object]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def _publish_retained(port: int, topic: str, payload: bytes) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.publish(topic, payload, qos=1, retain=True).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def _retained(port: int, topic: str) -> bytes | None:
    heard: list[bytes] = []
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda *arguments: heard.append(arguments[2].payload)
    client.connect("127.0.0.1", port)
    client.subscribe(topic, qos=1)
    client.loop_start()
    _within(3, lambda: heard)
    client.disconnect()
    client.loop_stop()
    return heard[0] if heard else None


def test_our_broker_listens_on_loopback_only_and_ends_with_stop(tmp_path: Path) -> None:
    async def story() -> tuple[int, int]:
        broker = _child(tmp_path)
        await broker.start()
        address, pid = broker.address, broker.pid
        assert address is not None
        assert pid is not None
        assert (address.host, broker.state().running, broker.state().kind) == ("127.0.0.1", True, BrokerKind.MOSQUITTO)
        assert listens(address.port)
        await broker.stop()
        await broker.stop()
        return address.port, pid

    port, pid = asyncio.run(story())

    assert not listens(port)
    assert _gone(pid)


def test_a_wanted_port_is_taken_and_another_one_where_it_is_in_use(tmp_path: Path, taken_port: int) -> None:
    async def story(wanted: int) -> int:
        broker = _child(tmp_path, port=wanted)
        await broker.start()
        assert broker.address is not None
        port = broker.address.port
        assert broker.state().running
        await broker.stop()
        return port

    free = free_port()

    assert asyncio.run(story(free)) == free
    assert asyncio.run(story(taken_port)) != taken_port


def test_a_broker_that_died_is_started_again_on_its_port(tmp_path: Path) -> None:
    async def story() -> None:
        broker = _child(tmp_path)
        await broker.start()
        first, address = broker.pid, broker.address
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert await asyncio.to_thread(_within, 10, lambda: broker.pid not in {first, None})
        assert broker.address == address
        assert address is not None
        assert listens(address.port)
        await broker.stop()

    asyncio.run(story())


def test_a_port_that_another_program_took_meanwhile_is_told_and_waited_for(tmp_path: Path) -> None:
    async def story() -> None:
        broker = _child(tmp_path)
        await broker.start()
        await broker.stop()
        assert broker.address is not None
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", broker.address.port))
            other.listen()
            await broker.start()
            assert not broker.state().running
            assert "in use by another program" in (broker.state().note or "")
        assert await asyncio.to_thread(_within, 10, lambda: broker.state().running)
        await broker.stop()

    asyncio.run(story())


def test_retained_messages_outlive_an_orderly_end(tmp_path: Path) -> None:
    async def started() -> MosquittoChild:
        broker = _child(tmp_path)
        await broker.start()
        return broker

    async def story() -> bytes | None:
        broker = await started()
        assert broker.address is not None
        await asyncio.to_thread(_publish_retained, broker.address.port, "keg/status/SCALE-1", b"here")
        await broker.stop()
        again = await started()
        assert again.address is not None
        heard = await asyncio.to_thread(_retained, again.address.port, "keg/status/SCALE-1")
        await again.stop()
        return heard

    assert asyncio.run(story()) == b"here"


def test_our_broker_dies_with_us_when_we_are_killed_and_still_saves_what_it_holds(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], stderr=subprocess.PIPE, text=True, env=environment
    ) as owner:
        try:
            assert owner.stderr is not None
            assert owner.stderr.readline() == "up\n"
            port, pid = map(int, (tmp_path / "told").read_text().split())
            _publish_retained(port, "keg/status/SCALE-1", b"here")
        finally:
            owner.kill()

    assert _within(5, lambda: _gone(pid))
    assert not listens(port)
    assert b"here" in (tmp_path / "broker" / "mosquitto.db").read_bytes()


def test_a_program_that_cannot_be_started_is_a_state_and_not_a_crash(tmp_path: Path) -> None:
    async def story() -> None:
        broker = MosquittoChild(tmp_path, program="/bin/false")
        await broker.start()
        state = broker.state()
        assert not state.running
        assert "did not begin to listen" in (state.note or "")
        await broker.stop()

    asyncio.run(story())


def test_a_packet_over_sixteen_kilobytes_costs_its_sender_the_connection_and_nobody_else(tmp_path: Path) -> None:
    async def story() -> bytes | None:
        broker = _child(tmp_path)
        await broker.start()
        assert broker.address is not None
        port = broker.address.port
        lost: list[object] = []

        def flood() -> None:
            client = Client(CallbackAPIVersion.VERSION2)
            client.on_disconnect = lambda *arguments: lost.append(arguments)
            client.connect("127.0.0.1", port)
            client.loop_start()
            client.publish("keg/readings/SCALE-1", b"x" * 1_000_000, qos=1)
            _within(5, lambda: lost)
            client.disconnect()
            client.loop_stop()

        await asyncio.to_thread(flood)
        assert lost
        await asyncio.to_thread(_publish_retained, port, "keg/status/SCALE-2", b"fine")
        heard = await asyncio.to_thread(_retained, port, "keg/status/SCALE-2")
        await broker.stop()
        return heard

    assert asyncio.run(story()) == b"fine"


def test_the_configuration_says_what_the_design_says(tmp_path: Path) -> None:
    lines = configuration(tmp_path, port=18830).splitlines()

    assert "listener 18830 127.0.0.1" in lines
    assert "max_inflight_messages 0" in lines
    assert "max_queued_messages 0" in lines
    assert "max_packet_size 16384" in lines
    assert "persistence true" in lines
    assert f"persistence_location {tmp_path}/" in lines
    assert ("user root" in lines) == (os.geteuid() == 0)


def test_iotcore_listens_on_loopback_and_ends_with_stop() -> None:
    async def story() -> int:
        broker = IotcoreChild()
        await broker.start()
        assert broker.address is not None
        assert (broker.address.host, broker.state().running, broker.window) == ("127.0.0.1", True, 10)
        assert listens(broker.address.port)
        await broker.stop()
        return broker.address.port

    assert not listens(asyncio.run(story()))


def test_the_broker_is_the_named_one_else_mosquitto_else_iotcore_else_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(choose_broker(tmp_path, url="mqtt://10.0.0.2"), ExistingBroker)
    assert isinstance(choose_broker(tmp_path), MosquittoChild)
    monkeypatch.setattr("backend.embedded.mosquitto.find_mosquitto", lambda: None)
    assert isinstance(choose_broker(tmp_path), IotcoreChild)
    monkeypatch.setattr("backend.embedded.broker.find_spec", lambda _name: None)
    nothing = choose_broker(tmp_path)
    assert isinstance(nothing, NoBroker)
    assert "install mosquitto" in (nothing.state().note or "")


def test_a_wrong_broker_address_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(BrokerAddressRefused):
        choose_broker(tmp_path, url="10.0.0.2:1883")
