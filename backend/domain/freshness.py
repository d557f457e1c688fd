"""How fresh the beer in a keg is, from its dates: beer does not keep for ever, and most of it has travelled already.

Unpasteurised beer is at its best for 45 to 60 days after filling, pasteurised for 90 to 120 (Micro Matic, "How long
does keg beer remain fresh"; the brewer's own date, where there is one, knows better).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

UNPASTEURISED_DAYS: Final = (45, 60)
PASTEURISED_DAYS: Final = (90, 120)
_SOON_DAYS: Final = 14


class Freshness(StrEnum):
    """How a keg stands by its dates, best first."""

    FRESH = "fresh"
    SOON = "use soon"
    PAST = "past its best"
    UNKNOWN = "no date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What the dates of a keg say: the word, the sentence for a person, and what it rests on (days)."""

    word: Freshness
    says: str
    age_days: int | None = None
    days_left: int | None = None


def keeping(*, filled_on: date | None, best_by: date | None, today: date) -> Keeping:
    """Say how fresh a keg is on a day of the bar's calendar; a date of the brewer goes before our rule of thumb."""
    age = (today - filled_on).days if filled_on else None
    if best_by is not None:
        return _by_date((best_by - today).days, age)
    if age is None:
        return Keeping(word=Freshness.UNKNOWN, says="give the date it was filled or is best by")
    return _by_age(age)


def _by_date(left: int, age: int | None) -> Keeping:
    if left < 0:
        word, says = Freshness.PAST, f"best by was {_days(-left)} ago"
    elif left <= _SOON_DAYS:
        word, says = Freshness.SOON, f"best within {_days(left)}" if left else "best by today"
    else:
        word, says = Freshness.FRESH, f"best within {_days(left)}"
    return Keeping(word=word, says=says, age_days=age, days_left=left)


def _by_age(age: int) -> Keeping:
    filled = f"filled {_days(age)} ago"
    if age >= PASTEURISED_DAYS[1]:
        return Keeping(word=Freshness.PAST, says=f"{filled}: past its best", age_days=age)
    if age >= PASTEURISED_DAYS[0]:
        return Keeping(word=Freshness.SOON, says=f"{filled}: use it soon, even if pasteurised", age_days=age)
    if age >= UNPASTEURISED_DAYS[1]:
        return Keeping(word=Freshness.SOON, says=f"{filled}: past its best unless pasteurised", age_days=age)
    if age >= UNPASTEURISED_DAYS[0]:
        return Keeping(word=Freshness.SOON, says=f"{filled}: use it soon unless pasteurised", age_days=age)
    return Keeping(word=Freshness.FRESH, says=filled, age_days=age)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
