"""What DynamoDB refuses, refused by every adapter before it sends or writes: what works at home works in the cloud.

Sizes and limits: "Constraints in Amazon DynamoDB" and "DynamoDB item sizes and formats" in its developer guide.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from backend.ports import Action, Check, Delete, Group, Index, Item, Key, Put, TableRefused

MAX_ACTIONS: Final = 100
MAX_GROUP_BYTES: Final = 4 * 1024 * 1024
MAX_ITEM_BYTES: Final = 400 * 1024
MAX_PARTITION_BYTES: Final = 2048
MAX_SORT_BYTES: Final = 1024
MAX_DEPTH: Final = 31
"""Lists and maps around a value; with the value itself these are DynamoDB's 32 levels (measured there by others:
31 are taken, 32 refused)."""
MAX_DIGITS: Final = 38
MAX_VERSION: Final = 2**63 - 1
LEAST, GREATEST = 1e-130, 9.99e125

TEXT_INDEX_KEYS: Final[Mapping[str, int]] = {
    "device_id": MAX_PARTITION_BYTES,
    "loc_id": MAX_PARTITION_BYTES,
    "due_shard": MAX_PARTITION_BYTES,
}
"""Attributes that are keys of an index: where they stand in an item they must be text, of at most so many bytes."""
NUMBER_INDEX_KEYS: Final = ("battery_pct", "due_at")
"""Attributes that are numeric sort keys of an index: where they stand in an item they must be numbers."""
SORT_KEYS: Final[Mapping[Index | None, str | None]] = {
    None: "SK",
    Index.DEVICE: None,
    Index.LOCATION_BATTERY: "battery_pct",
    Index.DUE: "due_at",
}


def check_group(group: Group) -> None:
    """Raises TableRefused where DynamoDB would refuse the group as a whole or any action of it."""
    if not group:
        raise TableRefused("a group holds at least one action")
    if len(group) > MAX_ACTIONS:
        raise TableRefused(f"a group holds at most {MAX_ACTIONS} actions, this one {len(group)}: split it")
    seen: set[Key] = set()
    size = 0
    for action in group:
        key, bytes_ = _check_action(action)
        if key in seen:
            raise TableRefused(f"{key} stands twice in one group: merge the two actions")
        seen.add(key)
        size += bytes_
    if size > MAX_GROUP_BYTES:
        raise TableRefused(f"a group holds at most {MAX_GROUP_BYTES} bytes, this one {size}: split it")


def key_of(item: Item) -> Key:
    """The key of an item; raises TableRefused where PK or SK is missing, empty, no text or too long."""
    pk, sk = item.get("PK"), item.get("SK")
    if not isinstance(pk, str) or not isinstance(sk, str):
        raise TableRefused("an item needs PK and SK, both text")
    key = Key(pk, sk)
    check_key(key)
    return key


def check_key(key: Key) -> None:
    """Raises TableRefused for an empty or too long key."""
    check_key_text("PK", key.pk, MAX_PARTITION_BYTES)
    check_key_text("SK", key.sk, MAX_SORT_BYTES)


def check_key_text(name: str, text: object, limit: int) -> None:
    """Raises TableRefused where `text` is no text of 1 to `limit` bytes."""
    if not isinstance(text, str) or not text:
        raise TableRefused(f"{name} must be text that is not empty, not {text!r:.80}: leave the attribute out instead")
    if _text_size(text) > limit:
        raise TableRefused(f"{name} is longer than {limit} bytes: {text[:80]!r}...")


def item_size(item: Item) -> int:
    """Bytes of an item as DynamoDB counts them; raises TableRefused for a value it could not keep."""
    size = 0
    for name, value in item.items():
        size += _name_size(name) + _size(value, name, 0)
    return size


def _check_action(action: Action) -> tuple[Key, int]:
    match action:
        case Put(item=item, expected_version=expected):
            key, size = _checked_item(item)
            if expected is not None and item.get("version") != expected + 1:
                raise TableRefused(
                    f"{key} is put over version {expected}: its item must carry version {expected + 1}, "
                    f"not {item.get('version')!r}"
                )
        case Delete(key=key, expected_version=expected) | Check(key=key, expected_version=expected):
            check_key(key)
            size = _text_size(key.pk) + _text_size(key.sk)
    if expected is not None and expected < 0:
        raise TableRefused(f"expected_version of {key} must be 0 or more, not {expected!r}")
    return key, size


def _checked_item(item: Item) -> tuple[Key, int]:
    key = key_of(item)
    size = item_size(item)
    if size > MAX_ITEM_BYTES:
        raise TableRefused(f"{key} has {size} bytes, an item may have {MAX_ITEM_BYTES}: split it or shorten it")
    for name, limit in TEXT_INDEX_KEYS.items():
        if name in item:
            check_key_text(name, item[name], limit)
    for name in NUMBER_INDEX_KEYS:
        if name in item and not is_number(item[name]):
            raise TableRefused(f"{name} must be a number, not {item[name]!r:.80}: leave the attribute out instead")
    version = item.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= MAX_VERSION:
        raise TableRefused(f"version of {key} must be a whole number from 1, not {version!r:.80}")
    return key, size


def is_number(value: object) -> bool:
    """Whether DynamoDB would call it a number: true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _size(value: object, name: str, depth: int) -> int:
    if isinstance(value, str):
        return _text_size(value)
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, float):
        return _float_size(value, name)
    if isinstance(value, int):
        return _int_size(value, name)
    if depth >= MAX_DEPTH:
        raise TableRefused(f"{name} is nested in more than {MAX_DEPTH} lists and maps: flatten it")
    if isinstance(value, Mapping):
        return 3 + sum(1 + _name_size(key) + _size(inner, name, depth + 1) for key, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        return 3 + sum(1 + _size(inner, name, depth + 1) for inner in value)
    raise TableRefused(f"{name} holds a {type(value).__name__}: use text, numbers, true, false, null, lists and maps")


@lru_cache(maxsize=1024)  # rows have the same few dozen names; a third of the time of a check was spent on them
def _name_size(name: object) -> int:
    if not isinstance(name, str) or not name:
        raise TableRefused(f"{name!r:.80} is no name of an attribute: use text that is not empty")
    return _text_size(name)


def _text_size(text: str) -> int:
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise TableRefused(f"{text[:80]!r} is no valid Unicode: half a surrogate pair cannot be stored") from error


def check_number(value: float, name: str) -> None:
    """Raises TableRefused for a number that DynamoDB cannot keep: not finite, too large, too small, too many digits."""
    if isinstance(value, int):
        _int_size(value, name)
    else:
        _float_size(value, name)


def _float_size(value: float, name: str) -> int:
    if not math.isfinite(value):
        raise TableRefused(f"{name} is {value}: a number must be finite")
    if value and not LEAST <= abs(value) <= GREATEST:
        raise TableRefused(f"{name} is {value}: its magnitude must lie between {LEAST} and {GREATEST}")
    mantissa = repr(abs(value)).partition("e")[0].replace(".", "").strip("0")
    return (len(mantissa) + 1) // 2 + 1 + (value < 0)


def _int_size(value: int, name: str) -> int:
    if value.bit_length() > 420:  # noqa: PLR2004 - beyond 9.99e125 by far, and before Python refuses to write it out
        raise TableRefused(f"{name} is a number of {value.bit_length()} bits: its magnitude must be at most {GREATEST}")
    digits = str(abs(value))
    # DynamoDB would keep a longer one that ends in zeros, and could not tell it from a float when it comes back.
    if len(digits) > MAX_DIGITS:
        raise TableRefused(f"{name} is a number of {len(digits)} digits: at most {MAX_DIGITS} can be kept")
    return (len(digits.rstrip("0")) + 1) // 2 + 1 + (value < 0)
