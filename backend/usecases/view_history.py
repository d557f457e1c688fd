"""The history of a tap as levels: binned gross weights told by the tare in force of the keg of their time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from backend.cellar import beers, kegs
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.keg_type import TYPICAL_GRAVITY
from backend.domain.level import Level, level_of_net
from backend.domain.member import Act, Member
from backend.domain.refusal import Invalid
from backend.domain.shown import Load
from backend.ports import BIN_SECONDS, Bin, Ports
from backend.usecases import load


class Range(StrEnum):
    """How far back a chart looks; each has its bin, as the specification says."""

    TWO_HOURS = "2h"
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"
    YEAR = "1y"


SPAN: Final = {
    Range.TWO_HOURS: timedelta(hours=2),
    Range.DAY: timedelta(hours=24),
    Range.WEEK: timedelta(days=7),
    Range.MONTH: timedelta(days=30),
    Range.YEAR: timedelta(days=365),
}
_BIN: Final = {
    Range.TWO_HOURS: 300,
    Range.DAY: 900,
    Range.WEEK: 3600,
    Range.MONTH: 21_600,
    Range.YEAR: 21_600,
}


class LevelBin(NamedTuple):
    """The gross weights (lb) of one keg in the bin that begins at `start_s` (epoch s), and the keg they tell of.

    A plain tuple, like `Bin`: a level is worked out where it is asked for. `load` is None where no level can be told.
    """

    start_s: int
    keg_id: str | None
    count: int  # type: ignore[assignment]  # how many readings: nobody wants a tuple's method of that name
    mean_lbs: float
    low_lbs: float
    high_lbs: float
    load: Load | None

    @property
    def start(self) -> datetime:
        """When it begins."""
        return datetime.fromtimestamp(self.start_s, tz=UTC)

    @property
    def mean(self) -> Level | None:
        """The level of the mean weight."""
        return _level(self.mean_lbs, self.load)

    @property
    def low(self) -> Level | None:
        """The level of the lowest weight."""
        return _level(self.low_lbs, self.load)

    @property
    def high(self) -> Level | None:
        """The level of the highest weight."""
        return _level(self.high_lbs, self.load)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """A tap's bins in order of time, the kegs they belong to by id, and the names of their beers by keg id."""

    tap_id: TapId
    start: datetime
    end: datetime
    bin_seconds: int
    bins: tuple[LevelBin, ...]
    kegs: Mapping[str, Keg]
    beers: Mapping[str, str]


def view_history(
    ports: Ports, *, tap_id: TapId, span: Range, member: Member, now: datetime, bin_seconds: int | None = None
) -> HistoryView:
    """Give the levels of a tap over a range that ends now.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such tap.
        Invalid: a bin length that is not kept (300, 900, 3600, 21600 or 86400 s).
    """
    member.must(Act.VIEW_LEVELS, location_id=tap_id.location_id)
    load.tap(ports, tap_id)
    length = bin_seconds or _BIN[span]
    if length not in BIN_SECONDS:
        raise Invalid(f"bins of {length} s are not kept: choose one of {', '.join(map(str, BIN_SECONDS))}")
    start = now - SPAN[span]
    found = ports.history.points(tap_id=tap_id, start=start, end=now, bin_seconds=length)
    items = ports.table.get_many([kegs.key(keg_id) for keg_id in {one.keg_id for one in found} if keg_id])
    by_id = {keg.keg_id: keg for keg in map(kegs.from_item, items.values())}
    brewed = ports.table.get_many([beers.key(beer_id) for beer_id in {keg.beer_id for keg in by_id.values()}])
    catalogue = {beer.beer_id: beer for beer in map(beers.from_item, brewed.values())}
    loads = {keg.keg_id: _load(keg, catalogue.get(keg.beer_id)) for keg in by_id.values()}
    return HistoryView(
        tap_id=tap_id,
        start=start,
        end=now,
        bin_seconds=length,
        bins=tuple(_bins(found, loads)),
        kegs=by_id,
        beers={keg.keg_id: catalogue[keg.beer_id].name for keg in by_id.values() if keg.beer_id in catalogue},
    )


def _bins(found: Sequence[Bin], loads: Mapping[str, Load]) -> Iterator[LevelBin]:
    for start_s, keg_id, count, mean_lbs, low_lbs, high_lbs, _ in found:
        yield LevelBin(start_s, keg_id, count, mean_lbs, low_lbs, high_lbs, loads.get(keg_id) if keg_id else None)


def _load(keg: Keg, beer: Beer | None) -> Load:
    """What the keg weighs, as is told of it today."""
    gravity = beer.specific_gravity if beer else TYPICAL_GRAVITY
    return Load(empty_lbs=keg.tare.empty_lbs, full_lbs=keg.full_lbs, specific_gravity=gravity)


def _level(gross_lbs: float, load: Load | None) -> Level | None:
    if load is None:
        return None
    return level_of_net(
        gross_lbs - load.empty_lbs,
        capacity_lbs=load.full_lbs - load.empty_lbs,
        specific_gravity=load.specific_gravity,
    )
