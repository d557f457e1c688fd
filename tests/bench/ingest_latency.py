"""From publish to the feed: at a bar's rate, and live readings while a backlog of 20,000 drains."""

import asyncio
import contextlib
import gc
import itertools
import logging
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import structlog
import uvloop
from bars import LOCATION, opened
from ingest import broker
from ingest_burst import SCALES, connect, publish, topic
from report import AtMost, Report, alone, scratch

from backend.cellar import taps
from backend.clock import SystemClock
from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.reading import ReadingTaken
from backend.wiring.embedded import Embedded, open_embedded

_EVERY_S: Final = 0.2
"""Fifty taps that publish every 10 s are five readings a second."""
_LIVE_TAP: Final = SCALES + 1
_MOST_LIVE: Final = 500
_PATIENCE_S: Final = 60.0
_BACKLOG: Final = 20_000


def run(report: Report) -> None:
    """Print ms from publish to the event: p50 and p99 at bar rate, and behind a backlog."""
    uvloop.run(_run(report))


async def _run(report: Report) -> None:
    gc.set_threshold(100_000, 50, 1000)  # as the server does
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with scratch() as folder, broker(folder) as port:
        waits = await _at_bar_rate(
            folder / "data", port, 10 if report.small else 150, 0.01 if report.small else _EVERY_S
        )
    report.line("ingest_to_feed_p50_ms", statistics.median(waits))
    report.line("ingest_to_feed_p99_ms", _p99(waits), AtMost(100))
    with scratch() as folder, broker(folder) as port:
        drained, waits = await _while_draining(folder / "data", port, SCALES * 4 if report.small else _BACKLOG)
    report.line("ingest_backlog_drained_ms", drained)
    report.line("ingest_live_behind_backlog_p50_ms", statistics.median(waits))
    report.line("ingest_live_behind_backlog_max_ms", max(waits))


async def _at_bar_rate(folder: Path, port: int, count: int, every_s: float) -> list[float]:
    with _running(folder, port) as embedded:
        ear = Ear(embedded)
        await embedded.start()
        await _connected(embedded)
        async with _publisher(port) as said:
            for number in range(count):
                ear.sent(said(tap=number % SCALES + 1, seq=number))
                await asyncio.sleep(every_s)
            await ear.silence()
        await embedded.stop()
    return ear.waits


async def _while_draining(folder: Path, port: int, backlog: int) -> tuple[float, list[float]]:
    """The session exists, the server is away, readings pile up at the broker; then it comes back."""
    with _running(folder, port) as embedded:
        await embedded.start()
        await _connected(embedded)
        await embedded.stop()
    program = Path(__file__).parent / "ingest_burst.py"
    command = [sys.executable, str(program), str(port), str(backlog)]
    await asyncio.to_thread(subprocess.run, command, check=True, stdout=subprocess.DEVNULL)
    with _running(folder, port) as embedded:
        ear = Ear(embedded)
        async with _publisher(port) as said:
            began = time.monotonic()
            await embedded.start()
            for seq in range(_MOST_LIVE):
                ear.sent(said(tap=_LIVE_TAP, seq=seq))
                await asyncio.sleep(0.02)
                if embedded.intake.facts().readings_total >= backlog:
                    break
            drained = time.monotonic() - began
            await ear.silence()
        await embedded.stop()
    return drained * 1000.0, ear.waits


async def _connected(embedded: Embedded) -> None:
    while not embedded.intake.facts().connected:  # noqa: ASYNC110 - facts are there to be asked
        await asyncio.sleep(0.01)


@contextmanager
def _running(folder: Path, port: int) -> Iterator[Embedded]:
    """The shipped parts of one machine over a folder, made with its taps at the first time."""
    if not folder.exists():
        folder.mkdir()
        with opened(folder, taps=_LIVE_TAP):
            pass
    yield open_embedded(folder, clock=SystemClock(), broker=f"mqtt://127.0.0.1:{port}")


class Ear:
    """Hears the feed in the thread that publishes, and knows by the state which readings an event tells of."""

    def __init__(self, embedded: Embedded) -> None:
        self.waits: list[float] = []
        """Milliseconds from publish to the event."""
        self._ports = embedded.ports
        self._pending: defaultdict[TapId, dict[int, float]] = defaultdict(dict)
        embedded.ports.feed.listen(self._hear)

    def sent(self, message: tuple[int, int, float]) -> None:
        """Expect a reading of a tap: its number, its sequence number, when it was sent."""
        tap, seq, at = message
        self._pending[TapId(LOCATION, tap)][seq] = at

    async def silence(self) -> None:
        """Wait until all that was sent has been told."""
        async with asyncio.timeout(_PATIENCE_S):
            while any(self._pending.values()):  # noqa: ASYNC110 - the feed speaks in another thread
                await asyncio.sleep(0.01)

    def _hear(self, event: Event) -> None:
        now = time.monotonic()
        if not isinstance(event, ReadingTaken):
            return
        tap_id = TapId.parse(event.tap_id)
        waiting = self._pending.get(tap_id)
        item = self._ports.table.get(taps.state_key(tap_id)) if waiting else None
        if not waiting or item is None:
            return
        told = taps.state_from_item(item).mark.seq
        for seq in [seq for seq in list(waiting) if told is not None and seq <= told]:
            self.waits.append((now - waiting.pop(seq)) * 1000.0)


class Said:
    """Publishes single readings; each gives its tap, its number and when it left."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._mids = itertools.cycle(range(1, 65_000))

    def __call__(self, *, tap: int, seq: int) -> tuple[int, int, float]:
        """Publish a reading of a tap's scale."""
        payload = b'{"v":1,"boot":9000,"seq":%d,"t":%d,"weight_lbs":%.2f,"stable":true}'
        at = time.monotonic()
        said = payload % (seq, int(time.time()), 120.0 - seq / 100)
        self._writer.write(publish(topic(tap), said, mid=next(self._mids)))
        return tap, seq, at


@asynccontextmanager
async def _publisher(port: int) -> AsyncIterator[Said]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(connect("live"))

    async def acknowledgements() -> None:
        while await reader.read(4096):
            pass

    listening = asyncio.create_task(acknowledgements())
    try:
        yield Said(writer)
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
        writer.close()


def _p99(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)]


if __name__ == "__main__":
    alone(run)
