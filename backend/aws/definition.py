"""The single table as the specification defines it: name, keys, indexes, billing, time to live."""

from typing import TYPE_CHECKING, Final

from backend.ports import Index

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        CreateTableInputTypeDef,
        GlobalSecondaryIndexUnionTypeDef,
        TimeToLiveSpecificationTypeDef,
    )

TABLE_NAME: Final = "scale-sense"
INDEX_KEYS: Final[dict[Index, tuple[str, str | None]]] = {
    Index.DEVICE: ("device_id", None),
    Index.LOCATION_BATTERY: ("loc_id", "battery_pct"),
    Index.DUE: ("due_shard", "due_at"),
}
"""Partition and sort attribute of each index; an item without one of them is not in the index."""
NUMBERS: Final = frozenset({"battery_pct", "due_at"})
"""Key attributes that are numbers; the others are text."""
TIME_TO_LIVE: Final = "expires_at"
"""Epoch seconds from which DynamoDB may sweep a row away, within days: a broom, never a timer."""


def table_definition(name: str = TABLE_NAME) -> "CreateTableInputTypeDef":
    """The arguments of `create_table`; point-in-time recovery and time to live are set on the table that it makes."""
    keys = ["PK", "SK", *(key for pair in INDEX_KEYS.values() for key in pair if key is not None)]
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": key, "AttributeType": "N" if key in NUMBERS else "S"} for key in keys
        ],
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [_index(index) for index in INDEX_KEYS],
    }


def time_to_live() -> "TimeToLiveSpecificationTypeDef":
    """What `update_time_to_live` is given."""
    return {"AttributeName": TIME_TO_LIVE, "Enabled": True}


def _index(index: Index) -> "GlobalSecondaryIndexUnionTypeDef":
    partition, sort = INDEX_KEYS[index]
    schema: GlobalSecondaryIndexUnionTypeDef = {
        "IndexName": index.value,
        "KeySchema": [{"AttributeName": partition, "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    if sort is not None:
        schema["KeySchema"] = [*schema["KeySchema"], {"AttributeName": sort, "KeyType": "RANGE"}]
    return schema
