"""A command to a scale: what is asked, how long it is worth doing, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from backend.domain.events import Event
from backend.domain.ids import TapId

Param: TypeAlias = bool | int | float
"""What a parameter may be."""
Told: TypeAlias = "bool | int | float | str | Sequence[Told] | Mapping[str, Told] | None"
"""What a scale may put into its result."""

REPEATS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30))
"""When a command without an answer is given to the broker again, after it was sent; then every 30 s."""
BROKER_AWAY: Final = timedelta(seconds=5)
"""How soon a command is tried again that could not be given to the broker."""
ON_ITS_WAY: Final = timedelta(seconds=5)
"""So long after its time a scale's answer may still arrive: it may have begun in the last moment."""
STARTING: Final = timedelta(seconds=60)
"""How long a scale may take to start again and to find its broker."""
TRIAL: Final = timedelta(seconds=150)
"""How long it may take to know whether it can be reached with other settings: it goes back after 120 s."""
ON_TRIAL: Final = frozenset({"keepalive_s", "response_s", "backoff_s"})
"""Settings that touch its connection."""


class CommandName(StrEnum):
    """What a scale can be asked to do."""

    IDENTIFY = "identify"
    GET_CONFIG = "get_config"
    SET_CONFIG = "set_config"
    TARE = "tare"
    MAINTENANCE = "maintenance"
    STREAM = "stream"
    REBOOT = "reboot"
    SELFTEST = "selftest"


class CommandState(StrEnum):
    """How far a command has come; it only moves on, and the last three are final."""

    SENT = "sent"
    ACCEPTED = "accepted"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def final(self) -> bool:
        """Whether nothing more is expected."""
        return self in {CommandState.DONE, CommandState.FAILED, CommandState.EXPIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something a member asked of a scale; all its times are of the wall.

    The scale does it once, however often it hears it, and not after `expires_at`. `tries` counts how often it was
    given to the broker; `due_at` is when we look at it again, None once it is over. `error` is a word, see
    `command_words`. `late` is what the scale said after we had given it up: the state stays, but it is known then
    what was done.
    """

    command_id: str
    location_id: str
    device_id: str
    tap_id: TapId | None
    name: CommandName
    params: Mapping[str, Param]
    sent_by: str
    sent_at: datetime
    expires_at: datetime
    due_at: datetime | None
    state: CommandState = CommandState.SENT
    error: str | None = None
    result: Mapping[str, Told] | None = None
    late: CommandState | None = None
    answered_at: datetime | None = None
    tries: int = 0
    version: int = 0

    @property
    def answer_by(self) -> datetime:
        """When we give it up: a scale that has begun in time may take as long as it was asked to."""
        return self.expires_at + ON_ITS_WAY + (self.takes if self.state is CommandState.ACCEPTED else timedelta())

    @property
    def takes(self) -> timedelta:
        """How long a scale may take to do this, once it has begun."""
        if self.name is CommandName.REBOOT:
            return STARTING
        if self.name is CommandName.SET_CONFIG and ON_TRIAL & self.params.keys():
            return TRIAL
        return timedelta(seconds=self.params.get("seconds", 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a scale says of a command: that it has taken it, or how it ended."""

    command_id: str
    state: CommandState
    error: str | None = None
    result: Mapping[str, Told] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Raw counts of a scale that streams, in order; never stored. `t` is when the last was counted, by its clock."""

    command_id: str
    raw: tuple[int, ...]
    stable: bool
    t: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswered(Event):
    """A command moved on: the scale took it, did it, refused it, or did not answer in its time."""

    command_id: str
    device_id: str
    tap_id: str | None
    name: CommandName
    state: CommandState
    error: str | None = None
    result: Mapping[str, Told] | None = None
    late: CommandState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled(Event):
    """A scale that streams said what it counts just now; see Sample."""

    command_id: str
    device_id: str
    raw: tuple[int, ...]
    stable: bool
    t: int | None = None


def given(command: Command, *, wall: datetime) -> Command:
    """The command after it was given to the broker (again)."""
    tries = command.tries + 1
    again = command.sent_at + REPEATS[tries - 1] if tries <= len(REPEATS) else wall
    return _due(replace(command, tries=tries), again if again > wall else wall + REPEATS[-1])


def put_off(command: Command, *, wall: datetime) -> Command:
    """The command after the broker could not be had."""
    return _due(command, wall + BROKER_AWAY)


def _due(command: Command, again: datetime) -> Command:
    """Look at it again then; once its time is over it is not sent any more, only waited for."""
    return replace(command, due_at=again if again < command.expires_at else command.answer_by)


def given_up(command: Command) -> Command:
    """The command once its time is over without an answer."""
    error = "expired" if command.state is CommandState.SENT else "no_answer"
    return replace(command, state=CommandState.EXPIRED, error=error, due_at=None)


def answered(command: Command, answer: Answer, *, wall: datetime) -> Command | None:
    """The command after an answer; None where the answer says nothing new.

    A state is never taken back. What comes for a command that we have given up is noted as `late`, once.
    """
    if command.state is CommandState.EXPIRED and command.late is None and answer.state.final:
        return replace(command, late=answer.state, result=answer.result, answered_at=wall)
    if command.state.final or command.state is answer.state:
        return None
    after = replace(command, state=answer.state, error=answer.error, result=answer.result, answered_at=wall)
    return replace(after, due_at=None) if answer.state.final else _due(after, wall + after.takes + ON_ITS_WAY)


def told(command: Command) -> CommandAnswered:
    """The event that tells how a command stands."""
    return CommandAnswered(
        location_id=command.location_id,
        command_id=command.command_id,
        device_id=command.device_id,
        tap_id=str(command.tap_id) if command.tap_id else None,
        name=command.name,
        state=command.state,
        error=command.error,
        result=command.result,
        late=command.late,
    )
