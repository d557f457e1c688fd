"""Filling the data folder of the demo with sixty days of past."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from app.demo_bar import BEERS, LOCATION, PAST, DemoTap
from app.demo_stock import stock_cellar
from app.past import past_of
from app.tap_story import Order
from backend.domain.ids import TapId
from backend.domain.maintenance import CLEANING_EVERY
from backend.domain.member import SYSTEM
from backend.domain.times import EPOCH
from backend.ports import Ports
from backend.usecases.book_past import book_past
from backend.usecases.maintenance import note_cleaned
from backend.usecases.set_up import add_beer, open_location, place_scale, set_up_tap

GuestOrder = tuple[int, int, float, float]
"""When (epoch s), at which tap (from 0), how much (US oz), for how long (s): as the drinkers tell it."""
_CLEANED_DAYS_AGO: Final = (3, 6, 9, 12, 1, 10, 14, 5, 8, 2, 11, 4)
"""When each line was cleaned last, before the story begins."""


def seed(
    ports: Ports,
    taps: Sequence[DemoTap],
    drunk: Iterable[GuestOrder],
    *,
    start: datetime,
    progress: Callable[[float], None],
) -> None:
    """Set the demo bar up and book its past until `start`; `progress` hears shares from 0 to 1."""
    open_location(ports, location=LOCATION, member=SYSTEM)
    for beer in BEERS:
        add_beer(ports, beer=beer, location_id=LOCATION.location_id, member=SYSTEM)
    orders = _by_tap(len(taps), drunk)
    progress(0.05)
    for place, tap in enumerate(taps):
        tap_id = tap.story.tap_id
        set_up_tap(ports, tap_id=tap_id, member=SYSTEM)
        place_scale(ports, device_id=tap.story.scale_id, tap_id=tap_id, member=SYSTEM, now=start - PAST)
        past = past_of(tap.story, orders[place], start=start - PAST, end=start)
        _clean(ports, tap_id, place, start=start)
        total = len(past.readings) + sum(len(keg.pours) for keg in past.kegs)
        done = 0
        for step in book_past(ports, past=past, member=SYSTEM):
            done += step
            progress(0.05 + 0.95 * (place + min(1.0, done / total)) / len(taps))
    stock_cellar(ports, taps, start=start)


def _clean(ports: Ports, tap_id: TapId, place: int, *, start: datetime) -> None:
    """Note that the line was cleaned every two weeks; one of them will be due soon, and one is."""
    cleaned_at = start - timedelta(days=_CLEANED_DAYS_AGO[place % len(_CLEANED_DAYS_AGO)], hours=10)
    cleanings = []
    while cleaned_at > start - PAST:
        cleanings.append(cleaned_at)
        cleaned_at -= CLEANING_EVERY
    for at in reversed(cleanings):
        note_cleaned(ports, tap_id=tap_id, at=at, member=SYSTEM, now=at)


def _by_tap(count: int, drunk: Iterable[GuestOrder]) -> list[list[Order]]:
    orders: list[list[Order]] = [[] for _ in range(count)]
    for seconds, place, oz, length in drunk:
        orders[place].append(Order(at=EPOCH + timedelta(seconds=seconds), oz=oz, seconds=length))
    return orders
