"""Commands to a bar's scales, and what they answer, by the wall's second."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bar import ONE, T0, Bar
from broker_way import BrokerWay, connected

from backend.cellar import commands
from backend.domain.command import Answer, Command, CommandAnswered, CommandName, CommandState, Told
from backend.domain.ids import TapId
from backend.domain.member import OWNER
from backend.usecases.commands import send_command, view_command
from backend.usecases.repeat_commands import Repeated, repeat_unanswered
from backend.usecases.take_response import ResponseTaken, take_response

WALL = datetime.fromisoformat("2026-11-24T12:00:00.123+00:00")


def wall(second: float) -> datetime:
    """A moment of the wall."""
    return WALL + timedelta(seconds=second)


@dataclass(frozen=True, slots=True)
class Asking:
    """A bar whose broker is there."""

    bar: Bar
    way: BrokerWay

    def send(
        self,
        name: CommandName = CommandName.IDENTIFY,
        *,
        second: float = 0,
        tap_id: TapId = ONE,
        worth_s: int = 60,
        **params: bool | float,
    ) -> Command:
        return send_command(
            self.bar.ports,
            tap_id=tap_id,
            name=name,
            params=params,
            member=OWNER,
            now=T0,
            wall=wall(second),
            seconds=worth_s,
        )

    def answer(
        self,
        command: Command,
        state: CommandState,
        *,
        second: float = 1,
        device_id: str | None = None,
        error: str | None = None,
        result: dict[str, Told] | None = None,
    ) -> ResponseTaken:
        return take_response(
            self.bar.ports,
            device_id=device_id or command.device_id,
            response=Answer(command_id=command.command_id, state=state, error=error, result=result),
            wall=wall(second),
        )

    def repeat(self, second: float) -> Repeated:
        return repeat_unanswered(self.bar.ports, wall=wall(second))

    def state(self, command: Command) -> Command:
        return view_command(self.bar.ports, device_id=command.device_id, command_id=command.command_id, member=OWNER)

    @property
    def told(self) -> list[CommandAnswered]:
        return [event for event in self.bar.told if isinstance(event, CommandAnswered)]

    def due(self, second: float = 10**6) -> int:
        """How many rows stand in the index of what is due."""
        return len(self.bar.ports.table.query(commands.due(wall=wall(second), limit=100)).items)


def asking(bar: Bar) -> Asking:
    """Put a broker beside the bar."""
    return Asking(bar, connected(bar.ports))
