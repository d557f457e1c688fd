"""Commands that wait for an answer: sent again, and given up when their time is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from backend.cellar import commands
from backend.cellar.rows import BadRow
from backend.domain.command import Command, given, given_up, put_off, told
from backend.ports import Action, BrokerUnavailable, Item, Key, Ports, Put
from backend.usecases.commit import commit
from backend.usecases.follow import left_waiting

_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """How many commands were sent again and given up, whether more are due, and which rows could not be read."""

    sent: int = 0
    given_up: int = 0
    more: bool = False
    damaged: tuple[str, ...] = ()


def repeat_unanswered(ports: Ports, *, wall: datetime) -> Repeated:
    """Look at the commands that are due: send each again, or give it up.

    What is due stands in the table, so that a restart forgets none of them. A row that cannot be read is named once:
    it stays where it is, and is due no more. Raises StoreUnavailable, Conflict.
    """
    page = ports.table.query(commands.due(wall=wall, limit=_AT_ONCE))
    sent, over, damaged = 0, 0, []
    for item in page.items:
        where = commands.key_of(item)
        try:
            command = _waiting(ports, where, wall)
            if command is None:
                continue
            if wall >= command.answer_by:
                over += _give_up(ports, where, wall)
            else:
                sent += _send_again(ports, command, wall)
        except BadRow as bad:
            damaged.append(str(bad))
            commit(ports, partial(_put_aside, item))
    more = page.cursor is not None
    return Repeated(sent=sent, given_up=over, more=more, damaged=tuple(damaged))


def _waiting(ports: Ports, where: Key, wall: datetime) -> Command | None:
    """The command that lies there, if it is due: the index may be old."""
    item = ports.table.get(where)
    command = commands.from_item(item) if item else None
    return command if command is not None and command.due_at is not None and command.due_at <= wall else None


def _put_aside(item: Item) -> tuple[Sequence[Action], None]:
    return [Put(item={name: value for name, value in item.items() if name not in {"due_shard", "due_at"}})], None


def _give_up(ports: Ports, where: Key, wall: datetime) -> bool:
    def decide() -> tuple[Sequence[Action], Command | None]:
        command = _waiting(ports, where, wall)
        if command is None or wall < command.answer_by:
            return [], None
        after = given_up(command)
        return [commands.put(after), *left_waiting(ports, after, wall=wall)], after

    over = commit(ports, decide)
    if over is not None:
        ports.feed.publish([told(over)])
    return over is not None


def _send_again(ports: Ports, command: Command, wall: datetime) -> bool:
    """Give a command to the broker once more; that it was is noted after, because a scale does it once anyway."""
    sent = wall < command.expires_at and _given_to_broker(ports, command)

    def decide() -> tuple[Sequence[Action], None]:
        waiting = _waiting(ports, commands.key(command.device_id, command.command_id), wall)
        if waiting is None:
            return [], None
        return [commands.put(given(waiting, wall=wall) if sent else put_off(waiting, wall=wall))], None

    commit(ports, decide, durable=False)
    return sent


def _given_to_broker(ports: Ports, command: Command) -> bool:
    try:
        ports.commands.send(command=command)
    except BrokerUnavailable:
        return False
    return True
