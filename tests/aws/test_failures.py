from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from backend.aws.failures import Failure, failure_of

URL = "https://dynamodb.us-west-2.amazonaws.com"


def answer(code: str, *, status: int = 400, reasons: list[str] | None = None) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    if reasons is not None:
        response["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(response, "TransactWriteItems")


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (answer("ConditionalCheckFailedException"), Failure.CONFLICT),
        (answer("ProvisionedThroughputExceededException"), Failure.BUSY),
        (answer("ThrottlingException"), Failure.BUSY),
        (answer("RequestLimitExceeded"), Failure.BUSY),
        (answer("TransactionConflictException"), Failure.BUSY),
        (answer("TransactionInProgressException"), Failure.BUSY),
        (answer("InternalServerError", status=500), Failure.LOST),
        (answer("ServiceUnavailable", status=503), Failure.LOST),
        (answer("SomethingNew", status=500), Failure.LOST),
        (answer("ValidationException"), Failure.REFUSED),
        (answer("AccessDeniedException"), Failure.AWAY),
        (answer("ExpiredTokenException"), Failure.AWAY),
        (answer("ResourceNotFoundException"), Failure.AWAY),
        (EndpointConnectionError(endpoint_url=URL), Failure.NOT_SENT),
        (ConnectTimeoutError(endpoint_url=URL), Failure.NOT_SENT),
        (ReadTimeoutError(endpoint_url=URL), Failure.LOST),
        (ConnectionClosedError(endpoint_url=URL), Failure.LOST),
        (NoCredentialsError(), Failure.AWAY),
    ],
    ids=str,
)
def test_an_error_says_whether_the_request_may_have_happened(error: Exception, failure: Failure) -> None:
    assert failure_of(error) is failure


@pytest.mark.parametrize(
    ("reasons", "failure"),
    [
        (["None", "ConditionalCheckFailed"], Failure.CONFLICT),
        (["TransactionConflict", "ConditionalCheckFailed"], Failure.CONFLICT),
        (["TransactionConflict", "None"], Failure.BUSY),
        (["ThrottlingError"], Failure.BUSY),
        (["ProvisionedThroughputExceeded", "None"], Failure.BUSY),
        (["None", "ValidationError"], Failure.REFUSED),
        (["ThrottlingError", "ItemCollectionSizeLimitExceeded"], Failure.REFUSED),
        ([], Failure.BUSY),
    ],
    ids=str,
)
def test_a_cancelled_transaction_is_judged_by_its_weightiest_reason(reasons: list[str], failure: Failure) -> None:
    assert failure_of(answer("TransactionCanceledException", reasons=reasons)) is failure


def test_a_mistake_of_the_calling_code_stays_what_it_is() -> None:
    mistake = ParamValidationError(report="no such argument")

    with pytest.raises(ParamValidationError):
        failure_of(mistake)
