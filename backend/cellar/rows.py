"""Reading attributes out of an item with their types, so that a damaged row says where it is damaged."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec, Self, TypeVar

from backend.domain.refusal import Refusal
from backend.domain.times import from_iso, iso
from backend.ports import Item, Value

P = ParamSpec("P")
T = TypeVar("T")


MENDING: Final = (
    "end the server and start it again; where this is said again, take the row from a backup by "
    "scale-sense restore --rows"
)


class BadRow(ValueError):  # noqa: N818 - what the row is
    """A row in the table lacks an attribute or holds something else there; names the row and the attribute."""


class UnreadableRow(BadRow):
    """A row is there and nothing can be told of it but its key: a disk has changed it. All other rows are whole."""

    @classmethod
    def at(cls, pk: str, sk: str, *, why: str) -> Self:
        """Name the row, and what to do."""
        return cls(f"row {pk} / {sk} cannot be read ({why}): {MENDING}")


def reads(read: Callable[Concatenate[Item, P], T]) -> Callable[Concatenate[Item, P], T]:
    """Let whatever is wrong with a row be told as BadRow, which names the row."""

    @wraps(read)
    def reading(item: Item, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(item, *args, **kwargs)
        except BadRow as bad:
            raise bad if str(bad).startswith(_name(item)) else BadRow(f"{_name(item)}: {bad}") from bad
        except (ValueError, Refusal) as bad:
            raise BadRow(f"{_name(item)}: {bad}") from bad

    return reading


def text(item: Item, name: str) -> str:
    """Text that must be there."""
    value = item.get(name)
    if isinstance(value, str):
        return value
    raise _bad(item, name, value, "text")


def text_or_none(item: Item, name: str) -> str | None:
    """Text, where there is any."""
    return None if item.get(name) is None else text(item, name)


def texts(item: Item, name: str) -> tuple[str, ...]:
    """A list of texts that must be there."""
    value = item.get(name)
    if isinstance(value, Sequence) and not isinstance(value, str):
        found = tuple(one for one in value if isinstance(one, str))
        if len(found) == len(value):
            return found
    raise _bad(item, name, value, "a list of texts")


def number(item: Item, name: str) -> float:
    """A number that must be there."""
    value = item.get(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise _bad(item, name, value, "a number")


def number_or_none(item: Item, name: str) -> float | None:
    """A number, where there is one."""
    return None if item.get(name) is None else number(item, name)


def whole(item: Item, name: str) -> int:
    """A whole number that must be there."""
    value = item.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _bad(item, name, value, "a whole number")


def whole_or_none(item: Item, name: str) -> int | None:
    """A whole number, where there is one."""
    return None if item.get(name) is None else whole(item, name)


def wholes(item: Item, name: str) -> tuple[int, ...]:
    """A list of whole numbers, empty where there is none."""
    value = item.get(name)
    if value is None:
        return ()
    if isinstance(value, Sequence) and not isinstance(value, str):
        found = tuple(one for one in value if isinstance(one, int) and not isinstance(one, bool))
        if len(found) == len(value):
            return found
    raise _bad(item, name, value, "a list of whole numbers")


def flag(item: Item, name: str, *, default: bool) -> bool:
    """Yes or no; `default` where nothing is said."""
    value = item.get(name, default)
    if isinstance(value, bool):
        return value
    raise _bad(item, name, value, "true or false")


def moment(item: Item, name: str) -> datetime:
    """A moment that must be there."""
    try:
        when = from_iso(text(item, name))
    except ValueError as bad:
        raise _bad(item, name, item.get(name), "a moment") from bad
    if when.tzinfo is None:
        raise _bad(item, name, item.get(name), "a moment in UTC")
    return when


def moment_or_none(item: Item, name: str) -> datetime | None:
    """A moment, where there is one."""
    return None if item.get(name) is None else moment(item, name)


def day_or_none(item: Item, name: str) -> date | None:
    """A day of the calendar, where there is one."""
    told = text_or_none(item, name)
    try:
        return None if told is None else date.fromisoformat(told)
    except ValueError as bad:
        raise _bad(item, name, told, "a day such as 2026-03-18") from bad


def iso_or_none(when: datetime | None) -> str | None:
    """A moment as it is stored, or nothing."""
    return None if when is None else iso(when)


def version_of(item: Item) -> int:
    """Version of a row; 0 for one that is written unconditionally."""
    return whole_or_none(item, "version") or 0


def _bad(item: Item, name: str, value: Value, wanted: str) -> BadRow:
    said = f"{name} is {value!r:.80}, not {wanted}"
    return BadRow(f"{_name(item)}: {said}" if "PK" in item else said)


def _name(item: Item) -> str:
    return f"row {item.get('PK')} / {item.get('SK')}"
