"""How every page looks: the tokens told to Quasar, the sheet of the desk, and the frame around a desk page."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from nicegui import ui

from app.site import Site
from components.link_banner import LinkBanner
from components.rows import Link
from components.styles import use_styles
from components.tokens import PALETTE
from components.words import Words, link

TITLE: Final = "Scale Sense"


def dress() -> None:
    """Give the page being built the dark theme; for every page."""
    ui.dark_mode(value=True)
    ui.colors(
        primary=PALETTE["beer"],
        secondary=PALETTE["muted"],
        accent=PALETTE["maintenance"],
        dark=PALETTE["card"],
        dark_page=PALETTE["night"],
        positive=PALETTE["ok"],
        negative=PALETTE["crit"],
        info=PALETTE["maintenance"],
        warning=PALETTE["warn"],
    )


def links(site: Site) -> list[Link]:
    """Give the pages there are besides the board."""
    kegs = [Link(label="Kegs", href="/kegs")]
    return [*kegs, Link(label="Simulator", href="/simulator")] if site.simulator else kegs


@contextmanager
def frame(site: Site, title: str, *, here: str = "", place: str = "") -> Iterator[None]:
    """Build a desk page: skip link, navigation with `here` (a path) marked, the lost-link line, and the body.

    `title` is what the browser's tab says; `place` the name of the bar.
    """
    dress()
    ui.page_title(f"{title} · {TITLE}")
    use_styles("keg.css")
    ui.add_css(sheet())
    banner = LinkBanner(site.live.beat())
    site.live.beats.subscribe(banner.beat)
    link("Skip to content", "#main").classes("ss-skip")
    with ui.element("header").classes("ss-top"):
        Words(TITLE).classes("ss-brand")
        with ui.element("nav").classes("ss-nav") as nav:
            nav.props["aria-label"] = "Pages"
            for each in [Link(label="Board", href="/"), *links(site)]:
                anchor = link(each["label"], each["href"])
                if each["href"] == here:
                    anchor.props["aria-current"] = "page"
        Words(place, "span").classes("ss-bar")
    with ui.element("div").classes("ss-page-body ss-dims") as body:
        body.props["id"] = "main"
        yield


def panel(heading: str) -> ui.element:
    """Give a part of a page under a heading; build what is in it in its slot."""
    made = ui.element("section").classes("ss-panel")
    with made:
        Words(heading, "h2")
    return made


def notice(sentence: str) -> None:
    """Tell a person, for eight seconds or until they close it, what happened."""
    _notify(sentence, classes="ss-notice")


def refusal_notice(why: Exception) -> None:
    """Tell a person that what they asked for was not done, why, and what to do next."""
    _notify(f"Not done: {why}", classes="ss-notice ss-notice-refusal")


def _notify(sentence: str, *, classes: str) -> None:
    ui.notify(sentence, position="top", timeout=8000, close_button="OK", classes=classes, multi_line=True)


def refused(site: Site, why: Exception, *, status: int) -> None:
    """Show why there is no such page, with the way back; `status` is the answer's HTTP status."""
    ui.context.client.status_code = status
    with frame(site, "Not here"):
        Words("Not here", "h1")
        Words(f"{str(why)[:1].upper()}{str(why)[1:]}.")
        link("Back to the board", "/")


@cache
def sheet() -> str:
    """The style sheet of the desk pages."""
    return Path(__file__).with_name("theme.css").read_text(encoding="utf-8")
