"""The audit: who changed what, when, from what to what, and why; written once and never rewritten."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

Fact: TypeAlias = bool | int | float | str | None
"""What an entry tells of a thing before and after: plain values, moments as text in UTC."""
Facts: TypeAlias = Mapping[str, Fact]


class Deed(StrEnum):
    """What was done; the word a person reads."""

    CORRECTED = "keg corrected"
    GRAVITY = "gravity corrected"
    SWAPPED = "keg changed"
    SWAP_UNDONE = "keg change undone"
    SWAP_CONFIRMED = "keg change confirmed"
    KEG_CHOSEN = "keg chosen"
    STOCKED = "kegs stocked"
    STOCK_CHANGED = "keg in stock changed"
    KEG_REMOVED = "keg removed"
    QUEUED = "keg queued"
    TARED = "keg tared"
    TARE_UNDONE = "tare undone"
    CALIBRATED = "scale calibrated"
    CALIBRATION_UNDONE = "calibration undone"
    COMMANDED = "scale commanded"
    SET_ASIDE = "tap set aside"
    PUT_BACK = "tap back in service"
    CLEANED = "line cleaned"
    WASTED = "waste booked"
    WASTE_UNDONE = "waste taken back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One entry: at `at` the member `by` (their `by_name` then) did `deed` to `subject`.

    `subject` is the id of a keg, tap, scale or beer. `before` and `after` hold the same keys: only what changed.
    """

    location_id: str
    at: datetime
    by: str
    by_name: str
    deed: Deed
    subject: str
    before: Facts = field(default_factory=dict)
    after: Facts = field(default_factory=dict)
    reason: str = ""

    @property
    def audit_id(self) -> str:
        """Its name among the entries of the same moment; comes from its cause, so a repeat is the same entry."""
        told = json.dumps([dict(self.before), dict(self.after)], sort_keys=True)
        return f"{self.subject}.{self.deed.value.replace(' ', '-')}.{zlib.crc32(told.encode()):08x}"


def changed(before: Facts, after: Facts) -> tuple[Facts, Facts]:
    """Give of both only what differs, under the same keys; what one of them lacks is None there."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in keys}, {key: after.get(key) for key in keys}
