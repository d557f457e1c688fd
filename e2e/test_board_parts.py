from collections.abc import Iterator
from typing import Any

import pytest
from bar_rows import NOW, row
from bar_server import MadeUpBar
from board_page import ready
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

FIVE = NOW + 8 * 3600 + 20 * 60  # Saturday 05:00 in the bar
WATCH = """async ([answers, until]) => {
  const { LinkWatch } = await import('link_watch');
  sessionStorage.clear();
  let now = 0;
  const told = [];
  const watch = new LinkWatch({
    onChange: linked => told.push([now, linked ? 'linked' : 'lost']),
    reload: () => told.push([now, 'reload']),
    probe: async () => answers.some(([from, to]) => now >= from && now < to),
    watch: { mark: () => now, secondsSince: then => now - then },
  });
  for (; now < until && told.at(-1)?.[1] !== 'reload'; now += 0.5) {
    watch.check();
    await new Promise(done => setTimeout(done));
  }
  sessionStorage.clear();
  return told;
}"""
"""Runs a link watch on a clock of its own against a server that answers in the given spans of seconds."""


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    bar = MadeUpBar(tmp_path_factory.mktemp("parts"), rows=[row(1)], speed=1)
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(bar.url)
    yield ready(opened)
    context.close()
    bar.kill()


@pytest.mark.parametrize(
    ("changes", "age", "kind", "fresh"),
    [
        ({}, 0, "ok", "fresh"),
        ({"state": "low"}, 60, "low", "fresh"),
        ({"state": "low"}, 61, "low", "stale"),
        ({"state": "change"}, 300, "change", "stale"),
        ({"state": "change"}, 301, "no_signal", "lost"),
        ({"online": False}, 2, "no_signal", "lost"),
        ({"state": "lifted", "online": False}, 2, "no_signal", "lost"),
        ({"state": "no_keg"}, 86_400, "no_keg", "lost"),
        ({"state": "unheard of"}, 2, "no_reading", "fresh"),
        ({}, -30, "ok", "fresh"),
        ({}, -120, "ok", "fresh"),
        ({}, -121, "clock_wrong", "lost"),
        ({"state": "change"}, -86_400, "clock_wrong", "lost"),
        ({"state": "low", "online": False}, -86_400, "no_signal", "lost"),
    ],
)
def test_a_row_is_read_by_its_age(page: Page, changes: dict[str, Any], age: float, kind: str, fresh: str) -> None:
    made = row(1, **{"at": NOW - age, **changes})

    state = page.evaluate("async ([row, now]) => (await import('tap_state')).readState(row, now)", [made, NOW])

    assert (state["kind"], state["fresh"]) == (kind, fresh)


def test_a_running_story_stretches_what_counts_as_ahead(page: Page) -> None:
    kinds = page.evaluate(
        """async ([row, now]) => { const { readState } = await import('tap_state');
           return [1, 60].map(speed => readState(row, now, speed).kind); }""",
        [row(1, at=NOW + 7000), NOW],
    )

    assert kinds == ["clock_wrong", "ok"]


@pytest.mark.parametrize(
    ("changes", "says", "beside", "urgent", "counted"),
    [
        ({"state": "change"}, "change", "", True, "1 to change now"),
        ({"state": "change", "online": False}, "change", "no signal", True, "1 to change now · 1 no signal"),
        ({"state": "low", "at": NOW - 400}, "low", "no signal", True, "1 low · 1 no signal"),
        ({"state": "empty", "at": NOW + 400}, "empty", "clock wrong", True, "1 to change now · 1 clock wrong"),
        ({"online": False}, "no_signal", "", False, "1 no signal"),
        ({}, "ok", "", False, "All taps fine"),
    ],
)
def test_a_lost_signal_does_not_hide_what_a_tap_needs(
    page: Page, changes: dict[str, Any], says: str, beside: str, counted: str, *, urgent: bool
) -> None:
    told = page.evaluate(
        """async ([row, now]) => { const t = await import('tap_state'); const state = t.readState(row, now);
           return [t.chipKind(state), t.doubt(state), t.isUrgent(state), t.sentence([state])]; }""",
        [row(1, **changes), NOW],
    )

    assert [*told[:3], told[3].replace("\u00a0", " ")] == [says, beside, urgent, counted]


@pytest.mark.parametrize(
    ("width", "height", "most", "shape"),
    [
        (1280, 800, 15, [5, 3]),
        (1280, 720, 12, [4, 3]),
        (1440, 900, 15, [5, 3]),
        (1920, 1080, 28, [5, 3]),
        (1024, 768, 9, [3, 3]),
        (1024, 600, 8, [4, 2]),
        (768, 1024, 9, [3, 3]),
        (800, 1280, 15, [3, 5]),
        (320, 240, 1, [1, 1]),
    ],
)
def test_a_page_holds_what_fits_at_full_size(page: Page, width: int, height: int, most: int, shape: list[int]) -> None:
    told = page.evaluate(
        """async ([width, height]) => { const grid = await import('board_grid');
           const space = grid.room(width, height), most = grid.pageSize(space);
           const { columns, rows } = grid.gridShape(Math.min(15, most), space);
           return [most, [columns, rows]]; }""",
        [width, height],
    )

    assert told == [most, shape]


def test_a_browser_that_forbids_storage_still_watches_its_link(page: Page) -> None:
    told = page.evaluate(
        """async () => { const { LinkWatch } = await import('link_watch');
           const own = Object.getOwnPropertyDescriptor(window, 'sessionStorage');
           Object.defineProperty(window, 'sessionStorage', { configurable: true, get() { throw new Error('no'); } });
           try {
             let now = 0; const told = [];
             const watch = new LinkWatch({ onChange: linked => told.push(linked), reload: () => told.push('reload'),
               probe: async () => true, watch: { mark: () => now, secondsSince: then => now - then } });
             for (; now < 20 && told.at(-1) !== 'reload'; now += 1) {
               watch.check(); await new Promise(done => setTimeout(done)); }
             watch.heard();
             return told;
           } finally { Object.defineProperty(window, 'sessionStorage', own); } }"""
    )

    assert told == [False, "reload", True]


def test_a_tap_that_was_never_read_says_so(page: Page) -> None:
    made = row(1, state="no_reading", at=None, pct=None)

    state = page.evaluate("async ([row, now]) => (await import('tap_state')).readState(row, now)", [made, NOW])

    assert state == {"kind": "no_reading", "fresh": "never", "age": None, "need": None}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s ago"),
        (59.9, "59 s ago"),
        (60, "1 min old"),
        (3599, "59 min old"),
        (7200, "2 h old"),
        (432_000, "5 days old"),
    ],
)
def test_ages_are_rounded_down(page: Page, seconds: float, words: str) -> None:
    assert page.evaluate("async s => (await import('story_clock')).ageText(s)", seconds) == words


def test_times_are_told_in_the_bars_own_zone(page: Page) -> None:
    told = page.evaluate(
        """async now => { const { StoryClock } = await import('story_clock');
           const clock = new StoryClock({ now, speed: 1, tz: 'America/Los_Angeles' });
           return [0, 21 * 3600, 9 * 86400].map(ago => clock.timeOfDay(now - ago, now)); }""",
        NOW,
    )

    assert told == ["20:40", "Thu 23:40", "Mar 11, 20:40"]


@pytest.mark.parametrize(
    ("before", "now", "up", "starts_afresh"),
    [
        (FIVE - 1, FIVE + 1, 7200, True),
        (FIVE - 9000, FIVE + 9000, 7200, True),  # the tablet slept through it
        (FIVE + 1, FIVE - 1, 7200, False),  # the clock was put right by a beat
        (FIVE - 1, FIVE + 1, 60, False),  # a page just opened
        (FIVE + 1, FIVE + 3600, 7200, False),
    ],
)
def test_the_board_starts_afresh_once_a_night(
    page: Page, before: float, now: float, up: float, *, starts_afresh: bool
) -> None:
    crossed = page.evaluate(
        """async ([before, now, up]) => { const { StoryClock } = await import('story_clock');
           const clock = new StoryClock({ now: before, speed: 1, tz: 'America/Los_Angeles' });
           return (await import('nightly')).crossedClosing(clock, before, now, up); }""",
        [before, now, up],
    )

    assert crossed is starts_afresh


def test_a_lost_link_is_told_once_and_never_reloaded_into_a_dead_server(page: Page) -> None:
    assert page.evaluate(WATCH, [[], 120]) == [[4, "lost"]]


def test_a_server_that_answers_again_gets_three_seconds_and_then_a_reload(page: Page) -> None:
    assert page.evaluate(WATCH, [[[60, 999]], 120]) == [[4, "lost"], [64, "reload"]]


def test_a_server_that_answers_only_for_a_moment_is_not_reloaded_into(page: Page) -> None:
    assert page.evaluate(WATCH, [[[20, 23]], 60]) == [[4, "lost"]]
