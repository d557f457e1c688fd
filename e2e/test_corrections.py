"""A wrong entry is put right back in time, foretold before, and taken back after."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from board_page import OpenPage
from demo_server import Demo
from desk import assert_fine, connected, panel, undo_line
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def bar(start_shared_demo: Callable[..., Demo]) -> Demo:
    """A bar of two taps whose guests drink."""
    return start_shared_demo("--taps", "2", fresh=True)


def keg_page(bar: Demo, open_page: OpenPage, **options: int) -> Page:
    """The page of the keg on tap 2, reached as a person would."""
    page = connected(open_page(bar.url + "taps/loc-001:02", **options))
    page.get_by_role("link", name="Correct the keg that is on this tap").click()
    page.wait_for_url("**/kegs/keg-*")
    return connected(page)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_page_of_a_keg_is_fine_for_axe_and_fits(bar: Demo, open_page: OpenPage, width: int, height: int) -> None:
    page = keg_page(bar, open_page, width=width, height=height)

    page.get_by_label("Empty shell").fill("500")
    expect(page.get_by_text("Not possible: the weight of the shell lies between 3 and 80")).to_be_visible()

    assert_fine(page)


def test_another_beer_is_foretold_put_right_and_taken_back(bar: Demo, open_page: OpenPage) -> None:
    page = keg_page(bar, open_page)
    title = page.get_by_role("heading", level=1)
    before = title.inner_text()
    facts = panel(page, "What is known of it")
    known = facts.locator("dd").all_inner_texts()

    page.get_by_label("Beer", exact=True).select_option("Fog Bank Hazy")
    page.get_by_label("Specific gravity").fill("")
    page.get_by_label("Why").fill("mixed up at the delivery")
    expect(page.get_by_text(re.compile(r"The level goes from [\d.]+ % to [\d.]+ %\."))).to_be_visible()
    expect(page.get_by_text(re.compile(r"The volumes of \d+ pours are worked out again\."))).to_be_visible()
    page.get_by_role("button", name="Save correction").click()

    expect(title).to_have_text(re.compile("Fog Bank Hazy, "))
    expect(facts).to_contain_text("1.014")
    audit = panel(page, "What was done to it")
    expect(audit).to_contain_text("beer Fog Bank Hazy")
    expect(audit).to_contain_text("mixed up at the delivery")
    audit.get_by_role("button", name=re.compile("Take the correction of .* back")).first.click()
    expect(title).to_have_text(before)
    expect(audit).to_contain_text("taken back")
    again = facts.locator("dd").all_inner_texts()
    assert [words.split(", told by")[0] for words in again[3:6]] == [
        words.split(", told by")[0] for words in known[3:6]
    ]


def test_a_shell_weight_moves_the_level_of_the_tap_and_undo_moves_it_back(bar: Demo, open_page: OpenPage) -> None:
    page = keg_page(bar, open_page)
    facts = panel(page, "What is known of it")
    shell = page.get_by_label("Empty shell")
    before = shell.input_value()

    shell.fill("34.5")
    page.get_by_label("How that is known").select_option("weighed empty")
    page.get_by_role("button", name="Save correction").click()

    expect(facts).to_contain_text("34.5 lb ± 0.1 lb, weighed empty")
    expect(undo_line(page)).to_contain_text("Correction saved.")
    undo_line(page).get_by_role("button", name="Undo").click()
    expect(facts).to_contain_text(f"{before} lb ±")
    expect(shell).to_have_value(before)


def test_a_keg_tapped_at_another_time_takes_its_pours_along(bar: Demo, open_page: OpenPage) -> None:
    page = keg_page(bar, open_page)
    facts = panel(page, "What is known of it")

    day, clock = page.get_by_label("Tapped on").input_value(), page.get_by_label("at", exact=True).input_value()
    later = f"{datetime.fromisoformat(f'{day}T{clock}') + timedelta(hours=3):%Y-%m-%dT%H:%M}".split("T")
    page.get_by_label("Tapped on").fill(later[0])
    page.get_by_label("at", exact=True).fill(later[1])
    expect(
        page.get_by_text(re.compile(r"Poured: [\d.]+ gal in \d+ pours, then [\d.]+ gal in \d+ pours\."))
    ).to_be_visible()
    page.get_by_role("button", name="Save correction").click()

    expect(facts).to_contain_text(f"{later[1]}:00, on tap 2")
    undo_line(page).get_by_role("button", name="Undo").click()
    expect(facts).not_to_contain_text(f"{later[1]}:00, on tap 2")


def test_nothing_to_correct_is_said_and_not_written(bar: Demo, open_page: OpenPage) -> None:
    page = keg_page(bar, open_page)

    page.get_by_role("button", name="Save correction").click()

    expect(page.get_by_role("alert")).to_contain_text("nothing differs from what is known")


def test_what_a_browser_makes_up_is_refused_and_the_page_lives_on(bar: Demo, open_page: OpenPage) -> None:
    page = keg_page(bar, open_page)
    emits = """said => { const form = document.querySelector('form[aria-label="Correct this keg"]');
        getElement(+form.id.slice(1)).$emit('ss-send', said); }"""

    for made_up in (None, 7, [], {"shell": 7}, {"shell": "x" * 5000}, {"beer": {"a": 1}}):
        page.evaluate(emits, made_up)

    expect(page.get_by_role("alert")).to_contain_text("Not done:")
    expect(page.get_by_role("button", name="Save correction")).to_be_enabled()
