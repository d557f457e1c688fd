"""The server as shipped, `scale-sense serve`, on a bar that is prepared for it: its page, its broker, its process."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from bars import opened
from report import ROOT

_STARTS_WITHIN_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A bar whose board is at `url`, and whose broker listens on `broker_port` of this machine."""

    url: str
    broker_port: int
    process: psutil.Process

    def cpu_s(self) -> float:
        """CPU time of the server so far, seconds."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def memory_mb(self) -> float:
        """Memory that is the server's alone."""
        return float(self.process.memory_full_info().uss) / 1e6


@contextmanager
def served(folder: Path, *, taps: int) -> Iterator[Served]:
    """Prepare a bar in a folder and serve it, with its own broker, until the block ends."""
    with opened(folder / "bar", taps=taps):
        pass
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    program = "from app.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", program, "serve", "--port", "0", "--data", str(folder / "bar")],
        env={**kept, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        try:
            url = _announced(child)
            yield Served(url=url, broker_port=_broker_port(url), process=psutil.Process(child.pid))
        finally:
            child.terminate()


def _announced(child: "subprocess.Popen[str]") -> str:
    for line in child.stdout or ():
        if "http://" in line:
            return line[line.index("http://") :].split()[0]
    raise RuntimeError("the server ended before it was ready: start it by hand and read what it says")


def _broker_port(url: str) -> int:
    """The port of the server's own broker, once the server is connected to it."""
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline:
        with urllib.request.urlopen(url + "healthz", timeout=5) as answer:  # noqa: S310 - our own server
            broker: dict[str, Any] = json.load(answer)["broker"]
        if broker["connected"]:
            return int(broker["address"].rsplit(":", 1)[1])
        time.sleep(0.05)
    raise RuntimeError(f"the server has no broker after {_STARTS_WITHIN_S} s: install mosquitto")
