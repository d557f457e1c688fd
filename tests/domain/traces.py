"""Made-up weights of a keg in a cooler: what is poured, knocked, leaned on and changed there, and the truth."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from backend.domain.pour import FoundPour, Weight
from firmware.scale import publish
from firmware.scale.config import Config
from firmware.scale.filter import Filter
from firmware.scale.settle import Settle

OUNCE_LBS: Final = 8.345 * 1.010 / 128
GRAM_LBS: Final = 0.002204623
NOISE_LBS: Final = 0.9 * GRAM_LBS
A_SECOND: Final = 10
RAMP_S: Final = 0.3
CREEP_SHARE: Final = 0.0003
CREEP_S: Final = 600.0
RING_HZ: Final = 2.3
RING_S: Final = 0.45
EPOCH_S: Final = 1_774_064_400


@dataclass(frozen=True, slots=True)
class Glass:
    """What really left the keg: when it began (s), how long it ran (s), US ounces."""

    start: float
    seconds: float
    ounces: float

    @property
    def lbs(self) -> float:
        """What it weighs."""
        return self.ounces * OUNCE_LBS

    def drawn(self, into: float) -> float:
        """Pounds gone so many seconds after it began: the tap opens and closes in 0.3 s."""
        peak = self.ounces / (self.seconds - RAMP_S)
        if into <= RAMP_S:
            return peak * max(into, 0.0) ** 2 / (2 * RAMP_S) * OUNCE_LBS
        left = max(self.seconds - into, 0.0)
        if left <= RAMP_S:
            return (self.ounces - peak * left**2 / (2 * RAMP_S)) * OUNCE_LBS
        return peak * (into - RAMP_S / 2) * OUNCE_LBS


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What befalls a keg: gross lb when full and empty, wander (g peak to peak), and how often an hour what happens."""

    full_lbs: float
    empty_lbs: float
    wander_g: float
    glasses_an_hour: float = 8.0
    knocks_an_hour: float = 4.0
    leans_an_hour: float = 0.5
    least_pause_s: float = 12.0
    noise_lbs: float = NOISE_LBS


@dataclass(slots=True)
class Trace:
    """Ten weights a second from second 0 on, what was poured, and when kegs were changed."""

    lbs: list[float] = field(default_factory=list)
    glasses: list[Glass] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)

    def every(self, seconds: float, *, offset: float = 0.0) -> list[Weight]:
        """What somebody would have who looks every so many seconds."""
        step, first = round(seconds * A_SECOND), round(offset * A_SECOND)
        return [Weight(place / A_SECOND, self.lbs[place]) for place in range(first, len(self.lbs), step)]

    def published(self, **settings: float) -> list[Weight]:
        """What the shipped firmware would send of it: its filter, its word for rest, its publishing rule."""
        level, settle, publisher = Filter(), Settle(), publish.Publisher(Config(**settings))
        sent = []
        for place, lbs in enumerate(self.lbs):
            now = place * 1000 // A_SECOND
            weight = level.feed(lbs, 1000 // A_SECOND)
            stable = settle.feed(now, level)
            if level.warm():
                told = publish.Weight(EPOCH_S + now // 1000, weight, 0, stable)
                sent += [Weight(due.t, round(due.lbs, 3), due.stable) for due in publisher.feed(now, told)]
        return sent


def lived(life: Life, *, hours: float, seed: int) -> Trace:
    """Live so many hours of it; an empty keg is changed for a full one of nearly the same weight."""
    dice = random.Random(seed)
    trace = Trace()
    steps = int(hours * 3600 * A_SECOND)
    felt = _disturbed(life, dice, hours, steps)
    wander = _wander(life, dice, steps)
    load = life.full_lbs
    slow = load  # what the cell has got used to
    glass: Glass | None = Glass(dice.uniform(60, 300), 8.0, 12.0)
    placed = -1.0
    for step in range(steps):
        second = step / A_SECOND
        if glass is not None and second > glass.start + glass.seconds:
            load -= glass.lbs
            trace.glasses.append(glass)
            glass = _next_glass(life, dice, glass.start + glass.seconds, load, last_s=steps / A_SECOND - 60)
            if glass is None and second < steps / A_SECOND - 600:
                trace.changes.append(second + 80)
                placed = second + 80 + dice.uniform(20, 60)
        standing = load - (glass.drawn(second - glass.start) if glass is not None and second > glass.start else 0.0)
        if placed > 0 and second >= trace.changes[-1]:
            standing = max(0.0, standing * (1 - (second - trace.changes[-1]) / 1.2)) if second < placed else 0.0
            if second >= placed:
                load = standing = life.full_lbs + dice.uniform(-2, 0.5)
                _ring(felt, step, load * dice.uniform(0.1, 0.3))
                glass, placed = _next_glass(life, dice, second + 20, load, last_s=steps / A_SECOND - 60), -1.0
        slow += (standing - slow) / (CREEP_S * A_SECOND)
        creep = -CREEP_SHARE * (standing - slow)
        trace.lbs.append(standing + creep + wander[step] + felt[step] + dice.gauss(0, life.noise_lbs))
    return trace


def _next_glass(life: Life, dice: random.Random, since: float, load: float, *, last_s: float) -> Glass | None:
    """The next one, or None where the keg is empty or the story ends."""
    ounces, rate = dice.choice((4, 6, 8, 10, 12, 16, 16, 20)), dice.uniform(1, 3)
    start = since + life.least_pause_s + dice.expovariate(life.glasses_an_hour / 3600)
    if load - ounces * OUNCE_LBS < life.empty_lbs or start > last_s:
        return None
    return Glass(start, ounces / rate + RAMP_S, ounces)


def _wander(life: Life, dice: random.Random, steps: int) -> list[float]:
    """A cooler's swing of about an hour, one half of it steeper than the other, stepped once a second."""
    period, phase, lean = dice.uniform(2700, 4500), dice.uniform(0, math.tau), dice.uniform(0.15, 0.3)
    swing = [math.sin(math.tau * n / 200) + lean * math.sin(2 * math.tau * n / 200 + 1) for n in range(200)]
    gain = life.wander_g * GRAM_LBS / (max(swing) - min(swing))
    found = []
    for step in range(steps):
        angle = math.tau * (step // A_SECOND) / (period) + phase
        found.append(gain * (math.sin(angle) + lean * math.sin(2 * angle + 1)))
    return found


def _disturbed(life: Life, dice: random.Random, hours: float, steps: int) -> list[float]:
    """Knocks against the keg, and hands and feet that rest on it for a while."""
    felt = [0.0] * steps
    for _ in range(round(life.knocks_an_hour * hours)):
        _ring(felt, dice.randrange(steps), dice.choice((-1, 1)) * dice.uniform(0.3, 5))
    for _ in range(round(life.leans_an_hour * hours)):
        start, length, lbs = dice.randrange(steps), dice.randrange(2, 30) * A_SECOND, dice.uniform(1, 25)
        jitter = 0.0
        for step in range(start, min(start + length, steps)):
            jitter = 0.8 * jitter + dice.gauss(0, 0.015 * lbs)
            edge = min(step - start, start + length - step) / A_SECOND
            felt[step] += lbs * min(1.0, edge / 0.4) + jitter
        _ring(felt, start + length, -0.2 * lbs)
    return felt


def _ring(felt: list[float], start: int, lbs: float) -> None:
    for step in range(start, min(start + 5 * A_SECOND, len(felt))):
        into = (step - start) / A_SECOND
        felt[step] += lbs * math.exp(-into / RING_S) * math.cos(math.tau * RING_HZ * into)


@dataclass(frozen=True, slots=True)
class Score:
    """How pours that were found compare to the truth: counts, and each found glass's error in grams."""

    glasses: int
    hits: int
    false: int
    poured_lbs: float
    found_lbs: float
    off_g: Sequence[float]

    @property
    def recall(self) -> float:
        """The share of the glasses that was found."""
        return self.hits / self.glasses if self.glasses else 1.0

    @property
    def volume_off(self) -> float:
        """By which share the volume found is off."""
        return self.found_lbs / self.poured_lbs - 1 if self.poured_lbs else 0.0

    @property
    def worst_g(self) -> float:
        """The largest error of a single one."""
        return max(map(abs, self.off_g), default=0.0)


def scored(found: Sequence[FoundPour], glasses: Sequence[Glass], *, slack_s: float, since_s: float = 0.0) -> Score:
    """Match what was found to what was poured: in order, each at most once, where they overlap within a slack."""
    assert all(one.start_s <= other.start_s for one, other in pairwise(found))
    left = list(found)
    off = []
    for glass in glasses:
        near = [
            pour
            for pour in left
            if pour.start_s - since_s < glass.start + glass.seconds + slack_s
            and pour.start_s - since_s + pour.seconds > glass.start - slack_s
        ]
        if near:
            best = min(near, key=lambda pour: abs(pour.start_s - since_s - glass.start))
            left.remove(best)
            off.append((best.before_lbs - best.after_lbs - glass.lbs) / GRAM_LBS)
    return Score(
        glasses=len(glasses),
        hits=len(off),
        false=len(left),
        poured_lbs=math.fsum(glass.lbs for glass in glasses),
        found_lbs=math.fsum(pour.before_lbs - pour.after_lbs for pour in found),
        off_g=off,
    )
