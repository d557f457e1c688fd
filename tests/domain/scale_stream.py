"""What a scale would publish of a made-up platform: the shipped filter, stability and publishing rule."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from backend.domain.shown import Load, Shown, Weighed, shown_level
from backend.domain.times import EPOCH
from firmware.scale.config import Config
from firmware.scale.filter import Filter
from firmware.scale.publish import Publisher, Weight
from firmware.scale.settle import Settle

OUNCE = 8.345 * 1.010 / 128
"""Pounds in a US ounce of beer."""
NOISE_LBS = 0.002  # 0.9 g
LOAD = Load(empty_lbs=29.7, full_lbs=160.34, specific_gravity=1.010)
T0 = 1_774_039_200

Platform = Callable[[float], float]
"""Gross weight (lb) by second."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message: whole epoch seconds, lb, at rest or not, when (s) it left the scale."""

    t: int
    lbs: float
    stable: bool
    second: float


def published(platform: Platform, *, seconds: float, seed: int = 1) -> Iterator[Sent]:
    """What a scale with the default settings sends of it, ten conversions a second."""
    dice = random.Random(seed)
    level, settle, publisher = Filter(), Settle(), Publisher(Config())
    for step in range(int(seconds * 10)):
        now, second = step * 100, step / 10
        weight = level.feed(platform(second) + dice.gauss(0, NOISE_LBS), 100)
        stable = settle.feed(now, level)
        if level.warm():
            for due in publisher.feed(now, Weight(T0 + int(second), weight, 0, stable)):
                yield Sent(due.t, round(due.lbs, 3), due.stable, second)


def weighed(sent: Sent, *, claimed_lbs: float = 0.0, continuous: bool = True) -> Weighed:
    """The same as the domain knows it."""
    return Weighed(
        gross_lbs=sent.lbs,
        at=EPOCH + timedelta(seconds=sent.t),
        stable=sent.stable,
        claimed_lbs=claimed_lbs,
        continuous=continuous,
    )


def shows(stream: Iterable[Sent], *, before: Shown | None = None, load: Load = LOAD) -> list[tuple[Sent, Shown]]:
    """Each message and what the board shows after it."""
    told = []
    for sent in stream:
        before = shown_level(before, weighed(sent), load=load)
        told.append((sent, before))
    return told


def pour(start: float, ounces: float, *, rate: float = 2.0) -> Platform:
    """What a pour takes off the platform (lb, above zero) by second."""
    return lambda second: min(max(0.0, (second - start) * rate), ounces) * OUNCE


def at_rest_at(gross_lbs: float, second: float, *, stable: bool = True) -> Sent:
    """A message without a scale behind it."""
    return Sent(T0 + int(second), gross_lbs, stable, second)
