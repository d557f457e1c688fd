"""What follows from the answer of a scale, whoever watches: calibrations are noted, tares and wizards go on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from backend.domain.command import Command, CommandName, CommandState
from backend.domain.refusal import Refusal
from backend.domain.wizard import Step, Wizard, WizardKind, scale_said
from backend.ports import Action, Ports
from backend.usecases.calibrate import ask_stream
from backend.usecases.note_calibration import note_calibration
from backend.usecases.tare import follow_tare, weigh_again
from backend.usecases.wizards import moved

_FOLLOWED = frozenset({CommandName.GET_CONFIG, CommandName.SET_CONFIG, CommandName.TARE})


def follow_command(ports: Ports, *, command: Command, now: datetime, wall: datetime) -> None:
    """Do what follows from how a command ended; the same again does nothing.

    `now` is the bar's time, `wall` that of who waits. Raises StoreUnavailable, Conflict: give it again.
    """
    if command.name not in _FOLLOWED or not command.state.final:
        return
    if CommandState.DONE in {command.state, command.late}:
        noted = note_calibration(ports, command=command, wall=wall, now=now)
        if command.name is CommandName.SET_CONFIG:
            _read_back(ports, command, fresh=noted is not None, now=now, wall=wall)
    elif command.name is CommandName.SET_CONFIG:
        moved(ports, command.device_id, lambda wizard: _not_sent(wizard, command, wall=wall))
    follow_tare(ports, command=command, now=now, wall=wall)


def _read_back(ports: Ports, command: Command, *, fresh: bool, now: datetime, wall: datetime) -> None:
    """Let the scale be read by its new setting, once."""
    try:
        weigh_again(ports, device_id=command.device_id, now=now, wall=wall)
        if fresh:
            ask_stream(ports, device_id=command.device_id, now=now, wall=wall)
    except Refusal:
        return  # it can be asked for by hand; that the calibration stands is noted


def _not_sent(wizard: Wizard, command: Command, *, wall: datetime) -> tuple[Wizard, Sequence[Action]] | None:
    """A calibration that the scale did not take can be saved again."""
    if wizard.kind is not WizardKind.CALIBRATION or wizard.step is not Step.SENDING:
        return None
    if wizard.command_id not in {None, command.command_id}:
        return None
    step = Step.REVIEW if wizard.fit is not None else Step.REFUSED
    back = wizard.at(step, wall=wall, problem=scale_said(command.error))
    return replace(back, command_id=None, sent=None, former=None), ()
