"""Requests a second of the shipped server's `/healthz`, beside a FastAPI ping on the same uvicorn.

There is no route of the API yet; the health page asks the store and the broker anew each time, so it has no aim.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import uvloop
from bars import opened
from report import Report, alone, scratch

from backend.embedded.loopback import free_port, listens

HERE = Path(__file__).parent
_CONNECTIONS = 16
_START_S = 30.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """Requests answered in a second, and the server's CPU time for one of them."""

    per_second: float
    cpu_us: float


def run(report: Report) -> None:
    """Print requests a second and CPU time of both, and their ratio."""
    seconds = 0.2 if report.small else 5.0
    with scratch() as folder:
        with opened(folder / "bar", taps=20):
            pass
        port = free_port()
        serve = ["-m", "app", "serve", "--port", str(port), "--data", str(folder / "bar")]
        with _server(serve, port) as server:
            health = uvloop.run(_ask(server, port, "/healthz", seconds))
        with _server([str(HERE / "peers" / "ping.py"), str(port)], port) as server:
            ping = uvloop.run(_ask(server, port, "/ping", seconds))
    report.line("rest_ping_per_s", ping.per_second)
    report.line("rest_ping_cpu_us", ping.cpu_us)
    report.line("rest_healthz_per_s", health.per_second)
    report.line("rest_healthz_cpu_us", health.cpu_us)
    report.line("rest_healthz_vs_ping_x", health.per_second / ping.per_second)


@contextmanager
def _server(arguments: Sequence[str], port: int) -> Iterator[psutil.Process]:
    """A server of ours, once it listens."""
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            until = time.monotonic() + _START_S
            while not listens(port):
                if child.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{' '.join(arguments)} did not begin to listen")
                time.sleep(0.05)
            yield psutil.Process(child.pid)
        finally:
            child.terminate()


async def _ask(server: psutil.Process, port: int, path: str, seconds: float) -> _Asked:
    """Ask over 16 connections that stay open, each with the next request once it has its answer."""
    await _asking(port, path, seconds / 10)  # not counted
    cpu, began = _cpu_s(server), time.monotonic()
    answered = await _asking(port, path, seconds)
    return _Asked(answered / (time.monotonic() - began), (_cpu_s(server) - cpu) / answered * 1e6)


async def _asking(port: int, path: str, seconds: float) -> int:
    until = time.monotonic() + seconds
    return sum(await asyncio.gather(*(_connection(port, path, until) for _ in range(_CONNECTIONS))))


async def _connection(port: int, path: str, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    answered = 0
    while time.monotonic() < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{path} answered {head.splitlines()[0]!r}")
        lengths = [line for line in head.lower().splitlines() if line.startswith(b"content-length:")]
        await reader.readexactly(int(lengths[0].split(b":")[1]))
        answered += 1
    writer.close()
    await writer.wait_closed()
    return answered


def _cpu_s(server: psutil.Process) -> float:
    used = server.cpu_times()
    return used.user + used.system


if __name__ == "__main__":
    alone(run)
