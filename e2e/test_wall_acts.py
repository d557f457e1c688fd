"""The sheet of a tap: what a touch on a tile opens, what it asks of the server, and the bar that takes it back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from bar_rows import NOW, busy_night, row, sheet
from bar_server import MadeUpBar
from board_page import CUT, CUT_NAMES, OVERLAPPING, SPILLED, WCAG, OpenPage, least_gap, measured, ready, tile, touched
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SIZES = [(1280, 800), (1440, 900), (390, 844)]
BACK = "\u2039 Back"
SPILLS = """() => { const sheet = document.querySelector('.ss-sheet'), s = sheet.getBoundingClientRect();
  const body = sheet.querySelector('.ss-sheet-body');
  return [...sheet.querySelectorAll('button, a, h2, h3, .ss-sheet-level')].filter(e => !e.closest('.ss-sizes'))
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([e, r]) => r.left < s.left || r.right > s.right + 0.5 || e.scrollWidth > e.clientWidth + 1)
    .map(([e]) => e.innerText).concat(body.scrollWidth > body.clientWidth + 1 ? ['the sheet itself'] : []); }"""


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUpBar]:
    bar = MadeUpBar(tmp_path_factory.mktemp("busy"), rows=busy_night(), speed=1)
    yield bar
    bar.kill()


@pytest.fixture
def board(busy: MadeUpBar, open_page: OpenPage) -> Callable[..., Page]:
    """Open the busy board: `board(width=..., height=..., **answers)`."""

    def opened(*, width: int = 1280, height: int = 800, look: dict[str, Any] | None = None, **answers: Any) -> Page:
        busy.answers(look=look or sheet(1), **answers)
        return ready(open_page(busy.url + "?acts=1", width=width, height=height))

    return opened


def last_asked(bar: MadeUpBar) -> dict[str, Any]:
    """What a board asked last, besides looking; without its number and its time."""
    asked = [each for each in bar.asked() if each["do"] != "look"]
    return {name: value for name, value in asked[-1].items() if name not in {"ask", "at"}}


def test_every_state_says_its_word_and_the_header_counts_them(board: Callable[..., Page]) -> None:
    page = board()

    words = page.eval_on_selector_all(
        ".ss-tile", "all => Object.fromEntries(all.map(t => [t.dataset.state, t.querySelector('.ss-chip')?.innerText]))"
    )
    shapes = page.eval_on_selector_all(
        ".ss-tile .ss-chip path", "all => [...new Set(all.map(p => p.getAttribute('d')))]"
    )
    said = page.locator(".ss-sentence").inner_text().replace("\u00a0", " ")

    assert words == {
        "ok": None,
        "change": "CHANGE NOW",
        "low": "LOW",
        "lifted": "KEG LIFTED",
        "placed": "CHECKING",
        "which": "WHICH KEG?",
        "new": "NEW KEG",
        "cleaning": "CLEANING",
        "aside": "SET ASIDE",
        "no_keg": "NO KEG",
    }
    assert len(shapes) == 9
    assert said == "1 to change now · 1 low · 1 unknown keg · 1 lifted · 1 being checked · 4 more"


@pytest.mark.parametrize(("width", "height"), [*SIZES, (1024, 768)])
@pytest.mark.parametrize("density", ["wall", "desk"])
def test_a_night_with_hands_everywhere_is_whole(
    board: Callable[..., Page], width: int, height: int, density: str
) -> None:
    page = board(width=width, height=height)
    page.evaluate("density => localStorage.setItem('scale-sense-density', density)", density)
    page.reload()
    ready(page)

    assert page.evaluate(SPILLED) == []
    assert page.evaluate(OVERLAPPING) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate(CUT_NAMES) == []
    assert page.evaluate("document.querySelector('.ss-sentence').scrollHeight") <= (72 if width > 700 else 140)
    assert Axe().run(page, options=WCAG).violations_count == 0


def test_a_tap_that_is_set_aside_says_for_how_long_and_calls_for_nobody(board: Callable[..., Page]) -> None:
    page = board()

    expect(tile(page, 8).locator(".ss-age")).to_have_text("45 min left")
    expect(tile(page, 9)).to_have_attribute("data-state", "aside")
    expect(tile(page, 15)).to_have_attribute("data-state", "ok")


def test_news_of_a_keg_give_way_to_what_it_needs_and_end_after_a_day(board: Callable[..., Page]) -> None:
    page = board()

    expect(tile(page, 6).locator(".ss-chip")).to_have_text("NEW KEG")
    expect(tile(page, 13).locator(".ss-chip")).to_have_text("LOW")
    expect(tile(page, 14)).to_have_attribute("data-state", "ok")


def test_a_line_that_is_to_be_cleaned_shows_a_drop(board: Callable[..., Page]) -> None:
    page = board()

    expect(tile(page, 10).get_by_role("img", name="Line to be cleaned")).to_be_visible()
    expect(page.get_by_role("img", name="Line to be cleaned")).to_have_count(1)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_sheet_is_made_for_wet_hands_on_every_screen(board: Callable[..., Page], width: int, height: int) -> None:
    page = board(width=width, height=height, look=sheet(2))
    touched(page, 2)

    for view in (None, "Change keg", "Book waste"):
        if view:
            page.get_by_role("button", name=view).click()
        expect(page.get_by_role("button", name=BACK if view else "Change keg")).to_be_visible()
        targets = [each for each in measured(page, ".ss-sheet :is(a, button)") if each["w"]]
        assert min(min(each["w"], each["h"]) for each in targets) >= (64 if width > 700 else 56)
        assert least_gap(targets) >= 8
        assert page.evaluate(SPILLS) == []
        found = Axe().run(page, options=WCAG)
        assert found.violations_count == 0, found.generate_report()
        if view:
            page.get_by_role("button", name=BACK).click()


def test_any_beer_of_the_house_is_three_touches_away(board: Callable[..., Page], busy: MadeUpBar) -> None:
    done = {"done": "Tap 1: Hazy IPA 2, half barrel", "by": "by Anna", "undo": 1}
    page = board(choose=done)

    sheet_of_one = touched(page, 1)
    sheet_of_one.get_by_role("button", name="Change keg").click()
    sheet_of_one.get_by_role("button", name="Hazy IPA 2", exact=False).first.click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".ss-undo-words")).to_have_text("Tap 1: Hazy IPA 2, half barrel by Anna")
    assert last_asked(busy) == {
        "do": "choose",
        "tap": "loc-001:01",
        "keg": None,
        "beer": "beer-2",
        "size": "half_barrel",
    }


def test_the_kegs_that_fit_stand_in_the_order_of_the_server_and_say_why(
    board: Callable[..., Page], busy: MadeUpBar
) -> None:
    page = board(choose={"done": "Tap 1: Harbor Pilsner, half barrel", "by": "by Anna", "undo": 1})
    opened = touched(page, 1)

    expect(opened.get_by_role("button", name="Change keg")).to_contain_text("queued next: Harbor Pilsner")
    opened.get_by_role("button", name="Change keg").click()
    cards = opened.get_by_role("list", name="Kegs that fit").get_by_role("button")
    whys = cards.locator(".ss-card-why").all_inner_texts()
    cards.first.click()

    expect(page.locator(".ss-undo")).to_be_visible()
    assert whys == ["queued next", "same again", "in stock"]
    assert last_asked(busy)["keg"] == "keg-1"


def test_another_size_is_one_touch_more(board: Callable[..., Page], busy: MadeUpBar) -> None:
    page = board(choose={"done": "Tap 1", "by": "", "undo": 1})
    opened = touched(page, 1)
    opened.get_by_role("button", name="Change keg").click()

    opened.get_by_role("button", name="Sixtel").click()
    expect(opened.get_by_role("button", name="Sixtel")).to_have_attribute("aria-pressed", "true")
    opened.get_by_role("list", name="Beers").get_by_role("button").first.click()

    expect(page.locator(".ss-undo")).to_be_visible()
    assert (last_asked(busy)["beer"], last_asked(busy)["size"]) == ("beer-0", "sixth_barrel")


@pytest.mark.parametrize(("answer", "asks"), [("Yes", "confirm"), ("No, the same keg", "take_back")])
def test_a_keg_that_the_scale_found_is_asked_about_at_once(
    board: Callable[..., Page], busy: MadeUpBar, answer: str, asks: str
) -> None:
    question = "New keg on tap 6: River Hefeweizen, half barrel?"
    done = {asks: {"done": "Tap 6", "by": "by Anna", "undo": None}}
    page = board(look=sheet(6, question=question, step="done"), **done)

    opened = touched(page, 6)
    expect(opened.get_by_role("heading", name=question)).to_be_visible()
    opened.get_by_role("button", name=answer).click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert last_asked(busy) == {"do": asks, "tap": "loc-001:06"}


def test_a_keg_that_nobody_knows_opens_straight_on_those_that_fit(board: Callable[..., Page]) -> None:
    page = board(look=sheet(5, step="unknown", weighs="It weighed 161.3 lb when it was set down."))

    opened = touched(page, 5)

    expect(opened.get_by_role("heading", name="Which keg is on tap 5?")).to_contain_text("161.3 lb")
    expect(opened.get_by_role("list", name="Kegs that fit")).to_be_visible()
    opened.get_by_role("button", name=BACK).click()
    expect(opened.get_by_role("button", name="Clean line")).to_be_visible()


def test_waste_is_a_glass_and_a_reason(board: Callable[..., Page], busy: MadeUpBar) -> None:
    page = board(waste={"done": "Tap 1: half pint of spill booked", "by": "by Anna", "undo": 3})
    opened = touched(page, 1)
    opened.get_by_role("button", name="Book waste").click()

    opened.get_by_role("button", name="Spill").click()
    opened.get_by_role("button", name="Half pint").click()

    expect(page.locator(".ss-undo")).to_be_visible()
    assert last_asked(busy) == {"do": "waste", "tap": "loc-001:01", "reason": "spill", "glass": 1}


def test_a_tap_set_aside_offers_the_way_back(board: Callable[..., Page], busy: MadeUpBar) -> None:
    page = board(look=sheet(8), back={"done": "Tap 8 is back in service", "by": "by Anna", "undo": 3})

    opened = touched(page, 8)
    expect(opened.get_by_role("button", name="Set aside")).to_be_disabled()
    opened.get_by_role("button", name="End cleaning").click()

    expect(page.locator(".ss-undo-words")).to_contain_text("Tap 8 is back in service")
    assert last_asked(busy) == {"do": "back", "tap": "loc-001:08"}


def test_what_was_done_can_be_undone_for_ten_seconds(busy: MadeUpBar, open_page: OpenPage) -> None:
    busy.answers(
        look=sheet(1),
        aside={"done": "Tap 1: its line is being cleaned", "by": "by Anna", "undo": 77},
        undo={"done": "Tap 1 is back in service", "by": "by Anna", "undo": None},
    )
    page = ready(open_page(busy.url + "?acts=1"))
    touched(page, 1).get_by_role("button", name="Clean line").click()

    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".ss-undo-words")).to_contain_text("Tap 1 is back in service")
    asked = last_asked(busy)
    page.clock.install()
    touched(page, 1).get_by_role("button", name="Clean line").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.clock.run_for(9_000)
    still_there = page.get_by_role("button", name="Undo").is_visible()
    page.clock.run_for(2_000)

    assert asked == {"do": "undo", "undo": 77}
    assert still_there
    expect(page.locator(".ss-undo")).to_have_count(0)


def test_a_refusal_says_what_to_do_and_leaves_the_sheet_open(board: Callable[..., Page]) -> None:
    why = "Not done: only a Manager may assign beer or keg: ask one to do it or to change your role."
    page = board(choose={"refused": why})
    opened = touched(page, 1)
    opened.get_by_role("button", name="Change keg").click()

    opened.get_by_role("list", name="Beers").get_by_role("button").first.click()

    expect(opened.get_by_role("alert")).to_have_text(why)
    expect(opened.get_by_role("list", name="Beers")).to_be_visible()


@pytest.mark.parametrize("way", ["Escape", "X", "outside"])
def test_the_sheet_closes_in_every_usual_way_and_gives_the_focus_back(board: Callable[..., Page], way: str) -> None:
    page = board()
    tile(page, 3).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()

    if way == "Escape":
        page.keyboard.press("Escape")
    elif way == "X":
        page.get_by_role("button", name="Close").click()
    else:
        page.mouse.click(30, 400)

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement.dataset.tap") == "loc-001:03"


def test_the_keyboard_stays_within_the_sheet(board: Callable[..., Page]) -> None:
    page = board()
    tile(page, 1).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_text("queued next")).to_be_visible()

    met = []
    for _ in range(12):
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.closest('.ss-sheet') && document.activeElement.innerText"))
    page.keyboard.press("Shift+Tab")

    assert None not in met
    assert len(set(met)) == 8
    assert page.evaluate("document.activeElement.closest('.ss-sheet') !== null")


def test_a_sheet_that_nobody_touches_leaves_after_a_minute(board: Callable[..., Page]) -> None:
    page = board()
    page.clock.install()
    touched(page, 1)

    page.clock.run_for(55_000)
    open_then = page.get_by_role("dialog").count()
    page.clock.run_for(6_000)

    assert open_then == 1
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_open_sheet_follows_its_tap(board: Callable[..., Page], busy: MadeUpBar) -> None:
    page = board(look=sheet(7))
    opened = touched(page, 7)
    expect(opened.get_by_role("button", name="Change keg")).to_contain_text("queued next")
    looks = len(busy.asked())

    busy.answers(look=sheet(7, question="New keg on tap 7: Pilsner, half barrel?", step="done"))
    busy.change(row(7, new=NOW, beer="Pilsner"))

    expect(opened.get_by_role("heading", name="New keg on tap 7: Pilsner, half barrel?")).to_be_visible()
    assert len(busy.asked()) == looks + 1
    busy.change(busy_night()[6])


def test_a_touch_that_asks_for_a_new_tab_gets_the_page(board: Callable[..., Page]) -> None:
    page = board()

    tile(page, 1).click(modifiers=["Control"])

    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_keg_that_cannot_have_come_is_asked_about_once(board: Callable[..., Page], busy: MadeUpBar) -> None:
    page = board(
        choose={"question": "Nothing was lifted: 17.6 lb stand there. Is the new keg on?"},
        wait={"done": "Tap 1: waits for the new keg", "by": "by Anna", "undo": None},
    )
    opened = touched(page, 1)
    opened.get_by_role("button", name="Change keg").click()
    opened.get_by_role("list", name="Kegs that fit").get_by_role("button").first.click()

    expect(opened.get_by_role("alert")).to_contain_text("Nothing was lifted")
    opened.get_by_role("button", name="Yes, it is on").click()
    expect(opened.get_by_role("alert")).to_contain_text("Nothing was lifted")
    sure = last_asked(busy)
    opened.get_by_role("button", name="Not yet: wait for it").click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert (sure["keg"], sure["sure"]) == ("keg-1", True)
    assert last_asked(busy) == {"do": "wait", "tap": "loc-001:01", "keg": "keg-1"}


def test_the_way_back_of_the_browser_closes_the_sheet_and_not_the_board(board: Callable[..., Page]) -> None:
    page = board()
    where = page.url
    touched(page, 3)

    page.go_back()

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url == where
    expect(tile(page, 3)).to_be_visible()
