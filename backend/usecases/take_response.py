"""What a scale answers to a command, and the counts it streams."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backend.cellar import commands
from backend.domain.command import Answer, Command, CommandName, Sample, Sampled, answered, told
from backend.domain.refusal import NotFound
from backend.ports import Action, Ports
from backend.usecases.commit import commit


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTaken:
    """The command as it stands after an answer, and whether the answer said anything new."""

    command: Command
    news: bool


def take_response(ports: Ports, *, device_id: str, response: Answer, wall: datetime) -> ResponseTaken:
    """Note an answer with its command, and tell it; the same answer again changes nothing.

    It becomes durable with the next sync.

    Raises:
        NotFound: this scale was never asked that, or so long ago that it is forgotten.
        StoreUnavailable, Conflict: nothing is noted; give it again.
    """

    def decide() -> tuple[Sequence[Action], ResponseTaken]:
        command = _asked(ports, device_id, response.command_id)
        after = answered(command, response, wall=wall)
        if after is None:
            return [], ResponseTaken(command=command, news=False)
        return [commands.put(after)], ResponseTaken(command=replace(after, version=after.version + 1), news=True)

    taken = commit(ports, decide, durable=False)
    if taken.news:
        ports.feed.publish([told(taken.command)])
    return taken


def take_sample(ports: Ports, *, device_id: str, sample: Sample, wall: datetime) -> bool:
    """Tell whoever listens what a scale counts; nothing is kept. Gives False where nobody asked it to, or no longer."""
    item = ports.table.get(commands.key(device_id, sample.command_id))
    command = commands.from_item(item) if item else None
    if command is None or command.name is not CommandName.STREAM or command.state.final or wall > command.answer_by:
        return False
    ports.feed.publish(
        [
            Sampled(
                location_id=command.location_id,
                command_id=command.command_id,
                device_id=device_id,
                raw=sample.raw,
                t=sample.t,
                stable=sample.stable,
            )
        ]
    )
    return True


def _asked(ports: Ports, device_id: str, command_id: str) -> Command:
    item = ports.table.get(commands.key(device_id, command_id))
    if item is None:
        raise NotFound(f"{device_id} answers a command it was never sent: {command_id[:80]}")
    return commands.from_item(item)
