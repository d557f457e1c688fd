import os
import re
import signal
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from board_page import WCAG, OpenPage, ready, tile
from demo_server import Demo
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

TAP = "taps/loc-001:02"


@pytest.fixture(scope="module")
def bar(start_shared_demo: Callable[..., Demo]) -> Demo:
    """A bar of two taps whose guests stay away, so that only the tests pour."""
    return start_shared_demo("--taps", "2", fresh=True)


def connected(page: Page) -> Page:
    page.wait_for_function("window.did_handshake === true")
    return page


def gallons(text: str) -> float:
    found = re.search(r"([\d.]+) gal", text)
    assert found, text
    return float(found[1])


@pytest.mark.parametrize("path", ["", TAP, "simulator", "kegs", "taps/loc-001:77", "kegs/none", "nowhere"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_axe_finds_nothing_on_any_page(bar: Demo, open_page: OpenPage, path: str, width: int, height: int) -> None:
    page = open_page(bar.url + path, width=width, height=height)
    if path != "nowhere":
        connected(page)

    found = Axe().run(page, options=WCAG)

    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_pint_moves_the_tap_page_and_the_board_without_a_reload(bar: Demo, open_page: OpenPage) -> None:
    simulator = connected(open_page(bar.url + "simulator"))
    simulator.get_by_role("button", name="Guests stay away").click()
    tap = connected(open_page(bar.url + TAP))
    board = ready(open_page(bar.url))
    for page in (tap, board):
        page.evaluate("window.before = true")
    live = tap.locator(".ss-live-volume")
    before = gallons(live.inner_text())

    simulator.get_by_role("button", name="Pour a pint, tap 2").click()

    expect(simulator.get_by_text("Pouring a pint from tap 2.")).to_be_visible()
    tap.wait_for_function(
        "was => parseFloat(document.querySelector('.ss-live-volume').innerText) < was - 0.08",
        arg=before,
        timeout=20_000,
    )
    pours = tap.locator(".ss-panel").filter(has=tap.get_by_role("heading", name="Pours of the last 24 hours"))
    expect(pours.locator("tbody tr").first).to_contain_text(re.compile(r"1[4-7]\.\d"), timeout=20_000)
    assert abs(gallons(tile(board, 2).inner_text()) - gallons(live.inner_text())) < 0.02
    assert tap.evaluate("window.before") is True
    assert board.evaluate("window.before") is True


def test_every_level_opens_why_it_is_so(bar: Demo, open_page: OpenPage) -> None:
    board = ready(open_page(bar.url))

    tile(board, 2).click()
    board.get_by_role("link", name="Open the tap's page").click()

    expect(board.get_by_role("heading", level=1)).to_contain_text("Tap 2 · ")
    facts = board.locator(".ss-facts").inner_text()
    for term in ("Shown", "Last reading", "Empty shell", "Specific gravity", "By the books", "SCALE-0002"):
        assert term in facts


def test_the_history_marks_keg_changes_and_follows_the_chosen_range(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + TAP))
    chart = page.locator(".ss-chart")

    page.get_by_role("button", name="30d").click()

    expect(page.get_by_role("button", name="30d")).to_have_attribute("aria-pressed", "true")
    expect(chart).to_have_attribute(
        "aria-label", re.compile(r"last 30 days(, since [^:]+)?: from \d+ to \d+ percent, \d+ keg changes\.")
    )
    drawn = page.wait_for_function("document.querySelector('.js-plotly-plot')?.data?.length > 3").json_value()
    assert drawn is True
    counts = page.evaluate(
        """() => { const plot = document.querySelector('.js-plotly-plot');
           const pieces = trace => trace.x.map(x => x ?? '|').join(',').split('|')
               .map(run => run.split(',').filter(Boolean).length);
           const line = plot.data.find(t => t.mode === 'lines' && t.hovertemplate), band = plot.data.find(t => t.fill);
           return {lines: pieces(line).length, bands: pieces(band).length, marks: plot.data.at(-1).x.length,
                   longest: Math.max(...pieces(line)), range: plot.layout.yaxis.range}; }"""
    )
    page.get_by_role("button", name="1y").click()
    expect(page.get_by_role("button", name="1y")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="30d").click()
    page.wait_for_function(
        """() => { const plot = document.querySelector('.js-plotly-plot');
           return document.querySelectorAll('.textpoint text').length === plot.data.at(-1).text.filter(Boolean).length
               && (plot.layout.xaxis.range[1] - plot.layout.xaxis.range[0]) / 86400000 < 31; }"""
    )
    assert counts["lines"] == counts["bands"] == counts["marks"] + 1
    assert counts["longest"] <= 500
    assert counts["range"] == [0, 100]


def test_a_tap_that_is_not_there_says_so_and_leads_back(bar: Demo, open_page: OpenPage) -> None:
    page = open_page(bar.url)

    answers = {name: page.goto(bar.url + f"taps/{name}") for name in ("loc-001:77", "loc-999:01", "nonsense")}

    assert [answer.status for answer in answers.values() if answer] == [404, 404, 404]
    expect(page.get_by_role("link", name="Back to the board")).to_have_attribute("href", "/")


def test_an_unknown_address_is_answered_in_our_words(bar: Demo, open_page: OpenPage) -> None:
    page = open_page(bar.url)

    answer = page.goto(bar.url + "nowhere/at/all")
    asked_by_a_program = page.request.get(bar.url + "nowhere", headers={"accept": "application/json"})

    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("Not here")
    expect(page.get_by_role("link", name="Back to the board")).to_have_attribute("href", "/")
    assert (asked_by_a_program.status, asked_by_a_program.json()) == (404, {"detail": "Not Found"})


def test_the_wifi_button_says_what_it_does_and_a_silent_tap_when_it_was_seen(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + "simulator"))

    page.get_by_role("button", name="Wi-Fi off, tap 1", exact=True).click()

    try:
        expect(page.get_by_text("The Wi-Fi of tap 1 is off now.")).to_be_visible()
        expect(page.get_by_role("button", name="Wi-Fi on, tap 1", exact=True)).to_have_text("Wi-Fi on")
        expect(page.locator(".ss-sim-shown").first).to_contain_text(re.compile(r"no signal, last seen .*\d\d:\d\d"))
    finally:
        page.get_by_role("button", name="Wi-Fi on, tap 1", exact=True).click()
    expect(page.locator(".ss-sim-time")).to_have_text(re.compile(r"\d\d:\d\d:\d\d in the bar, at 1x"))


def test_a_refusal_does_not_look_like_a_success(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + "simulator"))
    change = page.get_by_role("button", name="Change keg, tap 1", exact=True)

    change.click()
    change.click()

    expect(page.locator(".ss-notice-refusal")).to_contain_text("Not done: ")


def test_a_tap_page_says_when_the_server_is_out_of_reach(bar: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(bar.url + TAP))

    os.kill(bar.pid, signal.SIGSTOP)
    try:
        expect(page.locator(".ss-link")).to_contain_text("levels may be wrong", timeout=6000)
        expect(page.locator("#main")).to_have_css("opacity", "0.6")
    finally:
        os.kill(bar.pid, signal.SIGCONT)

    expect(page.locator(".ss-link-lost")).to_have_count(0, timeout=10_000)
