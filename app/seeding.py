"""Filling the data folder of the demo with sixty days of past."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from app.demo_bar import BEERS, LOCATION, PAST, DemoTap
from app.demo_people import PEOPLE
from app.demo_stock import stock_cellar
from app.past import past_of
from app.tap_story import Order
from backend.domain.member import SYSTEM
from backend.domain.times import EPOCH
from backend.ports import Ports
from backend.usecases.book_past import book_past
from backend.usecases.drift import watch_drift
from backend.usecases.set_up import add_beer, open_location, place_scale, set_up_tap

GuestOrder = tuple[int, int, float, float]
"""When (epoch s), at which tap (from 0), how much (US oz), for how long (s): as the drinkers tell it."""


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
        past = past_of(tap.story, orders[place], start=start - PAST, end=start, people=PEOPLE)
        total = len(past.readings) + sum(len(keg.pours) for keg in past.kegs)
        done = 0
        for step in book_past(ports, past=past, member=SYSTEM):
            done += step
            progress(0.05 + 0.95 * (place + min(1.0, done / total)) / len(taps))
    stock_cellar(ports, taps, start=start)
    watch_drift(ports, location_id=LOCATION.location_id, now=start)


def _by_tap(count: int, drunk: Iterable[GuestOrder]) -> list[list[Order]]:
    orders: list[list[Order]] = [[] for _ in range(count)]
    for seconds, place, oz, length in drunk:
        orders[place].append(Order(at=EPOCH + timedelta(seconds=seconds), oz=oz, seconds=length))
    return orders
