from typing import Any

from moto import mock_aws

from backend.aws import connection, definition
from backend.cellar.limits import NUMBER_INDEX_KEYS, SORT_KEYS, TEXT_INDEX_KEYS
from backend.ports import Index


def test_the_table_has_the_names_of_the_specification() -> None:
    table: Any = definition.table_definition()

    assert table["TableName"] == "scale-sense"
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert _schema(table) == ("PK", "SK")
    assert {index["IndexName"]: _schema(index) for index in table["GlobalSecondaryIndexes"]} == {
        "device-index": ("device_id",),
        "location-battery-index": ("loc_id", "battery_pct"),
        "due-index": ("due_shard", "due_at"),
    }
    assert {index["Projection"]["ProjectionType"] for index in table["GlobalSecondaryIndexes"]} == {"ALL"}


def test_the_limits_know_the_same_keys_of_the_same_kinds() -> None:
    table: Any = definition.table_definition()

    kinds = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}

    assert kinds == {
        "PK": "S",
        "SK": "S",
        **dict.fromkeys(TEXT_INDEX_KEYS, "S"),
        **dict.fromkeys(NUMBER_INDEX_KEYS, "N"),
    }
    assert {index: sort for index, (_, sort) in definition.INDEX_KEYS.items()} == {
        index: SORT_KEYS[index] for index in Index
    }


def test_aws_takes_the_definition() -> None:
    with mock_aws():
        client = connection.dynamodb(region_name="us-west-2")

        client.create_table(**definition.table_definition())
        client.update_time_to_live(TableName=definition.TABLE_NAME, TimeToLiveSpecification=definition.time_to_live())

        lives = client.describe_time_to_live(TableName=definition.TABLE_NAME)["TimeToLiveDescription"]
        assert (lives["AttributeName"], lives["TimeToLiveStatus"]) == ("expires_at", "ENABLED")


def _schema(part: Any) -> tuple[str, ...]:
    assert [key["KeyType"] for key in part["KeySchema"]] == ["HASH", "RANGE"][: len(part["KeySchema"])]
    return tuple(key["AttributeName"] for key in part["KeySchema"])
