"""Kegs and lines in hand, on a real bar: what the scale finds is asked about, the rest is told by touches alone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from bar_watch import Bar
from board_page import WCAG, OpenPage, ready, tile
from demo_fixtures import StartDemo
from demo_server import TRUTHFUL, Demo
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

FOUND_WITHIN_MS = 30_000
SHOWN_WITHIN_MS = 3_000
TOUCHES = """() => { window.touches = 0; window.typed = 0;
  addEventListener('click', () => { window.touches += 1; }, true);
  addEventListener('keydown', () => { window.typed += 1; }, true); }"""


@pytest.fixture(scope="module")
def demo(start_shared_demo: StartDemo) -> Demo:
    """A bar of three taps, its story at ten times our speed."""
    return start_shared_demo("--taps", "3", "--speed", "10", fresh=True, command=TRUTHFUL)


@pytest.fixture
def bar(demo: Demo, open_page: OpenPage) -> Bar:
    return Bar(demo, open_page)


def touched(page: Page, no: int) -> Locator:
    """The sheet of a tap, once the server has said what fits."""
    tile(page, no).click()
    opened = page.get_by_role("dialog")
    expect(opened.locator(".ss-acts, .ss-ask, .ss-cards").first).to_be_visible()
    expect(opened.get_by_text("choose what was put on")).to_have_count(0)
    return opened


def beer_on(page: Page, no: int) -> str:
    return tile(page, no).locator(".ss-beer").inner_text()


def chip(page: Page, no: int) -> Locator:
    return tile(page, no).locator(".ss-chip")


def done(page: Page, words: str) -> None:
    expect(page.locator(".ss-undo-words")).to_contain_text(words)


def undo(page: Page) -> None:
    page.get_by_role("button", name="Undo", exact=True).click()


def test_a_keg_that_the_scale_found_is_confirmed_by_two_touches(bar: Bar) -> None:
    page = bar.board
    bar.pull("Change keg", 2)
    expect(chip(page, 2)).to_have_text("KEG LIFTED", timeout=FOUND_WITHIN_MS)
    expect(chip(page, 2)).to_have_text("NEW KEG", timeout=FOUND_WITHIN_MS)
    expect(page.locator(".ss-sentence")).to_contain_text(re.compile("1\\s+new\\s+keg"))

    opened = touched(page, 2)
    expect(opened.locator(".ss-ask h3")).to_contain_text(f"New keg on tap 2: {beer_on(page, 2)}, ")
    assert Axe().run(page, options=WCAG).violations_count == 0
    opened.get_by_role("button", name="Yes").click()

    done(page, "confirmed by Owner")
    expect(chip(page, 2)).to_have_count(0, timeout=SHOWN_WITHIN_MS)
    undo(page)
    expect(chip(page, 2)).to_have_text("NEW KEG", timeout=SHOWN_WITHIN_MS)


def test_any_beer_of_the_house_goes_on_in_at_most_four_touches_without_typing(bar: Bar) -> None:
    page, before = bar.board, beer_on(bar.board, 3)
    page.evaluate(TOUCHES)

    opened = touched(page, 3)
    opened.get_by_role("button", name="Change keg").click()
    names = opened.get_by_role("list", name="Beers").locator("b").all_inner_texts()
    other = next(name for name in reversed(names) if name != before)
    opened.get_by_role("list", name="Beers").get_by_role("button", name=other).click()
    # The old keg stands there still, so that it is asked once.
    opened.get_by_role("button", name="Yes, it is on").click()

    done(page, f"Tap 3: {other}, ")
    expect(tile(page, 3).locator(".ss-beer")).to_have_text(other, timeout=SHOWN_WITHIN_MS)
    assert page.evaluate("[window.touches, window.typed]") == [4, 0]
    undo(page)
    expect(tile(page, 3).locator(".ss-beer")).to_have_text(before, timeout=SHOWN_WITHIN_MS)
    done(page, "the keg before is on again")


def test_a_line_is_cleaned_and_every_board_sees_it_at_once(bar: Bar, open_page: OpenPage) -> None:
    page, other = bar.board, ready(open_page(bar.demo.url))

    touched(page, 1).get_by_role("button", name="Clean line").click()

    expect(chip(other, 1)).to_have_text("CLEANING", timeout=SHOWN_WITHIN_MS)
    expect(tile(other, 1).locator(".ss-age")).to_contain_text("min left")
    done(page, "Tap 1: its line is being cleaned by Owner")
    expect(other.locator(".ss-undo")).to_have_count(0)
    opened = touched(other, 1)
    opened.get_by_role("button", name="End cleaning").click()
    done(other, "Tap 1 is back in service")
    expect(tile(page, 1)).not_to_have_attribute("data-state", "cleaning", timeout=SHOWN_WITHIN_MS)


def test_waste_is_booked_and_taken_back_by_touch(bar: Bar) -> None:
    page = bar.board
    opened = touched(page, 3)
    opened.get_by_role("button", name="Book waste").click()

    opened.get_by_role("button", name="Pint", exact=True).click()

    done(page, "Tap 3: pint of foam booked")
    undo(page)
    done(page, "Tap 3: no waste booked")


def test_a_scale_says_that_it_blinks(bar: Bar) -> None:
    page = bar.board

    touched(page, 3).get_by_role("button", name="Light the scale").click()

    expect(page.locator(".ss-undo-words")).to_contain_text("Tap 3: its scale blinks for 20 s", timeout=15_000)


def test_a_wrong_guess_is_put_right_and_the_same_keg_stays(bar: Bar) -> None:
    page = bar.board
    bar.pull("Change keg", 1)
    expect(chip(page, 1)).to_have_text("NEW KEG", timeout=2 * FOUND_WITHIN_MS)

    touched(page, 1).get_by_role("button", name="No, the same keg").click()

    done(page, "as before")
    expect(chip(page, 1).filter(has_text="NEW KEG")).to_have_count(0, timeout=SHOWN_WITHIN_MS)


def test_a_load_that_is_no_keg_of_the_house_asks_which_it_is(bar: Bar) -> None:
    page = bar.board
    bar.levers.get_by_role("button", name="More levers, tap 2").click()
    bar.pull("20 kg", 2)
    expect(chip(page, 2)).to_have_text("WHICH KEG?", timeout=2 * FOUND_WITHIN_MS)
    expect(page.locator(".ss-urgent").filter(has_text="WHICH KEG?")).to_be_visible()

    page.locator(".ss-urgent").filter(has_text="WHICH KEG?").click()
    opened = page.get_by_role("dialog")
    expect(opened.get_by_role("heading", name="Which keg is on tap 2?")).to_contain_text("lb")
    opened.get_by_role("list", name="Beers").get_by_role("button").first.click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(chip(page, 2).filter(has_text="WHICH KEG?")).to_have_count(0, timeout=SHOWN_WITHIN_MS)
    bar.pull("Put back", 2)
