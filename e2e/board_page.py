"""What the board's tests ask of an open page."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

OpenPage = Callable[..., Page]

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
"""The options with which axe looks for every violation of WCAG 2.2 A and AA that a machine can find."""

# What of a board is cut, lies over something else, or hangs out of its tile.
SPILLED = """() => [...document.querySelectorAll('.ss-tile')].flatMap(tile => {
  const t = tile.getBoundingClientRect();
  return [...tile.querySelectorAll('.ss-no, .ss-beer, .ss-chip, .ss-percent, .ss-volume, .ss-left, .ss-age, .ss-keg')]
    .map(e => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width > 0)
    .filter(([e, r]) => (e.matches('.ss-volume, .ss-chip') && e.scrollHeight > e.clientHeight + 4)
      || r.left < t.left || r.right > t.right + 0.5 || r.bottom > t.bottom + 0.5 || r.top < t.top - 4)
    .map(([e]) => tile.dataset.tap + ' ' + e.className + ' ' + e.textContent); })"""
OVERLAPPING = """() => [...document.querySelectorAll('.ss-tile')].flatMap(tile => {
  const boxes = [...tile.querySelectorAll('.ss-volume, .ss-left, .ss-age, .ss-chip, .ss-size')].map(e => {
    const range = document.createRange(); range.selectNodeContents(e);
    return [e.className, range.getBoundingClientRect()]; }).filter(([, r]) => r.width > 0);
  return boxes.flatMap(([a, r], i) => boxes.slice(i + 1)
    .filter(([, o]) => r.left < o.right - 1 && o.left < r.right - 1 && r.top < o.bottom - 3 && o.top < r.bottom - 3)
    .map(([b]) => tile.dataset.tap + ' ' + a + ' over ' + b)); })"""
CUT = """() => [...document.querySelectorAll('.ss-urgent, .ss-chip')]
  .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className + ' ' + e.innerText)"""
NAMES_OF_ONE_LINE = ".ss-beer:not(.ss-beer-two, .ss-beer-small)"
CUT_NAMES = """() => [...document.querySelectorAll('.ss-tile .ss-beer')]
  .filter(e => e.firstElementChild.getBoundingClientRect().right > e.getBoundingClientRect().right + 1
    || e.scrollHeight > e.clientHeight + 3).map(e => e.innerText)"""

_MEASURE = """selector => [...document.querySelectorAll(selector)].map(e => {
  const r = e.getBoundingClientRect(), s = getComputedStyle(e);
  return {x: r.x, y: r.y, w: r.width, h: r.height, font: parseFloat(s.fontSize),
          border: s.borderTopStyle + parseFloat(s.borderTopWidth)};
})"""


def ready(page: Page) -> Page:
    """Wait until the board is drawn and its socket is up."""
    expect(page.locator(".ss-board")).to_be_visible()
    page.wait_for_function("window.did_handshake === true")
    return page


def tile(page: Page, no: int) -> Locator:
    """The tile of one tap."""
    return page.locator(f'.ss-tile[data-tap="loc-001:{no:02d}"]')


def touched(page: Page, no: int) -> Locator:
    """The sheet of a tap whose tile was touched, once the server has said what fits."""
    tile(page, no).click()
    opened = page.get_by_role("dialog")
    expect(opened).to_be_visible()
    return opened


def numbers(page: Page) -> list[int]:
    """The numbers of the tiles in the order they are drawn."""
    return [int(tap[-2:]) for tap in page.eval_on_selector_all(".ss-tile", "all => all.map(t => t.dataset.tap)")]


def measured(page: Page, selector: str) -> list[dict[str, Any]]:
    """Place, size, font size (px) and border of every element."""
    found: list[dict[str, Any]] = page.evaluate(_MEASURE, selector)
    return found


def heap_mb(page: Page) -> float:
    """What the page's script holds once its garbage is gone."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.collectGarbage")
    used: float = devtools.send("Runtime.getHeapUsage")["usedSize"]
    devtools.detach()
    return used / 1e6


def least_gap(boxes: list[dict[str, Any]]) -> float:
    """The smallest distance (px) between two of the boxes, across or down."""

    def apart(one: dict[str, Any], other: dict[str, Any]) -> float:
        across = max(other["x"] - one["x"] - one["w"], one["x"] - other["x"] - other["w"])
        down = max(other["y"] - one["y"] - one["h"], one["y"] - other["y"] - other["h"])
        return float(max(across, down))

    return min(apart(one, other) for at, one in enumerate(boxes) for other in boxes[at + 1 :])
