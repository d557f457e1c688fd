"""The messages of a bar, version 1, read strictly: what is not exactly right is refused with one line that says why."""

import hashlib
from datetime import datetime
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from backend.domain.reading import PourClaim, Reading, StatusReport, measured_time

MAX_PAYLOAD_BYTES: Final = 8 * 1024
"""A longer payload is refused before anything looks into it."""
_MAX_REASON: Final = 240

_UInt32 = Annotated[int, Field(ge=0, le=0xFFFF_FFFF)]
_Weight = Annotated[float, Field(ge=-100, le=1000)]  # gross lb; a badly zeroed scale may say a little below nothing
_EpochSeconds = Annotated[int, Field(ge=0, le=253_402_300_799)]  # to the end of the year 9999
_Dbm = Annotated[int, Field(ge=-150, le=20)]
_Word = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[!-~]+$")]


class MessageRefused(ValueError):  # noqa: N818 - the message is refused
    """A payload that is no message of ours; the sentence says what is wrong with it, in one line."""


class StrictMessage(BaseModel):
    """Strict: no other fields, no numbers as text, no NaN, no infinity."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """Read a payload of at most 8 KB; raises MessageRefused.

        Where a key stands twice the last one counts; deep nesting is refused, it does not recurse.
        """
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise MessageRefused(f"payload of {len(payload)} bytes: send at most {MAX_PAYLOAD_BYTES}")
        try:
            message: Self = cls.__pydantic_validator__.validate_json(payload)  # model_validate_json, less its 0.4 us
        except ValidationError as error:
            raise MessageRefused(one_line(error)) from None
        return message


class PourMessage(StrictMessage):
    """A pour that the scale found: it began at `start` (epoch s), ran `seconds`, and lowered the weight (lb)."""

    start: _EpochSeconds
    seconds: Annotated[float, Field(ge=0, le=86_400)]
    before_lbs: _Weight
    after_lbs: _Weight

    @model_validator(mode="after")
    def _falls(self) -> Self:
        if self.after_lbs >= self.before_lbs:
            raise ValueError("a pour lowers the weight: after_lbs must be less than before_lbs")
        return self

    def claim(self) -> PourClaim:
        """The same as the domain knows it."""
        return PourClaim(start=self.start, seconds=self.seconds, before_lbs=self.before_lbs, after_lbs=self.after_lbs)


class ReadingMessage(StrictMessage):
    """`keg/readings/{device}`: gross weight after calibration (lb), and what else the scale knows."""

    v: Literal[1] = 1
    boot: _UInt32 | None = None
    seq: _UInt32 | None = None
    t: _EpochSeconds | None = None
    weight_lbs: _Weight
    raw: Annotated[int, Field(ge=-(2**31), lt=2**31)] | None = None
    stable: bool | None = None
    cal: _UInt32 | None = None
    temp_f: Annotated[float, Field(ge=-100, le=250)] | None = None
    battery_v: Annotated[float, Field(ge=0, le=60)] | None = None
    battery_pct: Annotated[float, Field(ge=0, le=100)] | None = None
    rssi: _Dbm | None = None
    replay: bool = False
    pour: PourMessage | None = None

    @model_validator(mode="after")
    def _identified_or_not(self) -> Self:
        if (self.boot is None) != (self.seq is None):
            raise ValueError("boot and seq name a reading together: send both or neither")
        return self

    def reading(
        self,
        *,
        device_id: str,
        digest: str | None,
        received_at: datetime,
        clock_trusted: bool = True,
        tolerance_scale: float = 1.0,
    ) -> Reading:
        """The same as the domain knows it, with the time to use for it (see `measured_time`).

        `digest` (see `digest_of`) may be None where `boot` and `seq` name the reading.
        """
        measured_at = measured_time(
            self.t, received_at=received_at, clock_trusted=clock_trusted, tolerance_scale=tolerance_scale
        )
        return Reading(  # in the order of its fields: by name it would take three times as long, for each message
            device_id,
            received_at,
            measured_at,
            self.weight_lbs,
            digest,
            self.boot,
            self.seq,
            self.t,
            self.stable,
            self.raw,
            self.cal,
            self.temp_f,
            self.battery_v,
            self.battery_pct,
            self.rssi,
            self.replay,
            self.pour.claim() if self.pour is not None else None,
        )


class StatusMessage(StrictMessage):
    """`keg/status/{device}`: a birth message with the scale's clock, or its last will without."""

    online: bool
    session: _UInt32
    t: _EpochSeconds | None = None
    fw: _Word | None = None
    pours: bool = False
    reset: _Word | None = None
    rssi: _Dbm | None = None

    def report(self, *, device_id: str, received_at: datetime, retained: bool = False) -> StatusReport:
        """The same as the domain knows it; `retained` where the broker had kept it for whoever subscribes."""
        return StatusReport(
            device_id=device_id,
            received_at=received_at,
            online=self.online,
            session=self.session,
            sent_t=self.t,
            fw=self.fw,
            pours=self.pours,
            reset=self.reset,
            rssi=self.rssi,
            retained=retained,
        )


def digest_of(payload: bytes) -> str:
    """What tells two payloads apart where a publisher numbers none: 16 hexadecimal digits of SHA-256."""
    return hashlib.sha256(payload).hexdigest()[:16]


def one_line(error: ValidationError) -> str:
    """Say in one line, of at most 240 characters, the first thing that is wrong, and where."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(_shown(part) for part in first["loc"])
    what = first["msg"].removeprefix("Value error, ")
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{where + ': ' if where else ''}{what}{more}"[:_MAX_REASON]


def _shown(part: int | str) -> str:
    return str(part)[:40].encode("unicode_escape").decode("ascii")
