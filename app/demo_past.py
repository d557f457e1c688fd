"""What happened at the taps of the demo bar before its story begins: lines cleaned, beer spilled, a plug pulled."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from app.demo_bar import PAST, DemoTap
from app.demo_people import ROBIN
from app.demo_scales import AGED_PCT, AGED_PLACE, calibrations_of
from app.tap_story import Order
from backend.domain.keg import TareSource
from backend.domain.ledger import CLEANING
from backend.domain.maintenance import CLEANING_EVERY, MINUTES, Aside, AsideKind

_CLEANED_DAYS_AGO: Final = (4, 4, 4, 4, 4, 11, 11, 15, 11, 11, 11, 4, 4, 13, 11)
"""Half the lines on a Monday, half on the next; one was forgotten, and one is due tomorrow."""
_MORNING: Final = timedelta(hours=10, minutes=10)
_CLEANING_TAKES: Final = timedelta(minutes=24)
_FLUSHED: Final = timedelta(minutes=6)
_FLUSHED_OZ: Final = 48.0
_SPILLS: Final = ((2.0, 11.0, "spill"), (9.0, 6.0, "foam"), (23.0, 19.0, "spill"), (41.0, 9.0, "other"))
"""How many days before the story begins, how much (US oz), and what was said of it."""
_TARES: Final[Mapping[int, TareSource]] = MappingProxyType(
    {
        3: TareSource.WEIGHED_EMPTY,
        8: TareSource.TYPE_DEFAULT,
        9: TareSource.INFERRED_FROM_FULL,
        11: TareSource.WEIGHED_EMPTY,
    }
)
"""How the weight of the shells is known that stand at these places; elsewhere it is stamped on them."""
_DARK_PLACE: Final = 6
_DARK: Final = (timedelta(hours=2, minutes=40), timedelta(hours=2, minutes=5))
"""A scale that somebody unplugged for a while this evening: from when until when, before the story begins."""


def with_past(tap: DemoTap, *, start: datetime) -> DemoTap:
    """Give a tap with what happened there until the story begins at `start`."""
    place = tap.story.tap_id.number - 1
    source = _TARES.get(place, TareSource.STAMPED)
    shell_lbs = tap.story.shell_lbs
    if source is TareSource.TYPE_DEFAULT:
        shell_lbs = tap.story.kind.tare_lbs or shell_lbs
    asides = tuple(_cleanings(place, start))
    return replace(
        tap,
        story=replace(
            tap.story,
            shell_lbs=shell_lbs,
            tare_source=source,
            lost=(*(_flushed(aside) for aside in asides), *_spills(place, start)),
            asides=asides,
            dark=(start - _DARK[0], start - _DARK[1]) if place == _DARK_PLACE else None,
            aged_pct=AGED_PCT if place == AGED_PLACE else 0.0,
            calibrations=calibrations_of(place, device_id=tap.story.scale_id, start=start),
        ),
    )


def _cleanings(place: int, start: datetime) -> list[Aside]:
    """The times at which the line was cleaned, in order."""
    days = _CLEANED_DAYS_AGO[place % len(_CLEANED_DAYS_AGO)]
    first = start - PAST + timedelta(days=1)
    since = start - timedelta(days=days) - _MORNING
    found = []
    while since > first:
        until = since + timedelta(minutes=MINUTES)
        found.append(
            Aside(kind=AsideKind.CLEANING, since=since, until=until, by=ROBIN.sub, ended_at=since + _CLEANING_TAKES)
        )
        since -= CLEANING_EVERY
    return found[::-1]


def _flushed(aside: Aside) -> Order:
    return Order(at=aside.since + _FLUSHED, oz=_FLUSHED_OZ, seconds=90.0, lost=CLEANING)


def _spills(place: int, start: datetime) -> list[Order]:
    """Every third tap loses a glass now and then, each on evenings of its own."""
    if place % 3 == 0:
        return []
    shift = timedelta(days=place % 5, minutes=7 * place + 3)
    return [
        Order(at=start - timedelta(days=days) - shift, oz=oz, seconds=oz / 2, lost=lost) for days, oz, lost in _SPILLS
    ]
