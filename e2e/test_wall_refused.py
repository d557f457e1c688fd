"""What the sheet of a tap says where the server is away or slow, and what it makes of what people typed."""

from collections.abc import Callable

import pytest
from bar_rows import row, sheet
from bar_server import MadeUpBar
from board_page import OpenPage, ready, touched
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

StartBar = Callable[..., MadeUpBar]


def test_an_act_without_a_server_is_told_so_and_never_done_later(made_up_bar: StartBar, open_page: OpenPage) -> None:
    bar = made_up_bar(rows=[row(1), row(2)])
    bar.answers(look=sheet(1))
    page = ready(open_page(bar.url + "?acts=1"))
    opened = touched(page, 1)
    bar.kill()
    expect(page.locator(".ss-link-lost")).to_be_visible(timeout=8000)

    opened.get_by_role("button", name="Clean line").click()

    expect(opened.get_by_role("alert")).to_contain_text("Not done: the board is not connected.")
    bar.start()
    expect(page.locator(".ss-link-lost")).to_have_count(0, timeout=20_000)
    assert [each for each in bar.asked() if each["do"] != "look"] == []


def test_a_server_that_does_not_answer_is_told_too(made_up_bar: StartBar, open_page: OpenPage) -> None:
    bar = made_up_bar(rows=[row(1)])
    bar.answers(look=sheet(1), light={"done": "too late", "by": "", "undo": None, "after_s": 30})
    page = ready(open_page(bar.url + "?acts=1"))
    opened = touched(page, 1)

    opened.get_by_role("button", name="Light the scale").click()

    expect(opened.get_by_role("alert")).to_contain_text("No answer yet", timeout=8000)


def test_what_people_typed_is_shown_in_the_sheet_and_never_run(made_up_bar: StartBar, open_page: OpenPage) -> None:
    evil = "<img src=x onerror='window.ran = 1'>"
    bar = made_up_bar(rows=[row(1, beer=evil)])
    offer = sheet(1)["sheet"]["offers"][0]
    bar.answers(look=sheet(1, question=evil, offers=[{**offer, "name": evil, "color": "url(//192.0.2.1/x)"}]))
    page = ready(open_page(bar.url + "?acts=1"))
    opened = touched(page, 1)

    expect(opened.get_by_role("heading", name=evil).first).to_be_visible()
    opened.get_by_role("button", name="Change keg").click()
    expect(opened.locator(".ss-card b").first).to_have_text(evil)

    assert page.evaluate("window.ran") is None
