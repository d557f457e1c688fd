"""The page of a tap: why its number, what can be done there, and each way back."""

import re
from collections.abc import Callable

import pytest
from board_page import OpenPage
from demo_fixtures import StartDemo
from demo_server import Demo
from desk import assert_fine, connected, panel, undo_line
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

TAP = "taps/loc-001:02"


@pytest.fixture(scope="module")
def bar(start_shared_demo: Callable[..., Demo]) -> Demo:
    """A bar of two taps."""
    return start_shared_demo("--taps", "2", fresh=True)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_everything_that_opens_is_fine_for_axe_and_fits(
    bar: Demo, open_page: OpenPage, width: int, height: int
) -> None:
    page = connected(open_page(bar.url + TAP, width=width, height=height))

    page.get_by_role("button", name="Change keg", exact=True).click()
    page.get_by_role("button", name="Book waste", exact=True).click()
    page.locator(".ss-in-row").first.click()
    expect(page.locator(".ss-trace")).to_be_visible()
    expect(page.get_by_label("How much")).to_be_visible()
    expect(page.get_by_label("Beer", exact=True)).to_be_visible()

    assert_fine(page)


def test_the_sum_behind_the_level_adds_up(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + TAP))
    steps = page.locator(".ss-made-step b")

    figures = [float(re.findall(r"[\d.]+", text)[0]) for text in steps.all_inner_texts()]

    gross, shell, beer, per_gallon, gallons, percent = figures
    assert beer == pytest.approx(gross - shell, abs=0.11)
    assert gallons == pytest.approx(beer / per_gallon, abs=0.02)
    assert percent == pytest.approx(100 * gallons / 15.5, abs=0.2)
    expect(page.locator(".ss-made-step").last).to_contain_text(re.compile(r"± \d\.\d points"))


def test_a_line_is_cleaned_and_the_touch_is_taken_back(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + TAP))

    page.get_by_role("button", name="Clean line").click()

    expect(undo_line(page)).to_contain_text(re.compile(r"Cleaning the line of tap 2 until \d\d:\d\d"))
    expect(page.get_by_role("button", name="End cleaning")).to_be_visible()
    expect(page.get_by_role("button", name="Set aside")).to_have_count(0)
    undo_line(page).get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Clean line")).to_be_visible()
    expect(page.get_by_text("Its line is being cleaned")).to_have_count(0)


def test_a_tap_is_set_aside_and_back_and_the_end_is_taken_back(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + TAP))

    page.get_by_role("button", name="Set aside").click()
    page.get_by_role("button", name="Back in service").click()
    expect(undo_line(page)).to_contain_text("Tap 2 is back in service.")
    undo_line(page).get_by_role("button", name="Undo").click()

    expect(page.get_by_role("button", name="Back in service")).to_be_visible()
    page.get_by_role("button", name="Back in service").click()
    expect(page.get_by_role("button", name="Set aside")).to_be_visible()


def test_waste_is_booked_by_touch_alone_and_taken_back(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + TAP))
    books = panel(page, "The books of this keg")
    before = books.inner_text()

    page.get_by_role("button", name="Book waste").click()
    page.get_by_label("How much").select_option("a pitcher, 60 oz")
    page.get_by_label("Why").select_option("the line was emptied")
    page.get_by_role("button", name="Book it").click()

    expect(undo_line(page)).to_contain_text("0.47 gal booked as waste, the line was emptied.")
    expect(books).not_to_have_text(before)
    expect(books).to_contain_text("Wasted")
    undo_line(page).get_by_role("button", name="Undo").click()
    expect(books.locator(".ss-book").filter(has_text="Wasted")).not_to_contain_text(re.compile(r"0\.[4-9]\d gal"))


def test_more_waste_than_there_is_is_refused_beside_the_fields(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + TAP))

    page.get_by_role("button", name="Book waste").click()
    page.get_by_label("How much").select_option("another amount")
    page.get_by_label("Amount").fill("1900")
    page.get_by_role("button", name="Book it").click()

    expect(page.get_by_role("alert")).to_contain_text("cannot be lost from this keg: give more than 0 and at most")
    expect(page.get_by_label("Amount")).to_have_value("1900")


def test_a_pour_shows_what_the_scale_weighed_around_it(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + TAP))

    page.locator(".ss-in-row").first.press("Enter")

    told = panel(page, "One pour")
    expect(told).to_contain_text(re.compile(r"[\d.]+ oz in \d+\.\d s: [\d.]+ lb before, [\d.]+ lb after"))
    expect(told.get_by_role("img")).to_have_attribute("aria-label", re.compile(r"\d+ weights from"))
    assert page.evaluate("document.activeElement.tagName") == "H3"


def test_another_keg_is_put_on_by_hand_and_the_change_undone(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + TAP))
    kegs = panel(page, "Kegs of this tap").locator("tbody tr")
    title = page.get_by_role("heading", level=1)
    beer, count = title.inner_text(), kegs.count()

    page.get_by_role("button", name="Change keg", exact=True).click()
    page.get_by_label("Beer", exact=True).select_option("Winter Dubbel")
    page.get_by_role("button", name="It is this one").click()
    expect(page.get_by_text("Nothing was lifted")).to_be_visible()
    page.get_by_role("button", name="Yes, it is on").click()

    expect(title).to_have_text("Tap 2 · Winter Dubbel")
    expect(undo_line(page)).to_contain_text("On tap 2 now: Winter Dubbel, Half barrel.")
    undo_line(page).get_by_role("button", name="Undo").click()
    expect(title).to_have_text(beer)
    expect(kegs).to_have_count(count)


def test_a_keg_that_the_scale_found_is_confirmed_on_the_page_that_was_open(
    start_demo: StartDemo, open_page: OpenPage
) -> None:
    demo = start_demo("--taps", "2", "--speed", "10", fresh=True)
    page = connected(open_page(demo.url + TAP))
    page.get_by_role("button", name="Change keg", exact=True).click()
    found = page.get_by_role("region", name="Change keg")
    expect(found).to_contain_text("Lift the old keg off")
    simulator = connected(open_page(demo.url + "simulator"))

    simulator.get_by_role("button", name="Change keg, tap 2", exact=True).click()

    expect(found).to_contain_text("The keg is lifted since", timeout=20_000)
    expect(found).to_contain_text("The scale found another keg of", timeout=40_000)
    found.get_by_role("button", name="Yes, that is it").click()
    expect(undo_line(page)).to_contain_text("The new keg on tap 2 is confirmed.")
    page.get_by_role("button", name="Change keg", exact=True).click()
    expect(found.get_by_role("button", name="Yes, that is it")).to_have_count(0)
    expect(found.get_by_role("button", name="Undo the last change")).to_be_visible()
