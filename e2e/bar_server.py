"""A made-up bar in a process of its own: its start, its end, and its rows changed from a test."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from bar_rows import NOW

ROOT = Path(__file__).parents[1]
STARTS_WITHIN_S = 30


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(**changes: str) -> dict[str, str]:
    """Our environment without pytest's traces: NiceGUI behaves differently when it finds them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {**kept, "PYTHONPATH": str(ROOT), **changes}


def wait_until_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return once `url` answers 200; fails if the process ends first or takes too long."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"{url} did not answer within {STARTS_WITHIN_S} s")


class MadeUpBar:
    """A server in a process of its own; it can be killed and started again on the same port."""

    def __init__(self, folder: Path, *, rows: list[dict[str, Any]], speed: float) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self._folder = folder
        self._order = folder / "order.json"
        self._order.write_text(json.dumps({"port": self.port, "rows": rows, "now": NOW, "speed": speed}))
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "e2e" / "made_up_bar.py"), str(self._order)],
            env=clean_environment(NICEGUI_STORAGE_PATH=str(self._folder / "storage")),
            cwd=self._folder,
        )
        wait_until_answers(self.url + "healthz", self._process)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
            self._process = None

    def freeze(self) -> None:
        """Stop its process where it stands: the socket stays open and nothing answers."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def now(self) -> float:
        """The bar's time, epoch seconds."""
        return float(self._asked("beat")["now"])

    def census(self) -> dict[str, int]:
        """What is in the server once its garbage is gone: see `made_up_bar.census`."""
        counted: dict[str, int] = self._asked("census")
        return counted

    def pour(self, ticks: int) -> None:
        """Let three taps fall at each of so many ticks, ten times as fast as a bar ticks; returns after the last."""
        request = urllib.request.Request(f"{self.url}pour?ticks={ticks}", data=b"")  # noqa: S310 - our own server
        urllib.request.urlopen(request, timeout=600).close()  # noqa: S310 - the same

    def _asked(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:  # noqa: S310 - our own server
            return json.load(answer)

    def change(self, *rows: dict[str, Any]) -> None:
        """Let these rows reach every open board."""
        self._tell("rows", rows)

    def asked(self) -> list[dict[str, Any]]:
        """What its boards asked, in order."""
        told: list[dict[str, Any]] = self._asked("asked")
        return told

    def answers(self, **by_act: dict[str, Any]) -> None:
        """Answer boards that ask to `look`, `choose`, ... from now on so."""
        self._tell("answers", by_act)

    def _tell(self, door: str, told: object) -> None:
        body = json.dumps(told).encode()
        kind = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + door, data=body, headers=kind)  # noqa: S310 - our own server
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310 - the same
