"""What follows from the answer of a scale, whoever watches: calibrations are noted, tares and wizards go on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from backend.cellar import wizards
from backend.domain.calibration import Method
from backend.domain.command import Command, CommandName, CommandState
from backend.domain.refusal import Refusal
from backend.domain.wizard import Step, Wizard, WizardKind, scale_said
from backend.ports import Action, Ports
from backend.usecases.calibrate import ask_stream
from backend.usecases.commit import commit
from backend.usecases.follow_tare import follow_tare, weigh_again, weighs_on
from backend.usecases.infer_again import infer_again
from backend.usecases.note_calibration import note_calibration
from backend.usecases.wizards import awaited, stored

_FOLLOWED = frozenset({CommandName.GET_CONFIG, CommandName.SET_CONFIG, CommandName.TARE})


def follow_command(ports: Ports, *, command: Command, now: datetime, wall: datetime) -> None:
    """Do what follows from how a command ended; the same again does nothing.

    `now` is the bar's time, `wall` that of who waits. Raises StoreUnavailable, Conflict: give it again.
    """
    if command.name not in _FOLLOWED or not command.state.final:
        return
    if CommandState.DONE not in {command.state, command.late}:
        if weighs_on(ports, command=command, now=now, wall=wall):
            return
        commit(ports, lambda: (left_waiting(ports, command, wall=wall), None))
        return
    noted = note_calibration(ports, command=command, wall=wall, now=now)
    if command.name is CommandName.SET_CONFIG:
        infer_again(ports, command=command, now=now)
        _read_back(ports, command, fresh=noted is not None, now=now, wall=wall)
    follow_tare(ports, command=command, now=now, wall=wall)


def left_waiting(ports: Ports, command: Command, *, wall: datetime) -> Sequence[Action]:
    """Give the row of the wizard that waits for a command which failed, or which no scale answered in its time.

    A calibration that was not taken can be saved again; a tare is over, and says why.
    """
    wizard = stored(ports, command.device_id) if command.name in _FOLLOWED else None
    if wizard is None or not awaited(wizard, command):
        return []
    problem = scale_said(command.error)
    if wizard.kind is WizardKind.CALIBRATION and wizard.fit is not None:
        back: Wizard = wizard.at(Step.REVIEW, wall=wall, problem=problem)
        return [wizards.put(replace(back, command_id=None, sent=None, former=None))]
    if wizard.kind is WizardKind.TARE and wizard.method is Method.UNDONE:
        # What was to be taken back still stands, and can be taken back again.
        still: Wizard = wizard.at(Step.DONE, wall=wall, problem=problem)
        return [wizards.put(replace(still, method=None, former=wizard.sent, sent=wizard.present, command_id=None))]
    return [wizards.put(wizard.at(Step.REFUSED, wall=wall, problem=problem))]


def _read_back(ports: Ports, command: Command, *, fresh: bool, now: datetime, wall: datetime) -> None:
    """Let the scale be read by its new setting, once."""
    try:
        weigh_again(ports, device_id=command.device_id, now=now, wall=wall)
        if fresh:
            ask_stream(ports, device_id=command.device_id, now=now, wall=wall)
    except Refusal:
        return  # it can be asked for by hand; that the calibration stands is noted
