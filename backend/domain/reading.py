"""A reading: what a scale said, when it was measured, and which reading it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple, Self, TypeAlias

from backend.domain.events import Event
from backend.domain.refusal import Invalid
from backend.domain.times import whole_ms

FUTURE_TOLERANCE: Final = timedelta(seconds=120)
"""How far a scale's clock may run ahead of receipt before its time is not used."""
PAST_TOLERANCE: Final = timedelta(days=30)
"""How old a replayed reading may be before its time is not used."""

_FUTURE_S: Final = FUTURE_TOLERANCE.total_seconds()
_PAST_S: Final = PAST_TOLERANCE.total_seconds()

Order: TypeAlias = tuple[datetime, str, int, int, str]
"""Measured time, scale, boot, sequence, digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PourClaim:
    """A pour that the scale found: when it began, how long it ran (s), the settled gross weights (lb) around it."""

    start: int
    seconds: float
    before_lbs: float
    after_lbs: float

    def __post_init__(self) -> None:
        """Refuse a pour that took nothing."""
        if not self.after_lbs < self.before_lbs:
            raise Invalid(f"a pour from {self.before_lbs} to {self.after_lbs} lb is no fall in weight")


class Reading(NamedTuple):
    """What one scale said once.

    `weight_lbs` is gross (beer and shell, after calibration). `sent_t` is the scale's own clock in epoch
    seconds, None until that is set. `boot` and `seq` identify the reading on its scale; a publisher without
    them is identified by `digest`, a hash of its payload, and the measured time. With them nobody asks for it.

    A plain tuple, as is all that is made for every reading: a frozen dataclass of as many fields takes 1.7 us longer
    to make, and four of those were a fifth of what a reading cost from the broker into the store.
    """

    device_id: str
    received_at: datetime
    measured_at: datetime
    weight_lbs: float
    digest: str | None
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

    @property
    def numbered(self) -> bool:
        """Whether its scale numbers its readings, so that `boot` and `seq` identify it."""
        return self.boot is not None and self.seq is not None

    @property
    def order(self) -> Order:
        """Where it stands among the readings of a tap: by measured time, and always the same within a second."""
        return _order(self.measured_at, self.device_id, self.boot, self.seq, None if self.numbered else self.digest)


class Watermark(NamedTuple):
    """How far a tap's state has come in measured time; readings at or before it do not move the state.

    `digest` is kept only where the publisher numbers no readings; `cal` is the revision of the calibration by which
    the scale computed.
    """

    measured_at: datetime
    device_id: str
    boot: int | None
    seq: int | None
    digest: str | None = None
    cal: int | None = None

    @classmethod
    def of(cls, reading: Reading) -> Self:
        """The mark that a reading sets."""
        return cls(
            measured_at=reading.measured_at,
            device_id=reading.device_id,
            boot=reading.boot,
            seq=reading.seq,
            digest=None if reading.numbered else reading.digest,
            cal=reading.cal,
        )

    @property
    def order(self) -> Order:
        """Where it stands among the readings of a tap."""
        return _order(self.measured_at, self.device_id, self.boot, self.seq, self.digest)

    def passed_by(self, reading: Reading, *, tolerance_scale: float = 1.0) -> bool:
        """Whether `reading` is newer, see `is_newer`."""
        return is_newer(reading, than=self, tolerance_scale=tolerance_scale)


def is_newer(reading: Reading, *, than: Watermark | Reading, tolerance_scale: float = 1.0) -> bool:
    """Whether a reading moves a state that has come as far as `than`.

    Measured time decides, but a scale's own sequence is never taken backwards within one boot: a reading that is
    delivered again by a scale without a clock has a later time, not a newer weight. A scale's clock tells whole
    seconds; what shares a second is put in an order that does not depend on who arrived first. A mark that lies in
    the future of the reading's receipt was set by a clock that has been corrected since: its time does not count.
    """
    # Nearly always the time alone tells; the whole order is made only where two share it.
    later = reading.measured_at > than.measured_at or (
        reading.measured_at == than.measured_at and reading.order > than.order
    )
    if not later and not in_the_future(
        than.measured_at, received_at=reading.received_at, tolerance_scale=tolerance_scale
    ):
        return False
    same_boot = reading.device_id == than.device_id and reading.boot == than.boot
    return not (same_boot and reading.seq is not None and than.seq is not None and reading.seq <= than.seq)


def in_the_future(moment: datetime, *, received_at: datetime, tolerance_scale: float = 1.0) -> bool:
    """Whether a moment lies more than 120 s after receipt, where nothing that is measured can lie."""
    return moment - received_at > FUTURE_TOLERANCE * tolerance_scale


def in_order(readings: Iterable[Reading]) -> list[Reading]:
    """Sort readings of one tap so that who arrived first makes no difference."""
    found = sorted(readings, key=_measured_at)
    # The whole order is dear and only tells apart what shares a second, which hardly happens: a scale says less often.
    shared = any(one.measured_at == next_one.measured_at for one, next_one in pairwise(found))
    return sorted(found, key=_whole_order) if shared else found


def _measured_at(reading: Reading) -> datetime:
    return reading.measured_at


def _whole_order(reading: Reading) -> Order:
    return reading.order


def _order(measured_at: datetime, device_id: str, boot: int | None, seq: int | None, digest: str | None) -> Order:
    return (measured_at, device_id, -1 if boot is None else boot, -1 if seq is None else seq, digest or "")


def measured_time(
    sent_t: int | None, *, received_at: datetime, clock_trusted: bool = True, tolerance_scale: float = 1.0
) -> datetime:
    """Give the time to use for a reading: the scale's, where it can be believed, else that of receipt.

    `sent_t` is believed if it lies at most 120 s after and 30 days before receipt and the scale's last birth
    message agreed with ours (`clock_trusted`). `tolerance_scale` is the speed of the story in the demo. Whole
    milliseconds, because that is what is stored.
    """
    if sent_t is None or not clock_trusted:
        return whole_ms(received_at)
    seconds_ahead = sent_t - received_at.timestamp()
    if -_PAST_S * tolerance_scale <= seconds_ahead <= _FUTURE_S * tolerance_scale:
        return datetime.fromtimestamp(sent_t, tz=UTC)
    return whole_ms(received_at)


def clock_agrees(sent_t: int, *, received_at: datetime, tolerance_scale: float = 1.0) -> bool:
    """Whether the time in a birth message is within 120 s of receipt, so that this boot's times can be used."""
    difference = abs(sent_t - received_at.timestamp())
    return difference <= _FUTURE_S * tolerance_scale


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """What a scale or its last will says of its connection; a last will carries no time.

    `session` names the connection, so that a late last will of an old one can be told apart. `retained` says that
    the broker gave its last word on subscribing: it tells who is there, but its time is that of long ago.
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
    retained: bool = False


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
