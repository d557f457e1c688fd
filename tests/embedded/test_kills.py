"""The server is killed -9 again and again at 200 readings a second; nothing the broker acknowledged may be missing.

`SCALE_SENSE_KILLS=20` runs the full size. `SCALE_SENSE_SERVER` names another server to kill, with {data} and
{broker} where the folder and the address go; it must end in order on SIGTERM.
"""

import contextlib
import os
import random
import shlex
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from intake_bar import BEFORE, LOCATION, opened_bar
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from backend.cellar import dead_letters
from backend.domain.ids import TapId
from backend.embedded.client_id import client_id
from backend.embedded.loopback import free_port, listens
from backend.embedded.mosquitto import find_mosquitto
from backend.embedded.mosquitto_conf import write_configuration
from backend.ports import Item
from backend.wire.topics import INTAKE_FILTERS, ReadingsTopic

HERE: Final = Path(__file__).parent
KILLS: Final = int(os.environ.get("SCALE_SENSE_KILLS", "3"))
OURS: Final = (
    f"{shlex.quote(sys.executable)} {shlex.quote(str(HERE / 'consumer.py'))} --data {{data}} --broker {{broker}}"
)
SERVER: Final = os.environ.get("SCALE_SENSE_SERVER", OURS)
SCALES: Final = 10
READINGS_PER_SECOND: Final = 200
BOOT: Final = 7

Identity = tuple[str, int]


class Scales(threading.Thread):
    """Ten scales at 200 readings a second together, on a session of their own; remembers what was acknowledged."""

    def __init__(self, port: int) -> None:
        super().__init__(name="scales")
        self.acknowledged: set[Identity] = set()
        self._ended = threading.Event()
        self._sent: dict[int, Identity] = {}
        self._early: set[int] = set()
        self._lock = threading.Lock()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="scales", clean_session=False)
        self._client.max_inflight_messages_set(1000)
        self._client.on_publish = lambda *arguments: self._was_acknowledged(arguments[2])
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def run(self) -> None:
        number, began = 0, time.monotonic()
        while not self._ended.wait(max(0.0, began + number / READINGS_PER_SECOND - time.monotonic())):
            self._publish(f"SCALE-{number % SCALES + 1}", number // SCALES + 1)
            number += 1

    def end(self) -> None:
        self._ended.set()
        self.join()
        deadline = time.monotonic() + 10
        while self._sent and time.monotonic() < deadline:
            time.sleep(0.05)
        self._client.disconnect()
        self._client.loop_stop()

    def _publish(self, device_id: str, seq: int) -> None:
        payload = b'{"v":1,"boot":%d,"seq":%d,"weight_lbs":%.3f}' % (BOOT, seq, 100 - seq / 1000)
        mid = self._client.publish(ReadingsTopic(device_id).text, payload, qos=1).mid
        with self._lock:
            self._sent[mid] = (device_id, seq)
            early = mid in self._early
        if early:
            self._was_acknowledged(mid)

    def _was_acknowledged(self, mid: int) -> None:
        with self._lock:
            identity = self._sent.pop(mid, None)
            if identity is None:
                self._early.add(mid)
            else:
                self._early.discard(mid)
                self.acknowledged.add(identity)


@pytest.fixture
def broker_port(tmp_path: Path) -> Iterator[int]:
    """A Mosquitto of the test's own, on the configuration that we generate."""
    program = find_mosquitto()
    assert program is not None, "install mosquitto: apt install mosquitto"
    port = free_port()
    conf = write_configuration(tmp_path / "broker", port=port)
    with subprocess.Popen([program, "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 10
            while not listens(port):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield port
        finally:
            process.terminate()


@contextlib.contextmanager
def server(folder: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    """The server under test, connected; dead at the end of the block, by SIGKILL if it did not end before."""
    command = shlex.split(SERVER.format(data=shlex.quote(str(folder)), broker=f"mqtt://127.0.0.1:{port}"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONPATH"] = str(HERE.parent.parent)
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if SERVER == OURS else subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as process:
        try:
            if process.stderr is None:
                time.sleep(4)
            else:
                assert process.stderr.readline() == "connected\n"
            yield process
        finally:
            process.kill()


def _leave_a_session(folder: Path, port: int) -> None:
    """Let the broker keep messages for the server from now on, as if it had been connected before."""
    folder.mkdir(parents=True, exist_ok=True)
    subscribed = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id(folder), clean_session=False)
    client.on_subscribe = lambda *_arguments: subscribed.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe([(one, 1) for one in INTAKE_FILTERS])
    assert subscribed.wait(5)
    client.disconnect()
    client.loop_stop()


def _history(folder: Path) -> Counter[Identity]:
    end = datetime(2999, 1, 1, tzinfo=UTC)
    with opened_bar(folder, taps=SCALES) as bar:
        return Counter(
            (row.device_id, row.seq or 0)
            for tap in range(1, SCALES + 1)
            for row in bar.ports.history.readings(tap_id=TapId(LOCATION, tap), start=BEFORE, end=end, limit=1_000_000)
        )


def _dead_letters(folder: Path) -> list[Item]:
    with opened_bar(folder, taps=SCALES) as bar:
        return list(bar.ports.table.query(dead_letters.newest(10)).items)


@pytest.mark.slow
@pytest.mark.timeout(60 + 20 * KILLS)
def test_every_reading_the_broker_acknowledged_is_in_history_exactly_once_whenever_the_server_is_killed(
    tmp_path: Path, broker_port: int
) -> None:
    folder, dice = tmp_path / "data", random.Random(20)
    _leave_a_session(folder, broker_port)
    assert _history(folder) == Counter()
    scales = Scales(broker_port)
    scales.start()

    for _ in range(KILLS):
        with server(folder, broker_port) as process:
            time.sleep(dice.uniform(0.2, 1.5))
            process.kill()
    scales.end()
    kept: Counter[Identity] = Counter()
    deadline = time.monotonic() + 40
    while not scales.acknowledged <= kept.keys() and time.monotonic() < deadline:
        with server(folder, broker_port) as process:
            time.sleep(1)
            process.terminate()
            process.wait(15)
        kept = _history(folder)

    assert _dead_letters(folder) == []
    assert len(scales.acknowledged) >= 100 * KILLS
    assert scales.acknowledged - kept.keys() == set()
    assert [identity for identity, count in kept.items() if count > 1] == []
