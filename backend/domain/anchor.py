"""Anchoring: a keg's books follow its weight, slowly, so that neither gas nor wander nor a missed glass adds up.

Books that only count pours drift away from the platform: the gas that takes the beer's place weighs a third of a
percent of it, a glass is missed, a shell is not what its type says. The weight of a moment is no better: a cooler
makes it wander by 180 g. So what lies between the two is booked as unseen bit by bit, and only what two weighings
in a row agree on (docs/decisions/22).
"""

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from backend.domain.ledger import Ledger
from backend.domain.level import Level
from backend.domain.tap import TapState

EVERY: Final = timedelta(minutes=10)
"""Weighings that are nearer to each other count once."""
CREEP: Final = timedelta(minutes=45)
"""A load cell creeps for so long after a keg was put on it; its weight anchors nothing before."""
FOLLOWS_IN: Final = timedelta(hours=6)
"""Time in which all but a third (1/e) of a difference is booked; a cooler's hour averages out in it."""
_LONGEST_STEP: Final = timedelta(hours=1)
APART_SHARE: Final = 0.005
APART_GALLONS: Final = 0.03
"""Books and weight may differ by 0.5 % of the keg or 4 oz (the wander of a cooler), whichever is more."""


class Rest(NamedTuple):
    """A gross weight (lb) at rest, when it was measured, and by which revision of its scale's calibration."""

    lbs: float
    at: datetime
    cal: int | None = None


def anchored(ledger: Ledger, *, weighed: float, rest: Rest) -> Ledger:
    """Give the books after a weighing at rest, by which `weighed` US gallons are left.

    The difference is booked as unseen (signed): what exceeds the tolerance at once, the rest in hours; but only as
    much of it as the weighing before showed too, so that a hand on the keg books nothing. Beer does not come back, but
    a weighing that was too low is found out so: a rise is believed once a second weighing agrees. The same books come
    back where the last weighing is less than ten minutes ago.
    """
    since = None if ledger.rest_at is None else rest.at - ledger.rest_at
    if since is not None and since < EVERY:
        return ledger
    apart = ledger.remaining - weighed
    comparable = ledger.weighed is not None and ledger.rest_cal == rest.cal
    lasting = _lasting(apart, ledger.remaining - (ledger.weighed or 0.0)) if comparable else 0.0
    share = math.exp(-min(since or timedelta(0), _LONGEST_STEP) / FOLLOWS_IN)
    kept = min(abs(lasting), tolerance(ledger)) * share
    booked = math.copysign(max(0.0, abs(lasting) - kept), lasting)
    return _at(replace(ledger, unseen=ledger.unseen + booked), weighed, rest)


def rested(ledger: Ledger, *, weighed: float, rest: Rest) -> Ledger:
    """Give the books set to the weight at once, as when a keg leaves or a person puts its facts right.

    `weighed` is what was left (US gallons) at the end of the books as they are; nothing was booked after that.
    """
    return _at(replace(ledger, unseen=ledger.unseen + ledger.remaining - weighed), weighed, rest)


def loosened(ledger: Ledger) -> Ledger:
    """Give the books without their last weighing: the keg was off its scale meanwhile, or a person says it was not."""
    return replace(ledger, weighed=None, rest_lbs=None, rest_at=None, rest_cal=None)


def gone_since(ledger: Ledger, *, weighed: float, rest: Rest) -> float:
    """Give how much more (US gallons) has left since the last weighing than was booked since, beyond all wander.

    Zero where the two weighings cannot be compared. What leaned on the keg at the last one was never in its books, and
    is not gone.
    """
    if ledger.weighed is None or ledger.rest_cal != rest.cal:
        return 0.0
    leaned_on = ledger.weighed - ledger.remaining > tolerance(ledger)
    gone = (ledger.remaining if leaned_on else ledger.weighed) - weighed
    return gone if gone > tolerance(ledger) else 0.0


def at_rest(state: TapState, *, keg_id: str | None) -> bool:
    """Whether the newest reading of a tap is the weight of this keg, standing still."""
    shown = state.shown
    still = shown is not None and shown.settled and not shown.unseated and not shown.pouring and shown.odd_since is None
    return state.keg_id == keg_id and state.stable and still and isinstance(state.level, Level)


def tolerance(ledger: Ledger) -> float:
    """By how much (US gallons) the books of a keg at rest may differ from its weight."""
    return max(APART_SHARE * ledger.opening, APART_GALLONS)


def _lasting(now: float, before: float) -> float:
    """What two differences have in common: the smaller, where both point the same way."""
    if now * before <= 0:
        return 0.0
    return math.copysign(min(abs(now), abs(before)), now)


def _at(ledger: Ledger, weighed: float, rest: Rest) -> Ledger:
    return replace(ledger, weighed=weighed, rest_lbs=rest.lbs, rest_at=rest.at, rest_cal=rest.cal)
