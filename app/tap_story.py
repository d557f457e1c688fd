"""What is told of a tap of the demo bar, and what its guests ordered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg_type import KegType
from backend.domain.refusal import Invalid
from backend.domain.units import OZ_PER_GALLON, lbs_of

FOAM_GALLONS: Final = 10 / OZ_PER_GALLON
"""Foam let off when a fresh keg is tapped; booked as waste."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a guest drank: from when, how much (US oz, above zero, less than a keg), for how many seconds it flowed."""

    at: datetime
    oz: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TapStory:
    """What is told of a tap: its beer and size, what is left in it (US gallons) when the story begins, and its scale.

    `silent_since` is when its scale was last heard, None where it is heard when the story begins.
    """

    tap_id: TapId
    scale_id: str
    beer: Beer
    kind: KegType
    shell_lbs: float
    left_gallons: float
    silent_since: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse more than a fresh keg holds once its foam is let off."""
        if not 0 <= self.left_gallons <= self.fresh_gallons:
            raise Invalid(
                f"{self.left_gallons:.2f} gal cannot be left on tap {self.tap_id}: give 0 to {self.fresh_gallons:.2f}"
            )

    @property
    def full_lbs(self) -> float:
        """Gross weight (lb) of a full keg."""
        return self.kind.full_lbs(empty_lbs=self.shell_lbs, specific_gravity=self.beer.specific_gravity)

    @property
    def fresh_gallons(self) -> float:
        """What a fresh keg holds (US gallons) once its foam is let off."""
        return self.kind.gallons - FOAM_GALLONS

    def gross_lbs(self, gallons: float) -> float:
        """Gross weight (lb) of its keg with this much beer (US gallons) in it."""
        return self.shell_lbs + lbs_of(gallons, specific_gravity=self.beer.specific_gravity)
