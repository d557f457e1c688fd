"""What the tests of tare and calibration ask of an open page, and of the bar behind it."""

import re

from board_page import OpenPage
from demo_server import Demo
from desk import connected
from playwright.sync_api import Locator, Page, expect

STILL_MS = 30_000
"""So long a platform may take, on a busy machine, to come to rest after a keg was set down."""


class Levers:
    """The simulator page of a demo, once the guests stay away."""

    def __init__(self, demo: Demo, open_page: OpenPage) -> None:
        self._page = connected(open_page(demo.url + "simulator"))
        self._page.get_by_role("button", name="Guests stay away").click()
        expect(self._page.locator(".ss-notice").first).to_contain_text("The guests stay away")

    def pull(self, lever: str, tap: int) -> None:
        """Pull a lever of a tap; it must be obeyed."""
        more = self._page.get_by_role("button", name=f"More levers, tap {tap}", exact=True)
        if more.count():
            more.click()
        self._page.get_by_role("button", name=f"{lever}, tap {tap}", exact=True).click()
        expect(self._page.locator(".ss-notice-refusal")).to_have_count(0)

    def silent(self, tap: int) -> None:
        """Wait until the scale of a tap has lost its connection."""
        expect(self._page.locator(".ss-sim-tap").nth(tap - 1).locator(".ss-sim-truth")).to_contain_text(
            "offline", timeout=20_000
        )


def dial(page: Page) -> Locator:
    """The live weight and how still it is."""
    return page.locator(".ss-steady-dial")


def reads(page: Page, lbs: float, *, within: float) -> None:
    """Wait until the live weight stands still and reads so many lb."""
    page.wait_for_function(
        """([lbs, within]) => document.querySelector('.ss-steady-word')?.innerText === 'STEADY'
            && Math.abs(parseFloat(document.querySelector('.ss-steady-figure b').innerText) - lbs) <= within""",
        arg=[lbs, within],
        timeout=STILL_MS,
    )


def ready(page: Page, name: str | re.Pattern[str]) -> Locator:
    """The button of this name, once it can be touched."""
    button = page.get_by_role("button", name=name)
    expect(button).to_have_attribute("aria-disabled", "false", timeout=STILL_MS)
    return button
