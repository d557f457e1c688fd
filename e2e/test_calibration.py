"""Calibrating in chromium, the scales on MicroPython: step by step, through reloads, restarts and lost Wi-Fi."""

import re

import pytest
from board_page import OpenPage
from demo_fixtures import StartDemo
from demo_server import Demo
from desk import assert_fine, connected, panel
from playwright.sync_api import Page, expect
from weighing import Levers, reads, ready

pytestmark = pytest.mark.browser

PAGE = "taps/loc-001:{:02d}/calibrate"
ANSWERS_MS = 30_000
SHOWN_AGAIN_S = 25
"""At three times its speed: a weight that rises is believed after a minute of the bar;"""
BELIEVED_MS = 60_000
"""and so is a keg that is put back and weighs less than before by the new calibration."""
WEIGHT = 44.1
AGED = 1.03 * WEIGHT + 1.0


@pytest.fixture(scope="module")
def bar(start_shared_demo: StartDemo) -> Demo:
    """A bar of three taps whose scales run on MicroPython, a little faster than the wall."""
    return start_shared_demo("--taps", "3", "--speed", "3", "--interpreter", "micropython", fresh=True)


def begun(bar: Demo, open_page: OpenPage, levers: Levers, tap: int) -> Page:
    """A calibration whose empty platform was measured, the known weight standing there."""
    page = connected(open_page(bar.url + PAGE.format(tap)))
    page.get_by_role("button", name="With a known weight").click()
    expect(page.get_by_role("heading", name="Take everything off the platform")).to_be_focused()
    ready(page, "Measure the empty platform").click()
    expect(page.locator(".ss-warned").last).to_contain_text("Is the platform really empty?")
    expect(page.get_by_role("button", name="Yes, it is empty: measure it")).to_be_visible()
    levers.pull("Lift keg", tap)
    page.wait_for_function(
        "parseFloat(document.querySelector('.ss-steady-figure b')?.innerText) < 5", timeout=ANSWERS_MS
    )
    ready(page, "Measure the empty platform").click()
    expect(page.get_by_role("heading", name="Put the known weight on")).to_be_focused()
    expect(page.locator(".ss-reason")).to_have_text(re.compile("Put the weight on|still", re.IGNORECASE))
    levers.pull("20 kg", tap)
    return page


def test_an_aged_scale_is_calibrated_through_a_reload_and_reads_right(bar: Demo, open_page: OpenPage) -> None:
    levers = Levers(bar, open_page)
    levers.pull("Age cell", 1)
    tap = connected(open_page(bar.url + "taps/loc-001:01"))
    tap.wait_for_timeout(SHOWN_AGAIN_S * 1000)
    beer = tap.get_by_role("heading", level=1).inner_text()
    page = begun(bar, open_page, levers, 1)
    reads(page, AGED, within=0.6)

    page.get_by_role("button", name="Another weight").click()
    page.get_by_role("button", name="More by 10 lb").click()
    ready(page, "Measure 54.1 lb").click()
    expect(page.get_by_role("heading", name="Look at the result")).to_be_focused()
    page.get_by_role("button", name="Save to the scale").click()
    expect(page.locator(".ss-warned").last).to_contain_text("that is a lot")
    page.get_by_role("button", name="Measure again").click()
    expect(page.get_by_role("heading", name="Put the known weight on")).to_be_visible()
    page.reload()
    connected(page)
    page.get_by_role("button", name="20 kg", exact=True).click()
    ready(page, "Measure 20 kg").click()

    results = page.locator(".ss-results")
    expect(results).to_contain_text(re.compile(r"\+(2\.[89]|3\.[0-3])\d %"))
    expect(results).to_contain_text(re.compile(r"\+(0\.[7-9]|1\.[0-2])\d lb"))
    expect(results).to_contain_text(re.compile(r"± 0\.[2-6]\d %"))
    page.get_by_role("button", name="Save to the scale").click()
    expect(page.get_by_role("heading", name="Read it back")).to_be_visible(timeout=ANSWERS_MS)
    reads(page, WEIGHT, within=0.1)
    ready(page, "Read back").click()
    expect(page.get_by_role("heading", name="Calibrated")).to_be_focused()
    expect(panel(page, "This scale over time").locator("tbody tr").first).to_contain_text("known weight")
    levers.pull("Put back", 1)
    page.wait_for_timeout(8000)
    page.get_by_role("button", name="The keg is back: tap in service").click()
    expect(page.get_by_role("button", name="The keg is back: tap in service")).to_have_count(0)
    expect(tap.locator(".ss-live-percent")).to_contain_text("%", timeout=BELIEVED_MS)
    assert tap.get_by_role("heading", level=1).inner_text() == beer


def test_a_scale_without_wifi_is_waited_for_and_the_former_values_are_sent_back(bar: Demo, open_page: OpenPage) -> None:
    levers = Levers(bar, open_page)
    page = begun(bar, open_page, levers, 2)
    reads(page, WEIGHT, within=0.6)
    ready(page, "Measure 20 kg").click()
    expect(page.get_by_role("heading", name="Look at the result")).to_be_visible()

    levers.pull("Wi-Fi off", 2)
    levers.silent(2)
    page.get_by_role("button", name="Save to the scale").click()
    expect(page.locator(".ss-wizard-lead")).to_contain_text("asleep or away", timeout=ANSWERS_MS)
    page.close()
    levers.pull("Wi-Fi on", 2)
    other = connected(open_page(bar.url + PAGE.format(2), width=390, height=844))

    expect(other.get_by_role("heading", name="Read it back")).to_be_visible(timeout=60_000)
    assert_fine(other)
    other.get_by_role("button", name="Undo", exact=True).click()
    expect(other.get_by_role("heading", name="Taken back")).to_be_visible(timeout=ANSWERS_MS)
    expect(panel(other, "This scale over time").locator("tbody tr").first).to_contain_text("taken back")


def test_a_calibration_goes_on_after_the_server_was_started_again_and_can_be_cancelled(
    bar: Demo, open_page: OpenPage
) -> None:
    levers = Levers(bar, open_page)
    page = begun(bar, open_page, levers, 3)
    assert_fine(page)

    bar.end()
    bar.start()
    # What was set down in the last seconds before the end is not remembered.
    Levers(bar, open_page).pull("20 kg", 3)
    page = connected(open_page(bar.url + PAGE.format(3)))

    expect(page.get_by_role("heading", name="Put the known weight on")).to_be_visible()
    expect(page.locator(".ss-step-done")).to_have_text(re.compile("Empty"))
    ready(page, "Measure 20 kg")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="How shall it be calibrated?")).to_be_visible()
    expect(page.get_by_role("button", name="The keg is back: tap in service")).to_be_visible()


@pytest.mark.parametrize("path", ["scales/SCALE-0001", PAGE.format(1)])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_pages_of_a_scale_are_fine_for_axe_and_fit(
    bar: Demo, open_page: OpenPage, path: str, width: int, height: int
) -> None:
    page = connected(open_page(bar.url + path, width=width, height=height))
    expect(page.locator(".ss-scale-chart").first).to_be_visible()

    assert_fine(page)
