"""What the server remembers of a tap whose scale claims no pours, as it lies in the state of the tap."""

from collections.abc import Mapping, Sequence

from backend.domain.pour import Remembered, Seeking
from backend.ports import Value


def item_of(seeking: Seeking) -> Value:
    """Write what is remembered."""
    return {"at_s": seeking.at_s, "rests": seeking.rests, "memory": [_value(one) for one in seeking.memory]}


def of_value(value: Value) -> Seeking | None:
    """Read what is remembered; None where there is nothing, or nothing of this kind: then seeking begins anew."""
    if not isinstance(value, Mapping):
        return None
    at_s, rests, memory = value.get("at_s"), value.get("rests"), value.get("memory")
    if not isinstance(at_s, int | float) or not isinstance(rests, bool) or not isinstance(memory, list | tuple):
        return None
    try:
        seeking = Seeking(at_s=float(at_s), rests=rests, memory=tuple(_remembered(one) for one in memory))
    except (TypeError, ValueError):
        return None
    return seeking if seeking.whole else None


def _value(one: Remembered) -> Value:
    return list(one) if isinstance(one, Sequence) else one


def _remembered(one: Value) -> Remembered:
    if one is None or isinstance(one, bool):
        return one
    if isinstance(one, Sequence) and not isinstance(one, str):
        return tuple(_number(part) for part in one)
    return _number(one)


def _number(one: Value) -> float:
    if isinstance(one, int | float):
        return float(one)
    raise ValueError(f"{one!r} is no number")
