"""Take the pictures of tare and calibration from a demo of its own: `python e2e/wizard_pictures.py`."""

import os
import shutil
import tempfile
from pathlib import Path

from bar_server import ROOT
from desk import connected
from pictures import demo_in
from playwright.sync_api import Browser, Page, sync_playwright
from weighing import Levers, reads, ready

FOLDER = ROOT / "docs" / "pictures"
SETTLES_MS = 12_000
"""Until most of the line of the last seconds is drawn."""


def main() -> None:
    """Write a picture of each page, in the size of a wall tablet."""
    with tempfile.TemporaryDirectory() as place, demo_in(Path(place)) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )

        def opened(url: str) -> Page:
            return _opened(browser, url)

        levers = Levers(demo, opened)
        levers.pull("Lift keg", 2)
        tare = connected(opened(demo.url + "taps/loc-001:02/tare"))
        reads(tare, 0.0, within=0.3)
        tare.wait_for_timeout(SETTLES_MS)
        tare.screenshot(path=FOLDER / "tare-1280x800.png")

        levers.pull("Age cell", 1)
        page = connected(opened(demo.url + "taps/loc-001:01/calibrate"))
        page.get_by_role("button", name="With a known weight").click()
        levers.pull("Lift keg", 1)
        reads(page, 1.0, within=0.4)
        ready(page, "Measure the empty platform").click()
        levers.pull("20 kg", 1)
        page.wait_for_timeout(SETTLES_MS)
        ready(page, "Measure 20 kg")
        page.screenshot(path=FOLDER / "calibrate-1280x800.png")
        browser.close()


def _opened(browser: Browser, url: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(url)
    return page


if __name__ == "__main__":
    main()
