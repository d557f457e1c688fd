"""The first five minutes of the demo: a keg runs empty and is changed before one's eyes, and the past has its story."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from board_page import OpenPage, ready, tile
from demo_fixtures import StartDemo
from demo_server import Demo
from demo_store import kept
from playwright.sync_api import Page, expect

from app.demo_bar import story_start
from backend.domain.ids import TapId
from backend.domain.keg import KegState
from backend.domain.member import SYSTEM
from backend.usecases.undo_swap import last_swap
from backend.usecases.view_swap import view_swap
from backend.usecases.view_tap import view_tap

pytestmark = [pytest.mark.browser, pytest.mark.alone]

SPEED = 6
FIVE_MINUTES = timedelta(minutes=5)
FIRST = TapId("loc-001", 1)
SEEN = """() => {
  const tile = document.querySelector('.ss-tile[data-tap="loc-001:01"]');
  window.seen = [tile.dataset.state];
  new MutationObserver(() => {
    if (window.seen.at(-1) !== tile.dataset.state) window.seen.push(tile.dataset.state);
  }).observe(tile, { attributes: true, attributeFilter: ["data-state"] });
}"""


def test_a_keg_runs_empty_and_is_changed_by_itself_within_five_minutes(
    start_demo: StartDemo, open_page: OpenPage
) -> None:
    demo = start_demo("--speed", str(SPEED))
    page = ready(open_page(demo.url, reduced_motion="reduce"))
    expect(tile(page, 1)).to_have_attribute("data-state", "change")
    page.evaluate(SEEN)

    within_ms = 1000 * FIVE_MINUTES.total_seconds() / SPEED
    expect(tile(page, 1).locator(".ss-percent")).to_have_text("100%", timeout=within_ms)

    seen = page.evaluate("window.seen")
    print(f"tap 1 on the board: {' -> '.join(seen)}")
    assert seen.index("change") < seen.index("empty") < seen.index("lifted") < seen.index("placed")
    demo.end()
    changed_by_itself(demo)


def changed_by_itself(demo: Demo) -> None:
    """In what the demo kept: the queued keg went on, by the scale alone, and that can be taken back."""
    begun = story_start(datetime.now(tz=UTC))
    with kept(demo.data) as (ports, now):
        record = last_swap(ports, tap_id=FIRST)
        view = view_tap(ports, tap_id=FIRST, member=SYSTEM, now=now)
        swap = view_swap(ports, tap_id=FIRST, member=SYSTEM, now=now)
    assert record is not None
    print(f"the next keg stood there {(record.at - begun).total_seconds():.0f} s after the story began")
    assert timedelta(seconds=30) < record.at - begun < FIVE_MINUTES
    assert (record.automatic, record.open, swap.may_undo) == (True, True, True)
    assert record.new_before is not None
    assert (record.new_before.state, record.new_before.queued_on) == (KegState.NEXT, FIRST)
    assert view.tap.keg_id == record.new_keg_id


@pytest.fixture(scope="module")
def demo(start_shared_demo: StartDemo) -> Demo:
    """The demo as it has just begun."""
    return start_shared_demo()


def connected(page: Page) -> Page:
    page.wait_for_function("window.did_handshake === true")
    return page


def test_somebody_is_served_and_one_line_asks_to_be_cleaned(demo: Demo, open_page: OpenPage) -> None:
    page = ready(open_page(demo.url, reduced_motion="reduce"))

    expect(page.locator(".ss-tile .ss-pouring").first).to_be_visible(timeout=60_000)
    expect(tile(page, 8).get_by_role("img", name="Line to be cleaned")).to_be_visible()
    expect(page.get_by_role("img", name="Line to be cleaned")).to_have_count(1)


def test_the_scale_that_has_aged_says_so_on_its_taps_page(demo: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(f"{demo.url}taps/loc-001:11"))

    expect(page.locator("#main")).to_contain_text("by its last kegs it shows +3.0 %")
    expect(page.locator("#main")).to_contain_text("Alex")


def test_the_kegs_page_has_the_next_keg_stock_and_what_came_out_of_those_used_up(
    demo: Demo, open_page: OpenPage
) -> None:
    page = connected(open_page(demo.url + "kegs"))

    for words in ("Harbor Pilsner", "Fog Bank Hazy", "99"):
        expect(page.locator("#main")).to_contain_text(words)


def test_the_simulator_tells_by_how_much_an_aged_scale_is_off(demo: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(demo.url + "simulator"))
    card = page.locator(".ss-sim-tap").nth(10)

    expect(card.locator(".ss-sim-off")).to_have_text(re.compile(r"^\d+ oz too much$"), timeout=10_000)


def test_a_lever_says_what_to_expect_and_the_others_are_one_press_away(demo: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(demo.url + "simulator", width=390, height=844))

    page.get_by_role("button", name="More levers, tap 9", exact=True).click()
    page.get_by_role("button", name="Lift keg, tap 9", exact=True).click()

    card = page.locator(".ss-sim-tap").nth(8)
    expect(card.locator(".ss-sim-expect")).to_contain_text("To expect: Keg lifted")
    expect(card.locator(".ss-sim-shown")).to_contain_text("keg lifted", timeout=10_000)
    expect(card.locator(".ss-sim-truth")).to_contain_text("its keg beside it", timeout=10_000)
    page.get_by_role("button", name="Put back, tap 9", exact=True).click()
    expect(card.locator(".ss-sim-shown")).to_contain_text("%", timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_another_keg_that_nobody_announced_asks_which_it_is(demo: Demo, open_page: OpenPage) -> None:
    page = connected(open_page(demo.url + "simulator"))
    form = page.get_by_role("form", name="Put another keg on")
    form.get_by_label("Tap").select_option("loc-001:13")
    form.get_by_label("How full").select_option("0.5")
    form.get_by_label("Shell").select_option("2")

    form.get_by_role("button", name="Put on").click()

    card = page.locator(".ss-sim-tap").nth(12)
    expect(card.locator(".ss-sim-shown")).to_contain_text("keg lifted", timeout=10_000)
    expect(card.locator(".ss-sim-shown")).to_contain_text(re.compile("which|no keg"), timeout=60_000)
