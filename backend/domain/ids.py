"""Identifiers as values: a tap is `loc-001:07` in URLs, `TAP#07` in the table, `loc-001#TAP#07` in history."""

import re
from dataclasses import dataclass
from typing import Final, Self

from backend.domain.refusal import Invalid

MAX_TAPS: Final = 99
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", re.ASCII)


def checked_id(text: str, *, kind: str) -> str:
    """Give `text` back if it can stand in a topic, a key and a URL.

    Raises:
        Invalid: where it is empty, longer than 63 characters, or holds anything but letters of the
            English alphabet, digits, '-' and '_'.
    """
    if not _NAME.fullmatch(text):
        raise Invalid(
            f"{text[:80]!r} is no {kind} id: use 1 to 63 letters, digits, '-' or '_', first a letter or digit"
        )
    return text


@dataclass(frozen=True, slots=True, order=True)
class TapId:
    """A numbered faucet of a location; numbers 1 to 99."""

    location_id: str
    number: int

    def __post_init__(self) -> None:
        """Refuse what could not be written as `loc-001:07`."""
        checked_id(self.location_id, kind="location")
        if not 1 <= self.number <= MAX_TAPS:
            raise Invalid(f"tap {self.number} does not exist: taps are numbered 1 to {MAX_TAPS}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `loc-001:07`; raises Invalid."""
        location_id, colon, number = text.partition(":")
        if not colon or not re.fullmatch(r"\d\d", number, re.ASCII):
            raise Invalid(f"{text[:80]!r} is no tap id: write it like loc-001:07")
        return cls(location_id, int(number))

    @classmethod
    def from_dimension(cls, text: str) -> Self:
        """Read `loc-001#TAP#07`, as history names a tap; raises Invalid."""
        location_id, mark, number = text.partition("#TAP#")
        if not mark or not re.fullmatch(r"\d\d", number, re.ASCII):
            raise Invalid(f"{text[:80]!r} is no tap dimension: write it like loc-001#TAP#07")
        return cls(location_id, int(number))

    @property
    def sort_key(self) -> str:
        """`TAP#07`, its name inside the partition of its location."""
        return f"TAP#{self.number:02d}"

    @property
    def dimension(self) -> str:
        """`loc-001#TAP#07`, its name in history."""
        return f"{self.location_id}#{self.sort_key}"

    def __str__(self) -> str:
        """`loc-001:07`, its name in URLs, events and the API."""
        return f"{self.location_id}:{self.number:02d}"
