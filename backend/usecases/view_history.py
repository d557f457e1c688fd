"""The history of a tap as levels: binned gross weights told by the tare in force of the keg of their time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Final, NamedTuple

from backend.cellar import beers, kegs
from backend.cellar.kegs import KegOutline
from backend.domain.beer import Beer
from backend.domain.ids import TapId
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
_KEG_ID: Final = attrgetter("keg_id")


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
    """A tap's bins in order of time as history gives them (`weights`), the kegs in them and their beers by id.

    Beside the weights stands what makes levels of them, so that a chart of a year takes them a keg at a time.
    """

    tap_id: TapId
    start: datetime
    end: datetime
    bin_seconds: int
    weights: Sequence[Bin]
    kegs: Mapping[str, KegOutline]
    beers: Mapping[str, Beer]

    @property
    def bins(self) -> tuple[LevelBin, ...]:
        """Each bin with its levels."""
        loads = {keg_id: _load(keg, self.beers.get(keg.beer_id)) for keg_id, keg in self.kegs.items()}
        return tuple(_bins(self.weights, loads))


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
    stood = _kegs(ports, found)
    return HistoryView(
        tap_id=tap_id,
        start=start,
        end=now,
        bin_seconds=length,
        weights=found,
        kegs=stood,
        beers=_beers(ports, stood.values()),
    )


def _kegs(ports: Ports, found: Sequence[Bin]) -> dict[str, KegOutline]:
    """The kegs of these bins, as is told of them today."""
    items = ports.table.get_many([kegs.key(keg_id) for keg_id in set(map(_KEG_ID, found)) if keg_id is not None])
    return {keg.keg_id: keg for keg in load.readable(kegs.outline_from_item, items.values())}


def _beers(ports: Ports, stood: Iterable[KegOutline]) -> dict[str, Beer]:
    items = ports.table.get_many([beers.key(beer_id) for beer_id in {keg.beer_id for keg in stood}])
    return {beer.beer_id: beer for beer in load.readable(beers.from_item, items.values())}


def _bins(weights: Sequence[Bin], loads: Mapping[str, Load]) -> Iterator[LevelBin]:
    for start_s, keg_id, count, mean_lbs, low_lbs, high_lbs, _ in weights:
        yield LevelBin(start_s, keg_id, count, mean_lbs, low_lbs, high_lbs, loads.get(keg_id) if keg_id else None)


def _load(keg: KegOutline, beer: Beer | None) -> Load:
    """What the keg weighs, as is told of it today."""
    gravity = beer.specific_gravity if beer else TYPICAL_GRAVITY
    return Load(empty_lbs=keg.empty_lbs, full_lbs=keg.full_lbs, specific_gravity=gravity)


def _level(gross_lbs: float, load: Load | None) -> Level | None:
    if load is None:
        return None
    return level_of_net(
        gross_lbs - load.empty_lbs,
        capacity_lbs=load.full_lbs - load.empty_lbs,
        specific_gravity=load.specific_gravity,
    )
