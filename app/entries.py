"""Reading what people type: numbers, money, dates, and moments in the bar's own time."""

from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Final
from zoneinfo import ZoneInfo

from app.money import CURRENCY
from backend.domain.refusal import Invalid

_CENTS: Final = 100
_FIRST: Final = date(2000, 1, 1)
_LAST: Final = date(2100, 1, 1)


def number_of(text: str, *, what: str, least: float, most: float, unit: str = "") -> float:
    """Read a number, with a point or a comma; raises Invalid, `what` being the name of the field."""
    try:
        read = Decimal(text.replace(",", ".").strip())
    except InvalidOperation as no_number:
        raise Invalid(f"{what} is a number: enter figures like 29.7") from no_number
    if not read.is_finite():
        raise Invalid(f"{what} is a number: enter figures like 29.7")
    if not least <= read <= most:
        bounds = f"{_figure(least)} and {_figure(most)} {unit}".rstrip()
        raise Invalid(f"{what} lies between {bounds}: check what you entered")
    return float(read)


def _figure(bound: float) -> str:
    return f"{bound:,.3f}".rstrip("0").rstrip(".")


def whole_of(text: str, *, what: str, least: int, most: int) -> int:
    """Read a whole number; raises Invalid."""
    read = number_of(text, what=what, least=least, most=most)
    if read != int(read):
        raise Invalid(f"{what} is a whole number: leave out what follows the point")
    return int(read)


def cents_of(text: str, *, what: str, most: float) -> int | None:
    """Read an amount of money in units with at most two decimals, None where nothing is entered; raises Invalid."""
    if not text:
        return None
    cents = Decimal(str(number_of(text, what=what, least=0, most=most, unit=CURRENCY))) * _CENTS
    if cents != int(cents):
        raise Invalid(f"{what} has at most two figures after the point")
    return int(cents)


def day_of(text: str, *, what: str) -> date | None:
    """Read `2026-03-20`, None where nothing is entered; raises Invalid."""
    if not text:
        return None
    try:
        read = date.fromisoformat(text)
    except ValueError as no_day:
        raise Invalid(f"{what} is a day: choose it in the calendar, or enter it like 2026-03-20") from no_day
    if not _FIRST <= read < _LAST:
        raise Invalid(f"{what} is far from today: check the year")
    return read


def time_of(text: str, *, what: str) -> time:
    """Read `19:10` or `19:10:05`; raises Invalid."""
    try:
        read = time.fromisoformat(text)
    except ValueError as no_time:
        raise Invalid(f"{what} is a time of day: enter it like 19:10") from no_time
    if read.tzinfo is not None:
        raise Invalid(f"{what} is in the time of the bar: leave the zone out")
    return read


def comes_twice(day: date, clock: time, zone: ZoneInfo) -> bool:
    """Whether the clocks of the bar showed this time twice that day, because they went back."""
    first, second = (datetime.combine(day, clock, tzinfo=zone).replace(fold=fold) for fold in (0, 1))
    return _exists(first) and first.utcoffset() != second.utcoffset()


def moment_of(day: date, clock: time, zone: ZoneInfo, *, second: bool = False) -> datetime:
    """Give the moment (UTC) at which the clocks of the bar showed this; `second` where they showed it twice.

    Raises Invalid for a time that was skipped because the clocks went forward.
    """
    local = datetime.combine(day, clock, tzinfo=zone).replace(fold=1 if second else 0)
    if not _exists(local):
        after = local.astimezone(UTC).astimezone(zone)
        raise Invalid(
            f"the clocks went forward that day and never showed {clock:%H:%M}: it may have been {after:%H:%M}"
        )
    return local.astimezone(UTC)


def _exists(local: datetime) -> bool:
    """Whether the clocks ever showed this."""
    back = local.astimezone(UTC).astimezone(local.tzinfo)
    return back.replace(tzinfo=None, fold=0) == local.replace(tzinfo=None, fold=0)
