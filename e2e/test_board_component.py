import time
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from bar_rows import NOW, friday_night, row
from bar_server import MadeUpBar
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
MEASURE = """selector => [...document.querySelectorAll(selector)].map(e => {
  const r = e.getBoundingClientRect(), s = getComputedStyle(e);
  return {text: e.textContent.trim(), x: r.x, y: r.y, w: r.width, h: r.height, font: parseFloat(s.fontSize),
          border: s.borderTopStyle, width: parseFloat(s.borderTopWidth)};
})"""


def tile(page: Page, no: int) -> Any:
    return page.locator(f'.ss-tile[data-tap="loc-001:{no:02d}"]')


def ready(page: Page) -> Page:
    expect(page.locator(".ss-board")).to_be_visible()
    page.wait_for_function("window.did_handshake === true")
    return page


def test_figures_names_and_targets_are_large_enough_for_a_wall(made_up_bar, open_page):
    page = ready(open_page(made_up_bar(rows=friday_night()).url))

    fonts = {name: page.evaluate(MEASURE, name) for name in (".ss-no", ".ss-percent", ".ss-beer")}
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('.ss-board *')]
           .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
                        && e.getBoundingClientRect().width > 1)
           .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
    )
    targets = page.evaluate(MEASURE, ".ss-board a, .ss-board button")

    assert min(each["font"] for each in fonts[".ss-no"] + fonts[".ss-percent"]) >= 72
    assert min(each["font"] for each in fonts[".ss-beer"]) >= 32
    assert smallest >= 20
    assert min(min(each["w"], each["h"]) for each in targets) >= 64
    assert gaps_between(targets) >= 8


def gaps_between(boxes: list[dict[str, Any]]) -> float:
    def apart(one: dict[str, Any], other: dict[str, Any]) -> float:
        across = max(other["x"] - one["x"] - one["w"], one["x"] - other["x"] - other["w"])
        down = max(other["y"] - one["y"] - one["h"], one["y"] - other["y"] - other["h"])
        return max(across, down)

    return min(apart(one, other) for at, one in enumerate(boxes) for other in boxes[at + 1 :])


@pytest.mark.parametrize(
    ("count", "width", "height"), [(12, 1280, 800), (5, 1280, 800), (12, 1440, 900), (24, 1280, 800)]
)
def test_taps_fill_the_screen_and_nothing_is_cut_off(made_up_bar, open_page, count, width, height):
    page = ready(open_page(made_up_bar(rows=friday_night(count)).url, width=width, height=height))

    tiles = page.evaluate(MEASURE, ".ss-tile")
    spilled = page.evaluate(
        """() => [...document.querySelectorAll('.ss-tile')].flatMap(tile => {
          const t = tile.getBoundingClientRect();
          return [...tile.querySelectorAll('.ss-no, .ss-beer, .ss-chip, .ss-percent, .ss-volume, .ss-left, .ss-age, .ss-keg')]
            .filter(e => e.getBoundingClientRect().width > 0)
            .filter(e => { const r = e.getBoundingClientRect();
               return r.left < t.left || r.right > t.right + 0.5 || r.bottom > t.bottom + 0.5 || r.top < t.top - 4; })
            .map(e => tile.dataset.tap + ' ' + e.className + ' ' + e.textContent); })"""
    )
    overlaps = page.evaluate(
        """() => [...document.querySelectorAll('.ss-tile')].flatMap(tile => {
          const boxes = [...tile.querySelectorAll('.ss-volume, .ss-left, .ss-age, .ss-chip')].map(e => {
            const range = document.createRange(); range.selectNodeContents(e);
            return [e.className, range.getBoundingClientRect()]; }).filter(([, r]) => r.width > 0);
          return boxes.flatMap(([a, r], i) => boxes.slice(i + 1)
            .filter(([, o]) => r.left < o.right - 1 && o.left < r.right - 1 && r.top < o.bottom - 3 && o.top < r.bottom - 3)
            .map(([b]) => tile.dataset.tap + ' ' + a + ' over ' + b)); })"""
    )

    assert len(tiles) == min(count, 12)
    assert max(each["y"] + each["h"] for each in tiles) == pytest.approx(height, abs=20)
    assert page.evaluate("document.querySelector('.ss-board').scrollHeight") <= height
    assert spilled == []
    assert overlaps == []


def test_each_state_has_its_word_its_shape_and_its_border(made_up_bar, open_page):
    states = {"change": "CHANGE NOW", "empty": "EMPTY", "low": "LOW", "lifted": "KEG LIFTED", "no_keg": "NO KEG"}
    rows = [row(no, state=state) for no, state in enumerate(states, start=1)]
    rows += [row(6, online=False), row(7, state="no_reading", at=None, pct=None), row(8)]

    page = ready(open_page(made_up_bar(rows=rows).url))

    for no, word in enumerate(states.values(), start=1):
        expect(tile(page, no).locator(".ss-chip")).to_have_text(word)
    expect(tile(page, 6).locator(".ss-chip")).to_have_text("NO SIGNAL")
    expect(tile(page, 7).locator(".ss-chip")).to_have_text("NO READING YET")
    expect(tile(page, 8).locator(".ss-chip")).to_have_count(0)
    shapes = page.eval_on_selector_all(".ss-tile .ss-chip path", "paths => paths.map(p => p.getAttribute('d'))")
    assert len(set(shapes)) == 7
    borders = {each["border"] + str(each["width"]) for each in page.evaluate(MEASURE, ".ss-tile")}
    assert {"solid4", "solid2", "dashed3", "dotted2", "solid1"} == borders
    expect(page.locator(".ss-sentence")).to_have_text(
        "2 to change now · 1 low · 1 no signal · 1 lifted · 1 not read yet · 1 without a keg".replace(
            " ", "\u00a0"
        ).replace("\u00a0·\u00a0", " · ")
    )


def test_the_urgent_taps_stand_above_the_grid_which_keeps_its_order(made_up_bar, open_page):
    rows = [row(1), row(2, state="low", pct=15.0), row(3, state="change", pct=4.0), row(4)]

    page = ready(open_page(made_up_bar(rows=rows).url))

    assert page.locator(".ss-urgent b").all_inner_texts() == ["Tap\n3", "Tap\n2"] or [
        text.split()[-1] for text in page.locator(".ss-urgent b").all_inner_texts()
    ] == ["3", "2"]
    assert numbers(page) == ["01", "02", "03", "04"]
    page.get_by_role("button", name="Order").click()
    assert numbers(page) == ["03", "02", "04", "01"] or numbers(page)[:2] == ["03", "02"]
    page.reload()
    ready(page)
    assert numbers(page)[:2] == ["03", "02"]


def numbers(page: Page) -> list[str]:
    return [tap[-2:] for tap in page.eval_on_selector_all(".ss-tile", "tiles => tiles.map(t => t.dataset.tap)")]


def test_a_bar_where_all_is_well_says_so_and_shows_no_strip(made_up_bar, open_page):
    page = ready(open_page(made_up_bar(rows=[row(1), row(4)]).url))

    expect(page.locator(".ss-sentence")).to_have_text("All taps fine")
    expect(page.locator(".ss-strip")).to_have_count(0)


def test_a_changed_row_moves_its_tile_within_a_second(made_up_bar, open_page):
    bar = made_up_bar(rows=friday_night())
    page = ready(open_page(bar.url))

    bar.change(row(4, pct=71.4, volume="11.07 gal", pouring=True, at=bar.now()))

    expect(tile(page, 4).locator(".ss-volume")).to_have_text("11.07 gal", timeout=1000)
    expect(tile(page, 4).locator(".ss-percent")).to_have_text("71%")
    expect(tile(page, 4).locator(".ss-pouring")).to_contain_text("pouring")


def test_an_age_grows_amber_and_then_the_tap_has_no_signal(made_up_bar, open_page):
    bar = made_up_bar(rows=[row(1)], speed=60)
    page = ready(open_page(bar.url))

    bar.change(row(1, at=bar.now()))

    expect(tile(page, 1)).to_have_attribute("data-fresh", "fresh", timeout=900)
    expect(tile(page, 1).locator(".ss-age")).to_have_text("1 min old", timeout=3000)
    expect(tile(page, 1)).to_have_attribute("data-fresh", "stale")
    expect(tile(page, 1)).to_have_attribute("data-state", "no_signal", timeout=6000)
    expect(tile(page, 1).locator(".ss-age")).to_contain_text("last seen 20:4")
    expect(tile(page, 1).locator(".ss-percent")).to_have_text("54%")
    expect(tile(page, 1).locator(".ss-keg")).to_have_class("ss-keg ss-keg-old")


def test_a_dead_server_is_named_within_five_seconds_and_a_new_one_found_untouched(made_up_bar, open_page):
    bar = made_up_bar(rows=friday_night())
    page = ready(open_page(bar.url))
    page.evaluate("window.before = true")
    age = tile(page, 1).locator(".ss-age")

    bar.kill()
    died = time.monotonic()
    page.locator(".ss-link-lost").wait_for(timeout=5000)
    named_after = time.monotonic() - died
    aged = age.inner_text()

    assert named_after < 5
    expect(page.locator(".ss-link")).to_have_text("Not connected since 20:40 — levels may be wrong")
    expect(page.locator(".ss-board")).to_have_css("opacity", "0.6")
    expect(age).not_to_have_text(aged, timeout=3000)
    page.wait_for_timeout(6000)
    assert page.evaluate("window.before") is True, "the page was reloaded while there was no server"

    bar.start()

    page.wait_for_function("window.before === undefined", timeout=20_000)
    ready(page)
    expect(page.locator(".ss-link-lost")).to_have_count(0)
    expect(page.locator(".ss-board")).to_have_css("opacity", "1")


def test_more_than_twelve_taps_turn_pages(made_up_bar, open_page):
    page = ready(open_page(made_up_bar(rows=friday_night(20)).url))

    first = numbers(page)
    page.get_by_role("button", name="Next page").click()
    second = numbers(page)
    page.get_by_role("button", name="Hold page").click()

    assert first == [f"{no:02d}" for no in range(1, 13)]
    assert second == [f"{no:02d}" for no in range(13, 21)]
    expect(page.get_by_role("button", name="Turn pages")).to_have_attribute("aria-pressed", "true")


def test_a_phone_scrolls_down_and_never_sideways(made_up_bar, open_page):
    page = ready(open_page(made_up_bar(rows=friday_night()).url, width=390, height=844, has_touch=True))

    board = page.locator(".ss-board")
    assert board.evaluate("e => e.scrollWidth") <= 390
    assert board.evaluate("e => e.scrollHeight") > 844
    expect(page.locator(".ss-tile")).to_have_count(12)


def test_still_for_those_who_asked_for_less_motion(made_up_bar, open_page):
    page = ready(open_page(made_up_bar(rows=[row(1, pouring=True)]).url, reduced_motion="reduce"))

    moving = page.evaluate("document.getAnimations().filter(a => a.playState === 'running').length")

    assert moving == 0
    expect(tile(page, 1).locator(".ss-pouring")).to_contain_text("pouring")


def test_what_people_typed_is_shown_and_never_run(made_up_bar, open_page):
    beer = "<img src=x onerror='window.ran = 1'>`${window.ran = 1}`"
    hostile = row(1, beer=beer, brewery="</script><script>window.ran = 1</script>", color="url(http://192.0.2.1/x)")

    page = ready(open_page(made_up_bar(rows=[hostile]).url))

    expect(tile(page, 1).locator(".ss-beer")).to_have_text(beer)
    assert page.evaluate("window.ran") is None


def test_a_tile_leads_to_its_tap_by_keyboard(made_up_bar, open_page):
    page = ready(open_page(made_up_bar(rows=[row(1), row(2)]).url))

    tile(page, 2).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")

    assert tile(page, 2).evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    assert tile(page, 2).get_attribute("href") == "/taps/loc-001%3A02"


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1440, 900), (390, 844)])
def test_axe_finds_nothing(made_up_bar, open_page, width, height):
    page = ready(open_page(made_up_bar(rows=friday_night(14)).url, width=width, height=height))

    found = Axe().run(page, options=WCAG)

    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(
    ("changes", "age", "kind", "fresh"),
    [
        ({}, 0, "ok", "fresh"),
        ({"state": "low"}, 60, "low", "fresh"),
        ({"state": "low"}, 61, "low", "stale"),
        ({"state": "change"}, 301, "no_signal", "lost"),
        ({"online": False}, 2, "no_signal", "lost"),
        ({"state": "no_keg"}, 86_400, "no_keg", "lost"),
        ({"state": "unheard of"}, 2, "no_reading", "fresh"),
    ],
)
def test_a_row_is_read_by_its_age(bare_page, changes, age, kind, fresh):
    made = row(1, **{"at": NOW - age, **changes})

    state = bare_page.evaluate("async ([row, now]) => (await import('tap_state')).readState(row, now)", [made, NOW])

    assert (state["kind"], state["fresh"]) == (kind, fresh)


def test_times_are_told_in_the_bars_own_zone(bare_page):
    told = bare_page.evaluate(
        """async now => { const { StoryClock } = await import('story_clock');
           const clock = new StoryClock({ now, speed: 1, tz: 'America/Los_Angeles' });
           return [0, 21 * 3600, 9 * 86400].map(ago => clock.timeOfDay(now - ago, now)); }""",
        NOW,
    )

    assert told == ["20:40", "Thu 23:40", "Mar 11, 20:40"]


def test_the_board_starts_afresh_once_a_night_and_not_because_its_clock_was_put_right(bare_page):
    five = NOW + 8 * 3600 + 20 * 60
    cases = [
        [five - 1, five + 1, 7200],
        [five + 1, five - 1, 7200],
        [five - 1, five + 1, 60],
        [five - 9000, five + 9000, 7200],
    ]

    crossed = bare_page.evaluate(
        """async cases => { const { StoryClock } = await import('story_clock');
           const { crossedClosing } = await import('nightly');
           const clock = new StoryClock({ now: cases[0][0], speed: 1, tz: 'America/Los_Angeles' });
           return cases.map(([before, now, up]) => crossedClosing(clock, before, now, up)); }""",
        cases,
    )

    assert crossed == [True, False, False, True]


@pytest.fixture(scope="module")
def bare_page(browser, tmp_path_factory):
    bar = MadeUpBar(tmp_path_factory.mktemp("bare"), rows=[row(1)], speed=1)
    context = browser.new_context()
    page = context.new_page()
    page.goto(bar.url)
    yield ready(page)
    context.close()
    bar.kill()
