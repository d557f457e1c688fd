"""What tests need that kill a server under load: scales that never stop, their broker, and what history keeps."""

import os
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from intake_bar import BEFORE, LOCATION, Bar
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from backend.domain.ids import TapId
from backend.embedded.client_id import client_id
from backend.embedded.loopback import free_port, listens
from backend.embedded.mosquitto import find_mosquitto
from backend.embedded.mosquitto_conf import write_configuration
from backend.wire.topics import INTAKE_FILTERS, ReadingsTopic

HERE: Final = Path(__file__).parent
SCALES: Final = 10
READINGS_PER_SECOND: Final = 200
BOOT: Final = 7

Identity = tuple[str, int]


class Scales(threading.Thread):
    """Ten scales at 200 readings a second together, on a session of their own; remembers what was acknowledged."""

    def __init__(self, port: int) -> None:
        super().__init__(name="scales", daemon=True)
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
        """Publish until `end`."""
        number, began = 0, time.monotonic()
        while not self._ended.wait(max(0.0, began + number / READINGS_PER_SECOND - time.monotonic())):
            self._publish(f"SCALE-{number % SCALES + 1}", number // SCALES + 1)
            number += 1

    def end(self) -> None:
        """Publish no more, and wait for what the broker has not acknowledged yet."""
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


@contextmanager
def running_broker(folder: Path) -> Iterator[int]:
    """A Mosquitto of the test's own, on the configuration that we generate; gives its port."""
    program = find_mosquitto()
    assert program is not None, "install mosquitto: apt install mosquitto"
    port = free_port()
    conf = write_configuration(folder, port=port)
    with subprocess.Popen([program, "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 10
            while not listens(port):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield port
        finally:
            process.terminate()


def clean_environment() -> dict[str, str]:
    """Our environment without what pytest adds to it, and with the house on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return kept | {"PYTHONPATH": str(HERE.parent.parent)}


@contextmanager
def running_server(command: list[str], *, says: bool = True) -> Iterator["subprocess.Popen[str]"]:
    """The server under test, connected; dead at the end of the block, by SIGKILL if it did not end before.

    One that `says` nothing is given four seconds to connect.
    """
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if says else subprocess.DEVNULL,
        text=True,
        env=clean_environment(),
    ) as process:
        try:
            if process.stderr is None:
                time.sleep(4)
            else:
                assert process.stderr.readline() == "connected\n"
            yield process
        finally:
            process.kill()


def leave_a_session(folder: Path, port: int) -> None:
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


def recorded(bar: Bar, *, tap: int) -> list[Identity]:
    """Which readings history keeps of a tap, in order of time."""
    end = datetime(2999, 1, 1, tzinfo=UTC)
    rows = bar.ports.history.readings(tap_id=TapId(LOCATION, tap), start=BEFORE, end=end, limit=1_000_000)
    return [(row.device_id, row.seq or 0) for row in rows]


def all_recorded(bar: Bar) -> Counter[Identity]:
    """How often history keeps each reading."""
    return Counter(identity for tap in range(1, SCALES + 1) for identity in recorded(bar, tap=tap))
