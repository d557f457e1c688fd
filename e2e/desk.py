"""What the tests of the desk pages ask of an open page."""

from axe_playwright_python.sync_playwright import Axe
from board_page import WCAG
from playwright.sync_api import Locator, Page


def connected(page: Page) -> Page:
    """Wait until the page's socket is up."""
    page.wait_for_function("window.did_handshake === true")
    return page


def panel(page: Page, heading: str) -> Locator:
    """The part of a page under this heading."""
    return page.locator(".ss-panel").filter(has=page.get_by_role("heading", name=heading, exact=True))


def undo_line(page: Page) -> Locator:
    """What was just done, with its way back."""
    return page.locator(".ss-undo")


def assert_fine(page: Page) -> None:
    """Nothing that axe finds, nothing wider than the screen, no target too small for a finger."""
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
