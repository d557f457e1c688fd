"""Items as DynamoDB writes them and back: a number comes back equal, `5.0` as `5`."""

import base64
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from backend.ports import Item, Key, Value

if TYPE_CHECKING:  # the stubs are there while types are checked only
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

_MOST_WHOLE: Final = 10**38
"""Whole numbers lie below it (see limits); a float from here on is the only thing that a longer number can be."""


def encoded(item: Item) -> "dict[str, AttributeValueTypeDef]":
    """The attributes of an item that `limits` let through."""
    return {name: encoded_value(value) for name, value in item.items()}


def decoded(attributes: Mapping[str, Any]) -> Item:
    """The item that attributes are."""
    return {name: _decoded(value) for name, value in attributes.items()}


def encoded_key(key: Key) -> "dict[str, AttributeValueTypeDef]":
    """The attributes of a key."""
    return {"PK": {"S": key.pk}, "SK": {"S": key.sk}}


def encoded_value(value: Value) -> "AttributeValueTypeDef":
    """One value."""
    if isinstance(value, str):
        return {"S": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, (int, float)):
        return {"N": number_text(value)}
    if isinstance(value, Mapping):
        return {"M": encoded(value)}
    return {"L": [encoded_value(one) for one in value]}


def number_text(value: float) -> str:
    """A number as text that becomes an equal one again.

    A whole float is written digit for digit, because its shortest form (1e23) is another number than it is
    (99999999999999991611392) and would come back as that; one beyond 38 digits can only be its shortest form.
    """
    if isinstance(value, int):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < _MOST_WHOLE else repr(value)


def _decoded(attribute: Mapping[str, Any]) -> Value:
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "BOOL":
            plain: Value = value
            return plain
        case "N":
            return _number(value)
        case "NULL":
            return None
        case "M":
            return decoded(value)
        case "L":
            return [_decoded(one) for one in value]
        case _:
            return _foreign(kind, value)


def _number(text: str) -> int | float:
    exact = Decimal(text)
    if exact.copy_abs() < _MOST_WHOLE and exact == exact.to_integral_value():
        return int(exact)
    return float(text)


def _foreign(kind: str, value: Any) -> Value:
    """A set or binary value, which we never write: a list, and base64 text, as JSON would show them."""
    if kind == "B":
        return base64.b64encode(value).decode()
    return [_decoded({kind[0]: one}) for one in sorted(value)]
