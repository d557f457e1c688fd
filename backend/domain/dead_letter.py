"""A dead letter: a message that could not be taken, kept so that somebody can see why."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

MAX_KEPT: Final = 1000
"""How many are kept; the oldest go first."""
MAX_PAYLOAD_BYTES: Final = 4096
_MAX_TEXT: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """Topic, reason, and at most 4 KB of the payload; `size` is its whole length in bytes, `digest` its fingerprint."""

    topic: str
    reason: str
    payload: bytes
    size: int
    digest: str
    received_at: datetime

    @classmethod
    def of(cls, *, topic: str, reason: str, payload: bytes, received_at: datetime) -> Self:
        """Cut a message down to what is kept of it."""
        return cls(
            topic=topic[:_MAX_TEXT],
            reason=reason[:_MAX_TEXT],
            payload=payload[:MAX_PAYLOAD_BYTES],
            size=len(payload),
            digest=hashlib.sha256(topic.encode("utf-8", "backslashreplace") + b"\0" + payload).hexdigest()[:16],
            received_at=received_at,
        )
