"""`keg/command/{device}`: what a scale can be told to do, each command with its own bounded parameters."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from backend.wire.messages import MessageRefused, StrictMessage, one_line

CommandName = Literal["identify", "set_config", "get_config", "tare", "maintenance", "stream", "reboot", "selftest"]
CommandId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
MAX_COMMAND_BYTES: Final = 1024
"""A scale reads no longer command: its heap is small."""
_LEAST_FACTOR: Final = 50


class Identify(StrictMessage):
    """Blink the light, so that somebody in the cooler finds the scale."""

    seconds: Annotated[int, Field(ge=1, le=300)] = 20


class SetConfig(StrictMessage):
    """Change settings, all of them or none; `zero`, `factor` and `rev` are one calibration and come together."""

    zero: Annotated[int, Field(ge=-(2**23), lt=2**23)] | None = None  # raw counts of the empty platform
    factor: Annotated[float, Field(ge=-200_000, le=200_000)] | None = None  # raw counts per lb
    rev: Annotated[int, Field(ge=1, le=0x7FFF_FFFF)] | None = None  # greater than the one in force
    heartbeat_s: Annotated[int, Field(ge=1, le=300)] | None = None
    deadband_lbs: Annotated[float, Field(ge=0.01, le=2)] | None = None
    floor_ms: Annotated[int, Field(ge=100, le=1000)] | None = None
    keepalive_s: Annotated[int, Field(ge=5, le=300)] | None = None
    response_s: Annotated[int, Field(ge=1, le=60)] | None = None
    backoff_s: Annotated[int, Field(ge=1, le=600)] | None = None
    replay_after_s: Annotated[int, Field(ge=5, le=3600)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        calibration = (self.zero, self.factor, self.rev)
        if None in calibration and calibration != (None, None, None):
            raise ValueError("zero, factor and rev are one calibration: send all three or none")
        if self.factor is not None and abs(self.factor) < _LEAST_FACTOR:
            raise ValueError(f"factor must be at least {_LEAST_FACTOR} counts per lb, up or down")
        if not self.model_dump(exclude_none=True):
            raise ValueError("nothing to set: name at least one setting")
        return self


class GetConfig(StrictMessage):
    """Tell the settings in force."""


class Tare(StrictMessage):
    """Tell how far the weight is from zero now; this changes nothing on the scale."""


class Maintenance(StrictMessage):
    """Claim no pours for so long; off ends it."""

    on: bool
    minutes: Annotated[int, Field(ge=1, le=1440)] = 60


class Stream(StrictMessage):
    """Send raw counts as they come, `hz` of them a second, for so long; 0 seconds ends a stream."""

    hz: Annotated[int, Field(ge=1, le=10)] = 10
    seconds: Annotated[int, Field(ge=0, le=600)] = 60


class Reboot(StrictMessage):
    """Start again."""


class Selftest(StrictMessage):
    """Look at cell, noise, rate, signal, memory and flash."""


PARAMS: Final[Mapping[CommandName, type[StrictMessage]]] = {
    "identify": Identify,
    "set_config": SetConfig,
    "get_config": GetConfig,
    "tare": Tare,
    "maintenance": Maintenance,
    "stream": Stream,
    "reboot": Reboot,
    "selftest": Selftest,
}
"""What each command takes."""


class CommandMessage(StrictMessage):
    """One command. `expires` is wall time (epoch s): after it the scale answers `expired` and does nothing."""

    id: CommandId
    command: CommandName
    params: dict[str, Any] = Field(default_factory=dict)
    expires: Annotated[int, Field(ge=0, le=253_402_300_799)]

    @model_validator(mode="after")
    def _params_fit(self) -> Self:
        checked_params(self.command, self.params)
        return self

    @classmethod
    def of(cls, *, command_id: str, command: str, params: Mapping[str, Any], expires: datetime) -> Self:
        """Make a command with every parameter it takes, absent ones at their default; raises MessageRefused."""
        try:
            message = cls.model_validate(
                {"id": command_id, "command": command, "params": dict(params), "expires": int(expires.timestamp())}
            )
        except ValidationError as error:
            raise MessageRefused(one_line(error)) from None
        return message.model_copy(update={"params": checked_params(message.command, params)})

    @property
    def payload(self) -> bytes:
        """The message as it goes over the wire: id, command, params, expires."""
        return json.dumps(self.model_dump(), separators=(",", ":"), allow_nan=False).encode()


def checked_params(command: CommandName, params: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parameters of a command with its defaults filled in; what is absent stays so.

    Raises:
        MessageRefused: a parameter is unknown, missing, of the wrong type or out of its bounds.
    """
    try:
        return PARAMS[command].model_validate(dict(params)).model_dump(exclude_none=True)
    except ValidationError as error:
        raise MessageRefused(f"params of {command}: {one_line(error)}"[:240]) from None
