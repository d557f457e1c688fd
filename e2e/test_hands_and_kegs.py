import pytest
from bar_watch import Bar, volume_of
from board_page import OpenPage, tile
from demo_fixtures import StartDemo
from demo_server import TRUTHFUL, Demo
from demo_store import kept
from playwright.sync_api import expect

from backend.domain.ids import TapId
from backend.domain.member import SYSTEM
from backend.usecases.view_history import Range, view_history
from backend.usecases.view_tap import view_tap

pytestmark = [pytest.mark.browser, pytest.mark.alone]

SETTLES_S = 6.0
LOOKS_ON_S = 3.0


@pytest.fixture(scope="module")
def still(start_shared_demo: StartDemo) -> Demo:
    """A bar of two taps in real time."""
    return start_shared_demo("--taps", "2", fresh=True, command=TRUTHFUL)


@pytest.mark.parametrize(("lever", "lasts_s"), [("Bump", 0.0), ("Lean", 6.0)])
def test_a_bump_or_a_hand_on_the_keg_does_not_leave_the_level_low(
    still: Demo, open_page: OpenPage, lever: str, lasts_s: float
) -> None:
    bar = Bar(still, open_page)
    bar.watch(2, ends=lambda seen, _: seen.still)

    bar.pull(lever, 2)
    seen = bar.watch(2, ends=lambda _, now: now > lasts_s + SETTLES_S + LOOKS_ON_S)

    off = seen.furthest_oz(since=lasts_s + SETTLES_S)
    lowest = min(volume for _, volume in seen.shown)
    print(f"{lever}: shown {seen.shown[0][1]} before, {lowest} at the lowest, {off:.2f} oz off at the end")
    assert seen.poured_oz == 0
    assert off <= 1


def test_a_keg_change_is_seen_as_lifted_then_full_and_books_no_pour(start_demo: StartDemo, open_page: OpenPage) -> None:
    demo = start_demo("--taps", "2", "--speed", "10", fresh=True, command=TRUTHFUL)
    bar = Bar(demo, open_page)
    page = open_page(demo.url + "taps/loc-001:02")
    page.evaluate("window.before = true")
    old_gallons = bar.watch(2, ends=lambda seen, _: seen.still).shown[-1][1]

    bar.pull("Change keg", 2)

    expect(tile(bar.board, 2).locator(".ss-chip")).to_have_text("KEG LIFTED", timeout=5000)
    expect(page.locator(".ss-live-tap")).to_have_attribute("data-state", "lifted", timeout=5000)
    expect(tile(bar.board, 2).locator(".ss-percent")).to_have_text("100%", timeout=20_000)
    expect(page.locator(".ss-live-percent")).to_have_text("100%", timeout=5000)
    expect(page.locator("#main")).to_contain_text("15.50 gal left15.50 gal less 0.00 gal poured in 0 pours")
    assert volume_of(page.locator(".ss-live-volume").inner_text()) == pytest.approx(15.5, abs=0.05)
    assert page.evaluate("window.before") is True, "the tap page was loaded again"

    demo.end()
    told_apart(demo, old_gallons)


def told_apart(demo: Demo, old_gallons: float) -> None:
    """In what the demo kept, the old keg's bins and pours end where the new one's begin."""
    with kept(demo.data) as (ports, now):
        tap_id = TapId("loc-001", 2)
        history = view_history(ports, tap_id=tap_id, span=Range.TWO_HOURS, member=SYSTEM, now=now)
        view = view_tap(ports, tap_id=tap_id, member=SYSTEM, now=now)
    levels = [one for one in history.bins if one.keg_id is not None and one.low and one.high]
    before = [one for one in levels if one.keg_id != view.tap.keg_id]
    after = [one for one in levels if one.keg_id == view.tap.keg_id]
    assert all(old_gallons - 0.2 < one.low.gallons for one in before if one.low)
    assert all(one.high.gallons < before[0].high.gallons + 0.1 for one in before if one.high and before[0].high)
    assert all(15.3 < one.low.gallons <= one.high.gallons < 15.7 for one in after if one.low and one.high)
    assert before[-1].start <= after[0].start
    assert view.ledger is not None
    assert (view.ledger.pours, view.ledger.poured) == (0, 0.0)
    assert all(pour.started_at < view.tap.tapped_at for pour in view.pours if view.tap.tapped_at)
