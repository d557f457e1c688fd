"""What the scales of a bar publish, and the broker that holds each message until it is acknowledged."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from backend.domain.ids import TapId
from backend.embedded.link import Delivery, Link
from backend.wire.messages import digest_of

LOCATION: Final = "loc-001"
TAPS: Final = {f"SCALE-{number}": TapId(LOCATION, number) for number in (1, 2, 3)}
FOREIGN: Final = "SCALE-3"
"""A publisher that numbers none of its readings."""

Identity = tuple[str, int | None, str | None]
"""Scale, then sequence or digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message at the broker; `identity` where it is a reading, `pours` where that claims a pour."""

    mid: int
    topic: str
    payload: bytes
    identity: Identity | None = None
    pours: bool = False


class Broker:
    """Holds what was published until it is acknowledged, and gives it again to whoever comes next."""

    def __init__(self, dice: random.Random, *, reached: Callable[[], bool]) -> None:
        """`reached` says whether the receiver's machine has power to acknowledge anything."""
        self.unacknowledged: dict[int, Message] = {}
        self.acknowledged: list[Message] = []
        self._dice = dice
        self._reached = reached
        self._published: list[Message] = []
        self._seqs = dict.fromkeys(TAPS, 0)
        self._weights = dict.fromkeys(TAPS, 150.0)
        self._poured_at: dict[str, datetime] = {}
        self._held_back: list[Message] = []

    @property
    def published(self) -> Sequence[Message]:
        """All there ever was."""
        return self._published

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Drop what a receiver says it has; this is the receiver's link."""
        if self._reached():
            self.acknowledged += [self.unacknowledged.pop(mid) for mid in mids if mid in self.unacknowledged]

    def publish(self, count: int, *, now: datetime) -> list[Message]:
        """Let the scales say something, a little of it late, again, or nonsense."""
        said: list[Message] = []
        while len(said) < count:
            kind = self._dice.random()
            if kind < 0.05 and self._published:
                said.append(self._again(self._dice.choice(self._published)))
            elif kind < 0.08:
                said.append(self._message("keg/readings/SCALE-1", b'{"weight_lbs": "nonsense"}'))
            elif kind < 0.12:
                born = b'{"online":true,"session":%d,"pours":true}' % len(self._published)
                said.append(self._message("keg/status/SCALE-2", born))
            elif kind < 0.2 and self._held_back:
                said.append(self._held_back.pop(0))
            else:
                reading = self._reading(self._dice.choice(list(TAPS)), now=now)
                (self._held_back if self._dice.random() < 0.05 else said).append(reading)
        self.unacknowledged |= {one.mid: one for one in said}
        return said

    def held(self, messages: Sequence[Message], *, now: datetime) -> list[Delivery]:
        """The same as the intake holds them once they have arrived."""
        link = cast("Link", self)
        return [
            Delivery(link=link, mid=one.mid, topic=one.topic, payload=one.payload, received_at=now) for one in messages
        ]

    def _reading(self, device_id: str, *, now: datetime) -> Message:
        self._seqs[device_id] += 1
        seq, before = self._seqs[device_id], self._weights[device_id]
        body: dict[str, object] = {"t": int(now.timestamp()), "raw": self._dice.randrange(2**24)}
        pours = self._dice.random() < 0.15 and self._poured_at.get(device_id) != now
        if pours:
            self._poured_at[device_id] = now
            self._weights[device_id] = before - self._dice.uniform(0.5, 1.5)
            start = int(now.timestamp()) - 8
            body["pour"] = {
                "start": start,
                "seconds": 6.0,
                "before_lbs": round(before, 3),
                "after_lbs": round(self._weights[device_id], 3),
            }
        body |= {"v": 1, "weight_lbs": round(self._weights[device_id] + self._dice.gauss(0, 0.01), 3)}
        if self._dice.random() < 0.3:
            body["battery_pct"] = 80.0
        if device_id == FOREIGN:
            body["temp_f"] = seq % 100 + seq / 1000  # its payloads differ from one another
            return self._message(f"keg/readings/{device_id}", json.dumps(body).encode(), device=device_id, pours=pours)
        body |= {"boot": 1, "seq": seq}
        return self._message(
            f"keg/readings/{device_id}", json.dumps(body).encode(), device=device_id, seq=seq, pours=pours
        )

    def _message(
        self, topic: str, payload: bytes, *, device: str | None = None, seq: int | None = None, pours: bool = False
    ) -> Message:
        identity = None if device is None else (device, seq, digest_of(payload) if seq is None else None)
        message = Message(mid=len(self._published) + 1, topic=topic, payload=payload, identity=identity, pours=pours)
        self._published.append(message)
        return message

    def _again(self, one: Message) -> Message:
        """The same once more: a scale that heard no acknowledgement."""
        message = Message(
            mid=len(self._published) + 1, topic=one.topic, payload=one.payload, identity=one.identity, pours=one.pours
        )
        self._published.append(message)
        return message
