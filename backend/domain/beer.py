"""A beer: what is in the keg, how dense it is, and how it is sold."""

from dataclasses import dataclass
from typing import Final

from backend.domain.ids import checked_id
from backend.domain.keg_type import TYPICAL_GRAVITY
from backend.domain.refusal import Invalid
from backend.domain.units import OZ_PER_GALLON

LEAST_GRAVITY: Final = 0.98
MOST_GRAVITY: Final = 1.2
USUAL_GRAVITY: Final = (1.0, 1.04)
"""What nearly every finished beer lies within; sours and barley wines come near its ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The glass a beer is sold in: its name in the plural (`pints`) and its size in US fluid ounces."""

    name: str = "pints"
    oz: float = 16.0

    def __post_init__(self) -> None:
        """Refuse a glass that holds nothing."""
        if not 0 < self.oz <= OZ_PER_GALLON:
            raise Invalid(f"a serving of {self.oz} oz cannot be poured: give 1 to 128 US oz")

    def in_gallons(self, gallons: float) -> int:
        """How many whole servings are in this many US gallons; floored, because a part of a glass is not sold."""
        return int(gallons * OZ_PER_GALLON / self.oz + 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beer:
    """A beer by its id (`guinness-draught`).

    `specific_gravity` is that of the finished beer; `abv` percent; `srm` its colour; `price_cents` what a serving
    sells for and `cost_cents` what a keg costs, in minor units of the location's currency.
    """

    beer_id: str
    name: str
    brewery: str = ""
    style: str = ""
    abv: float | None = None
    specific_gravity: float = TYPICAL_GRAVITY
    srm: int | None = None
    serving: Serving = Serving()
    price_cents: int | None = None
    cost_cents: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no beer is."""
        checked_id(self.beer_id, kind="beer")
        if not self.name.strip():
            raise Invalid("a beer needs a name")
        if not LEAST_GRAVITY <= self.specific_gravity <= MOST_GRAVITY:
            raise Invalid(
                f"specific gravity {self.specific_gravity} is no finished beer's: it lies between "
                f"{LEAST_GRAVITY} and {MOST_GRAVITY}, mostly near {TYPICAL_GRAVITY}"
            )


def unusual_gravity(specific_gravity: float) -> str | None:
    """Give the sentence that warns of a gravity few finished beers have; None for a usual one."""
    least, most = USUAL_GRAVITY
    if least <= specific_gravity <= most:
        return None
    return (
        f"a finished beer seldom has a specific gravity of {specific_gravity:g}: "
        f"nearly all lie between {least:.2f} and {most:.2f}, so check the figure"
    )
