"""What the soak sees at one moment: the server, the simulated bar, their files, and how the server feels."""

import csv
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from demo_server import Demo

_MB: Final = 1e6


class Ended(Exception):  # noqa: N818 - what became of the run
    """The demo or a part of it is gone, or does not answer; the sentence says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """What a process takes: resident memory (MB), CPU (s since its start), open descriptors, threads."""

    rss_mb: float
    cpu_s: float
    descriptors: int
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One moment, `at_s` after the board was open; sizes in MB, `health_ms` is how long the health page took."""

    at_s: float
    server: Burden
    simulator: Burden
    wal_mb: float
    db_mb: float
    health_ms: float
    readings: int
    waiting: int
    well: bool
    tiles: int
    heap_mb: float

    def __str__(self) -> str:
        """For a person who waits."""
        return (
            f"{self.at_s / 60:6.1f} min  server {self.server.rss_mb:6.1f} MB, {self.server.descriptors} descriptors, "
            f"{self.server.threads} threads  simulator {self.simulator.rss_mb:5.1f} MB  "
            f"wal {self.wal_mb:5.1f} MB  db {self.db_mb:6.1f} MB  {self.readings} readings  "
            f"health {self.health_ms:4.0f} ms  board {self.tiles} tiles, {self.heap_mb:.1f} MB"
            f"{'' if self.well else '  NOT WELL'}"
        )

    def row(self) -> dict[str, object]:
        """As a line of the table."""
        return {
            "at_s": round(self.at_s, 1),
            **_columns("server", self.server),
            **_columns("simulator", self.simulator),
            "wal_mb": round(self.wal_mb, 3),
            "db_mb": round(self.db_mb, 3),
            "health_ms": round(self.health_ms, 1),
            "readings": self.readings,
            "waiting": self.waiting,
            "well": int(self.well),
            "tiles": self.tiles,
            "heap_mb": round(self.heap_mb, 2),
        }


class Watch:
    """Samples of one running demo."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._server = psutil.Process(demo.pid)

    def sample(self, *, at_s: float, tiles: int, heap_mb: float) -> Sample:
        """Look now; raises Ended where there is nothing to look at."""
        asked = time.monotonic()
        try:
            health = self._demo.health()
            took = time.monotonic() - asked
            server, simulator = _burden(self._server), _burden(self._simulator())
        except (OSError, psutil.Error) as gone:
            raise Ended(f"the demo does not answer ({gone!r}): {self._demo.log()[-2000:]}") from gone
        return Sample(
            at_s=at_s,
            server=server,
            simulator=simulator,
            wal_mb=self._size("scale-sense.db-wal"),
            db_mb=self._size("scale-sense.db"),
            health_ms=took * 1000,
            readings=int(health["readings_total"]),
            waiting=int(health["waiting"]),
            well=health["status"] == "ok",
            tiles=tiles,
            heap_mb=heap_mb,
        )

    def _simulator(self) -> psutil.Process:
        for pid, command in self._demo.children().items():
            if "firmware.sim" in command:
                return psutil.Process(pid)
        raise Ended("the simulated bar is not there")

    def _size(self, name: str) -> float:
        path = self._demo.data / name
        return path.stat().st_size / _MB if path.exists() else 0.0


def write_samples(path: Path, samples: Sequence[Sample]) -> None:
    """Write them as CSV, the newest last."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, samples[0].row())
        table.writeheader()
        table.writerows(sample.row() for sample in samples)


def _burden(process: psutil.Process) -> Burden:
    with process.oneshot():
        times = process.cpu_times()
        return Burden(
            rss_mb=process.memory_info().rss / _MB,
            cpu_s=times.user + times.system,
            descriptors=process.num_fds(),
            threads=process.num_threads(),
        )


def _columns(name: str, burden: Burden) -> dict[str, object]:
    return {
        f"{name}_rss_mb": round(burden.rss_mb, 2),
        f"{name}_cpu_s": round(burden.cpu_s, 2),
        f"{name}_descriptors": burden.descriptors,
        f"{name}_threads": burden.threads,
    }
