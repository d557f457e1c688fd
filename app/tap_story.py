"""What is told of a tap of the demo bar, and what its guests ordered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.domain.beer import Beer
from backend.domain.calibration import Calibration
from backend.domain.ids import TapId
from backend.domain.keg import TareSource
from backend.domain.keg_type import KegType
from backend.domain.maintenance import Aside
from backend.domain.refusal import Invalid
from backend.domain.units import OZ_PER_GALLON, lbs_of

FOAM_GALLONS: Final = 10 / OZ_PER_GALLON
"""Foam let off when a fresh keg is tapped; booked as waste."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Beer that ran: from when, how much (US oz, above zero, less than a keg), for how many seconds it flowed.

    `lost` says why it was not sold; None where a guest drank it.
    """

    at: datetime
    oz: float
    seconds: float
    lost: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TapStory:
    """What is told of a tap: its beer and size, what is left in it (US gallons) when the story begins, and its scale.

    `silent_since` is when its scale was last heard, None where it is heard when the story begins. `tare_source` is how
    the weight of its shells is known. `lost` is what ran beside what guests ordered, `asides` are the times at which
    its line was cleaned. From `dark[0]` until `dark[1]` its scale had no power. Since two kegs before the present one
    its cell shows `aged_pct` percent more than it should by the last of its `calibrations`.
    """

    tap_id: TapId
    scale_id: str
    beer: Beer
    kind: KegType
    shell_lbs: float
    left_gallons: float
    silent_since: datetime | None = None
    tare_source: TareSource = TareSource.STAMPED
    lost: Sequence[Order] = ()
    asides: Sequence[Aside] = ()
    dark: tuple[datetime, datetime] | None = None
    aged_pct: float = 0.0
    calibrations: Sequence[Calibration] = ()

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

    @property
    def left_lbs(self) -> float:
        """What the beer weighs (lb) that is left in it."""
        return lbs_of(self.left_gallons, specific_gravity=self.beer.specific_gravity)

    def is_dark(self, moment: datetime) -> bool:
        """Whether its scale had no power then."""
        return self.dark is not None and self.dark[0] <= moment < self.dark[1]

    def gross_lbs(self, gallons: float) -> float:
        """Gross weight (lb) of its keg with this much beer (US gallons) in it."""
        return self.shell_lbs + lbs_of(gallons, specific_gravity=self.beer.specific_gravity)
