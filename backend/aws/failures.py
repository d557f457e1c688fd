"""What an error of DynamoDB says about the request: done, not done, or not known."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProxyConnectionError,
)
from botocore.parsers import ResponseParserError

from backend.ports import StoreUnavailable, TableRefused


class Failure(StrEnum):
    """Why a request gave no answer."""

    CONFLICT = "conflict"  # a condition did not hold; nothing happened
    BUSY = "busy"  # too much asked, or the rows are in another transaction; nothing happened, ask again
    NOT_SENT = "not sent"  # no connection; nothing happened, ask again
    LOST = "lost"  # the answer is missing or says that the service failed inside: it may have happened
    AWAY = "away"  # no table, no right, no credentials: nothing happened, and asking again is in vain
    REFUSED = "refused"  # the request itself is wrong; nothing happened


_CODES: Final[Mapping[str, Failure]] = {
    "ConditionalCheckFailedException": Failure.CONFLICT,
    "ConditionalCheckFailed": Failure.CONFLICT,
    "ProvisionedThroughputExceededException": Failure.BUSY,
    "ProvisionedThroughputExceeded": Failure.BUSY,
    "ThrottlingException": Failure.BUSY,
    "ThrottlingError": Failure.BUSY,
    "RequestLimitExceeded": Failure.BUSY,
    "ReplicatedWriteConflictException": Failure.BUSY,
    # Another transaction holds one of the rows. Which of the two comes first is open, so this is no conflict yet:
    # asked again with the same versions, ours finds out whether its condition still holds.
    "TransactionConflictException": Failure.BUSY,
    "TransactionConflict": Failure.BUSY,
    # Our own request of before is still at work under the same token.
    "TransactionInProgressException": Failure.BUSY,
    "ValidationException": Failure.REFUSED,
    "ValidationError": Failure.REFUSED,
    "SerializationException": Failure.REFUSED,
    "IdempotentParameterMismatchException": Failure.REFUSED,
    "ItemCollectionSizeLimitExceeded": Failure.REFUSED,
}
"""Error codes and cancellation reasons ("Error handling with DynamoDB" and "TransactWriteItems" in its references)."""
_WEIGHT: Final = (Failure.CONFLICT, Failure.REFUSED, Failure.BUSY)
_NEVER_SENT: Final = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)
_NO_CREDENTIALS: Final = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, NoRegionError)
_SERVER_FAILED: Final = 500


class ForeignAnswer(Exception):  # noqa: N818 - what the answer is
    """An answer that is not DynamoDB's: botocore takes any page with status 200 for a success."""


ERRORS: Final = (ClientError, BotoCoreError, ResponseParserError, ForeignAnswer)
"""What a request may raise."""


def check_own(answer: Mapping[str, Any]) -> None:
    """Raises ForeignAnswer for an answer without the request id that each of DynamoDB's has."""
    if not answer.get("ResponseMetadata", {}).get("RequestId"):
        raise ForeignAnswer("something between here and AWS answered in its place")


def failure_of(error: Exception) -> Failure:
    """Which failure an error of a request is; raises the error itself where the calling code is at fault."""
    if isinstance(error, ClientError):
        return _of_answer(error.response)
    if isinstance(error, _NEVER_SENT):
        return Failure.NOT_SENT
    if isinstance(error, _NO_CREDENTIALS):
        return Failure.AWAY
    if isinstance(error, (HTTPClientError, ResponseParserError, ForeignAnswer)):
        return Failure.LOST
    raise error


def away(error: Exception) -> StoreUnavailable:
    """The sentence for a table that cannot be reached, or is asked too much."""
    if failure_of(error) is Failure.BUSY:
        return StoreUnavailable(f"the table is asked more than it answers ({error}): try again later")
    return StoreUnavailable(f"the table cannot be reached ({error}): check network, credentials and table, then repeat")


def refused(error: Exception) -> TableRefused:
    """The sentence for what DynamoDB refuses although our limits let it through."""
    return TableRefused(f"DynamoDB refuses this ({error}): our limits let it through, please report it")


def _of_answer(response: Mapping[str, Any]) -> Failure:
    code = response.get("Error", {}).get("Code", "")
    if code == "TransactionCanceledException":
        reasons = {_CODES.get(reason.get("Code", "")) for reason in response.get("CancellationReasons", ())}
        # One failed condition settles it, whatever else stood in the way.
        return next((failure for failure in _WEIGHT if failure in reasons), Failure.BUSY)
    if code in _CODES:
        return _CODES[code]
    if response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= _SERVER_FAILED:
        return Failure.LOST
    return Failure.AWAY
