"""How soon a reading is on the boards, and what the boards cost: one real chromium beside many light clients.

A publish over MQTT is timed until the DOM of a real page has changed: broker, intake, store, feed, tick, socket and
script lie in between. Publisher and browser read the same machine's clock. Each reading shows a volume that was not
shown before; a light client is told which reading it belongs to, so that changes are matched by value. The floor is
the same readings, in the same run, from the broker over a bare websocket into the text of a bare page.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from boards_light import Crowd
from boards_pours import FULL_LBS, STEP_LBS, Pours
from boards_screen import Screen, chromium, opened_screen
from boards_server import Served, served
from light_client import Heard
from playwright.sync_api import Browser
from report import AtMost, Report, alone, scratch

TAPS: Final = 99
"""A location has no more: taps are numbered 1 to 99."""
UPDATES_PER_SECOND: Final = 50.0
AIM_MS: Final = 100.0
WARM_S: Final = 8.0
"""Four readings a tap: every tap has its level, and each further reading changes it."""
LEAD_S: Final = 0.5
"""What is published right after a window begins may have been on its way before."""
MATCHED_SHARE: Final = 0.99
DESK: Final = (1440, 900)
"""Here every tap has its tile; a wall shows fifteen at a time."""
WALL: Final = (1280, 800)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What was measured over some seconds: delays (ms), shares of a core (percent), what light clients heard."""

    delays: Sequence[float]
    to_socket: Sequence[float]
    server_pct: float
    renderer_pct: float
    heard: Sequence[Heard]
    lasted: float


def run(report: Report) -> None:
    """Measure the floor, then one chromium with 9 and with 29 light clients."""
    seconds = 3.0 if report.small else 20.0
    with scratch() as folder, served(folder, taps=TAPS) as server, chromium() as browser:
        pours = Pours(server.broker_port, taps=TAPS, rate=UPDATES_PER_SECOND)
        pours.start()
        crowd = Crowd(server.url)
        try:
            report.say(f"{TAPS} taps, {UPDATES_PER_SECOND:.0f} readings a second, one real chromium among the boards")
            idle = _idle(server, seconds / 2)
            floor = _floor(browser, server, pours, seconds)
            _tell_delays(report, "floor", floor)
            report.line("boards_server_cpu_none_pct", idle)
            memory = [
                _boards(report, browser, server, pours, crowd, light=light, idle=idle, seconds=seconds, floor=floor)
                for light in (9, 29)
            ]
            report.line("board_memory_mb", (memory[1] - memory[0]) / 20)
            _wall(report, browser, server, seconds / 2)
        finally:
            crowd.end()
            pours.end()


def _boards(  # noqa: PLR0913 - one figure of a bench needs all of it
    report: Report,
    browser: Browser,
    server: Served,
    pours: Pours,
    crowd: Crowd,
    *,
    light: int,
    idle: float,
    seconds: float,
    floor: Sequence[float],
) -> float:
    """Measure one chromium and so many light clients; gives the server's memory (MB)."""
    crowd.grow(light)
    with opened_screen(browser, server.url, width=DESK[0], height=DESK[1]) as screen:
        time.sleep(WARM_S)
        crowd.heard_until_now()
        window = _window(screen, server, pours, crowd, seconds)
        memory = server.memory_mb()
        apart = screen.clock_apart_ms()
    name = f"1_and_{light}"
    _tell_delays(report, name, window.delays, AtMost(AIM_MS))
    report.line(f"publish_to_dom_p99_{name}_over_floor_ms", _p99(window.delays) - _p99(floor))
    report.line(f"boards_server_cpu_{name}_pct", window.server_pct)
    report.line(f"boards_renderer_cpu_{name}_pct", window.renderer_pct)
    each = [heard.tellings for heard in window.heard]
    size = sum(heard.telling_bytes for heard in window.heard)
    report.line(f"board_update_bytes_{name}", size / light / (window.lasted * UPDATES_PER_SECOND))
    spent_s = (window.server_pct - idle) / 100 * window.lasted
    report.line(f"board_cpu_us_per_packet_{name}", spent_s / (statistics.mean(each) * (light + 1)) * 1e6)
    report.line(f"publish_to_socket_p50_{name}_ms", statistics.median(window.to_socket))
    report.line(f"publish_to_socket_p99_{name}_ms", _p99(window.to_socket))
    report.say(f"{len(window.delays)} changes; each light client was told {min(each)} to {max(each)} times")
    report.say(f"the clocks of browser and publisher lie within {apart:.1f} ms")
    return memory


def _window(screen: Screen, server: Served, pours: Pours, crowd: Crowd, seconds: float) -> Window:
    screen.watch()
    began, server_cpu, renderer_cpu = time.time(), server.cpu_s(), screen.renderer_cpu_s()
    time.sleep(seconds)
    lasted = time.time() - began
    server_pct = 100 * (server.cpu_s() - server_cpu) / lasted
    renderer_pct = 100 * (screen.renderer_cpu_s() - renderer_cpu) / lasted
    heard = crowd.heard_until_now()
    time.sleep(1)  # the last of them are on their way
    seen, delays, to_socket, sent_in_all = screen.seen(), [], [], 0
    for (tap, at), sent in list(pours.sent_at.items()):
        if began + LEAD_S <= sent <= began + seconds:
            sent_in_all += 1
            volume, told = crowd.told.get((tap, at), ("", 0.0))
            shown = seen.get((f"loc-001:{tap:02d}", volume))
            if shown is not None:
                delays.append(1000 * (shown - sent))
                to_socket.append(1000 * (told - sent))
    _enough(delays, sent_in_all)
    return Window(
        delays=delays, to_socket=to_socket, server_pct=server_pct, renderer_pct=renderer_pct, heard=heard, lasted=lasted
    )


def _floor(browser: Browser, server: Served, pours: Pours, seconds: float) -> Sequence[float]:
    """The delays (ms) of the same readings over a bare websocket."""
    with _floor_page(server) as url, opened_screen(browser, url, width=DESK[0], height=DESK[1]) as screen:
        time.sleep(TAPS / UPDATES_PER_SECOND + 1)
        screen.watch()
        began = time.time()
        time.sleep(seconds + 1)
        seen = screen.seen()
    sent = sorted((at, key) for key, at in pours.sent_at.items())
    of_tap: dict[int, int] = {}
    delays, updates = [], 0
    for at, (tap, _) in sent:
        seq = of_tap[tap] = of_tap.get(tap, -1) + 1
        if began + LEAD_S <= at <= began + seconds:
            updates += 1
            shown = seen.get((f"SCALE-{tap:04d}", f"{FULL_LBS - STEP_LBS * seq:.2f}"))
            delays += [] if shown is None else [1000 * (shown - at)]
    _enough(delays, updates)
    return delays


@contextmanager
def _floor_page(server: Served) -> Iterator[str]:
    program = [sys.executable, str(Path(__file__).with_name("boards_floor.py")), str(server.broker_port)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as child:
        try:
            url = (child.stdout.readline() if child.stdout else "").strip()
            time.sleep(1)
            yield url
        finally:
            child.terminate()


def _wall(report: Report, browser: Browser, server: Served, seconds: float) -> None:
    """What a wall tablet's page costs its own processor."""
    with opened_screen(browser, server.url, width=WALL[0], height=WALL[1]) as screen:
        time.sleep(3)
        before = screen.renderer_cpu_s()
        time.sleep(seconds)
        report.line("boards_renderer_cpu_wall_pct", 100 * (screen.renderer_cpu_s() - before) / seconds)


def _idle(server: Served, seconds: float) -> float:
    time.sleep(2)
    before = server.cpu_s()
    time.sleep(seconds)
    return 100 * (server.cpu_s() - before) / seconds


def _tell_delays(report: Report, name: str, delays: Sequence[float], aim: AtMost | None = None) -> None:
    report.line(f"publish_to_dom_p50_{name}_ms", statistics.median(delays))
    report.line(f"publish_to_dom_p99_{name}_ms", _p99(delays), aim)


def _p99(delays: Sequence[float]) -> float:
    return statistics.quantiles(delays, n=100, method="inclusive")[98]


def _enough(delays: Sequence[float], updates: int) -> None:
    if len(delays) < MATCHED_SHARE * updates:
        raise SystemExit(f"only {len(delays)} of {updates} readings were seen in the DOM: their delays say nothing")


if __name__ == "__main__":
    alone(run)
