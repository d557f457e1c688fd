"""A Query as DynamoDB's: the key condition, the order, and the place a page starts after."""

from typing import TYPE_CHECKING, Any

from backend.aws.attributes import encoded_value
from backend.aws.definition import INDEX_KEYS
from backend.cellar.paging import PLACES, check_query, place_of
from backend.ports import Item, Query

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Asked = dict[str, Any]
"""The arguments of a `query`, but for its limit."""


def asked(query: Query, table: str) -> Asked:
    """The arguments of a query; raises TableRefused where DynamoDB would refuse it."""
    check_query(query)
    place = place_of(query)
    partition, sort = ("PK", "SK") if query.index is None else INDEX_KEYS[query.index]
    narrowed, values = _narrowed(query)
    arguments: Asked = {
        "TableName": table,
        "KeyConditionExpression": "#p = :p" + narrowed,
        "ExpressionAttributeNames": {"#p": partition} | ({"#s": sort} if narrowed else {}),
        "ExpressionAttributeValues": {":p": {"S": query.partition}} | values,
        "ScanIndexForward": not query.descending,
    }
    if query.index is None:
        arguments["ConsistentRead"] = True
    else:
        arguments["IndexName"] = query.index.value
    if place is not None:
        arguments["ExclusiveStartKey"] = _start(query, partition, dict(zip(PLACES[query.index], place, strict=True)))
    return arguments


def place_of_item(query: Query, item: Item) -> list[object]:
    """Where an item stands in the order of a query, as a cursor holds it."""
    return [item[name] for name in PLACES[query.index]]


def _narrowed(query: Query) -> "tuple[str, dict[str, AttributeValueTypeDef]]":
    if query.begins_with is not None:
        return " AND begins_with(#s, :s)", {":s": {"S": query.begins_with}}
    if query.between is not None:
        low, high = query.between
        return " AND #s BETWEEN :low AND :high", {":low": encoded_value(low), ":high": encoded_value(high)}
    return "", {}


def _start(query: Query, partition: str, place: Item) -> "dict[str, AttributeValueTypeDef]":
    """The key a page starts after: of the table and, where one is asked, of the index."""
    return {name: encoded_value(value) for name, value in {partition: query.partition, **place}.items()}
