"""What can happen, in the past tense; each module of the domain owns its own events, all are `Event`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened at a location and is worth showing or telling."""

    location_id: str
