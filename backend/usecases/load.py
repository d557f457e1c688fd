"""Loading what use cases begin with; nothing found is a named refusal."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from backend.cellar import beers, kegs, locations, taps
from backend.cellar.rows import UnreadableRow
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.ledger import Ledger
from backend.domain.location import Location
from backend.domain.refusal import NotFound
from backend.domain.tap import Tap
from backend.ports import Item, Ports, Query

T = TypeVar("T")


def location(ports: Ports, location_id: str) -> Location:
    """A location; raises NotFound."""
    item = ports.table.get(locations.key(location_id))
    if item is None:
        raise NotFound(f"there is no location {location_id}")
    return locations.from_item(item)


def tap(ports: Ports, tap_id: TapId) -> Tap:
    """A tap; raises NotFound."""
    item = ports.table.get(taps.key(tap_id))
    if item is None:
        raise NotFound(f"there is no tap {tap_id}")
    return taps.from_item(item)


def holder(ports: Ports, tap_id: TapId) -> TapId:
    """The tap whose keg a tap pours from: itself, but where it shares that of another; raises NotFound."""
    return tap(ports, tap_id).shares or tap_id


def beer(ports: Ports, beer_id: str) -> Beer:
    """A beer; raises NotFound."""
    item = ports.table.get(beers.key(beer_id))
    if item is None:
        raise NotFound(f"there is no beer {beer_id}: add it first")
    return beers.from_item(item)


def keg(ports: Ports, keg_id: str) -> Keg:
    """A keg; raises NotFound."""
    item = ports.table.get(kegs.key(keg_id))
    if item is None:
        raise NotFound(f"there is no keg {keg_id}")
    return kegs.from_item(item)


def ledger(ports: Ports, keg_id: str) -> Ledger:
    """A keg's ledger; raises NotFound."""
    item = ports.table.get(kegs.ledger_key(keg_id))
    if item is None:
        raise NotFound(f"there is no ledger of keg {keg_id}")
    return kegs.ledger_from_item(item)


def gravity(ports: Ports, ledger: Ledger) -> float:
    """The specific gravity that the volumes of a keg are counted by; books of old go by their beer. Raises NotFound."""
    if ledger.specific_gravity is not None:
        return ledger.specific_gravity
    return beer(ports, keg(ports, ledger.keg_id).beer_id).specific_gravity


def readable(read: Callable[[Item], T], items: Iterable[Item]) -> Iterator[T]:
    """Those of a list that can be read; a store tells of the others by itself, once each."""
    for item in items:
        try:
            yield read(item)
        except UnreadableRow:
            continue


def every(ports: Ports, query: Query) -> Sequence[Item]:
    """All items of a query, page after page."""
    items: list[Item] = []
    cursor = query.cursor
    while True:
        page = ports.table.query(
            Query(
                partition=query.partition,
                index=query.index,
                begins_with=query.begins_with,
                between=query.between,
                limit=query.limit,
                descending=query.descending,
                cursor=cursor,
            )
        )
        items.extend(page.items)
        if page.cursor is None:
            return items
        cursor = page.cursor
