"""The style sheets beside the drawings, put into a page's head before its first paint."""

from functools import cache
from pathlib import Path
from typing import Final

from nicegui import ui

from components.tokens import css_variables

_HERE: Final = Path(__file__).parent


def use_styles(*names: str) -> None:
    """Add the named sheets of this folder, and the tokens they are written in, to the page being built."""
    ui.add_css(css_variables())
    for name in names:
        ui.add_css(_sheet(name))


@cache
def _sheet(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
