"""A bar on the embedded stores, and what its scales say."""

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backend.cellar import kegs, pours, scales, taps
from backend.domain.beer import Beer
from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.ledger import Ledger, Pour
from backend.domain.location import Location
from backend.domain.member import OWNER, Grant, Member, Role
from backend.domain.reading import PourClaim, Reading
from backend.domain.scale import Scale
from backend.domain.tap import Tap, TapState
from backend.embedded.commands import LinkCommands
from backend.embedded.feed import LocalFeed
from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Ports, Query, Table
from backend.usecases import load
from backend.usecases.change_keg import NextKeg, change_keg
from backend.usecases.set_up import add_beer, open_location, place_scale, set_up_tap
from backend.usecases.take_readings import Taken, take_readings

T0 = datetime(2026, 3, 20, 20, 0, tzinfo=UTC)
ONE, TWO = TapId("loc-001", 1), TapId("loc-001", 2)
ELSEWHERE = TapId("loc-002", 1)
PILS = Beer(beer_id="pils", name="Pils", specific_gravity=1.010)
STOUT = Beer(beer_id="stout", name="Stout", specific_gravity=1.014)
HALF = NextKeg(beer_id="pils", type_id="half_barrel")
STAFF = Member(sub="staff-1", name="Sam", ceiling=Role.STAFF, grants=(Grant(location_id="loc-001", role=Role.STAFF),))
MANAGER = Member(
    sub="manager-1", name="Mia", ceiling=Role.MANAGER, grants=(Grant(location_id="loc-001", role=Role.MANAGER),)
)
FULL, EMPTY = 29.7 + 15.5 * 8.345 * 1.010, 29.7
OUNCE = 8.345 * 1.010 / 128


def at(seconds: float) -> datetime:
    """A moment of the story."""
    return T0 + timedelta(seconds=seconds)


def said(  # noqa: PLR0913 - each test names the two or three it is about
    second: float,
    lbs: float,
    *,
    seq: int | None = None,
    boot: int | None = 1,
    device_id: str = "SCALE-1",
    stable: bool = True,
    pour: PourClaim | None = None,
    received: float | None = None,
    battery_pct: float | None = None,
    clock: bool = True,
) -> Reading:
    """A reading measured `second` s into the story; its number is that second unless told."""
    received_at = at(second if received is None else received)
    return Reading(
        device_id=device_id,
        received_at=received_at,
        measured_at=at(second) if clock else received_at,
        weight_lbs=lbs,
        digest=f"{device_id}.{second}.{lbs}",
        boot=boot,
        seq=(int(second) if seq is None else seq) if boot is not None else None,
        sent_t=int(at(second).timestamp()) if clock else None,
        stable=stable,
        pour=pour,
        battery_pct=battery_pct,
    )


def claim(second: float, before_lbs: float, ounces: float) -> PourClaim:
    """A pour at two ounces a second that began `second` s into the story."""
    return PourClaim(
        start=int(at(second).timestamp()),
        seconds=ounces / 2,
        before_lbs=before_lbs,
        after_lbs=before_lbs - ounces * OUNCE,
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """Ports on fresh stores, and questions to ask of them."""

    ports: Ports
    store: Store
    told: list[Event] = field(default_factory=list)

    def take(self, readings: Sequence[Reading]) -> Taken:
        """Take a batch."""
        return take_readings(self.ports, readings=readings)

    def change(self, tap_id: TapId = ONE, keg: NextKeg = HALF, *, second: float, lifted: float | None = None) -> Keg:
        """Put a keg on so that it counts from `second` s into the story on, told one minute later at the latest."""
        return change_keg(
            self.ports,
            tap_id=tap_id,
            keg=keg,
            at=at(second - 1),
            lifted_at=None if lifted is None else at(lifted),
            member=OWNER,
            now=at(second + 60),
        )

    def tap(self, tap_id: TapId = ONE) -> Tap:
        """The tap's row."""
        return load.tap(self.ports, tap_id)

    def state(self, tap_id: TapId = ONE) -> TapState:
        """The tap's state, which must be there."""
        item = self.ports.table.get(taps.state_key(tap_id))
        assert item is not None
        return taps.state_from_item(item)

    def keg(self, keg_id: str) -> Keg:
        """A keg."""
        return load.keg(self.ports, keg_id)

    def ledger(self, keg_id: str) -> Ledger:
        """A keg's books."""
        return load.ledger(self.ports, keg_id)

    def scale(self, device_id: str = "SCALE-1") -> Scale:
        """A scale that was claimed."""
        item = self.ports.table.get(scales.key(device_id))
        assert item is not None
        return scales.from_item(item)

    def pours(self, location_id: str = "loc-001") -> list[Pour]:
        """Every pour of a location in order of time."""
        found = load.every(self.ports, Query(partition=f"LOCATION#{location_id}", begins_with="POUR#"))
        return [pours.from_item(item) for item in found]

    def recorded(self, tap_id: TapId = ONE) -> list[tuple[float, float, str | None]]:
        """What history keeps of a tap: second of the story, lb, keg."""
        rows = self.ports.history.readings(tap_id=tap_id, start=at(-(10**7)), end=at(10**7))
        return [((row.measured_at - T0).total_seconds(), row.weight_lbs, row.keg_id) for row in rows]

    def stays(self, tap_id: TapId = ONE) -> list[kegs.OnTap]:
        """Which kegs stood there, newest first."""
        page = self.ports.table.query(kegs.stays(tap_id, until=at(10**7), limit=1000))
        return [kegs.stay_from_item(item, tap_id=tap_id) for item in page.items]


_NUMBER = itertools.count()


@contextlib.contextmanager
def opened(folder: Path, *, table: Table | None = None) -> Iterator[Bar]:
    """Open a bar in a folder of its own inside `folder`; its rows lie in `table` where one is given."""
    place = folder / f"bar-{next(_NUMBER)}"
    place.mkdir()
    with Store(place, now=T0) as store:
        bar = Bar(
            Ports(
                table=table or SqliteTable(store),
                history=SqliteHistory(store),
                feed=LocalFeed(),
                commands=LinkCommands(),
            ),
            store,
        )
        bar.ports.feed.listen(bar.told.append)
        for location_id in ("loc-001", "loc-002"):
            bar_there = Location(location_id=location_id, name=f"Bar {location_id}", timezone="America/Los_Angeles")
            open_location(bar.ports, location=bar_there, member=OWNER)
            for number in (1, 2):
                set_up_tap(bar.ports, tap_id=TapId(location_id, number), member=OWNER)
        for beer in (PILS, STOUT):
            add_beer(bar.ports, beer=beer, location_id="loc-001", member=OWNER)
        for device_id, tap_id in (("SCALE-1", ONE), ("SCALE-2", TWO)):
            place_scale(bar.ports, device_id=device_id, tap_id=tap_id, member=OWNER, now=at(-3600))
        yield bar
