"""Ingest: one burst through one Mosquitto into our intake, the naive consumer, and two floors; messages/s and CPU."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest_burst import SCALES
from report import AtLeast, AtMost, Report, alone, scratch

from backend.embedded.loopback import free_port, listens
from backend.embedded.mosquitto import find_mosquitto
from backend.embedded.mosquitto_conf import write_configuration

HERE: Final = Path(__file__).parent
KINDS: Final = ("ours", "naive", "noop", "mosquitto")
_BURST: Final = 20_000
_REPEATS: Final = 3
_MICRO: Final = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one consumer made of the burst: messages a second, and its processor time for each (us)."""

    per_second: float
    cpu_us: float


def run(report: Report) -> None:
    """Print messages/s and CPU of each consumer, and ours against the naive one's, medians of three turns."""
    count, repeats = (SCALES * 4, 1) if report.small else (_BURST, _REPEATS)
    took: dict[str, list[Taken]] = {kind: [] for kind in KINDS}
    for turn in range(repeats):
        for kind in KINDS:
            report.progress(f"turn {turn + 1} of {repeats}: {kind}")
            took[kind].append(measured(kind, count))
    rate = {kind: statistics.median(one.per_second for one in turns) for kind, turns in took.items()}
    cpu = {kind: statistics.median(one.cpu_us for one in turns) for kind, turns in took.items()}
    report.line("ingest_vs_naive_x", rate["ours"] / rate["naive"], AtLeast(5))
    report.line("ingest_cpu_vs_naive_x", cpu["ours"] / cpu["naive"], AtMost(0.2))
    for kind in KINDS:
        report.line(f"ingest_{kind}_per_s", rate[kind])
        report.line(f"ingest_{kind}_cpu_us", cpu[kind])


def measured(kind: str, count: int) -> Taken:
    """Send the burst to a consumer of this kind, with a broker and a folder of its own."""
    with scratch() as folder, broker(folder) as port, consumer(kind, port, folder, count) as child:
        sent = json.loads(_output("ingest_burst.py", str(port), str(count)))
        assert child.stdout is not None
        took = json.loads(child.stdout.readline())
    if took["stored"] != count:
        raise SystemExit(f"{kind} kept {took['stored']:.0f} of {count} readings: its figures mean nothing")
    wall = max(took["ended"], sent["ended"]) - sent["began"]
    return Taken(per_second=count / wall, cpu_us=took["cpu_s"] / count * _MICRO)


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """A Mosquitto configured as ours always is; gives its port."""
    program = find_mosquitto()
    if program is None:
        raise SystemExit("mosquitto is not installed: sudo apt-get install -y mosquitto")
    port = free_port()
    conf = write_configuration(folder / "broker", port=port)
    with subprocess.Popen([program, "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            while not listens(port):
                time.sleep(0.02)
            yield port
        finally:
            child.terminate()


@contextmanager
def consumer(kind: str, port: int, folder: Path, count: int) -> Iterator[subprocess.Popen[str]]:
    """A consumer that is subscribed and waits."""
    place = folder / kind
    place.mkdir()
    peer = [str(HERE / "peers" / "naive.py")] if kind == "naive" else [str(HERE / "ingest_consumer.py"), kind]
    command = [sys.executable, *peer, str(port), str(place), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment()) as child:
        try:
            assert child.stdout is not None
            while (line := child.stdout.readline()).strip() != "ready":
                if not line:
                    raise SystemExit(f"the consumer {kind} did not come up")
            yield child
        finally:
            child.terminate()


def _output(program: str, *arguments: str) -> str:
    command = [sys.executable, str(HERE / program), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=_environment()).stdout


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


if __name__ == "__main__":
    alone(run)
