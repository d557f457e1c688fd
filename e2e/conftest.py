"""Chromium for the browser tests, and the tiny server of made-up rows."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package; their shared parts lie beside them

from bar_server import MadeUpBar
from board_page import OpenPage
from demo_fixtures import seeded, start_demo, start_shared_demo

__all__ = ["seeded", "start_demo", "start_shared_demo"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium. One a module: playwright keeps an event loop running in this thread while it lives."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("no chromium on the PATH: install it with 'apt-get install chromium'")
    arguments = ["--disable-background-networking", "--disable-quic"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open a page: `open_page(url, width=1280, height=800)`; page errors and foreign requests fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(url: str, *, width: int = 1280, height: int = 800, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
        page.on("request", lambda request: foreign(request.url, url))
        page.goto(url)
        return page

    def foreign(asked: str, own: str) -> None:
        where = urlsplit(asked)
        if where.scheme not in {"data", "blob"} and where.netloc != urlsplit(own).netloc:
            complaints.append(f"foreign request: {asked}")

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def made_up_bar(tmp_path: Path) -> Iterator[Callable[..., MadeUpBar]]:
    """Start a made-up bar: `made_up_bar(rows=..., speed=1)`."""
    bars: list[MadeUpBar] = []

    def started(*, rows: list[dict[str, Any]], speed: float = 1.0) -> MadeUpBar:
        bars.append(MadeUpBar(tmp_path, rows=rows, speed=speed))
        return bars[-1]

    yield started
    for bar in bars:
        bar.kill()
