"""The level of a keg, derived from its gross weight, its tare and its beer; a scale never sends one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.domain.units import gallons_of

LIFTED_SHARE: Final = 0.5
"""Less than half of the empty shell's weight on the platform: the keg is not standing there."""


_OVERFULL_SHARE: Final = 1.25
"""A shell lighter than its type's, a keg said to be the next smaller one, or a scale that is off shows more than the
keg holds; what weighs more than a quarter above that is no beer at all."""


class NoLevel(StrEnum):
    """Why there is no level to show; a named reason rather than a number."""

    NO_READING = "no reading yet"
    NO_KEG = "no keg assigned"
    WHICH_KEG = "which keg is this?"
    NO_TARE = "tare not set"
    LIFTED = "keg lifted"
    SET_DOWN = "keg set down: checking"
    UNREADABLE = "cannot be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How much beer is left: percent of full (0 to 100), US gallons and net lb, none of them below zero.

    `net_lbs` and `gallons` are what was measured, also where that is more than the keg can hold: a full keg by percent
    that shows too many gallons tells that its tare, its size or its scale is wrong, and the books agree with it. Cut
    off at the keg's volume it would look right, and the first gallons poured would not move it.
    """

    percent: float
    gallons: float
    net_lbs: float


def is_lifted(gross_lbs: float, *, empty_lbs: float) -> bool:
    """Whether so little (gross lb) stands on the platform that it cannot be a keg whose shell weighs `empty_lbs`."""
    return gross_lbs < empty_lbs * LIFTED_SHARE


def is_overfull(gross_lbs: float, *, empty_lbs: float, full_lbs: float) -> bool:
    """Whether so much (gross lb) stands there that it cannot be the beer of this keg: its books do not follow that."""
    return gross_lbs - empty_lbs > _OVERFULL_SHARE * (full_lbs - empty_lbs)


def level_of(*, gross_lbs: float, empty_lbs: float, full_lbs: float, specific_gravity: float) -> Level | NoLevel:
    """Level of a keg whose shell weighs `empty_lbs`, `full_lbs` with all its beer, `gross_lbs` now.

    A weight far below the shell's means that the keg was lifted. A little below it (a vented keg, drift) is empty.
    """
    if is_lifted(gross_lbs, empty_lbs=empty_lbs):
        return NoLevel.LIFTED
    return level_of_net(gross_lbs - empty_lbs, capacity_lbs=full_lbs - empty_lbs, specific_gravity=specific_gravity)


def level_of_net(net_lbs: float, *, capacity_lbs: float, specific_gravity: float) -> Level:
    """Level of `net_lbs` of beer in a keg that holds `capacity_lbs` (above zero) of it."""
    net = max(0.0, net_lbs)
    percent = min(100.0, 100.0 * net / capacity_lbs)
    return Level(percent=percent, gallons=gallons_of(net, specific_gravity=specific_gravity), net_lbs=net)


_TENTHS: Final = tuple(tenth / 10 for tenth in range(1001))


def percents_of(gross_lbs: Iterable[float], *, empty_lbs: float, full_lbs: float) -> list[float]:
    """The percent of `level_of_net`, to a tenth, for each of many gross weights of one keg.

    A chart wants thousands of them, and `round` would cost more than all the rest.
    """
    tenths = 1000.0 / (full_lbs - empty_lbs)
    nearest = 0.5 - empty_lbs * tenths
    return [
        0.0 if gross <= empty_lbs else 100.0 if gross >= full_lbs else _TENTHS[int(gross * tenths + nearest)]
        for gross in gross_lbs
    ]
