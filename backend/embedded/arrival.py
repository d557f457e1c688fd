"""A message of the bar as it arrived, before anybody has looked into it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, kw_only=True)  # freezing it would take 0.6 us more for each message, a tenth of the intake's
class Arrival:
    """A message and when it came; `late` where it may have waited for us, or was retained."""

    topic: str
    payload: bytes
    received_at: datetime
    retained: bool = False
    late: bool = False
