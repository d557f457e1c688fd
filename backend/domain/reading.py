"""A reading: what a scale said, when it was measured, and which reading it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from backend.domain.events import Event
from backend.domain.refusal import Invalid
from backend.domain.times import EPOCH

FUTURE_TOLERANCE: Final = timedelta(seconds=120)
"""How far a scale's clock may run ahead of receipt before its time is not used."""
PAST_TOLERANCE: Final = timedelta(days=30)
"""How old a replayed reading may be before its time is not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PourClaim:
    """A pour that the scale found: when it began, how long it ran (s), the settled gross weights (lb) around it."""

    start: int
    seconds: float
    before_lbs: float
    after_lbs: float

    def __post_init__(self) -> None:
        """Refuse a pour that took nothing."""
        if self.after_lbs >= self.before_lbs:
            raise Invalid(f"a pour from {self.before_lbs} to {self.after_lbs} lb is no fall in weight")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one scale said once.

    `weight_lbs` is gross (beer and shell, after calibration). `sent_t` is the scale's own clock in epoch
    seconds, None until that is set. `boot` and `seq` identify the reading on its scale; a publisher without
    them is identified by `digest`, a hash of its payload, and the measured time.
    """

    device_id: str
    received_at: datetime
    measured_at: datetime
    weight_lbs: float
    digest: str
    boot: int | None = None
    seq: int | None = None
    sent_t: int | None = None
    stable: bool | None = None
    raw: int | None = None
    cal: int | None = None
    temp_f: float | None = None
    battery_v: float | None = None
    battery_pct: float | None = None
    rssi: int | None = None
    replay: bool = False
    pour: PourClaim | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """How far a tap's state has come in measured time; readings at or before it do not move the state."""

    measured_at: datetime
    device_id: str
    boot: int | None
    seq: int | None

    def passed_by(self, reading: Reading) -> bool:
        """Whether `reading` is newer.

        Within one boot the scale's own sequence decides, as long as time does not run backwards; across boots and
        for publishers without a sequence, measured time does. A scale's clock tells whole seconds, so a reading of
        the same second from elsewhere moves the state.
        """
        if reading.measured_at < self.measured_at:
            return False
        same_boot = reading.device_id == self.device_id and reading.boot == self.boot
        if same_boot and reading.seq is not None and self.seq is not None:
            return reading.seq > self.seq
        return reading.measured_at > self.measured_at or not same_boot


def measured_time(
    sent_t: int | None, *, received_at: datetime, clock_trusted: bool = True, tolerance_scale: float = 1.0
) -> datetime:
    """Give the time to use for a reading: the scale's, where it can be believed, else that of receipt.

    `sent_t` is believed if it lies at most 120 s after and 30 days before receipt and the scale's last birth
    message agreed with ours (`clock_trusted`). `tolerance_scale` is the speed of the story in the demo.
    """
    if sent_t is None or not clock_trusted:
        return received_at
    seconds_ahead = sent_t - (received_at - EPOCH).total_seconds()
    ahead = FUTURE_TOLERANCE.total_seconds() * tolerance_scale
    behind = PAST_TOLERANCE.total_seconds() * tolerance_scale
    if -behind <= seconds_ahead <= ahead:
        return EPOCH + timedelta(seconds=sent_t)
    return received_at


def clock_agrees(sent_t: int, *, received_at: datetime, tolerance_scale: float = 1.0) -> bool:
    """Whether the time in a birth message is within 120 s of receipt, so that this boot's times can be used."""
    difference = abs(sent_t - (received_at - EPOCH).total_seconds())
    return difference <= FUTURE_TOLERANCE.total_seconds() * tolerance_scale


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """What a scale or its last will says of its connection; a last will carries no time.

    `session` names the connection, so that a late last will of an old one can be told apart.
    """

    device_id: str
    received_at: datetime
    online: bool
    session: int
    sent_t: int | None = None
    fw: str | None = None
    pours: bool = False
    reset: str | None = None
    rssi: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTaken(Event):
    """A reading moved the state of a tap (`tap_id` as in URLs)."""

    tap_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleHeard(Event):
    """A scale came or went: its birth message, or its last will."""

    device_id: str
    tap_id: str | None
    online: bool
