from collections.abc import Callable
from functools import cache

import pytest
from bar_watch import Bar, volume_of
from board_page import OpenPage
from demo_fixtures import StartDemo
from demo_server import TRUTHFUL, Demo

pytestmark = [pytest.mark.browser, pytest.mark.alone]

FALLS_WITHIN_S = 2.0
RESTS_WITHIN_S = 2.0
LOOKS_ON_S = 4.0


@pytest.fixture(scope="module")
def demos(start_shared_demo: StartDemo) -> Callable[[str], Demo]:
    """A bar in real time that also tells the truth, one for each interpreter its scales run on."""
    return cache(lambda interpreter: start_shared_demo("--interpreter", interpreter, command=TRUTHFUL))


@pytest.mark.parametrize(
    ("interpreter", "lever", "ounces", "tap"),
    [("cpython", "Pour 4 oz", 4, 3), ("cpython", "Pour a pint", 16, 6), ("micropython", "Pour 4 oz", 4, 3)],
)
def test_a_pour_falls_on_the_tile_at_once_and_rests_within_an_ounce_of_the_truth(
    demos: Callable[[str], Demo], open_page: OpenPage, interpreter: str, lever: str, ounces: int, tap: int
) -> None:
    demo = demos(interpreter)
    bar = Bar(demo, open_page)
    page = open_page(f"{demo.url}taps/loc-001:{tap:02d}")
    page.evaluate("window.before = true")
    bar.watch(tap, ends=lambda seen, _: seen.still)

    bar.pull(lever, tap)
    seen = bar.watch(tap, ends=lambda seen, now: 0 < seen.last_drop_at() < now - LOOKS_ON_S)

    fell_after = seen.fell_at() - seen.gone_at(4)
    off = seen.furthest_oz(since=seen.last_drop_at() + RESTS_WITHIN_S)
    print(f"{interpreter}, {lever}: falls {fell_after:+.2f} s after 4 oz have left, rests {off:.2f} oz off the truth")
    assert seen.poured_oz == pytest.approx(ounces, abs=0.2)
    assert fell_after <= FALLS_WITHIN_S
    assert off <= 1
    assert volume_of(page.locator(".ss-live-volume").inner_text()) == bar.gallons(tap)
    assert page.evaluate("window.before") is True, "the tap page was loaded again"
