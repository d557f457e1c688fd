from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from bar_rows import friday_night, row
from bar_server import MadeUpBar
from board_page import (
    CUT,
    CUT_NAMES,
    NAMES_OF_ONE_LINE,
    OVERLAPPING,
    SPILLED,
    WCAG,
    OpenPage,
    least_gap,
    measured,
    numbers,
    ready,
    tile,
)
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

StartBar = Callable[..., MadeUpBar]

SMALLEST_FONT = """() => Math.min(...[...document.querySelectorAll('.ss-board *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
  .filter(e => e.getBoundingClientRect().width > 1)
  .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
LEAST_BETWEEN_FIGURES = """() => Math.min(...[...document.querySelectorAll('.ss-tile')].map(tile => {
  const no = tile.querySelector('.ss-no').getBoundingClientRect();
  const percent = tile.querySelector('.ss-percent').getBoundingClientRect();
  return Math.max(percent.left - no.right, percent.top - no.bottom); }))"""


@pytest.fixture(scope="module")
def friday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUpBar]:
    bar = MadeUpBar(tmp_path_factory.mktemp("friday"), rows=friday_night(), speed=1)
    yield bar
    bar.kill()


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUpBar]:
    """Fifteen taps with what takes the most room: a full keg under a wide number, a silent one to be changed."""
    rows = friday_night(15)
    rows[12] = row(
        13, beer="Longshoreman Oatmeal Stout", pct=4.0, state="change", online=False, at=rows[0]["at"] - 1000
    )
    rows[13] = row(14, pct=100.0)
    bar = MadeUpBar(tmp_path_factory.mktemp("crowded"), rows=rows, speed=1)
    yield bar
    bar.kill()


def test_figures_names_and_targets_are_large_enough_for_a_wall(friday: MadeUpBar, open_page: OpenPage) -> None:
    page = ready(open_page(friday.url))

    figures = [each["font"] for each in measured(page, ".ss-no, .ss-percent")]
    names = [each["font"] for each in measured(page, NAMES_OF_ONE_LINE)]
    targets = measured(page, ".ss-board a, .ss-board button")

    assert min(figures) >= 72
    assert min(names) >= 32
    assert len(names) >= 11, "more than the one name of 31 letters is set small"
    assert page.evaluate(SMALLEST_FONT) >= 20
    assert min(min(each["w"], each["h"]) for each in targets) >= 64
    assert least_gap(targets) >= 8


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1280, 720), (1440, 900)])
def test_twelve_taps_fill_the_screen_and_nothing_is_cut_off(
    friday: MadeUpBar, open_page: OpenPage, width: int, height: int
) -> None:
    page = ready(open_page(friday.url, width=width, height=height))

    tiles = measured(page, ".ss-tile")

    assert len(tiles) == 12
    assert max(each["y"] + each["h"] for each in tiles) == pytest.approx(height, abs=20)
    assert page.evaluate("document.querySelector('.ss-board').scrollHeight") <= height
    assert page.evaluate(SPILLED) == []
    assert page.evaluate(OVERLAPPING) == []


@pytest.mark.parametrize("count", [1, 2, 4, 5, 8, 9])
def test_fewer_taps_make_larger_tiles(friday: MadeUpBar, open_page: OpenPage, count: int) -> None:
    page = ready(open_page(f"{friday.url}?taps={count}"))

    tiles = measured(page, ".ss-tile")

    assert len(tiles) == count
    assert max(each["y"] + each["h"] for each in tiles) == pytest.approx(800, abs=20)
    assert page.evaluate(SPILLED) == []
    assert page.evaluate(OVERLAPPING) == []


def test_a_tablet_that_stands_shows_twelve_taps_in_three_columns(friday: MadeUpBar, open_page: OpenPage) -> None:
    page = ready(open_page(friday.url, width=800, height=1280))

    assert numbers(page) == list(range(1, 13))
    assert min(each["font"] for each in measured(page, ".ss-no, .ss-percent")) >= 72
    assert page.evaluate(SPILLED) == []
    assert page.evaluate(OVERLAPPING) == []


def test_fifteen_taps_fit_one_page_of_a_wall_at_full_size(made_up_bar: StartBar, open_page: OpenPage) -> None:
    page = ready(open_page(made_up_bar(rows=friday_night(15)).url))

    assert numbers(page) == list(range(1, 16))
    assert min(each["font"] for each in measured(page, ".ss-no, .ss-percent")) >= 72
    assert min(each["font"] for each in measured(page, NAMES_OF_ONE_LINE)) >= 32
    assert page.evaluate(CUT_NAMES) == []
    assert page.evaluate(SPILLED) == []
    assert page.evaluate(OVERLAPPING) == []


@pytest.mark.parametrize(
    ("width", "height", "taps"),
    [(1280, 800, 15), (1440, 900, 15), (1024, 768, 9), (1024, 600, 8), (768, 1024, 9), (800, 1280, 15)],
)
@pytest.mark.parametrize("density", ["wall", "desk"])
def test_nothing_is_cut_and_no_number_touches_another_on_any_tablet(
    crowded: MadeUpBar, open_page: OpenPage, width: int, height: int, taps: int, density: str
) -> None:
    page = open_page(crowded.url, width=width, height=height)
    page.evaluate("density => localStorage.setItem('scale-sense-density', density)", density)
    page.reload()
    ready(page)

    figures = [each["font"] for each in measured(page, ".ss-no, .ss-percent")]

    assert len(numbers(page)) == (taps if density == "wall" else 15)
    assert page.evaluate(SPILLED) == []
    assert page.evaluate(OVERLAPPING) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate(CUT_NAMES) == []
    assert page.evaluate(LEAST_BETWEEN_FIGURES) >= 6
    assert density == "desk" or min(figures) >= 72


def test_a_keg_to_change_whose_signal_is_lost_is_still_to_be_changed(crowded: MadeUpBar, open_page: OpenPage) -> None:
    page = ready(open_page(crowded.url))

    silent = page.locator(".ss-urgent").nth(2)

    assert page.locator(".ss-sentence").inner_text().replace("\u00a0", " ").startswith("2 to change now · 1 low · 2 no")
    expect(silent).to_contain_text("CHANGE NOW")
    expect(silent).to_contain_text("no signal")
    expect(tile(page, 13)).to_have_attribute("data-state", "no_signal")
    expect(tile(page, 13).locator(".ss-chip")).to_have_text("CHANGE NOW")
    expect(tile(page, 13).locator(".ss-age")).to_have_text("no signal 20:23")


def test_the_header_tells_the_speed_of_a_story_that_runs(made_up_bar: StartBar, open_page: OpenPage) -> None:
    page = ready(open_page(made_up_bar(rows=[row(1)], speed=60).url))

    expect(page.locator(".ss-speed")).to_have_text("60x")


def test_a_bar_without_any_keg_says_where_to_read_on(made_up_bar: StartBar, open_page: OpenPage) -> None:
    bare = row(1, state="no_keg", pct=None, at=None, why="no keg assigned")

    page = ready(open_page(made_up_bar(rows=[bare]).url))

    expect(page.locator(".ss-hint")).to_contain_text("see docs/real-scales.md")
    expect(page.locator(".ss-speed")).to_have_count(0)


def test_a_phone_scrolls_down_and_never_sideways(friday: MadeUpBar, open_page: OpenPage) -> None:
    page = ready(open_page(friday.url, width=390, height=844, has_touch=True))

    board = page.locator(".ss-board")

    assert board.evaluate("e => e.scrollWidth") <= 390
    assert board.evaluate("e => e.scrollHeight") > 844
    assert page.evaluate(SPILLED) == []
    assert page.evaluate(OVERLAPPING) == []


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1440, 900), (390, 844)])
def test_axe_finds_nothing(friday: MadeUpBar, open_page: OpenPage, width: int, height: int) -> None:
    page = ready(open_page(friday.url, width=width, height=height))

    found = Axe().run(page, options=WCAG)

    assert found.violations_count == 0, found.generate_report()


def test_the_taps_are_told_apart_without_colour(friday: MadeUpBar, open_page: OpenPage) -> None:
    page = ready(open_page(friday.url))

    words = page.eval_on_selector_all(
        ".ss-tile", "all => Object.fromEntries(all.map(t => [t.dataset.state, t.querySelector('.ss-chip')?.innerText]))"
    )
    shapes = page.eval_on_selector_all(".ss-tile .ss-chip path", "all => all.map(p => p.getAttribute('d'))")
    borders = {
        state: measured(page, f'.ss-tile[data-state="{state}"]')[0]["border"]
        for state in ("ok", "low", "change", "no_signal", "no_keg")
    }

    assert words == {
        "ok": None,
        "change": "CHANGE NOW",
        "low": "LOW",
        "no_signal": "NO SIGNAL",
        "lifted": "KEG LIFTED",
        "no_keg": "NO KEG",
    }
    assert len(set(shapes)) == len(shapes) == 5
    assert borders == {
        "ok": "solid1",
        "low": "solid2",
        "change": "solid4",
        "no_signal": "dashed3",
        "no_keg": "dotted2",
    }


def test_the_header_counts_what_needs_somebody(friday: MadeUpBar, open_page: OpenPage) -> None:
    page = ready(open_page(friday.url))

    said = page.locator(".ss-sentence").inner_text().replace("\u00a0", " ")

    assert said == "1 to change now · 1 low · 1 no signal · 1 lifted · 1 without a keg"


def test_a_bar_where_all_is_well_says_so_and_shows_no_strip(made_up_bar: StartBar, open_page: OpenPage) -> None:
    page = ready(open_page(made_up_bar(rows=[row(1), row(4)]).url))

    expect(page.locator(".ss-sentence")).to_have_text("All taps fine")
    expect(page.locator(".ss-strip")).to_have_count(0)


def test_the_urgent_stand_above_the_grid_which_keeps_its_order_until_told(
    made_up_bar: StartBar, open_page: OpenPage
) -> None:
    rows = [row(1), row(2, state="low", pct=15.0), row(3, state="change", pct=4.0), row(4)]
    page = ready(open_page(made_up_bar(rows=rows).url))

    strip = [text.split()[-1] for text in page.locator(".ss-urgent b").all_inner_texts()]
    by_place = numbers(page)
    page.get_by_role("button", name="Order").click()
    by_urgency = numbers(page)
    page.reload()

    assert strip == ["3", "2"]
    assert by_place == [1, 2, 3, 4]
    assert by_urgency == [3, 2, 1, 4]
    assert numbers(ready(page)) == by_urgency, "the choice was forgotten"


def test_more_than_fifteen_taps_turn_pages(made_up_bar: StartBar, open_page: OpenPage) -> None:
    page = ready(open_page(made_up_bar(rows=friday_night(20)).url))

    first = numbers(page)
    page.get_by_role("button", name="Next page").click()
    second = numbers(page)
    page.get_by_role("button", name="Hold page").click()

    assert first == list(range(1, 16))
    assert second == list(range(16, 21))
    expect(page.get_by_role("button", name="Turn pages")).to_have_attribute("aria-pressed", "true")
    assert min(min(each["w"], each["h"]) for each in measured(page, ".ss-board button")) >= 64


def test_it_is_still_for_those_who_asked_for_less_motion(made_up_bar: StartBar, open_page: OpenPage) -> None:
    page = ready(open_page(made_up_bar(rows=[row(1, pouring=True)]).url, reduced_motion="reduce"))

    moving = page.evaluate(
        "document.getAnimations().filter(a => a.effect.target.closest('.ss-board') && a.playState === 'running').length"
    )

    assert moving == 0
    expect(tile(page, 1).locator(".ss-pouring")).to_contain_text("pouring")


def test_what_people_typed_is_shown_and_never_run(made_up_bar: StartBar, open_page: OpenPage) -> None:
    beer = "<img src=x onerror='window.ran = 1'>`${window.ran = 1}`"
    hostile = row(1, beer=beer, brewery="</script><script>window.ran = 1</script>", color="url(http://192.0.2.1/x)")

    page = ready(open_page(made_up_bar(rows=[hostile]).url))

    expect(tile(page, 1).locator(".ss-beer")).to_have_text(beer)
    assert page.evaluate("window.ran") is None


def test_a_tile_leads_to_its_tap_and_shows_the_keyboards_focus(friday: MadeUpBar, open_page: OpenPage) -> None:
    page: Page = ready(open_page(friday.url))

    tile(page, 1).focus()
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.getAttribute('href')") == "/taps/loc-001%3A02"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
