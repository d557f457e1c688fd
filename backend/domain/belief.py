"""Whether a pour that a scale claims can have been one: a faulty scale, or a strange one, sells no beer."""

from enum import StrEnum
from typing import Final

from backend.domain.pour import FASTEST_LBS_PER_S, GRAIN_S, LEAST_LBS, QUICKEST_LBS, SHELL_LBS
from backend.domain.reading import PourClaim

_ROUNDED_LBS: Final = 0.002
"""Scales tell whole thousandths of a pound, twice in a claim."""
_MORE_SHARE: Final = 1.05
"""A keg may hold a twentieth more than its books began with."""


class Unbelieved(StrEnum):
    """Why a claim is not believed; it ends the sentence "a pour of ... was not booked: it"."""

    LITTLE = "is less than a scale can tell"
    FAST = "ran faster than beer flows"
    MUCH = "is more than the keg held"
    LIFTED = "ended below the weight of any keg"


def unbelieved(claim: PourClaim, *, gallons: float, opening: float) -> Unbelieved | None:
    """Say why no faucet can have poured this claim, which is so many US gallons; None where it can.

    The limits are those by which the scale itself seeks pours; `opening` is what was in the keg (US gallons).
    """
    fall = claim.before_lbs - claim.after_lbs
    if fall < LEAST_LBS - _ROUNDED_LBS:
        return Unbelieved.LITTLE
    if claim.after_lbs < SHELL_LBS:
        return Unbelieved.LIFTED
    if fall > QUICKEST_LBS + FASTEST_LBS_PER_S * (claim.seconds + GRAIN_S):
        return Unbelieved.FAST
    return Unbelieved.MUCH if gallons > _MORE_SHARE * opening else None
