"""A group of actions as one request: a plain put or delete where it is one action, else a transaction."""

from typing import TYPE_CHECKING, Any

from backend.aws.attributes import encoded, encoded_key
from backend.ports import Action, Check, Delete, Group, Put

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


Wanted = dict[str, Any]
"""The part of a request that holds it to a version; empty where none is expected."""


def condition(expected: int | None) -> Wanted:
    """The condition that `expected_version` is: 0 wants nothing there, n that version, None nothing at all."""
    if expected is None:
        return {}
    if expected == 0:
        return {"ConditionExpression": "attribute_not_exists(PK)"}
    return {
        "ConditionExpression": "#version = :expected",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":expected": {"N": str(expected)}},
    }


def transaction(group: Group, table: str) -> "list[TransactWriteItemTypeDef]":
    """The actions of a group as `TransactItems`."""
    return [_step(action, table) for action in group]


def _step(action: Action, table: str) -> "TransactWriteItemTypeDef":
    wanted: Any = {"TableName": table, **condition(action.expected_version)}
    if isinstance(action, Put):
        return {"Put": wanted | {"Item": encoded(action.item)}}
    wanted |= {"Key": encoded_key(action.key)}
    return {"Delete": wanted} if isinstance(action, Delete) else {"ConditionCheck": wanted}


def is_check(group: Group) -> bool:
    """Whether a group is one check, which needs no write to be decided."""
    return len(group) == 1 and isinstance(group[0], Check)
