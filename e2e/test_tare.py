"""Taring in chromium, the scales on MicroPython: two touches from the tap's page, and each way back."""

import re

import pytest
from board_page import OpenPage
from demo_fixtures import StartDemo
from demo_server import Demo
from desk import assert_fine, connected, panel
from playwright.sync_api import expect
from weighing import Levers, dial, reads, ready

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def bar(start_shared_demo: StartDemo) -> Demo:
    """A bar of two taps whose scales run on MicroPython."""
    return start_shared_demo("--taps", "2", "--interpreter", "micropython", fresh=True)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_page_is_fine_for_axe_and_fits(bar: Demo, open_page: OpenPage, width: int, height: int) -> None:
    page = connected(open_page(bar.url + "taps/loc-001:01/tare", width=width, height=height))
    expect(dial(page)).to_contain_text("STEADY", timeout=30_000)

    assert_fine(page)


def test_a_platform_that_is_off_is_set_to_zero_once_that_is_confirmed_and_taken_back(
    bar: Demo, open_page: OpenPage
) -> None:
    levers = Levers(bar, open_page)
    levers.pull("Age cell", 2)
    levers.pull("Lift keg", 2)
    page = connected(open_page(bar.url + "taps/loc-001:02"))

    page.get_by_role("link", name="Tare", exact=True).click()
    reads(page, 1.0, within=0.3)
    platform = ready(page, "Platform is empty")
    expect(platform).to_contain_text("fits what is read")
    platform.click()

    told = page.locator(".ss-told")
    expect(told).to_contain_text(re.compile(r"the platform reads \+\d\.\d lb: take your hand"), timeout=30_000)
    told.get_by_role("button", name=re.compile(r"Nothing is on it: take \+\d\.\d\d lb as zero")).click()
    expect(told).to_contain_text("after it was set to zero", timeout=30_000)
    expect(page.locator(".ss-undo")).to_contain_text("after it was set to zero")
    reads(page, 0.0, within=0.1)
    expect(panel(page, "Earlier tares")).to_contain_text("Zero of the scale")
    told.get_by_role("button", name="Undo").click()
    expect(told).to_contain_text("Taken back", timeout=30_000)
    reads(page, 1.0, within=0.3)
    expect(panel(page, "Earlier tares")).to_contain_text("Zero of the scale, taken back")


def test_a_keg_is_never_set_to_zero(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + "taps/loc-001:01/tare"))

    ready(page, "Platform is empty").click()

    expect(page.locator(".ss-told-no")).to_contain_text(
        re.compile(r"Not tared: \d+\.\d lb stand on the platform: take everything off"), timeout=30_000
    )
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_while_the_weight_moves_nothing_can_be_touched_and_the_page_says_why(bar: Demo, open_page: OpenPage) -> None:
    levers = Levers(bar, open_page)
    page = connected(open_page(bar.url + "taps/loc-001:01/tare"))
    choice = ready(page, "Empty keg is on")
    before = page.locator(".ss-told").inner_text()

    levers.pull("Lean", 1)

    expect(choice).to_have_attribute("aria-disabled", "true")
    expect(page.locator(".ss-reason")).to_have_text(re.compile("The weight is moving: let go|Nearly still"))
    choice.dispatch_event("click")
    page.wait_for_timeout(1500)
    assert page.locator(".ss-told").inner_text() == before
    expect(choice).to_have_attribute("aria-disabled", "false", timeout=30_000)
    expect(page.locator(".ss-reason")).to_have_text("It stands still: touch what is on it.")


def test_an_empty_keg_tells_its_shell_by_keyboard_too_and_it_is_taken_back(bar: Demo, open_page: OpenPage) -> None:
    levers = Levers(bar, open_page)
    tap = connected(open_page(bar.url + "taps/loc-001:01"))
    tap.get_by_role("button", name="Set aside").click()
    expect(tap.get_by_role("button", name="Back in service")).to_be_visible()
    levers.pull("Empty shell", 1)
    page = connected(open_page(bar.url + "taps/loc-001:01/tare"))
    shell = ready(page, "Empty keg is on")
    expect(shell).to_contain_text("fits what is read", timeout=30_000)
    expect(dial(page)).to_contain_text("STEADY", timeout=30_000)
    before = shell.inner_text()

    shell.focus()
    page.keyboard.press("Enter")

    told = page.locator(".ss-told")
    expect(told).to_contain_text(re.compile(r"The shell of this keg weighs \d\d\.\d lb, weighed empty"), timeout=30_000)
    expect(shell).to_be_focused()
    expect(shell).to_contain_text("weighed empty")
    expect(panel(page, "Earlier tares")).to_contain_text("Shell of the keg")
    told.get_by_role("button", name="Undo").click()
    expect(told).to_contain_text("Taken back", timeout=30_000)
    assert "weighed empty" not in before
    expect(shell).not_to_contain_text("weighed empty")
