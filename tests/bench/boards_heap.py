"""What ten thousand ticks leave in a board's heap and in its page, once the garbage is gone."""

import sys
from pathlib import Path
from typing import Final

from boards_screen import chromium, opened_screen
from report import ROOT, AtMost, Report, alone, scratch

sys.path.insert(0, str(ROOT / "e2e"))  # where the server of made-up rows lives

from bar_rows import friday_night
from bar_server import MadeUpBar

TAPS: Final = 15
GROWTH_MB: Final = 5.0
_NODES: Final = "document.querySelectorAll('*').length"


def run(report: Report) -> None:
    """Let three taps fall at each of 10,000 ticks, ten times as fast as a bar ticks."""
    ticks = 300 if report.small else 10_000
    with scratch() as folder, chromium() as browser:
        bar = MadeUpBar(Path(folder), rows=friday_night(TAPS), speed=1)
        try:
            with opened_screen(browser, bar.url, width=1280, height=800) as screen:
                page = screen.page
                page.wait_for_function("window.did_handshake === true")
                bar.pour(200)
                page.wait_for_timeout(1000)
                heap, nodes = screen.heap_mb(), page.evaluate(_NODES)
                report.progress(f"{ticks} ticks")
                bar.pour(ticks)
                page.wait_for_timeout(1000)
                report.line("board_ticks", ticks)
                report.line("board_heap_growth_mb", screen.heap_mb() - heap, AtMost(GROWTH_MB))
                report.line("board_heap_mb", screen.heap_mb())
                report.line("board_nodes_growth", page.evaluate(_NODES) - nodes)
        finally:
            bar.kill()


if __name__ == "__main__":
    alone(run)
