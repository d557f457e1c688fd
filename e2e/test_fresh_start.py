from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from board_page import OpenPage, ready, tile
from demo_fixtures import StartDemo
from demo_server import Demo, until
from playwright.sync_api import Page, expect

from backend.embedded.schema import FILE_NAME

pytestmark = [pytest.mark.browser, pytest.mark.alone]

SERVES_WITHIN_S = 90.0
HEARTBEAT_S = 30.0

FRESH_AGES = """() => [...document.querySelectorAll('.ss-tile')].filter(tile => {
  const age = /^(\\d+) s ago$/.exec(tile.querySelector('.ss-age').textContent.trim());
  return age && Number(age[1]) < 60 && /^\\d+%$/.test(tile.querySelector('.ss-percent').textContent.trim());
}).length"""


@pytest.fixture(scope="module")
def demo(start_shared_demo: StartDemo) -> Demo:
    """A demo begun from nothing, as a newcomer begins it."""
    return start_shared_demo(fresh=True)


@pytest.fixture(scope="module")
def first(demo: Demo) -> dict[str, Any]:
    """What the health page said first."""
    return demo.health()


@pytest.mark.usefixtures("first")
def test_a_fresh_start_shows_twelve_taps_or_more_with_readings_under_a_minute_old(
    demo: Demo, open_page: OpenPage
) -> None:
    page = ready(open_page(demo.url, reduced_motion="reduce"))

    fresh = until(lambda: page.evaluate(FRESH_AGES) >= 12, within_s=10, what="twelve tiles are fresh")

    print(f"fresh start: the board was served after {demo.took_s:.1f} s")
    assert fresh
    assert demo.took_s < SERVES_WITHIN_S


def test_the_tap_whose_scale_is_offline_says_no_signal_and_keeps_its_last_level(
    demo: Demo, open_page: OpenPage
) -> None:
    page = ready(open_page(demo.url, reduced_motion="reduce"))

    silent = page.locator('.ss-tile[data-state="no_signal"]')

    expect(silent).to_have_count(1)
    expect(silent.locator(".ss-chip")).to_have_text("NO SIGNAL")
    expect(silent.locator(".ss-age")).to_contain_text("last seen 20:1")
    expect(silent.locator(".ss-percent")).to_have_text("62%")


def test_a_keg_about_to_run_out_asks_to_be_changed(demo: Demo, open_page: OpenPage) -> None:
    page = ready(open_page(demo.url))

    expect(tile(page, 1)).to_have_attribute("data-state", "change")
    expect(page.locator(".ss-sentence")).to_contain_text("to\u00a0change\u00a0now")


def test_every_page_opens_without_a_complaint_of_the_browser(demo: Demo, open_page: OpenPage) -> None:
    page, complaints = open_page(demo.url + "healthz"), list[str]()
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    taps = [f"loc-001:{no:02d}" for no in range(1, demo.health()["taps"] + 1)]

    for path in ["", "simulator", *(f"taps/{quote(tap)}" for tap in taps)]:
        opened(page, demo.url + path)

    assert complaints == []


def opened(page: Page, url: str) -> None:
    answer = page.goto(url)
    assert answer is not None
    assert answer.status == 200
    page.wait_for_function("window.did_handshake === true")
    expect(page.locator(".ss-board, .ss-sim-taps, .ss-live-percent").first).to_be_visible()
    if "/taps/" in url:
        expect(page.locator(".ss-chart-plot .main-svg").first).to_be_attached(timeout=10_000)


@pytest.mark.parametrize("path", ["taps/loc-001:99", "taps/loc-002:01", "taps/nonsense", "taps/loc-001%3A00"])
def test_a_tap_there_is_not_gets_a_page_that_says_so(demo: Demo, open_page: OpenPage, path: str) -> None:
    page = open_page(demo.url + "healthz")

    answer = page.goto(demo.url + path)

    assert answer is not None
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("Not here")
    expect(page.get_by_role("link", name="Back to the board")).to_be_visible()


def test_the_health_page_counts_readings_and_goes_on_counting(demo: Demo, first: dict[str, Any]) -> None:
    until(
        lambda: demo.health()["readings_total"] > first["readings_total"],
        within_s=2 * HEARTBEAT_S,
        what="more readings are counted",
    )

    after = demo.health()
    assert (after["status"], after["broker"]["note"], after["dead_letters_total"]) == ("ok", None, 0)
    assert after["taps"] >= 12
    assert after["readings_stored"] > 100_000
    assert after["last_reading_at"] >= (first["last_reading_at"] or "")


def test_all_that_it_writes_lies_in_its_data_folder(demo: Demo) -> None:
    written = {one.relative_to(demo.place).as_posix() for one in demo.place.rglob("*") if one.is_file()}

    astray = {path for path in written if Path(path).parts[0] not in {"data", "logs"}}

    assert astray == set()
    assert "data/scale-sense.db" in written


def test_what_it_keeps_is_for_its_owner_only(start_demo: StartDemo) -> None:
    demo = start_demo("--taps", "2", fresh=True)

    kept = [path for path in demo.data.rglob("*") if path.is_file()]

    assert {FILE_NAME, "story.json", "intake-id"} <= {path.name for path in kept}
    assert [path for path in kept if path.stat().st_mode & 0o077] == []
