"""Moments as text and numbers: UTC everywhere, ISO 8601 with milliseconds in keys, epoch seconds on the wire."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(minutes=2)
"""The clock of who says something may be ahead by this: a moment later than that is in the future."""


def iso(moment: datetime) -> str:
    """Fixed-width UTC text, `2026-03-18T20:41:07.250Z`, that sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """Read what `iso` wrote; raises ValueError."""
    return datetime.fromisoformat(text)


def whole_ms(moment: datetime) -> datetime:
    """The moment without what is finer than a millisecond, as it is stored."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def epoch_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    since = moment - EPOCH
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def from_epoch_ms(milliseconds: int) -> datetime:
    """Read what `epoch_ms` gave; raises OverflowError beyond year 9999."""
    return EPOCH + timedelta(milliseconds=milliseconds)
