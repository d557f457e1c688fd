"""The demo bar: its beers, its taps, and how its Friday night begins; every name is made up."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from app.tap_story import TapStory
from backend.domain.beer import Beer, Serving
from backend.domain.ids import TapId
from backend.domain.keg_type import keg_type
from backend.domain.location import Location
from backend.domain.units import OZ_PER_GALLON

LOCATION: Final = Location(
    location_id="loc-001",
    name="The Copper Tap",
    address="12 Harbor Street, Astoria, Oregon",
    timezone="America/Los_Angeles",
)
SEED: Final = 20_260_320
PAST: Final = timedelta(days=60)
TAPS: Final = 15
"""Fourteen that are heard and one that is not: as many as fit one page of a wall."""
MOST_TAPS: Final = 24
SILENT_FOR: Final = timedelta(minutes=22)
"""How long one scale has been silent when the story begins."""
LAST_GLASSES_OZ: Final = 20.0
"""What the keg that is about to run out holds at least: a pint and a bit, gone within minutes on a Friday."""
_SIP_OZ: Final = 1.0

_GLASS: Final = Serving(name="glasses", oz=12.0)
_TULIP: Final = Serving(name="tulips", oz=10.0)

BEERS: Final = (
    Beer(beer_id="harbor-pilsner", name="Harbor Pilsner", brewery="North Pier", style="Pilsner", abv=4.8,
         specific_gravity=1.008, srm=4, price_cents=700, cost_cents=16_500),
    Beer(beer_id="old-hen", name="Old Hen", brewery="Alder & Oak", style="Best bitter", abv=4.3,
         specific_gravity=1.010, srm=12, price_cents=700, cost_cents=17_900),
    Beer(beer_id="lighthouse-ipa", name="Lighthouse IPA", brewery="North Pier", style="IPA", abv=6.7,
         specific_gravity=1.012, srm=8, price_cents=800, cost_cents=19_900),
    Beer(beer_id="midnight-stout", name="Midnight Stout", brewery="Cooper's Row", style="Dry stout", abv=4.4,
         specific_gravity=1.009, srm=32, price_cents=750, cost_cents=18_500),
    Beer(beer_id="river-hefeweizen", name="River Hefeweizen", brewery="Saint Kilian", style="Hefeweizen", abv=5.2,
         specific_gravity=1.011, srm=5, price_cents=750, cost_cents=17_500),
    Beer(beer_id="copper-amber", name="Copper Amber", brewery="Alder & Oak", style="Amber ale", abv=5.4,
         specific_gravity=1.012, srm=14, price_cents=700, cost_cents=16_900),
    Beer(beer_id="fog-bank-hazy", name="Fog Bank Hazy", brewery="North Pier", style="Hazy IPA", abv=6.4,
         specific_gravity=1.014, srm=6, price_cents=850, cost_cents=21_500),
    Beer(beer_id="orchard-saison", name="Orchard Saison", brewery="Two Ferries", style="Saison", abv=6.1,
         specific_gravity=1.005, srm=6, serving=_TULIP, price_cents=800, cost_cents=13_900),
    Beer(beer_id="smoke-signal", name="Smoke Signal", brewery="Cooper's Row", style="Rauchbier", abv=5.1,
         specific_gravity=1.013, srm=18, serving=_GLASS, price_cents=700, cost_cents=13_500),
    Beer(beer_id="kettle-gose", name="Kettle Gose", brewery="Two Ferries", style="Gose", abv=4.2,
         specific_gravity=1.007, srm=4, serving=_GLASS, price_cents=700, cost_cents=12_900),
    Beer(beer_id="dockside-lager", name="Dockside Lager", brewery="North Pier", style="Lager", abv=4.5,
         specific_gravity=1.008, srm=3, price_cents=600, cost_cents=14_500),
    Beer(beer_id="winter-dubbel", name="Winter Dubbel", brewery="Saint Kilian", style="Dubbel", abv=7.2,
         specific_gravity=1.012, srm=22, serving=_TULIP, price_cents=900, cost_cents=15_900),
    Beer(beer_id="ferry-cider", name="Ferry Cider", brewery="Two Ferries", style="Dry cider", abv=5.5,
         specific_gravity=1.002, srm=3, serving=_GLASS, price_cents=700, cost_cents=12_500),
    Beer(beer_id="slack-tide-mild", name="Slack Tide", brewery="Alder & Oak", style="Mild", abv=3.6,
         specific_gravity=1.009, srm=20, price_cents=650, cost_cents=15_900),
    Beer(beer_id="beacon-kolsch", name="Beacon Kölsch", brewery="Saint Kilian", style="Kölsch", abv=4.9,
         specific_gravity=1.008, srm=4, serving=_GLASS, price_cents=650, cost_cents=16_500),
)  # fmt: skip

# beer, size, popularity, percent left on Friday 20:40 (None: the last glasses)
_TAPS: Final = (
    ("harbor-pilsner", "half_barrel", 1.9, None),
    ("old-hen", "half_barrel", 0.9, 46.0),
    ("lighthouse-ipa", "half_barrel", 1.5, 71.0),
    ("midnight-stout", "euro_50l", 0.9, 17.5),
    ("river-hefeweizen", "euro_50l", 0.9, 62.0),
    ("copper-amber", "half_barrel", 0.8, 83.0),
    ("fog-bank-hazy", "half_barrel", 1.3, 34.0),
    ("orchard-saison", "sixth_barrel", 0.35, 7.5),
    ("smoke-signal", "sixth_barrel", 0.3, 55.0),
    ("kettle-gose", "euro_30l", 0.4, 91.0),
    ("dockside-lager", "half_barrel", 1.7, 26.0),
    ("winter-dubbel", "sixth_barrel", 0.3, 68.0),
    ("ferry-cider", "sixth_barrel", 0.35, 39.0),
    ("slack-tide-mild", "euro_30l", 0.4, 77.0),
    ("beacon-kolsch", "euro_50l", 1.0, 52.0),
)
_SILENT: Final = 4
"""Place in the list of the tap whose scale has lost its Wi-Fi."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTap:
    """A tap of the demo: what is told of it, how much its beer is liked (1 is average), whether it is silent."""

    story: TapStory
    popularity: float
    offline: bool


def demo_taps(count: int, *, start: datetime) -> list[DemoTap]:
    """Give `count` (1 to 24) taps as they stand when the story begins at `start`; beyond fifteen the list repeats."""
    return [_tap(place, start) for place in range(count)]


def _tap(place: int, start: datetime) -> DemoTap:
    beer_id, type_id, popularity, percent = _TAPS[place % len(_TAPS)]
    repeat = place >= len(_TAPS)
    beer = next(one for one in BEERS if one.beer_id == beer_id)
    kind = keg_type(type_id)
    # Shells of one type differ; each of the demo's is stamped with its own weight.
    shell_lbs = round((kind.tare_lbs or 20.0) + ((place * 37) % 17 - 8) * 0.1, 1)
    left = LAST_GLASSES_OZ / OZ_PER_GALLON if percent is None else kind.gallons * percent / 100
    if repeat:
        left = kind.gallons * (((percent or 50.0) + 37.0) % 75.0 + 22.0) / 100
    offline = place == _SILENT
    return DemoTap(
        story=TapStory(
            tap_id=TapId(LOCATION.location_id, place + 1),
            scale_id=f"SCALE-{place + 1:04d}",
            beer=beer,
            kind=kind,
            shell_lbs=shell_lbs,
            left_gallons=left,
            silent_since=start - SILENT_FOR if offline else None,
        ),
        popularity=popularity,
        offline=offline,
    )


def last_glasses_oz(ordered: Iterable[float]) -> float:
    """Give what must be left in a keg (US oz) so that one of the next guests finds it empty.

    `ordered` are the glasses they are about to order, in order of time: the first that together make
    `LAST_GLASSES_OZ`, less a sip.
    """
    total = 0.0
    for oz in ordered:
        total += oz
        if total >= LAST_GLASSES_OZ:
            break
    return total - _SIP_OZ


def about_to_run_out(tap: DemoTap, *, oz: float) -> DemoTap:
    """Give the tap with this much (US oz) left in its keg."""
    return replace(tap, story=replace(tap.story, left_gallons=oz / OZ_PER_GALLON))


def story_start(wall: datetime) -> datetime:
    """Give the last Friday, 20:40 in the bar, that lies at or before `wall`, in UTC."""
    local = wall.astimezone(LOCATION.zone)
    friday = (local - timedelta(days=(local.weekday() - 4) % 7)).replace(hour=20, minute=40, second=0, microsecond=0)
    return (friday if friday <= local else friday - timedelta(days=7)).astimezone(UTC)
