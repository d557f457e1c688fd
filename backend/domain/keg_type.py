"""The sizes kegs come in: volume exact, shell mass typical, and where that mass comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backend.domain.refusal import Invalid
from backend.domain.units import LITRES_PER_GALLON, gallons_of_litres, lbs_of

TYPICAL_GRAVITY: Final = 1.010
"""Finished beer lies between 1.005 and 1.030; full weights of the table are told for this one."""


_PROPER: Final = ("Euro", "UK")


@dataclass(frozen=True, slots=True, kw_only=True)
class KegType:
    """A size of keg.

    `tare_lbs` is what a shell of this type typically weighs (shells differ by about 2 lb); None where no figure
    can be trusted, so that a person must weigh or enter it. `source` says where the figure comes from.
    """

    type_id: str
    name: str
    litres: float
    tare_lbs: float | None
    source: str

    @property
    def gallons(self) -> float:
        """Nominal volume in US gallons."""
        return gallons_of_litres(self.litres)

    @property
    def in_words(self) -> str:
        """Its name within a sentence: `half barrel`, `Euro 50 L`."""
        return self.name if self.name.startswith(_PROPER) else self.name[:1].lower() + self.name[1:]

    def full_lbs(self, *, empty_lbs: float, specific_gravity: float) -> float:
        """Gross weight (lb) of this keg full of such beer, in a shell of `empty_lbs`."""
        return empty_lbs + lbs_of(self.gallons, specific_gravity=specific_gravity)


def _types(*kinds: KegType) -> Mapping[str, KegType]:
    return {kind.type_id: kind for kind in kinds}


_NONE: Final = "no source to trust: weigh the empty keg or read the stamp"
_US: Final = "Draft Magazine and KegWorks tables (empty/full)"
_CZ: Final = "weighed by a running Czech pub (kotrzina/keg-scale)"

KEG_TYPES: Final = _types(
    KegType(type_id="half_barrel", name="Half barrel", litres=15.5 * LITRES_PER_GALLON, tare_lbs=29.7,
            source="Dimensions Guide (29.7 empty, 160.5 full)"),
    KegType(type_id="quarter_barrel", name="Quarter barrel", litres=7.75 * LITRES_PER_GALLON, tare_lbs=22.0,
            source=_US),
    KegType(type_id="slim_quarter", name="Slim quarter", litres=7.75 * LITRES_PER_GALLON, tare_lbs=22.0, source=_US),
    KegType(type_id="sixth_barrel", name="Sixtel", litres=31 / 6 * LITRES_PER_GALLON, tare_lbs=15.5, source=_US),
    KegType(type_id="corny_5gal", name="Corny 5 gal", litres=5 * LITRES_PER_GALLON, tare_lbs=9.0, source=_US),
    KegType(type_id="corny_3gal", name="Corny 3 gal", litres=3 * LITRES_PER_GALLON, tare_lbs=None, source=_NONE),
    KegType(type_id="corny_2_5gal", name="Corny 2.5 gal", litres=2.5 * LITRES_PER_GALLON, tare_lbs=None, source=_NONE),
    KegType(type_id="euro_50l", name="Euro 50 L", litres=50.0, tare_lbs=29.8, source=_CZ),
    KegType(type_id="euro_30l", name="Euro 30 L", litres=30.0, tare_lbs=22.0, source=_CZ),
    KegType(type_id="euro_20l", name="Euro 20 L slim", litres=20.0, tare_lbs=20.4, source=_CZ),
    KegType(type_id="keg_15l", name="Keg 15 L", litres=15.0, tare_lbs=15.4, source=_CZ),
    KegType(type_id="keg_10l", name="Keg 10 L", litres=10.0, tare_lbs=13.2, source=_CZ),
    KegType(type_id="mini_5l", name="Mini 5 L", litres=5.0, tare_lbs=None, source=_NONE),
    KegType(type_id="uk_firkin", name="Firkin", litres=9 * 4.54609, tare_lbs=None, source=_NONE),
    KegType(type_id="uk_pin", name="Pin", litres=4.5 * 4.54609, tare_lbs=None, source=_NONE),
    KegType(type_id="uk_11gal", name="UK 11 gal", litres=11 * 4.54609, tare_lbs=29.8, source="as euro_50l"),
)  # fmt: skip
"""Every type by its id."""


def keg_type(type_id: str) -> KegType:
    """Look a type up; raises Invalid with the ids that exist."""
    kind = KEG_TYPES.get(type_id)
    if kind is None:
        raise Invalid(f"{type_id[:40]!r} is no keg type: choose one of {', '.join(KEG_TYPES)}")
    return kind
