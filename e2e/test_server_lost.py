import os
import time

import pytest
from board_page import OpenPage, ready, tile
from demo_fixtures import StartDemo
from demo_server import alive, until
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.alone]

NAMED_WITHIN_S = 5.0
GONE_WITHIN_S = 3.0
BACK_WITHIN_S = 20.0
OUTAGE_S = 60.0 if os.environ.get("SCALE_SENSE_LONG") else 8.0

NEWEST_AGE = "Math.min(...[...document.querySelectorAll('.ss-age')].map(e => parseInt(e.textContent) || 999))"


def test_a_killed_server_is_named_on_the_open_board_which_recovers_untouched(
    start_demo: StartDemo, open_page: OpenPage
) -> None:
    demo = start_demo("--taps", "2", fresh=True)
    page = ready(open_page(demo.url))
    children = list(demo.children())
    levels = [tile(page, no).locator(".ss-volume").inner_text() for no in (1, 2)]

    demo.kill()
    killed = time.monotonic()
    named(page)
    named_after = time.monotonic() - killed
    until(lambda: not alive(children), within_s=GONE_WITHIN_S, what=f"the children {children} are gone")
    page.wait_for_timeout(OUTAGE_S * 1000)
    named(page)
    demo.start()
    back = time.monotonic()
    recovered(page)

    back_after = time.monotonic() - back
    print(f"named after {named_after:.1f} s, back {back_after:.1f} s after the server, outage {OUTAGE_S:.0f} s")
    assert named_after < NAMED_WITHIN_S
    assert tile(page, 2).locator(".ss-volume").inner_text() == levels[1]
    until(lambda: page.evaluate(NEWEST_AGE) < 30, within_s=35, what="readings arrive again")


def named(page: Page) -> None:
    """The board says since when it is not connected, and is dim."""
    line = page.locator(".ss-link-lost")
    line.wait_for(timeout=NAMED_WITHIN_S * 1000)
    assert "Not connected since 20:4" in line.inner_text()
    expect(page.locator(".ss-board")).to_have_css("opacity", "0.6")


def recovered(page: Page) -> None:
    """The board is bright and says nothing of a lost link; nobody has touched it."""
    expect(page.locator(".ss-link-lost")).to_have_count(0, timeout=BACK_WITHIN_S * 1000)
    ready(page)
    expect(page.locator(".ss-board")).to_have_css("opacity", "1")
