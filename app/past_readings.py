"""What the scales of the demo bar would have said in its past."""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from app.tap_story import TapStory
from backend.domain.units import lbs_of
from backend.ports import Recorded
from backend.usecases.book_past import PastKeg

HEARTBEAT: Final = timedelta(minutes=5)
WANDER_LBS: Final = 0.13
"""Amplitude of the cooler's wander on the past's weights: 120 g peak to peak, as measured in a real cooler."""
_COOLER_PERIOD_S: Final = 3600.0
_FIRST: Final = timedelta(seconds=10)
_AFTER_POUR: Final = timedelta(seconds=2)
_AFTER_FOAM: Final = timedelta(seconds=5)
_BARE: Final = timedelta(seconds=20)
"""So long after a keg was lifted the bare platform is weighed."""
_AFTER_DARK: Final = timedelta(seconds=30)
AGED_KEGS: Final = 3
"""The last kegs, the one that is on included, that stood on a cell which has aged."""


def past_readings(tap: TapStory, kegs: Sequence[PastKeg], *, end: datetime) -> Iterator[Recorded]:
    """Give a tap's readings in order of time: every five minutes, and after each pour, until its scale fell silent.

    Between two kegs the platform is bare once. A scale without power says nothing.
    """
    until = tap.silent_since or end
    seq = 0
    for place, keg in enumerate(kegs, start=AGED_KEGS - len(kegs)):
        factor = 1 + (tap.aged_pct / 100 if place >= 0 else 0.0)
        lbs = tap.gross_lbs(tap.kind.gallons - keg.unseen)
        for at, gallons in _moments(tap, keg, until=until):
            lbs -= lbs_of(gallons, specific_gravity=tap.beer.specific_gravity)
            seq += 1
            yield _reading(tap, keg.keg.keg_id, at, factor * lbs, seq)
        if keg.keg.closed_at is not None and not tap.is_dark(keg.keg.closed_at + _BARE):
            seq += 1
            yield _reading(tap, None, keg.keg.closed_at + _BARE, 0.0, seq)


def _moments(tap: TapStory, keg: PastKeg, *, until: datetime) -> list[tuple[datetime, float]]:
    """When its scale spoke while this keg stood there, and how many gallons had left it since the time before."""
    falls = [(pour.started_at + timedelta(seconds=pour.seconds) + _AFTER_POUR, pour.gallons) for pour in keg.pours]
    falls += [(waste.at + _AFTER_FOAM, waste.gallons) for waste in keg.wastes]
    falls += [(min(fall.at + _AFTER_DARK, keg.keg.closed_at or until), fall.gallons) for fall in keg.falls]
    beats = _beats((keg.keg.tapped_at or until) + _FIRST, min(keg.keg.closed_at or until, until))
    return sorted([*falls, *((beat, 0.0) for beat in beats if not tap.is_dark(beat))])


def _beats(start: datetime, end: datetime) -> Iterator[datetime]:
    at = start
    while at < end:
        yield at
        at += HEARTBEAT


def _reading(tap: TapStory, keg_id: str | None, at: datetime, gross_lbs: float, seq: int) -> Recorded:
    phase = at.timestamp() / _COOLER_PERIOD_S + tap.tap_id.number * 0.13
    weight = gross_lbs + WANDER_LBS * math.sin(2 * math.pi * phase)
    return Recorded(
        device_id=tap.scale_id,
        boot=0,
        seq=seq,
        digest=None,
        measured_at=at,
        received_at=at,
        tap_id=tap.tap_id,
        keg_id=keg_id,
        weight_lbs=round(weight, 3),
        stable=True,
    )
