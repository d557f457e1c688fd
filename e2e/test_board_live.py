import time
from collections.abc import Callable

import pytest
from bar_rows import friday_night, row
from bar_server import MadeUpBar
from board_page import OpenPage, ready, tile
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.alone]

StartBar = Callable[..., MadeUpBar]


def test_a_changed_row_moves_its_tile_within_a_second(made_up_bar: StartBar, open_page: OpenPage) -> None:
    bar = made_up_bar(rows=friday_night())
    page = ready(open_page(bar.url))

    bar.change(row(4, pct=71.4, volume="11.07 gal", pouring=True, at=bar.now()))

    expect(tile(page, 4).locator(".ss-volume")).to_have_text("11.07 gal", timeout=1000)
    expect(tile(page, 4).locator(".ss-percent")).to_have_text("71%")
    expect(tile(page, 4).locator(".ss-pouring")).to_contain_text("pouring")
    expect(tile(page, 4).locator(".ss-keg")).to_have_attribute("aria-label", "Keg 71 percent full")


def test_an_age_turns_amber_and_then_the_tap_has_no_signal(made_up_bar: StartBar, open_page: OpenPage) -> None:
    bar = made_up_bar(rows=[row(1)], speed=60)
    page = ready(open_page(bar.url))
    age = tile(page, 1).locator(".ss-age")

    bar.change(row(1, at=bar.now()))

    expect(tile(page, 1)).to_have_attribute("data-fresh", "fresh", timeout=900)
    expect(age).to_have_text("1 min old", timeout=3000)
    expect(tile(page, 1)).to_have_attribute("data-fresh", "stale")
    expect(tile(page, 1)).to_have_attribute("data-state", "no_signal", timeout=6000)
    expect(age).to_contain_text("last seen 20:4")
    expect(tile(page, 1).locator(".ss-percent")).to_have_text("54%")
    expect(tile(page, 1).locator(".ss-keg")).to_have_class("ss-keg ss-keg-old")


def test_a_last_will_takes_the_signal_at_once(made_up_bar: StartBar, open_page: OpenPage) -> None:
    bar = made_up_bar(rows=[row(1)])
    page = ready(open_page(bar.url))

    bar.change(row(1, online=False))

    expect(tile(page, 1)).to_have_attribute("data-state", "no_signal", timeout=1000)
    expect(page.locator(".ss-sentence")).to_have_text("1\u00a0no\u00a0signal")


def test_a_dead_server_is_named_within_five_seconds_and_its_return_found_untouched(
    made_up_bar: StartBar, open_page: OpenPage
) -> None:
    bar = made_up_bar(rows=friday_night())
    page = ready(open_page(bar.url))
    page.evaluate("window.before = true")
    age = tile(page, 1).locator(".ss-age")

    bar.kill()
    died = time.monotonic()
    page.locator(".ss-link-lost").wait_for(timeout=6000)
    named_after = time.monotonic() - died
    aged = age.inner_text()

    assert named_after < 5
    expect(page.locator(".ss-link")).to_have_text("Not connected since 20:40 — levels may be wrong")
    expect(page.locator(".ss-board")).to_have_css("opacity", "0.6")
    expect(page.locator(".ss-head")).to_be_hidden()
    expect(tile(page, 1).locator(".ss-pouring")).to_be_hidden()
    expect(age).not_to_have_text(aged, timeout=3000)
    page.wait_for_timeout(7000)
    assert page.evaluate("window.before") is True, "the page was reloaded while there was no server"

    bar.start()

    page.wait_for_function("window.before === undefined", timeout=20_000)
    ready(page)
    expect(page.locator(".ss-link-lost")).to_have_count(0)
    expect(page.locator(".ss-board")).to_have_css("opacity", "1")


def test_a_link_that_is_cut_and_mended_heals_without_a_reload(made_up_bar: StartBar, open_page: OpenPage) -> None:
    bar = made_up_bar(rows=friday_night())
    page = ready(open_page(bar.url))
    page.evaluate("window.before = true")

    bar.freeze()
    page.locator(".ss-link-lost").wait_for(timeout=6000)
    bar.thaw()

    expect(page.locator(".ss-link-lost")).to_have_count(0, timeout=5000)
    assert page.evaluate("window.before") is True


def test_a_board_that_was_closed_is_told_no_more(made_up_bar: StartBar, open_page: OpenPage) -> None:
    bar = made_up_bar(rows=[row(1)])
    page = ready(open_page(bar.url))
    open_then = bar.census()["boards"]

    page.close()
    deadline = time.monotonic() + 15
    while (bar.census()["pages"] or bar.census()["outboxes"]) and time.monotonic() < deadline:
        time.sleep(0.2)

    left = bar.census()
    assert open_then == 1
    assert (left["pages"], left["boards"], left["outboxes"]) == (0, 0, 0)
