"""Watching a scale: its raw counts as they come, for whoever stands beside it and wants it to stand still."""

from datetime import datetime
from typing import Final

from backend.domain.command import CommandName
from backend.domain.ids import TapId
from backend.domain.member import Act, Member
from backend.ports import Ports
from backend.usecases.calibrate import STREAM_HZ, STREAM_S
from backend.usecases.commands import send_command
from backend.usecases.wizards import calibration_of

_ANSWERS_S: Final = 60


def watch_scale(ports: Ports, *, tap_id: TapId, member: Member, now: datetime, wall: datetime) -> None:
    """Let the scale of a tap stream for a while, and tell its zero and factor where they are not known yet.

    What it counts comes as Sampled events, without which nobody can say what it weighs.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such tap.
        Conflict: no scale stands there, it is retired, or it owes too many answers.
    """
    stream = send_command(
        ports,
        tap_id=tap_id,
        name=CommandName.STREAM,
        params={"hz": STREAM_HZ, "seconds": STREAM_S},
        member=member,
        now=now,
        wall=wall,
        seconds=_ANSWERS_S,
        part_of=Act.TARE,
    )
    if calibration_of(ports, stream.device_id) is None:
        send_command(
            ports,
            device_id=stream.device_id,
            name=CommandName.GET_CONFIG,
            params={},
            member=member,
            now=now,
            wall=wall,
            seconds=_ANSWERS_S,
            part_of=Act.TARE,
        )
