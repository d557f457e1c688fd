"""A keg: one physical barrel, the mass of its shell, and where it stands in its life."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.keg_type import keg_type
from backend.domain.refusal import Invalid


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

    `full_lbs` is its gross weight when it was full. `tapped_at` and `closed_at` bound its time on `tap_id`.
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
    version: int = 0

    @property
    def beer_lbs(self) -> float:
        """What the beer in it weighed (lb) when it was full."""
        return self.full_lbs - self.tare.empty_lbs

    def __post_init__(self) -> None:
        """Refuse a keg that weighs more empty than full."""
        keg_type(self.type_id)
        check_weights(empty_lbs=self.tare.empty_lbs, full_lbs=self.full_lbs)


def check_weights(*, empty_lbs: float, full_lbs: float) -> None:
    """Raises Invalid for a keg that weighs more empty than full."""
    if not 0 < empty_lbs < full_lbs:
        raise Invalid(
            f"a keg of {full_lbs:.1f} lb full cannot weigh {empty_lbs:.1f} lb empty: check the tare and the keg type"
        )


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
    """A keg went on a tap, closing the one before it, if any."""

    tap_id: str
    keg_id: str
    closed_keg_id: str | None
    at: datetime
