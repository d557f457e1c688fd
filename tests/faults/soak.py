"""The soak: two hours of the demo at 60x with a board open, measured every 30 s: `soak.py [MINUTES]`.

It starts the demo as a person would, holds the board open in chromium, and writes what it saw as CSV. At its end it
says how fast memory grows, how large the write-ahead log became, and whether descriptors and threads stay as many.
"""

import argparse
import contextlib
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

# The tests are no package; what we share with others lies with them.
sys.path.insert(0, str(Path(__file__).parents[2] / "e2e"))
sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

from demo_server import Demo
from report import AtMost, Report
from soak_samples import Ended, Sample, Watch, write_samples

MINUTES: Final = 120.0
SPEED: Final = 60
WARM_UP_S: Final = 15 * 60.0
"""What a server takes until its caches are full; at most a quarter of the run."""

_BOARD: Final = """() => ({
  tiles: window.socket?.connected ? document.querySelectorAll('.ss-tile').length : 0,
  heap: performance.memory.usedJSHeapSize,
})"""
_MB: Final = 1e6


def main() -> int:
    """Run it and give 0 where it ran to its end, whatever the figures say; 1 where the demo or the board did not."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument(
        "minutes", nargs="?", type=float, default=MINUTES, help="how long, wall time; 120 unless given"
    )
    options.add_argument("--every", type=float, default=30.0, metavar="SECONDS", help="between two samples")
    asked = options.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    place = Path(tempfile.mkdtemp(prefix="scale-sense-soak-"))
    _say(f"the samples are written to {place / 'samples.csv'}")
    samples: list[Sample] = []
    try:
        for sample in _run(place / "demo", seconds=asked.minutes * 60, every=asked.every):
            samples.append(sample)
            write_samples(place / "samples.csv", samples)
            _say(str(sample))
        cut = None
    except KeyboardInterrupt:
        cut = "it was ended early"
    except Ended as ended:
        cut = str(ended)
    shutil.rmtree(place / "demo", ignore_errors=True)
    print(flush=True)  # noqa: T201 - what was measured is printed
    judge([one for one in samples if one.at_s >= min(WARM_UP_S, asked.minutes * 15)], Report())
    _say(f"the samples are in {place / 'samples.csv'}")
    if cut:
        _say(f"the soak is not whole: {cut}")
    return 1 if cut else 0


def _run(place: Path, *, seconds: float, every: float) -> Iterator[Sample]:
    demo = Demo(place, "--speed", str(SPEED), "--fresh").start()
    try:
        with _board(demo.url) as board:
            watch, began = Watch(demo), time.monotonic()
            while (at := time.monotonic() - began) <= seconds:
                shown = board.evaluate(_BOARD)
                yield watch.sample(at_s=at, tiles=shown["tiles"], heap_mb=shown["heap"] / _MB)
                # Playwright's own wait, so that it hears what the browser says.
                board.wait_for_timeout(1000 * max(0.0, began + at + every - time.monotonic()))
    finally:
        code = demo.end(signal.SIGTERM)
        _say(f"the demo ended with {code}; it complained {len(demo.log().splitlines())} times")
        shutil.copytree(place / "logs", place.parent / "logs")


@contextlib.contextmanager
def _board(url: str) -> Iterator[Page]:
    """The board in Debian's chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("no chromium on the PATH: install it with 'apt-get install chromium'")
    arguments = ["--disable-background-networking", "--enable-precise-memory-info"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=arguments, handle_sigint=False, handle_sigterm=False
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(url)
        page.wait_for_selector(".ss-tile")
        yield page
        browser.close()


def judge(samples: Sequence[Sample], report: Report) -> None:
    """Say what the samples after the warm-up come to."""
    if len(samples) < 3:
        report.say("too few samples for a judgement: let it run longer")
        return
    first, last = samples[0], samples[-1]
    span, readings = last.at_s - first.at_s, last.readings - first.readings
    report.line("soak_minutes", span / 60)
    report.line("soak_readings_per_second", readings / span)
    report.line("soak_server_cpu_percent", 100 * (last.server.cpu_s - first.server.cpu_s) / span)
    report.line("soak_rss_mb", last.server.rss_mb)
    report.line("soak_rss_slope_mb_per_hour", _slope(samples, lambda one: one.server.rss_mb), AtMost(5))
    report.line("soak_simulator_rss_slope_mb_per_hour", _slope(samples, lambda one: one.simulator.rss_mb), AtMost(5))
    report.line("soak_board_heap_slope_mb_per_hour", _slope(samples, lambda one: one.heap_mb))
    report.line("soak_wal_mb", max(one.wal_mb for one in samples), AtMost(64))
    report.line("soak_db_growth_bytes_per_reading", (last.db_mb - first.db_mb) * _MB / max(1, readings))
    report.line("soak_more_descriptors", _drift(samples, lambda one: one.server.descriptors), AtMost(3))
    report.line("soak_more_threads", _drift(samples, lambda one: one.server.threads), AtMost(3))
    report.line("soak_health_ms_median", statistics.median(one.health_ms for one in samples))
    report.line("soak_board_lost_samples", sum(one.tiles == 0 for one in samples), AtMost(0))
    report.line("soak_not_well_samples", sum(not one.well for one in samples), AtMost(0))


def _slope(samples: Sequence[Sample], of: Callable[[Sample], float]) -> float:
    """How much it grows in an hour, by least squares."""
    return statistics.linear_regression([one.at_s / 3600 for one in samples], [of(one) for one in samples]).slope


def _drift(samples: Sequence[Sample], of: Callable[[Sample], float]) -> float:
    """How much more the last third has than the first, by their medians."""
    third = max(1, len(samples) // 3)
    return statistics.median(map(of, samples[-third:])) - statistics.median(map(of, samples[:third]))


def _say(sentence: str) -> None:
    print(f"  {sentence}", flush=True)  # noqa: T201 - a person waits


if __name__ == "__main__":
    sys.exit(main())
