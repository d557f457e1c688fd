"""Rows of commands to a scale: `DEVICE#SCALE-0042 / CMD#<id>`, oldest first; in due-index until they are over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from backend.cellar import rows
from backend.domain.command import Command, CommandName, CommandState, Param, Told
from backend.domain.ids import TapId
from backend.domain.times import EPOCH, epoch_ms, from_epoch_ms, iso
from backend.ports import Delete, Index, Item, Key, Put, Query, Value

PREFIX: Final = "CMD#"
DUE: Final = "DUE#COMMANDS"
"""A shard of its own: commands wait by the wall, all else that is due by the bar's time."""

_WAITING: Final = frozenset(state.value for state in CommandState if not state.final)


def key(device_id: str, command_id: str) -> Key:
    """Where a command lies."""
    return Key(f"DEVICE#{device_id}", PREFIX + command_id)


def put(command: Command) -> Put:
    """Write a command if nobody else has since it was read."""
    where = key(command.device_id, command.command_id)
    item: dict[str, Value] = {
        "PK": where.pk,
        "SK": where.sk,
        "loc_id": command.location_id,
        "tap_id": str(command.tap_id) if command.tap_id else None,
        "command": command.name.value,
        "params": dict(command.params),
        "sent_by": command.sent_by,
        "sent_at": iso(command.sent_at),
        "expires": iso(command.expires_at),  # not expires_at: the cloud's table drops a row once that is over
        "state": command.state.value,
        "error": command.error,
        "result": command.result,
        "late": command.late.value if command.late else None,
        "answered_at": rows.iso_or_none(command.answered_at),
        "tries": command.tries,
        "version": command.version + 1,
    }
    if command.due_at is not None:
        item |= {"due_shard": DUE, "due_at": epoch_ms(command.due_at) / 1000}
    return Put(item=item, expected_version=command.version)


@rows.reads
def from_item(item: Item) -> Command:
    """Read a command; raises BadRow."""
    tap = rows.text_or_none(item, "tap_id")
    late = rows.text_or_none(item, "late")
    due = rows.number_or_none(item, "due_at")
    return Command(
        command_id=rows.text(item, "SK").removeprefix(PREFIX),
        location_id=rows.text(item, "loc_id"),
        device_id=rows.text(item, "PK").removeprefix("DEVICE#"),
        tap_id=TapId.parse(tap) if tap else None,
        name=CommandName(rows.text(item, "command")),
        params=_params(item),
        sent_by=rows.text(item, "sent_by"),
        sent_at=rows.moment(item, "sent_at"),
        expires_at=rows.moment(item, "expires"),
        due_at=None if due is None else from_epoch_ms(round(due * 1000)),
        state=CommandState(rows.text(item, "state")),
        error=rows.text_or_none(item, "error"),
        result=_result(item),
        late=CommandState(late) if late else None,
        answered_at=rows.moment_or_none(item, "answered_at"),
        tries=rows.whole(item, "tries"),
        version=rows.version_of(item),
    )


def newest(device_id: str, *, limit: int) -> Query:
    """The newest commands of a scale, newest first."""
    return Query(partition=f"DEVICE#{device_id}", begins_with=PREFIX, limit=limit, descending=True)


def due(*, wall: datetime, limit: int) -> Query:
    """Commands to look at again by now, longest due first; old answers of an index, so look at each row."""
    return Query(partition=DUE, index=Index.DUE, between=(0, (wall - EPOCH).total_seconds()), limit=limit)


def key_of(item: Item) -> Key:
    """Where a row lies that was found by a query."""
    return Key(str(item["PK"]), str(item["SK"]))


def waits(item: Item) -> bool:
    """Whether a command is still without an answer; a damaged row waits for nothing."""
    return item.get("state") in _WAITING


def delete(item: Item) -> Delete:
    """Let a command go."""
    return Delete(key=key_of(item))


def _params(item: Item) -> Mapping[str, Param]:
    value = item.get("params")
    if isinstance(value, Mapping):
        params = {name: one for name, one in value.items() if isinstance(one, (bool, int, float))}
        if len(params) == len(value):
            return params
    raise rows.BadRow(f"params is {value!r:.80}, not a map of numbers")


def _result(item: Item) -> Mapping[str, Told] | None:
    value = item.get("result")
    if value is None:
        return None
    if isinstance(value, Mapping):
        return dict(value)
    raise rows.BadRow(f"result is {value!r:.80}, not a map")
