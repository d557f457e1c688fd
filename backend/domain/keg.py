"""A keg: one physical barrel, the mass of its shell, and where it stands in its life."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.keg_type import keg_type
from backend.domain.refusal import Invalid
from backend.domain.units import gallons_of


class KegState(StrEnum):
    """Where a keg stands in its life."""

    IN_STOCK = "in_stock"
    NEXT = "next"
    ON_TAP = "on_tap"
    LIFTED = "lifted"  # taken off with beer left in it
    KICKED = "kicked"  # taken off empty


class TareSource(StrEnum):
    """How the mass of the empty shell is known; the earlier in this list, the more it is believed."""

    WEIGHED_EMPTY = "weighed_empty"
    STAMPED = "stamped"
    INFERRED_FROM_FULL = "inferred_from_full"
    BEER_TYPE = "beer_type"
    TYPE_DEFAULT = "type_default"


TARE_PLUS_MINUS_LBS: Final = {
    TareSource.WEIGHED_EMPTY: 0.1,
    TareSource.STAMPED: 0.5,
    TareSource.INFERRED_FROM_FULL: 1.0,
    TareSource.BEER_TYPE: 1.5,
    TareSource.TYPE_DEFAULT: 2.2,
}
"""How far off a tare of each source may be (lb); shells of one type differ by about 1 kg (docs/decisions)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tare:
    """Mass of the empty shell (lb) and how it is known; it belongs to the keg, never to the scale."""

    empty_lbs: float
    source: TareSource

    @property
    def plus_minus_lbs(self) -> float:
        """How far off it may be (lb)."""
        return TARE_PLUS_MINUS_LBS[self.source]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keg:
    """One barrel by its id, with its beer, its shell and its time on a tap.

    `full_lbs` is its gross weight when it was full. `tapped_at` and `closed_at` bound its last time on `tap_id`, and
    `taken_lbs` is what it weighed (gross) when it was taken off. `queued_on` is the tap it is to go on next. A person
    may say what it cost (minor units of the bar's currency), when it was filled, until when it is at its best, and give
    it a name of its own (`label`, as on its collar).
    """

    keg_id: str
    location_id: str
    beer_id: str
    type_id: str
    state: KegState
    tare: Tare
    full_lbs: float
    tap_id: TapId | None = None
    tapped_at: datetime | None = None
    closed_at: datetime | None = None
    queued_on: TapId | None = None
    taken_lbs: float | None = None
    cost_cents: int | None = None
    filled_on: date | None = None
    best_by: date | None = None
    label: str | None = None
    version: int = 0

    @property
    def beer_lbs(self) -> float:
        """What the beer in it weighed (lb) when it was full."""
        return self.full_lbs - self.tare.empty_lbs

    def __post_init__(self) -> None:
        """Refuse a keg that weighs more empty than full, or is queued without a tap."""
        keg_type(self.type_id)
        check_weights(empty_lbs=self.tare.empty_lbs, full_lbs=self.full_lbs)
        if (self.queued_on is not None) != (self.state is KegState.NEXT):
            raise Invalid(f"keg {self.keg_id} is next on a tap or it is not: queue it on one, or take it off the queue")

    def opening_gal(self, *, specific_gravity: float) -> float:
        """Give how many US gallons of such beer it held when it was full."""
        return gallons_of(self.beer_lbs, specific_gravity=specific_gravity)


def check_weights(*, empty_lbs: float, full_lbs: float) -> None:
    """Raises Invalid for a keg that weighs more empty than full."""
    if not 0 < empty_lbs < full_lbs:
        raise Invalid(
            f"a keg of {full_lbs:.1f} lb full cannot weigh {empty_lbs:.1f} lb empty: check the tare and the keg type"
        )


GAS_LBS_PER_GALLON: Final = 0.030
"""Carbon dioxide at serving pressure takes the place of the beer: 3.6 g a litre (docs/decisions)."""
_EMPTY_SLACK_LBS: Final = 0.135
"""What a scale may be off over the life of a keg, beside the gas: a taster's worth of foam."""


def empty_net_lbs(capacity_gallons: float) -> float:
    """Give the net weight (lb) at or below which a keg of this size (US gallons) is empty.

    An empty keg under pressure weighs its shell and the gas in it: 0.46 lb in a half barrel, 0.6 with what a scale may
    be off. A vented one weighs less, down to its shell alone.
    """
    return GAS_LBS_PER_GALLON * capacity_gallons + _EMPTY_SLACK_LBS


def keg_id_of(tap_id: TapId, *, tapped_at: datetime) -> str:
    """Name a keg by when (UTC, in milliseconds) and where it went on tap: `keg-20260318-07-204107250-loc-001`."""
    moment = f"{tapped_at:%H%M%S}{tapped_at.microsecond // 1000:03d}"
    return f"keg-{tapped_at:%Y%m%d}-{tap_id.number:02d}-{moment}-{tap_id.location_id}"


def seen_lifted(lifted_at: datetime) -> datetime:
    """Give the last moment before which a scale certainly told the weight of the keg that was lifted then.

    A scale tells whole seconds.
    """
    return lifted_at.replace(microsecond=0)


def seen_standing(placed_at: datetime) -> datetime:
    """Give the first moment from which on a scale certainly tells the weight of the keg that was put on then.

    A scale tells whole seconds, and its filter is up to a second behind.
    """
    late = placed_at + timedelta(seconds=1)
    return late if not late.microsecond else late.replace(microsecond=0) + timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class KegTapped(Event):
    """A keg went on a tap, closing the one before it, if any.

    `keg_id` None: a keg was put on that nobody knows yet. `automatic` says that the scale found it, `confirmed` that a
    person said so too.
    """

    tap_id: str
    keg_id: str | None
    closed_keg_id: str | None
    at: datetime
    automatic: bool = False
    confirmed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KegsChanged(Event):
    """Kegs of a location were stocked, queued, changed or removed."""

    keg_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapUndone(Event):
    """A change of kegs was taken back: the keg before stands there again (None: none did)."""

    tap_id: str
    keg_id: str | None
    at: datetime
