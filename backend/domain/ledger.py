"""The ledger of a keg: what was in it, what was poured, wasted, or left unseen; full - all of that = its level."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.reading import PourClaim, Reading
from backend.domain.units import gallons_of

_LONGEST_WAIT_S: Final = 3600
"""A claim rides in the next reading that is sent; one that is said to be older than this is nonsense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pour:
    """A fall in weight that stays: beer that left the keg through the faucet. Volumes in US gallons, weights lb."""

    pour_id: str
    tap_id: TapId
    keg_id: str
    started_at: datetime
    seconds: float
    gallons: float
    before_lbs: float
    after_lbs: float
    device_id: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waste:
    """Beer that left the keg and was not sold: foam, a spill, a line cleaned. US gallons."""

    waste_id: str
    tap_id: TapId
    keg_id: str
    at: datetime
    gallons: float
    reason: str
    by: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Totals of one keg in US gallons; `remaining` is what should be left of `opening`."""

    keg_id: str
    opening: float
    poured: float = 0.0
    wasted: float = 0.0
    unseen: float = 0.0
    pours: int = 0
    version: int = 0

    @property
    def remaining(self) -> float:
        """What is left by the books; may fall below zero where the keg held more than its nominal volume."""
        return self.opening - self.poured - self.wasted - self.unseen

    def with_pour(self, pour: Pour) -> Self:
        """Book a pour."""
        return replace(self, poured=self.poured + pour.gallons, pours=self.pours + 1)

    def without_pour(self, pour: Pour) -> Self:
        """Take a pour out that belongs to another keg."""
        return replace(self, poured=self.poured - pour.gallons, pours=self.pours - 1)

    def without_waste(self, waste: Waste) -> Self:
        """Take waste out that belongs to another keg."""
        return replace(self, wasted=self.wasted - waste.gallons)

    def with_waste(self, waste: Waste) -> Self:
        """Book waste."""
        return replace(self, wasted=self.wasted + waste.gallons)


@dataclass(frozen=True, slots=True, kw_only=True)
class PourEnded(Event):
    """A pour was booked."""

    tap_id: str
    pour_id: str
    gallons: float


def pour_began(reading: Reading, claim: PourClaim) -> datetime:
    """Give when a claimed pour began, in the time that readings go by.

    The scale says by its own clock when the pour began, so that is as long before the reading as the two are apart
    there; a scale without a clock, or with nonsense in the claim, gets a pour that ended when the reading was measured.
    """
    seconds_back = claim.seconds if reading.sent_t is None else float(reading.sent_t - claim.start)
    if not 0 <= seconds_back <= claim.seconds + _LONGEST_WAIT_S:
        seconds_back = claim.seconds
    return reading.measured_at - timedelta(seconds=seconds_back)


def pour_of(reading: Reading, claim: PourClaim, *, tap_id: TapId, keg_id: str, specific_gravity: float) -> Pour:
    """Give the pour that a scale claims in a reading.

    Its id comes from its cause (scale, boot, start), so the same message again gives the same pour.
    """
    boot = "none" if reading.boot is None else f"{reading.boot:08x}"
    return Pour(
        pour_id=f"{reading.device_id}.{boot}.{claim.start}",
        tap_id=tap_id,
        keg_id=keg_id,
        started_at=pour_began(reading, claim),
        seconds=claim.seconds,
        gallons=gallons_of(claim.before_lbs - claim.after_lbs, specific_gravity=specific_gravity),
        before_lbs=claim.before_lbs,
        after_lbs=claim.after_lbs,
        device_id=reading.device_id,
    )
