"""Units, exact: weights in lb, volumes in US gallons inside; what people read is converted here.

Sources of the factors: the international yard and pound agreement (1 lb = 0.45359237 kg, exact), the US gallon of
231 cubic inches (3.785411784 L, exact), the imperial gallon of 4.54609 L (exact, UK Weights and Measures Act 1985).
"""

from enum import StrEnum
from typing import Final

KG_PER_LB: Final = 0.45359237
LITRES_PER_GALLON: Final = 3.785411784
LITRES_PER_IMPERIAL_GALLON: Final = 4.54609
OZ_PER_GALLON: Final = 128.0
PINTS_PER_GALLON: Final = 8.0

LBS_PER_GALLON_OF_WATER: Final = 8.345
"""Water at serving temperature (38 F: 8.3452 lb a gallon), as the specification uses it; one constant everywhere."""


class VolumeUnit(StrEnum):
    """What a location or a member reads volumes in."""

    US_GALLON = "us_gal"
    US_PINT = "us_pint"
    US_OZ = "us_oz"
    IMPERIAL_PINT = "imperial_pint"
    LITRE = "litre"


PER_GALLON: Final = {
    VolumeUnit.US_GALLON: 1.0,
    VolumeUnit.US_PINT: PINTS_PER_GALLON,
    VolumeUnit.US_OZ: OZ_PER_GALLON,
    VolumeUnit.IMPERIAL_PINT: LITRES_PER_GALLON / (LITRES_PER_IMPERIAL_GALLON / 8),
    VolumeUnit.LITRE: LITRES_PER_GALLON,
}
"""How many of a unit make a US gallon."""


def gallons_of(net_lbs: float, *, specific_gravity: float) -> float:
    """US gallons of beer of this net weight (lb): `net_lbs / (8.345 * specific_gravity)`."""
    return net_lbs / (LBS_PER_GALLON_OF_WATER * specific_gravity)


def lbs_of(gallons: float, *, specific_gravity: float) -> float:
    """Net weight (lb) of this much beer (US gallons)."""
    return gallons * LBS_PER_GALLON_OF_WATER * specific_gravity


def litres(gallons: float) -> float:
    """US gallons to litres."""
    return gallons * LITRES_PER_GALLON


def gallons_of_litres(volume_l: float) -> float:
    """Litres to US gallons."""
    return volume_l / LITRES_PER_GALLON


def kg(lbs: float) -> float:
    """Pounds to kilograms."""
    return lbs * KG_PER_LB


def lbs(mass_kg: float) -> float:
    """Kilograms to pounds."""
    return mass_kg / KG_PER_LB


def in_unit(gallons: float, unit: VolumeUnit) -> float:
    """US gallons in the unit people read."""
    return gallons * PER_GALLON[unit]
