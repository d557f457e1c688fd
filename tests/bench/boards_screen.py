"""One real board in Debian's chromium: when each change reached its DOM, what drawing costs, what its heap holds."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

_WATCH = """() => {
  window.seen = [];
  new MutationObserver((records) => {
    const now = performance.timeOrigin + performance.now(); // finer than Date.now(), which cuts to whole ms
    const elements = records.map(({ target }) => (target.closest ? target : target.parentElement));
    for (const tile of new Set(elements.map((element) => element?.closest(".ss-tile")))) {
      if (tile) seen.push([tile.dataset.tap, tile.querySelector(".ss-volume").textContent, now]);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The only open page of a browser."""

    page: Page

    def watch(self) -> None:
        """Begin to note each tile that changes: its tap, its volume, and when (epoch ms of this machine)."""
        self.page.evaluate(_WATCH)

    def seen(self) -> dict[tuple[str, str], float]:
        """When (epoch s) a tap's tile first read a volume."""
        first: dict[tuple[str, str], float] = {}
        for tap, volume, at in self.page.evaluate("() => window.seen"):
            first.setdefault((tap, volume), at / 1000)
        return first

    def clock_apart_ms(self) -> float:
        """The most by which the browser's clock can differ from ours: how long asking it took."""
        before = time.time()
        told = self.page.evaluate("performance.timeOrigin + performance.now()") / 1000
        after = time.time()
        return 1000 * max(after - told, told - before, 0.0)

    def heap_mb(self) -> float:
        """What the page's script holds once its garbage is gone."""
        devtools = self.page.context.new_cdp_session(self.page)
        devtools.send("HeapProfiler.collectGarbage")
        used: float = devtools.send("Runtime.getHeapUsage")["usedSize"]
        devtools.detach()
        return used / 1e6

    def renderer_cpu_s(self) -> float:
        """CPU time of the browser's page processes so far, seconds; those kept in reserve have used none."""
        return sum(sum(process.cpu_times()[:2]) for process in _renderers())


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser until the block ends."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise RuntimeError("no chromium on the PATH: install it with 'apt-get install chromium'")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--disable-background-networking", *root])
        yield browser
        browser.close()


@contextmanager
def opened_screen(browser: Browser, url: str, *, width: int, height: int) -> Iterator[Screen]:
    """Open a page and wait until its first tile is drawn."""
    context = browser.new_context(viewport={"width": width, "height": height})
    try:
        page = context.new_page()
        page.goto(url)
        page.locator(".ss-tile").first.wait_for()
        yield Screen(page=page)
    finally:
        context.close()


def _renderers() -> list[psutil.Process]:
    """The renderers of browsers that we started."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "--type=renderer" in _command(child)]


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []  # it has ended meanwhile
