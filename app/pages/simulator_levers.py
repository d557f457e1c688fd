"""The levers of a simulated tap: what each does, what is said of it, and what the product should make of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.simulator import Simulator, Truth
from backend.domain.ids import TapId
from backend.domain.member import Member
from components.levers import Lever, LeverGroup

TASTE_OZ: Final = 4.0
PINT_OZ: Final = 16.0
PITCHER_OZ: Final = 60.0
KNOWN_LBS: Final = 44.092
"""A weight of 20 kg, as one calibrates with."""
AGED_PCT: Final = 3.0
AGED_LBS: Final = 1.0
SLOW_GAP_S: Final = 600.0

Act = Callable[[Simulator, TapId, Member], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """One lever: its word and drawing, what it does, what is said once it is done, and what should come of it.

    `said` and `expect` may name the `{tap}`.
    """

    label: str
    drawing: str
    act: Act
    said: str
    expect: str


def _pour(oz: float) -> Act:
    return lambda bar, tap, _: bar.pour(tap, oz=oz)


PULLS: Final[Mapping[str, Pull]] = {
    "pint": Pull(
        label="Pour a pint",
        drawing="pint",
        act=_pour(PINT_OZ),
        said="Pouring a pint from tap {tap}.",
        expect="The level falls as it flows; some seconds later one pour of about 16 oz is booked.",
    ),
    "taste": Pull(
        label="Pour 4 oz",
        drawing="taste",
        act=_pour(TASTE_OZ),
        said="Pouring 4 oz from tap {tap}.",
        expect="Even a taste is found: one pour of about 4 oz.",
    ),
    "pitcher": Pull(
        label="Pour a pitcher",
        drawing="pitcher",
        act=_pour(PITCHER_OZ),
        said="Pouring a pitcher from tap {tap}.",
        expect="One long pour of about 60 oz, not four pints.",
    ),
    "bump": Pull(
        label="Bump",
        drawing="bump",
        act=lambda bar, tap, _: bar.bump(tap),
        said="Somebody knocked against the keg of tap {tap}.",
        expect="Nothing: a keg that rings is no pour, and the level stays.",
    ),
    "lean": Pull(
        label="Lean",
        drawing="lean",
        act=lambda bar, tap, _: bar.lean(tap),
        said="Somebody leans on the keg of tap {tap}.",
        expect="Nothing lasting: beer does not come back, so the level waits until the hand is gone.",
    ),
    "change": Pull(
        label="Change keg",
        drawing="swap",
        act=lambda bar, tap, _: bar.change(tap),
        said="The keg of tap {tap} is being changed.",
        expect="Keg lifted, set down: checking, then the queued keg or the same again, without a word from anybody.",
    ),
    "slow": Pull(
        label="Slow change",
        drawing="slow",
        act=lambda bar, tap, _: bar.change(tap, gap_s=SLOW_GAP_S),
        said="The keg of tap {tap} is being changed; the next one comes in ten minutes.",
        expect="Keg lifted for ten minutes of the bar's time, then the next keg: one change, no pour.",
    ),
    "wobble": Pull(
        label="Wobbly change",
        drawing="wobble",
        act=lambda bar, tap, _: bar.change(tap, wobbles=True),
        said="The keg of tap {tap} is being changed, and set down askew at first.",
        expect="Set down, lifted again, set down: still one change of kegs, judged once it stands.",
    ),
    "lift": Pull(
        label="Lift keg",
        drawing="lift",
        act=lambda bar, tap, _: bar.place(tap, lbs=0),
        said="Nothing stands on the platform of tap {tap}; its keg waits beside it.",
        expect="Keg lifted; nothing is booked. The platform can be tared now.",
    ),
    "back": Pull(
        label="Put back",
        drawing="back",
        act=lambda bar, tap, _: bar.put_back(tap),
        said="The keg of tap {tap} is being put back.",
        expect="The same keg by its weight: it goes on where it was, and no change is booked.",
    ),
    "shell": Pull(
        label="Empty shell",
        drawing="shell",
        act=lambda bar, tap, _: bar.place_shell(tap),
        said="Only the empty shell stands under tap {tap}.",
        expect="A load that is no full keg: weigh its tare now, or say which keg it is.",
    ),
    "weight": Pull(
        label="20 kg",
        drawing="weight",
        act=lambda bar, tap, _: bar.place(tap, lbs=KNOWN_LBS),
        said="A weight of 20 kg stands under tap {tap}.",
        expect="44.1 lb on the scale: the known weight of a calibration.",
    ),
    "clean": Pull(
        label="Clean line",
        drawing="line",
        act=lambda bar, tap, member: bar.clean(tap, member=member),
        said="The line of tap {tap} is being cleaned: beer runs for two minutes, and in three it is done.",
        expect="CLEANING on the board; 96 oz counted as cleaning, none of it sold; next due in 14 days.",
    ),
    "wifi_off": Pull(
        label="Wi-Fi off",
        drawing="wifi",
        act=lambda bar, tap, _: bar.wifi(tap, up=False),
        said="The Wi-Fi of tap {tap} is off now.",
        expect="No signal within seconds; the last level stays, marked as old.",
    ),
    "wifi_on": Pull(
        label="Wi-Fi on",
        drawing="wifi",
        act=lambda bar, tap, _: bar.wifi(tap, up=True),
        said="The Wi-Fi of tap {tap} is on now.",
        expect="What the scale kept meanwhile comes with its own times; no pour is lost.",
    ),
    "age": Pull(
        label="Age cell",
        drawing="age",
        act=lambda bar, tap, _: bar.age(tap, span_pct=AGED_PCT, zero_lbs=AGED_LBS),
        said="The cell of tap {tap} shows 3 % more from now on, and 1 lb with nothing on it.",
        expect="The level is too high from now on; after two kegs the drift is told, a calibration puts it right.",
    ),
    "reboot": Pull(
        label="Restart",
        drawing="reboot",
        act=lambda bar, tap, _: bar.reboot(tap),
        said="The scale of tap {tap} starts again.",
        expect="Back within seconds, with its calibration; no pour, no jump.",
    ),
    "fault": Pull(
        label="Break chip",
        drawing="fault",
        act=lambda bar, tap, _: bar.fault(tap, "saturated"),
        said="The chip under tap {tap} is beyond its range now.",
        expect="No weight is believed: the last level stays and grows old.",
    ),
    "mend": Pull(
        label="Mend chip",
        drawing="mend",
        act=lambda bar, tap, _: bar.fault(tap, None),
        said="The chip under tap {tap} is sound again.",
        expect="Weights come again; what was poured meanwhile is counted as unseen.",
    ),
}
_USUAL: Final = ("pint", "taste", "pitcher", "bump", "lean", "change")


def groups_of(truth: Truth | None) -> list[LeverGroup]:
    """Give the levers that can be pulled where things stand so."""
    online = truth.online if truth else True
    broken = truth.fault is not None if truth else False
    return [
        _group("At the bar", [*_USUAL, "wifi_off" if online else "wifi_on"], usual=True),
        _group("The keg", ["slow", "wobble", "lift", "back"]),
        _group("On the platform", ["shell", "weight"]),
        _group("The line and the scale", ["clean", "age", "reboot", "mend" if broken else "fault"]),
    ]


def _group(name: str, keys: list[str], *, usual: bool = False) -> LeverGroup:
    levers = [Lever(key=key, label=PULLS[key].label, drawing=PULLS[key].drawing, first=key == "pint") for key in keys]
    return LeverGroup(name=name, usual=usual, levers=levers)
