"""The shapes of what the server tells an open sheet: what can be put on a tap, and what became of an act."""

from collections.abc import Awaitable, Callable
from typing import NotRequired, TypeAlias, TypedDict


class KegCard(TypedDict):
    """A keg that may have been put on, as a card to touch."""

    key: str  # of the list
    keg: str | None  # None: one that is in no list, of this beer and size
    beer: str
    type: str
    name: str  # Harbor Pilsner
    color: str  # #rrggbb
    why: str  # "queued next"
    note: str  # "half barrel · fits the weight"
    fresh: str  # what its dates say where it is to be used soon, else nothing
    past: bool  # past its best


class BeerCard(TypedDict):
    """A beer of the house, as a card to touch."""

    beer: str
    name: str
    brewery: str
    color: str


class SizeChoice(TypedDict):
    """A size of keg; the first one is chosen until somebody chooses another."""

    type: str
    name: str


class Sheet(TypedDict):
    """What the sheet of a tap shows beside its row."""

    tap: str
    step: str  # how far a change of kegs has come: none, lifted, placed, unknown, done
    question: str | None  # "New keg on tap 2: Harbor Pilsner, half barrel?"
    seen: str  # names the last change: an act on an older one is refused
    undo: str | None  # which change can be taken back, in words
    weighs: str  # what stands there, in words
    line: str  # how its line stands with cleaning
    offers: list[KegCard]
    beers: list[BeerCard]
    sizes: list[SizeChoice]
    reasons: list[str]
    glasses: list[str]


class Answer(TypedDict):
    """What became of an act: a sheet to show, what was done, or why it was not."""

    ask: int | None  # of the act
    do: NotRequired[str]
    tap: NotRequired[str]
    sheet: NotRequired[Sheet]
    done: NotRequired[str]
    by: NotRequired[str]
    undo: NotRequired[int | None]
    question: NotRequired[str]
    refused: NotRequired[str]


OnAct: TypeAlias = Callable[[object], Awaitable[Answer]]
"""Takes what a board asks, unchecked, and gives what came of it."""
