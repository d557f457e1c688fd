"""The shapes of what the server sends to the drawings: rows of taps, beats of the clock, links."""

from typing import Literal, NotRequired, TypedDict

State = Literal["ok", "low", "change", "empty", "lifted", "placed", "which", "no_keg", "no_reading"]


class Row(TypedDict):
    """One tap as people are to see it; words are formatted already, ages are left to the browser."""

    tap: str  # loc-001:07
    no: int
    beer: str
    brewery: str
    color: str  # #rrggbb
    pct: float | None  # 0 to 100, the level that is shown
    volume: str  # "8.37 gal"
    left: str  # "67 pints"
    size: str  # "half barrel"
    state: State
    why: str | None  # why there is no level
    at: float | None  # the bar's time of the reading, epoch seconds
    pouring: bool
    online: bool | None  # False: the scale's last will was heard
    new: float | None  # since when a keg is on that the scale found and nobody has confirmed, epoch seconds of the bar
    aside: Literal["cleaning", "maintenance"] | None  # why the tap is set aside,
    until: float | None  # and when that ends by itself, epoch seconds of the bar
    clean: float | None  # when its line is to be cleaned, epoch seconds of the bar


class Beat(TypedDict):
    """The bar's time at this moment and how fast it runs; its zone comes with the first one."""

    now: float  # epoch seconds
    speed: float
    tz: NotRequired[str]  # IANA name


class Link(TypedDict):
    """A way from the board to another page."""

    label: str
    href: str
