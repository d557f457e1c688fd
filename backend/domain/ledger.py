"""The ledger of a keg: what was in it, what was poured, wasted, or left unseen; full - all of that = its level."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.reading import PourClaim, Reading
from backend.domain.units import gallons_of

CLEANING: Final = "cleaning"
"""The reason of waste that cleaning a line took; it has its own counter."""
MAINTENANCE: Final = "maintenance"
"""The reason of waste that left while the tap was set aside."""
_DUST: Final = 1e-6
"""What is left of a sum (US gallons) after all that was added was taken out again."""
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
    """Beer that left the keg and was not sold: foam, a spill, a line cleaned. US gallons.

    A person tells it in gallons; what the scale found while the tap was set aside has its weights (lb) too.
    `of_poured` and `of_unseen` are the parts that stood in the books as poured or unseen before it was told, which was
    at `booked_at` by the clock on the wall.
    """

    waste_id: str
    tap_id: TapId
    keg_id: str
    at: datetime
    gallons: float
    reason: str
    by: str
    before_lbs: float | None = None
    after_lbs: float | None = None
    of_poured: float = 0.0
    of_unseen: float = 0.0
    booked_at: datetime | None = None
    version: int = 0

    @property
    def cleaning(self) -> bool:
        """Whether it went through the line while that was cleaned: counted by itself."""
        return self.reason == CLEANING

    @property
    def found(self) -> bool:
        """Whether a scale found it, and nobody told of it."""
        return self.before_lbs is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A fall in weight across a gap in the readings: gone, but nobody saw how. US gallons, weights in lb."""

    unseen_id: str
    tap_id: TapId
    keg_id: str
    at: datetime
    gallons: float
    before_lbs: float
    after_lbs: float
    device_id: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Totals of one keg in US gallons: opening = poured + wasted + cleaned + unseen + remaining.

    Volumes are counted by `specific_gravity` (None in books that are older than that: the beer's). `since` is the
    first moment anything was booked. `unseen` is what left without a pour or a person telling of it, below zero where
    more is there than the books knew. `rest_lbs` is the gross weight when the keg was weighed at rest last, at
    `rest_at` (by the calibration of that revision); `weighed` is the beer that was left by that weight, less what left
    since.
    """

    keg_id: str
    opening: float
    poured: float = 0.0
    wasted: float = 0.0
    cleaned: float = 0.0
    unseen: float = 0.0
    pours: int = 0
    specific_gravity: float | None = None
    since: datetime | None = None
    rest_lbs: float | None = None
    rest_at: datetime | None = None
    rest_cal: int | None = None
    weighed: float | None = None
    version: int = 0

    @property
    def remaining(self) -> float:
        """What is left by the books; may fall below zero where the keg held more than its nominal volume."""
        return self.opening - self.poured - self.wasted - self.cleaned - self.unseen

    @property
    def opened(self) -> bool:
        """Whether beer was drawn from the keg: it is full no more, whatever stands of it elsewhere."""
        return self.pours > 0 or self.wasted > _DUST or self.cleaned > _DUST

    def with_pour(self, pour: Pour) -> "Ledger":
        """Book a pour."""
        left = self._left(pour.gallons, at=pour.started_at)
        return replace(left, poured=left.poured + pour.gallons, pours=left.pours + 1)

    def without_pour(self, pour: Pour) -> "Ledger":
        """Take a pour out that belongs to another keg."""
        back = self._came_back(pour.gallons, at=pour.started_at)
        return replace(back, poured=back.poured - pour.gallons, pours=back.pours - 1)

    def with_waste(self, waste: Waste) -> "Ledger":
        """Book waste."""
        new = waste.gallons - waste.of_poured - waste.of_unseen
        return _wasting(self._left(new, at=waste.at), waste, sign=1.0)

    def without_waste(self, waste: Waste) -> "Ledger":
        """Take waste out that belongs to another keg, or that was booked by mistake."""
        new = waste.gallons - waste.of_poured - waste.of_unseen
        return _wasting(self._came_back(new, at=waste.at), waste, sign=-1.0)

    def with_unseen(self, unseen: Unseen) -> "Ledger":
        """Book a fall across a gap."""
        left = self._left(unseen.gallons, at=unseen.at)
        return replace(left, unseen=left.unseen + unseen.gallons)

    def without_unseen(self, unseen: Unseen) -> "Ledger":
        """Take a fall across a gap out that belongs to another keg."""
        back = self._came_back(unseen.gallons, at=unseen.at)
        return replace(back, unseen=back.unseen - unseen.gallons)

    def found_gone(self, gallons: float) -> float:
        """Give how much (US gallons, 0 to `gallons`) of what is to be booked now the scale has found gone already."""
        if self.weighed is None:
            return 0.0
        return min(max(self.weighed - (self.remaining - gallons), 0.0), gallons)

    def _left(self, gallons: float, *, at: datetime) -> "Ledger":
        """Beer leaves: what weighing found gone before it was told of was unseen till now."""
        first = replace(self, since=at if self.since is None else min(self.since, at))
        if self.weighed is None or self.rest_at is None:
            return first
        if at > self.rest_at:
            return replace(first, weighed=self.weighed - gallons)
        return replace(first, unseen=self.unseen - self.found_gone(gallons))

    def _came_back(self, gallons: float, *, at: datetime) -> "Ledger":
        """Beer did not leave after all; what left before the last weighing tells nothing about that."""
        if self.weighed is None or self.rest_at is None or at <= self.rest_at:
            return self
        return replace(self, weighed=self.weighed + gallons)


def _wasting(ledger: Ledger, waste: Waste, *, sign: float) -> Ledger:
    gallons = sign * waste.gallons
    return replace(
        ledger,
        poured=ledger.poured - sign * waste.of_poured,
        unseen=ledger.unseen - sign * waste.of_unseen,
        wasted=ledger.wasted + (0.0 if waste.cleaning else gallons),
        cleaned=ledger.cleaned + (gallons if waste.cleaning else 0.0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PourEnded(Event):
    """A pour was booked."""

    tap_id: str
    pour_id: str
    gallons: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WasteBooked(Event):
    """Waste was booked, or taken back."""

    tap_id: str


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


def waste_of(left: Pour | Unseen, *, reason: str, by: str) -> Waste:
    """Give a pour that was not sold, or a fall that is explained, as waste: under the same id and with its weights."""
    return Waste(
        waste_id=left.pour_id if isinstance(left, Pour) else left.unseen_id,
        tap_id=left.tap_id,
        keg_id=left.keg_id,
        at=left.started_at if isinstance(left, Pour) else left.at,
        gallons=left.gallons,
        reason=reason,
        by=by,
        before_lbs=left.before_lbs,
        after_lbs=left.after_lbs,
    )
