"""A client of DynamoDB that fails where it is told: before a request is sent, after it was served, or instead."""

import threading
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

URL = "https://dynamodb.us-west-2.amazonaws.com"


class Fault(StrEnum):
    """What goes wrong with one request."""

    NO_CONNECTION = "no connection"
    RESET = "reset before it was served"
    ANSWER_LOST = "served, the answer lost"
    SERVER_ERROR = "served, then an internal error"
    THROTTLED = "throttled"
    IN_TRANSACTION = "another transaction holds the row"
    NO_RIGHT = "no right"
    REFUSED = "refused as wrong"


NOT_OURS = [fault for fault in Fault if fault is not Fault.REFUSED]
"""What may befall a request that is right."""

Told = Callable[[str, int], Fault | None]
"""The fault of the n-th call (from 1) of a method, or None."""


class FaultyClient:
    """`client`, but that each call first asks `told` what goes wrong with it; `calls` keeps what was asked."""

    def __init__(self, client: Any, told: Told) -> None:
        self._client = client
        self._told = told
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.meta = client.meta

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """A call that may fail."""
        call = getattr(self._client, name)

        def faulty(**arguments: Any) -> Any:
            with self._lock:
                self._counts[name] += 1
                number = self._counts[name]
                self.calls.append((name, arguments))
            fault = self._told(name, number)
            if fault in {Fault.ANSWER_LOST, Fault.SERVER_ERROR}:
                call(**arguments)
            if fault is not None:
                raise _error(fault, name)
            return call(**arguments)

        return faulty


def always(fault: Fault) -> Told:
    """Every call goes wrong."""
    return lambda _, __: fault


def first(fault: Fault, times: int = 1) -> Told:
    """The first calls of each method go wrong."""
    return lambda _, number: fault if number <= times else None


def _error(fault: Fault, name: str) -> Exception:
    if fault in _BROKEN:
        return _BROKEN[fault](endpoint_url=URL)
    if fault is Fault.IN_TRANSACTION and name == "transact_write_items":
        return _answer("TransactionCanceledException", 400, name)
    return _answer(*_ANSWERED[fault], name)


_BROKEN: dict[Fault, Callable[..., Exception]] = {
    Fault.NO_CONNECTION: EndpointConnectionError,
    Fault.RESET: ConnectionClosedError,
    Fault.ANSWER_LOST: ReadTimeoutError,
}
_ANSWERED = {
    Fault.SERVER_ERROR: ("InternalServerError", 500),
    Fault.THROTTLED: ("ThrottlingException", 400),
    Fault.IN_TRANSACTION: ("TransactionConflictException", 400),
    Fault.NO_RIGHT: ("AccessDeniedException", 400),
    Fault.REFUSED: ("ValidationException", 400),
}


def _answer(code: str, status: int, name: str) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": "told to fail"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    if code == "TransactionCanceledException":
        response["CancellationReasons"] = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    return ClientError(response, name)
