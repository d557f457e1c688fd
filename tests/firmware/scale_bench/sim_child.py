"""The simulated bar as a child process, and an ear at the broker that hears all its scales say."""

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest

ROOT = Path(__file__).parents[3]
STORY = 1774064400


class Child:
    """One `firmware.sim` process; `ask` sends an order and waits for its answer, `events` keeps the rest."""

    def __init__(self, *command: str) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        self.process = subprocess.Popen(
            [*command, "-m", "firmware.sim"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.events: list[dict[str, Any]] = []
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._asked = 0
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            said = json.loads(line)
            (self._answers.put if "id" in said or said["event"] == "error" else self.events.append)(said)

    def send(self, line: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        return self._answers.get(timeout=10)

    def ask(self, **order: Any) -> dict[str, Any]:
        self._asked += 1
        self.send(json.dumps({**order, "id": self._asked}).encode())
        said = self.answer()
        assert said["id"] == self._asked
        return said

    def close_pipe(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self._reader.join()
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()


class Ear:
    """Hears everything that scales say on one broker."""

    def __init__(self, address: dict[str, Any]) -> None:
        self.readings: list[tuple[float, str, dict[str, Any]]] = []
        self.status: dict[str, dict[str, Any]] = {}
        self.answers: list[tuple[str, dict[str, Any]]] = []
        self._subscribed = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.username_pw_set(address["user"], address["password"])
        self._client.on_message = self._hear
        self._client.on_connect = lambda *_: self._client.subscribe("keg/#", 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.connect(address["host"], address["port"])
        self._client.loop_start()
        assert self._subscribed.wait(5)

    def _hear(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        _, kind, scale = message.topic.split("/")
        said = json.loads(message.payload)
        if kind == "status":
            self.status[scale] = said
        elif kind == "response":
            self.answers.append((scale, said))
        elif kind == "readings":
            self.readings.append((time.monotonic(), scale, said))

    def of(self, scale: str, since: float = 0) -> list[tuple[float, dict[str, Any]]]:
        return [(at, said) for at, which, said in list(self.readings) if which == scale and at >= since]

    def send(self, scale: str, command: str, command_id: str, **params: Any) -> None:
        said = {"id": command_id, "command": command, "params": params, "expires": int(time.time()) + 60}
        self._client.publish(f"keg/command/{scale}", json.dumps(said), 1).wait_for_publish(5)

    def states(self, command_id: str) -> list[str]:
        return [said["state"] for _, said in list(self.answers) if said["id"] == command_id]

    def result(self, command_id: str) -> dict[str, Any]:
        ended = [said for _, said in list(self.answers) if said["id"] == command_id and said["state"] == "done"]
        return dict(ended[-1]["result"])

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def until(condition: Callable[[], Any], seconds: float = 10) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    pytest.fail("it did not happen in time")


def plan(broker: dict[str, Any], prefix: str, *, speed: float = 1, scales: int = 2) -> dict[str, Any]:
    account = {"user": broker["user"], "password": broker["password"]}
    keg = {"shell_lbs": 29.7, "beer_lbs": 100, "full_lbs": 160.2, "sg": 1.010}
    return {
        "seed": 1,
        "broker": {"host": broker["host"], "port": broker["port"]},
        "clock": {"story": STORY, "speed": speed},
        "utc_offset_s": -25200,
        "drinkers": False,
        "scales": [{"scale": f"{prefix}-{n + 1}", **account, **keg} for n in range(scales)],
    }
