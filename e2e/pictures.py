"""Take the pictures of the docs: `python e2e/pictures.py [board] [sheet] [tap]` starts a fresh demo for them."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bar_server import ROOT
from board_page import ready, tile
from demo_server import Demo
from playwright.sync_api import Browser, Page, expect, sync_playwright

SIZES = ((1280, 800), (1440, 900), (390, 844))
FOLDER = ROOT / "docs" / "pictures"
PATHS = {"board": "", "sheet": "", "tap": "taps/loc-001:03"}
POURING = (7, 12, 14)
"""In each size somebody is being served at one of these taps."""
WARMS_UP_S = 12.0
"""Until the first guests of the evening have been served."""
CHANGED = 6
"""The keg of this tap was just changed, and its scale has found it."""
CHANGED_WITHIN_MS = 90_000


def main() -> None:
    """Write each picture in each size, or those that are named, to docs/pictures/."""
    wanted = {name: PATHS[name] for name in sys.argv[1:]} or PATHS
    with tempfile.TemporaryDirectory() as place, demo_in(Path(place)) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        levers = browser.new_page()
        levers.goto(demo.url + "simulator")
        levers.get_by_role("button", name=f"Change keg, tap {CHANGED}", exact=True).click()
        levers.wait_for_timeout(WARMS_UP_S * 1000)
        board = page_of(browser, demo, "", *SIZES[0])
        expect(tile(board, CHANGED).locator(".ss-chip")).to_have_text("NEW KEG", timeout=CHANGED_WITHIN_MS)
        board.context.close()
        for (width, height), served in zip(SIZES, POURING, strict=True):
            levers.get_by_role("button", name=f"Pour a pint, tap {served}", exact=True).click()
            for name, path in wanted.items():
                page = page_of(browser, demo, path, width, height)
                if name == "sheet":
                    open_sheet(page)
                page.screenshot(path=FOLDER / f"{name}-{width}x{height}.png")
                page.context.close()
        browser.close()


@contextmanager
def demo_in(place: Path) -> Iterator[Demo]:
    """A demo that has just begun its story; ended in order."""
    demo = Demo(place)
    try:
        yield demo.start()
        demo.end()
    finally:
        demo.kill()


def page_of(browser: Browser, demo: Demo, path: str, width: int, height: int) -> Page:
    """An open page once all of it is drawn."""
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.goto(demo.url + path)
    if path:
        expect(page.locator(".ss-chart-plot .main-svg").first).to_be_visible()
        page.wait_for_function("window.did_handshake === true")
    else:
        ready(page)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(1500)  # the level's own animation
    return page


def open_sheet(page: Page) -> None:
    """Touch the tile of the tap whose keg was changed."""
    tile(page, CHANGED).click()
    expect(page.get_by_role("dialog").locator(".ss-ask")).to_be_visible()
    page.mouse.move(1, 1)


if __name__ == "__main__":
    main()
