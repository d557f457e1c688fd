"""The past of the demo bar: drinkers' orders walked through kegs, so that the books and the weights agree."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, Tare, TareSource
from backend.domain.keg_type import KegType
from backend.domain.ledger import Pour, Waste
from backend.domain.units import OZ_PER_GALLON, lbs_of
from backend.ports import Recorded
from backend.usecases.book_past import PastKeg, PastTap

CHANGE_TAKES: Final = timedelta(minutes=5)
FOAM_GALLONS: Final = 10 / OZ_PER_GALLON
"""Foam let off when a fresh keg is tapped; booked as waste."""
HEARTBEAT: Final = timedelta(minutes=5)
WANDER_LBS: Final = 0.13
"""Amplitude of the cooler's wander on the past's weights: 120 g peak to peak, as measured in a real cooler."""
_COOLER_PERIOD_S: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a guest drank: from when, how much (US oz), for how many seconds it flowed."""

    at: datetime
    oz: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TapStory:
    """What is told of a tap: its beer and size, what is left in it when the story begins, and its scale."""

    tap_id: TapId
    scale_id: str
    beer: Beer
    kind: KegType
    shell_lbs: float
    left_gallons: float
    silent_since: datetime | None = None

    @property
    def full_lbs(self) -> float:
        """Gross weight (lb) of a full keg."""
        return self.kind.full_lbs(empty_lbs=self.shell_lbs, specific_gravity=self.beer.specific_gravity)


@dataclass(slots=True, kw_only=True)
class _Open:
    """A keg while it is being emptied."""

    tapped_at: datetime
    left: float
    unseen: float = 0.0
    pours: list[Pour] = field(default_factory=list)
    wastes: list[Waste] = field(default_factory=list)


def past_of(tap: TapStory, orders: Sequence[Order], *, start: datetime, end: datetime) -> PastTap:
    """Walk a tap's orders (in order of time) through its kegs, so that `left_gallons` are left at `end`.

    A glass that empties a keg is finished from the next. What the first keg had lost before `start` is `unseen`.
    """
    capacity = tap.kind.gallons
    per_order = [order.oz / OZ_PER_GALLON for order in orders]
    opening = _opening(tap.left_gallons, per_order, capacity=capacity)
    now = _Open(tapped_at=start, left=opening, unseen=capacity - opening)
    done: list[PastKeg] = []
    ready = start
    for order, gallons in zip(orders, per_order, strict=True):
        at, rest = max(order.at, ready), gallons
        if gallons >= now.left:
            rest = gallons - now.left
            _pour(tap, now, at, now.left, order.seconds * now.left / gallons)
            lifted = at + timedelta(seconds=order.seconds) + CHANGE_TAKES
            done.append(_closed(tap, now, lifted))
            at = lifted + timedelta(minutes=1)
            now = _Open(tapped_at=at, left=capacity)
            _foam(tap, now, at)
            at += timedelta(seconds=20)
        if rest > 0:
            _pour(tap, now, at, rest, order.seconds)
        ready = at + timedelta(seconds=order.seconds + 1)
    done.append(_closed(tap, now, None))
    return PastTap(tap_id=tap.tap_id, kegs=done, readings=list(_readings(tap, done, end=end)))


def _opening(left: float, orders: Iterable[float], *, capacity: float) -> float:
    """Give what the first keg must have held so that `left` is left in the last one."""
    opening = left
    for gallons in reversed(list(orders)):
        opening += gallons
        if opening > capacity - FOAM_GALLONS:
            # A keg was tapped here: its foam is gone, and the glass had taken the rest of the one before.
            opening -= capacity - FOAM_GALLONS
    return opening


def _pour(tap: TapStory, keg: _Open, at: datetime, gallons: float, seconds: float) -> None:
    before = _gross(tap, keg.left)
    keg.left -= gallons
    keg.pours.append(
        Pour(
            pour_id=f"{tap.scale_id}.past.{int(at.timestamp())}",
            tap_id=tap.tap_id,
            keg_id=_keg_id(tap, keg.tapped_at),
            device_id=tap.scale_id,
            started_at=at,
            seconds=round(seconds, 1),
            gallons=gallons,
            before_lbs=before,
            after_lbs=_gross(tap, keg.left),
        )
    )


def _foam(tap: TapStory, keg: _Open, at: datetime) -> None:
    keg.left -= FOAM_GALLONS
    keg.wastes.append(
        Waste(
            waste_id=f"{tap.tap_id.number:02d}.past.{int(at.timestamp())}",
            tap_id=tap.tap_id,
            keg_id=_keg_id(tap, keg.tapped_at),
            at=at,
            gallons=FOAM_GALLONS,
            reason="foam of a fresh keg",
            by="bartender",
        )
    )


def _gross(tap: TapStory, gallons: float) -> float:
    return tap.shell_lbs + lbs_of(gallons, specific_gravity=tap.beer.specific_gravity)


def _keg_id(tap: TapStory, tapped_at: datetime) -> str:
    return f"keg-{tapped_at:%Y%m%d}-{tap.tap_id.number:02d}-{tapped_at:%H%M%S}-{tap.tap_id.location_id}"


def _closed(tap: TapStory, keg: _Open, closed_at: datetime | None) -> PastKeg:
    return PastKeg(
        keg=Keg(
            keg_id=_keg_id(tap, keg.tapped_at),
            location_id=tap.tap_id.location_id,
            beer_id=tap.beer.beer_id,
            type_id=tap.kind.type_id,
            state=KegState.ON_TAP if closed_at is None else KegState.KICKED,
            tare=Tare(empty_lbs=tap.shell_lbs, source=TareSource.STAMPED),
            full_lbs=tap.full_lbs,
            tap_id=tap.tap_id,
            tapped_at=keg.tapped_at,
            closed_at=closed_at,
        ),
        unseen=keg.unseen,
        pours=tuple(keg.pours),
        wastes=tuple(keg.wastes),
    )


def _readings(tap: TapStory, kegs: Sequence[PastKeg], *, end: datetime) -> Iterator[Recorded]:
    """Give what the scale would have said: every five minutes, and after each pour, until it fell silent."""
    until = tap.silent_since or end
    seq = 0
    for keg in kegs:
        tapped_at = keg.keg.tapped_at or end
        left = _gross(tap, tap.kind.gallons - keg.unseen)
        falls = sorted(
            [(pour.started_at + timedelta(seconds=pour.seconds + 2), pour.gallons) for pour in keg.pours]
            + [(waste.at + timedelta(seconds=5), waste.gallons) for waste in keg.wastes],
        )
        beats = _beats(tapped_at + timedelta(seconds=10), min(keg.keg.closed_at or until, until))
        for at, gallons in sorted([*falls, *((beat, 0.0) for beat in beats)]):
            if at >= until:
                return
            left -= lbs_of(gallons, specific_gravity=tap.beer.specific_gravity)
            seq += 1
            yield _reading(tap, keg.keg.keg_id, at, left, seq)


def _beats(start: datetime, end: datetime) -> Iterator[datetime]:
    at = start
    while at < end:
        yield at
        at += HEARTBEAT


def _reading(tap: TapStory, keg_id: str, at: datetime, gross_lbs: float, seq: int) -> Recorded:
    phase = at.timestamp() / _COOLER_PERIOD_S + tap.tap_id.number * 0.13
    weight = gross_lbs + WANDER_LBS * math.sin(2 * math.pi * phase)
    return Recorded(
        device_id=tap.scale_id,
        boot=0,
        seq=seq,
        digest=None,
        measured_at=at,
        received_at=at,
        tap_id=tap.tap_id,
        keg_id=keg_id,
        weight_lbs=round(weight, 3),
        stable=True,
    )
