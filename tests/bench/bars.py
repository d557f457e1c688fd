"""A bar of any number of taps on the shipped stores, each tap with a scale and a keg: what the benches work on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.member import OWNER
from backend.embedded.commands import LinkCommands
from backend.embedded.compaction import Compaction
from backend.embedded.feed import LocalFeed
from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Ports
from backend.usecases.change_keg import NextKeg, change_keg
from backend.usecases.set_up import add_beer, open_location, place_scale, set_up_tap

T0 = datetime(2026, 3, 20, 20, 0, tzinfo=UTC)
LOCATION = "loc-001"
_PILS = Beer(beer_id="pils", name="Pils", specific_gravity=1.010)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The ports of a bar and the store under them."""

    ports: Ports
    store: Store
    taps: tuple[TapId, ...]


@cache
def tap_of(number: int) -> TapId:
    """The tap of that number."""
    return TapId(LOCATION, number)


@cache
def device(number: int) -> str:
    """The scale under tap `number`."""
    return f"SCALE-{number:04d}"


def ports_of(store: Store) -> Ports:
    """The shipped ports over a store."""
    return Ports(table=SqliteTable(store), history=SqliteHistory(store), feed=LocalFeed(), commands=LinkCommands())


def seal(compaction: Compaction) -> None:
    """Let compaction do all that is due, as the clockwork lets it."""
    while compaction.step():
        pass


def put_on(ports: Ports, tap_id: TapId, *, at: datetime) -> str:
    """Put a full half barrel of the bar's beer on a tap; gives its id."""
    keg = NextKeg(beer_id="pils", type_id="half_barrel")
    return change_keg(ports, tap_id=tap_id, keg=keg, at=at, member=OWNER, now=at).keg_id


@contextmanager
def opened(folder: Path, *, taps: int) -> Iterator[Bar]:
    """A new bar in a folder, its kegs on tap since an hour before T0."""
    with Store(folder, now=T0) as store:
        ports = ports_of(store)
        location = Location(location_id=LOCATION, name="Bench", timezone="America/Los_Angeles")
        open_location(ports, location=location, member=OWNER)
        add_beer(ports, beer=_PILS, location_id=LOCATION, member=OWNER)
        ids = tuple(map(tap_of, range(1, taps + 1)))
        before = T0 - timedelta(hours=1)
        for tap_id in ids:
            set_up_tap(ports, tap_id=tap_id, member=OWNER)
            place_scale(ports, device_id=device(tap_id.number), tap_id=tap_id, member=OWNER, now=before)
            put_on(ports, tap_id, at=before)
        yield Bar(ports=ports, store=store, taps=ids)
