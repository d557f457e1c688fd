"""Sending one group until its outcome is known, or known to be unknown."""

import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from backend.aws.attributes import decoded, encoded, encoded_key
from backend.aws.failures import ERRORS, Failure, away, check_own, failure_of, refused
from backend.aws.patience import Patience
from backend.aws.requests import condition, transaction
from backend.ports import Delete, Group, Outcome, Put

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Send = Callable[[], Mapping[str, Any]]
OnConflict = Callable[[Exception], Outcome]
_IN_VAIN: Final = {Failure.AWAY, Failure.REFUSED}


class Writing:
    """Writes to one table.

    A transaction carries a token, so asked again it happens once and tells what became of it (for ten minutes). A
    plain put or delete has no token: after a lost answer it is sent again, and where its condition then fails, the
    row that stands there decides, see `_after_lost`.
    """

    def __init__(self, client: "DynamoDBClient", table: str, patience: Patience) -> None:
        self._client = client
        self._table = table
        self._patience = patience

    def apply(self, group: Group) -> Outcome:
        """Write a group that is more than a check.

        Raises:
            StoreUnavailable: the table cannot be reached; nothing happened.
            TableRefused: DynamoDB refuses it; nothing happened.
        """
        if len(group) > 1:
            return self._until_known(self._transacting(group), _conflict)
        action = group[0]
        if isinstance(action, Put):
            return self._until_known(self._putting(action), lambda error: _after_lost(action, error))
        assert isinstance(action, Delete)  # noqa: S101 - a lone check is decided by reading
        return self._until_known(self._deleting(action), _unknown)

    def _until_known(self, send: Send, after_lost: OnConflict) -> Outcome:
        """Ask until there is an answer; `after_lost` reads a conflict that comes after a lost answer."""
        lost, last = False, None
        for _ in self._patience:
            try:
                check_own(send())
            except ERRORS as error:
                failure, last = failure_of(error), error
                if failure is Failure.CONFLICT:
                    return after_lost(error) if lost else Outcome.CONFLICT
                if failure is Failure.REFUSED and not lost:
                    raise refused(error) from error
                if failure in _IN_VAIN:
                    break
                lost = lost or failure is Failure.LOST
            else:
                return Outcome.APPLIED
        if lost:
            return Outcome.UNKNOWN
        if last is not None and failure_of(last) is not Failure.BUSY:
            raise away(last) from last
        return Outcome.THROTTLED

    def _transacting(self, group: Group) -> Send:
        steps, token = transaction(group, self._table), secrets.token_hex(16)
        return lambda: self._client.transact_write_items(TransactItems=steps, ClientRequestToken=token)

    def _putting(self, put: Put) -> Send:
        item, wanted = encoded(put.item), condition(put.expected_version)
        return lambda: self._client.put_item(
            TableName=self._table, Item=item, ReturnValuesOnConditionCheckFailure="ALL_OLD", **wanted
        )

    def _deleting(self, delete: Delete) -> Send:
        key, wanted = encoded_key(delete.key), condition(delete.expected_version)
        return lambda: self._client.delete_item(TableName=self._table, Key=key, **wanted)


def _conflict(_: Exception) -> Outcome:
    """Under its token a transaction that had happened would have said so: this one did not."""
    return Outcome.CONFLICT


def _unknown(_: Exception) -> Outcome:
    """The row may be gone or changed through us or through another: both look the same."""
    return Outcome.UNKNOWN


def _after_lost(put: Put, error: Exception) -> Outcome:
    """What a put became whose first answer was lost and whose condition fails when it is sent again.

    Another item under the version we were to write means that somebody else wrote that version. The same item may
    be ours or a twin's, who decided the same at the same moment, and a later version may stand on ours: unknown.
    """
    response: Mapping[str, Any] = error.response if isinstance(error, ClientError) else {}
    item = decoded(response.get("Item", {}))
    same_version = "version" in item and item["version"] == put.item.get("version")
    return Outcome.CONFLICT if same_version and item != decoded(encoded(put.item)) else Outcome.UNKNOWN
