"""The past of the demo bar: drinkers' orders walked back through kegs, so that the books and the weights agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from app.past_books import told_by_weight
from app.past_readings import AGED_KEGS, past_readings
from app.tap_story import FOAM_GALLONS, Order, TapStory
from backend.domain.keg import Keg, KegState, Tare, keg_id_of
from backend.domain.ledger import Pour, Unseen, Waste
from backend.domain.member import Member
from backend.domain.times import epoch_ms
from backend.domain.units import OZ_PER_GALLON
from backend.usecases.book_past import PastKeg, PastTap

CHANGE_TAKES: Final = timedelta(minutes=5)
"""From the last drop of a keg until it is lifted off."""
GAP: Final = timedelta(minutes=1)
"""From the old keg lifted off until the new one is tapped."""
FOAMING: Final = timedelta(seconds=20)
"""From the new keg tapped until its first glass."""
QUIET: Final = timedelta(minutes=1)
"""Nobody is being served in the last minute before the story begins, nor before a scale falls silent."""
FRESH_FOR: Final = timedelta(days=24)
"""How long before it was tapped a keg had been filled."""
SAID_WITHIN: Final = timedelta(seconds=5)
"""A scale has told of a fall by then."""
BARKEEPER: Final = "robin"
"""Who spilled beer, and said so."""
_BREATH: Final = timedelta(seconds=1)
_DROP_GALLONS: Final = 1e-9
"""Less than this is a rounding error, not a pour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draw:
    """What left a keg for one glass; `left` (US gallons) is what stayed in it, `lost` why it was not sold."""

    at: datetime
    gallons: float
    seconds: float
    left: float
    lost: str | None


@dataclass(slots=True, kw_only=True)
class _Open:
    """A keg on the walk back in time: how much is in it at this moment, and what left it later, newest first."""

    left: float
    lifted_at: datetime | None
    draws: list[_Draw] = field(default_factory=list)

    def take_back(self, at: datetime, gallons: float, seconds: float, *, lost: str | None) -> None:
        """Put back what left it for a glass."""
        if gallons > _DROP_GALLONS:
            self.draws.append(_Draw(at=at, gallons=gallons, seconds=seconds, left=self.left, lost=lost))
            self.left += gallons


@dataclass(frozen=True, slots=True, kw_only=True)
class _Served:
    """One order as it went: `at` the keg that was on, and, where that ran empty, at `rest_at` the next one."""

    at: datetime
    seconds: float
    rest_gallons: float = 0.0
    rest_seconds: float = 0.0
    lifted_at: datetime | None = None


def past_of(
    tap: TapStory,
    orders: Sequence[Order],
    *,
    start: datetime,
    end: datetime,
    people: Mapping[str, Member] = MappingProxyType({}),
) -> PastTap:
    """Walk a tap's orders (in order of time) back from `end`, where `left_gallons` are left, through its kegs.

    A glass that empties a keg is finished from the next. Where a change of kegs takes its time, the orders before
    it were served that much earlier. What had left the first keg before `start` is `unseen`. `people` are who worked
    there, by their subs.
    """
    done: list[PastKeg] = []
    now = _Open(left=tap.left_gallons, lifted_at=None)
    free = (tap.silent_since or end) - QUIET
    ran = sorted([*orders, *tap.lost], key=lambda one: one.at)
    for order in reversed([one for one in ran if one.at + timedelta(seconds=one.seconds) <= free]):
        gallons = order.oz / OZ_PER_GALLON
        served = _served(order, free=free, room=tap.fresh_gallons - now.left)
        if served.at < start:
            break
        if served.lifted_at is not None:
            tapped_at = served.lifted_at + GAP
            now.take_back(tapped_at + FOAMING, served.rest_gallons, served.rest_seconds, lost=order.lost)
            done.append(_keg(tap, now, tapped_at, foam=True))
            now = _Open(left=0.0, lifted_at=served.lifted_at)
        now.take_back(served.at, gallons - served.rest_gallons, served.seconds, lost=order.lost)
        free = served.at
    done.append(_keg(tap, now, start, foam=False))
    kegs = done[::-1]
    return PastTap(
        tap_id=tap.tap_id,
        kegs=[*kegs[:-AGED_KEGS], *(told_by_weight(tap, keg) for keg in kegs[-AGED_KEGS:])] if tap.aged_pct else kegs,
        readings=list(past_readings(tap, kegs, end=end)),
        asides=tap.asides,
        calibrations=tap.calibrations,
        people=people,
    )


def _served(order: Order, *, free: datetime, room: float) -> _Served:
    """Tell how an order went that had to be done before `free`, on a keg that had `room` for what it gave later."""
    gallons = order.oz / OZ_PER_GALLON
    if gallons <= room:
        return _Served(at=_latest(order.at, free, timedelta(seconds=order.seconds)), seconds=order.seconds)
    rest_seconds = round(order.seconds * room / gallons, 1)
    seconds = round(order.seconds - rest_seconds, 1)
    change = CHANGE_TAKES + GAP + FOAMING
    at = _latest(order.at, free, change + timedelta(seconds=order.seconds))
    return _Served(
        at=at,
        seconds=seconds,
        rest_gallons=room,
        rest_seconds=rest_seconds,
        lifted_at=_whole(at + timedelta(seconds=seconds)) + CHANGE_TAKES,
    )


def _latest(wanted: datetime, free: datetime, takes: timedelta) -> datetime:
    """The moment wanted, or the whole second before it that leaves time enough until `free`."""
    return _whole(min(wanted, free - _BREATH - takes))


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _keg(tap: TapStory, keg: _Open, tapped_at: datetime, *, foam: bool) -> PastKeg:
    """Close the walk through a keg that was tapped then."""
    keg_id = keg_id_of(tap.tap_id, tapped_at=tapped_at)
    draws = keg.draws[::-1]
    dark = [draw for draw in draws if _in_the_dark(tap, draw)]
    seen = [draw for draw in draws if not _in_the_dark(tap, draw)]
    wastes = [_lost(tap, keg_id, draw) for draw in seen if draw.lost]
    return PastKeg(
        keg=Keg(
            keg_id=keg_id,
            location_id=tap.tap_id.location_id,
            beer_id=tap.beer.beer_id,
            type_id=tap.kind.type_id,
            state=KegState.ON_TAP if keg.lifted_at is None else KegState.KICKED,
            tare=Tare(empty_lbs=tap.shell_lbs, source=tap.tare_source),
            full_lbs=tap.full_lbs,
            tap_id=tap.tap_id,
            tapped_at=tapped_at,
            closed_at=keg.lifted_at,
            taken_lbs=None if keg.lifted_at is None else tap.shell_lbs,
            cost_cents=tap.beer.cost_cents,
            filled_on=(tapped_at - FRESH_FOR).date(),
        ),
        unseen=0.0 if foam else tap.kind.gallons - keg.left,
        pours=tuple(_pour(tap, keg_id, draw) for draw in seen if not draw.lost),
        wastes=(*([_foam(tap, keg_id, tapped_at)] if foam else []), *wastes),
        falls=(_fall(tap, keg_id, dark, until=keg.lifted_at),) if dark else (),
    )


def _pour(tap: TapStory, keg_id: str, draw: _Draw) -> Pour:
    return Pour(
        pour_id=f"{tap.scale_id}.past.{int(draw.at.timestamp())}",
        tap_id=tap.tap_id,
        keg_id=keg_id,
        device_id=tap.scale_id,
        started_at=draw.at,
        seconds=draw.seconds,
        gallons=draw.gallons,
        before_lbs=tap.gross_lbs(draw.left + draw.gallons),
        after_lbs=tap.gross_lbs(draw.left),
    )


def _lost(tap: TapStory, keg_id: str, draw: _Draw) -> Waste:
    return Waste(
        waste_id=f"{tap.tap_id.number:02d}.{BARKEEPER}.{epoch_ms(draw.at)}",
        tap_id=tap.tap_id,
        keg_id=keg_id,
        at=draw.at,
        gallons=draw.gallons,
        reason=draw.lost or "",
        by=BARKEEPER,
    )


def _in_the_dark(tap: TapStory, draw: _Draw) -> bool:
    return tap.is_dark(draw.at) or tap.is_dark(draw.at + timedelta(seconds=draw.seconds) + SAID_WITHIN)


def _fall(tap: TapStory, keg_id: str, draws: Sequence[_Draw], *, until: datetime | None) -> Unseen:
    """What left while the scale had no power: one fall, found once it had, or once the keg was lifted."""
    found = tap.dark[1] if tap.dark else draws[-1].at
    at = found if until is None else min(found, until)
    gallons = sum(draw.gallons for draw in draws)
    return Unseen(
        unseen_id=f"{tap.scale_id}.past.{int(at.timestamp())}",
        tap_id=tap.tap_id,
        keg_id=keg_id,
        at=at,
        gallons=gallons,
        before_lbs=tap.gross_lbs(draws[0].left + draws[0].gallons),
        after_lbs=tap.gross_lbs(draws[-1].left),
        device_id=tap.scale_id,
    )


def _foam(tap: TapStory, keg_id: str, at: datetime) -> Waste:
    return Waste(
        waste_id=f"{tap.tap_id.number:02d}.past.{int(at.timestamp())}",
        tap_id=tap.tap_id,
        keg_id=keg_id,
        at=at,
        gallons=FOAM_GALLONS,
        reason="foam of a fresh keg",
        by="bartender",
    )
