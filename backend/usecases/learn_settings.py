"""Learning what a scale computes with: it is asked where it has not told, or computes by another revision."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import calibrations, commands, scales, taps
from backend.cellar.rows import BadRow
from backend.domain.command import CommandName
from backend.domain.member import SYSTEM
from backend.domain.refusal import Conflict
from backend.domain.scale import ScaleStatus
from backend.domain.tap import Tap
from backend.ports import Item, Key, Ports, Query, Value
from backend.usecases import load
from backend.usecases.commands import send_command

AGAIN: Final = timedelta(minutes=10)
"""How long an unanswered question is left before it is asked again."""
_LATELY: Final = 8
"""Commands of a scale that are looked through for such a question."""


def learn_settings(ports: Ports, *, location_id: str, wall: datetime) -> int:
    """Ask each scale that is online, and whose zero and factor are not known, for its settings; gives how many.

    Nobody has to calibrate for that: `why` tells where a number comes from, and a scale that was set to other values
    elsewhere, or lost them, is found out by the revision in its readings. Raises StoreUnavailable.
    """
    query = Query(partition=f"LOCATION#{location_id}", begins_with=taps.PREFIX)
    rows = load.every(ports, query)
    cals = dict(load.readable(_cal, rows))
    placed = [tap for tap in (_tap(item) for item in rows) if tap is not None and tap.scale_id is not None]
    keys = [key for tap in placed for key in (scales.key(str(tap.scale_id)), calibrations.key(str(tap.scale_id)))]
    found = ports.table.get_many(keys)
    asked = 0
    for tap in placed:
        told = cals.get(taps.state_key(tap.tap_id).sk)
        if _unknown(found, str(tap.scale_id), told if isinstance(told, int) else None):
            asked += _ask(ports, str(tap.scale_id), wall=wall)
    return asked


def _cal(item: Item) -> tuple[str, Value]:
    """The revision in the newest reading of a tap, under the sort key of its state."""
    return str(item["SK"]), item.get("cal")


def _tap(item: Item) -> Tap | None:
    try:
        return None if taps.is_state(item) else taps.from_item(item)
    except BadRow:
        return None  # health names it


def _unknown(found: Mapping[Key, Item], device_id: str, told: int | None) -> bool:
    """Whether a scale is there whose present settings are not known; `told` is the revision in its last reading."""
    scale, known = found.get(scales.key(device_id)), found.get(calibrations.key(device_id))
    try:
        if scale is None or scales.from_item(scale).status is not ScaleStatus.ONLINE:
            return False
        return known is None or (told is not None and told != calibrations.from_item(known).rev)
    except BadRow:
        return False  # health names it


def _ask(ports: Ports, device_id: str, *, wall: datetime) -> bool:
    """Ask, unless that was done lately."""
    newest = ports.table.query(commands.newest(device_id, limit=_LATELY)).items
    for command in load.readable(commands.from_item, newest):
        if command.name is CommandName.GET_CONFIG and wall - command.sent_at < AGAIN:
            return False
    try:
        send_command(
            ports, device_id=device_id, name=CommandName.GET_CONFIG, params={}, member=SYSTEM, now=wall, wall=wall
        )
    except Conflict:
        return False  # it owes too many answers: later
    return True
