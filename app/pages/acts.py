"""What a person does on a page: the button that does it, and the refusal that says why not."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from app.theme import refusal_notice
from backend.cellar.rows import BadRow
from backend.domain.refusal import Refusal
from components.words import Words, link

Act = Callable[[], Awaitable[Any]]


async def attempt(act: Act) -> bool:
    """Do what was asked; a refusal becomes a notice that says what to do next. Gives whether it was done."""
    try:
        await act()
    except (Refusal, BadRow) as why:
        refusal_notice(why)
        return False
    return True


def act_button(text: str, act: Act, *, first: bool = False, label: str = "") -> Words:
    """Give a button; `first` for the one that is most likely wanted, `label` for a screen reader."""
    button = Words(text, "button").classes("ss-act ss-act-first" if first else "ss-act")
    button.props["type"] = "button"
    if label:
        button.props["aria-label"] = label
    button.on("click", partial(attempt, act), [])
    return button


def act_link(text: str, href: str, *, label: str = "") -> Words:
    """Give a link that looks like a button; `href` is a path of ours."""
    anchor = link(text, href).classes("ss-act ss-act-link")
    if label:
        anchor.props["aria-label"] = label
    return anchor
