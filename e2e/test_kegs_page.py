"""The kegs of a bar: taken in, queued, taken off, and each way back."""

import re
from collections.abc import Callable

import pytest
from board_page import OpenPage
from demo_server import Demo
from desk import assert_fine, connected, panel, undo_line
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def bar(start_shared_demo: Callable[..., Demo]) -> Demo:
    """A bar of two taps whose time goes slowly."""
    return start_shared_demo("--taps", "2", fresh=True)


def take_in(page: Page, count: str, collar: str) -> None:
    page.get_by_role("button", name="Add kegs", exact=True).click()
    page.get_by_label("Beer", exact=True).select_option("Winter Dubbel")
    page.get_by_label("Size", exact=True).select_option("Sixtel")
    page.get_by_label("How many").fill(count)
    page.get_by_label("Cost of each").fill("123,50")
    page.get_by_label("Name on the collar").fill(collar)
    page.get_by_role("button", name="Take into stock").click()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_lists_and_the_form_are_fine_for_axe_and_fit(
    bar: Demo, open_page: OpenPage, width: int, height: int
) -> None:
    page = connected(open_page(bar.url + "kegs", width=width, height=height))

    page.get_by_role("button", name="Add kegs", exact=True).click()
    expect(page.get_by_label("Beer", exact=True)).to_be_visible()

    assert_fine(page)
    expect(page.get_by_text(re.compile(r"2 on tap · .*beer on hand: \$[\d,]+\.\d\d"))).to_be_visible()


def test_kegs_are_taken_in_with_what_they_cost_and_given_back(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + "kegs"))

    take_in(page, "3", "Z-1")

    expect(undo_line(page)).to_contain_text("3 kegs are in stock now.")
    kegs = panel(page, "In stock").get_by_role("link").filter(has_text="Z-1")
    expect(kegs).to_have_count(3)
    expect(kegs.first).to_contain_text("no date, $123.50")
    undo_line(page).get_by_role("button", name="Undo").click()
    expect(kegs).to_have_count(0)


def test_what_cannot_be_taken_in_is_refused_and_stays_in_the_form(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + "kegs"))

    take_in(page, "31", "Z-2")

    expect(page.get_by_role("alert")).to_contain_text("the number of kegs lies between 1 and 30")
    expect(page.get_by_label("How many")).to_have_value("31")
    page.get_by_label("How many").fill("1")
    page.get_by_label("Filled on").fill("2026-11-10")
    page.get_by_label("Best by", exact=True).fill("2026-11-01")
    page.get_by_role("button", name="Take into stock").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be best before it was filled")


def test_a_keg_is_queued_on_a_tap_with_one_choice_and_taken_off(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + "kegs"))
    take_in(page, "1", "Z-3")
    queued = panel(page, "Next on a tap")

    page.get_by_label("Queue Winter Dubbel, Sixtel (Z-3) as next on a tap").select_option(index=2)

    expect(undo_line(page)).to_contain_text("Queued as next on tap 2.")
    line = queued.get_by_role("row").filter(has_text="Z-3")
    expect(line.get_by_role("link", name="Tap 2")).to_be_visible()
    expect(panel(page, "In stock").get_by_role("link").filter(has_text="Z-3")).to_have_count(0)
    line.get_by_role("button", name=re.compile("Take Winter Dubbel.* off the queue")).click()
    expect(line).to_have_count(0)
    expect(panel(page, "In stock").get_by_role("link").filter(has_text="Z-3")).to_have_count(1)


def test_a_keg_is_taken_off_stock_and_back(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + "kegs"))
    take_in(page, "1", "Z-4")
    kegs = panel(page, "In stock").get_by_role("link").filter(has_text="Z-4")
    expect(kegs).to_have_count(1)

    page.get_by_role("button", name="Take Winter Dubbel, Sixtel (Z-4) off stock").click()

    expect(kegs).to_have_count(0)
    expect(undo_line(page)).to_contain_text("The keg is off stock.")
    undo_line(page).get_by_role("button", name="Undo").click()
    expect(kegs).to_have_count(1)


def test_the_cost_and_dates_of_a_keg_are_told_on_its_page(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + "kegs"))
    take_in(page, "1", "Z-5")

    panel(page, "In stock").get_by_role("link").filter(has_text="Z-5").click()
    connected(page)
    page.get_by_label("What it cost").fill("99")
    page.get_by_label("Best by").fill("2027-01-01")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(undo_line(page)).to_contain_text("Kept.")
    known = panel(page, "What is known of it")
    expect(known).to_contain_text("$99.00")
    expect(known).to_contain_text(re.compile(r"best within \d+ days"))
    expect(panel(page, "What was done to it")).to_contain_text("cost $123.50")
