"""What stands in the cellar of the demo bar when its story begins: full kegs, and the one that comes next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from app.demo_bar import BEERS, LOCATION, DemoTap
from app.demo_people import ALEX
from backend.domain.keg import Tare, TareSource
from backend.domain.keg_type import keg_type
from backend.ports import Ports
from backend.usecases.keg_stock import queue_next, stock_kegs

# beer, size, how many, days since they were filled, days until their best is over (None: nobody said)
_STOCK: Final = (
    ("harbor-pilsner", "half_barrel", 2, 16, 74),
    ("dockside-lager", "half_barrel", 2, 21, 69),
    ("lighthouse-ipa", "half_barrel", 1, 12, 48),
    ("fog-bank-hazy", "half_barrel", 1, 41, 9),
    ("midnight-stout", "euro_50l", 1, 33, None),
    ("orchard-saison", "sixth_barrel", 2, 52, None),
    ("winter-dubbel", "sixth_barrel", 1, 97, None),
    ("kettle-gose", "euro_30l", 1, 28, -3),
)


def stock_cellar(ports: Ports, taps: Sequence[DemoTap], *, start: datetime) -> None:
    """Take the demo's stock in, a few days before the story begins, and queue the next keg of the first tap."""
    costs = {beer.beer_id: beer.cost_cents for beer in BEERS}
    today = start.astimezone(LOCATION.zone).date()
    stocked = []
    for place, (beer_id, type_id, count, filled, best) in enumerate(_STOCK):
        kind = keg_type(type_id)
        for number in range(count):
            shell_lbs = round((kind.tare_lbs or 0.0) + ((place * 5 + number * 3) % 9 - 4) * 0.2, 1)
            stocked += stock_kegs(
                ports,
                location_id=LOCATION.location_id,
                beer_id=beer_id,
                type_id=type_id,
                count=1,
                tare=Tare(empty_lbs=shell_lbs, source=TareSource.STAMPED),
                cost_cents=costs[beer_id],
                filled_on=today - timedelta(days=filled),
                best_by=None if best is None else today + timedelta(days=best),
                label=f"{place + 1}{'AB'[number]}",
                member=ALEX,
                now=start - timedelta(days=3, minutes=10 * place + number),
            )
    first = taps[0].story
    for keg in stocked:
        if (keg.beer_id, keg.type_id) == (first.beer.beer_id, first.kind.type_id):
            queue_next(ports, tap_id=first.tap_id, keg_id=keg.keg_id, member=ALEX, now=start - timedelta(hours=5))
            return
