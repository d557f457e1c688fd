"""The clients of AWS as the adapters need them: they never ask again by themselves."""

from typing import TYPE_CHECKING, Any, Final

from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SETTINGS: Final = Config(
    # One attempt: where botocore sends a conditional write again after a lost answer, the second try meets the
    # version the first one wrote, and what was applied looks like a conflict. The adapters ask again themselves.
    retries={"mode": "standard", "total_max_attempts": 1},
    connect_timeout=2,
    read_timeout=4,
    max_pool_connections=32,
    tcp_keepalive=True,
)


def dynamodb(**given: Any) -> "DynamoDBClient":
    """A client of DynamoDB; `given` goes to `boto3.client` (region_name, endpoint_url, ...)."""
    import boto3  # 0.13 s of CPU on top of botocore's 0.19: only who makes a client waits for it

    client: DynamoDBClient = boto3.client("dynamodb", config=SETTINGS, **given)
    return client


def refuse_own_retries(client: "DynamoDBClient") -> None:
    """Raises ValueError for a client that would send a write twice without telling."""
    retries = client.meta.config.retries or {}  # type: ignore[attr-defined]  # the stubs leave it out
    if retries.get("total_max_attempts") != 1:
        raise ValueError("this client asks again by itself, which hides lost answers: make it by connection.dynamodb()")
