"""Why this number: everything a level is made of, how far each part may be off, and what would make it better."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

from backend.domain.ids import TapId
from backend.domain.level import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One part of a level: its value and unit, how far that may be off in that unit (1 sd; None: not known).

    `effect_pct` is what that does to the level, in points of percent. `at` is when it was found, `source` how.
    `advice` says what would make it better; None where nothing needs to be.
    """

    name: str
    value: float | str | None
    unit: str = ""
    plus_minus: float | None = None
    effect_pct: float | None = None
    at: datetime | None = None
    source: str = ""
    advice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The facts behind the level of a tap, those that matter most first in `advice`.

    `level` is by weight, `shown_pct` what the board tells. `plus_minus_pct` (points of percent) and
    `plus_minus_servings` are how far the level may be off (1 sd) by all of the facts together; None without a level.
    """

    tap_id: TapId
    level: Level | None
    no_level: str | None
    shown_pct: float | None
    facts: tuple[Fact, ...]
    plus_minus_pct: float | None
    plus_minus_servings: float | None

    @property
    def advice(self) -> tuple[str, ...]:
        """What would make the number better, the most first."""
        telling = [fact for fact in self.facts if fact.advice]
        ordered = sorted(telling, key=lambda fact: -(fact.effect_pct or 0.0))
        return tuple(fact.advice for fact in ordered if fact.advice)


def together(facts: Sequence[Fact]) -> float:
    """Give how far (points of percent, 1 sd) a level may be off by facts that err independently of each other."""
    return sqrt(sum((fact.effect_pct or 0.0) ** 2 for fact in facts))
