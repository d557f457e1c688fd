"""What became of a command, in a sentence that says what to do next."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from backend.domain.command import Command, CommandState

ERRORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "expired": "the scale did not take it in time: look whether it has power and Wi-Fi, then repeat",
        "no_answer": "the scale took it and has not said what became of it: look at its level, then repeat",
        "unsupported": "the program on the scale does not know this: update the scale",
        "bad_params": "the scale refused a value: choose another one",
        "stale_rev": "somebody else set this scale meanwhile: look at it again, then repeat",
        "unstable": "the weight was not at rest: wait until nobody touches the keg, then repeat",
        "busy": "the scale is busy with another command: wait a minute, then repeat",
        "fault": "the scale reports a fault: check its load cell and its cable",
        "flash": "the scale could not save it and changed nothing: repeat, and replace the scale if it happens again",
        "rolled_back": "the scale lost its connection with the new settings and went back to the ones before",
        "restarted": "the scale restarted in the middle of it: repeat",
    }
)
"""Each word that can stand in `error`, and what a person should do about it."""


def outcome_of(command: Command) -> str:
    """Say how a command stands."""
    match command.state:
        case CommandState.SENT:
            return "waiting for the scale" if command.tries else "waiting for the broker"
        case CommandState.ACCEPTED:
            return "the scale is doing it"
        case CommandState.DONE:
            return "done"
        case _:
            return _late(command) or _failed(command)


def _late(command: Command) -> str | None:
    if command.late is CommandState.DONE:
        return "done, but the answer came late"
    return "not done, and the scale said so late" if command.late else None


def _failed(command: Command) -> str:
    word = command.error or "fault"
    return ERRORS.get(word, f"the scale refused it ({word}): look at its log")
