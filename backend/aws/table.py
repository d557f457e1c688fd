"""The Table port over DynamoDB: whole items, versions as conditions, and the three indexes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from backend.aws.asking import Asked, asked, place_of_item
from backend.aws.attributes import decoded, encoded_key
from backend.aws.connection import refuse_own_retries
from backend.aws.failures import ERRORS, Failure, away, check_own, failure_of, refused
from backend.aws.patience import Patience
from backend.aws.requests import is_check
from backend.aws.writing import Writing
from backend.cellar.limits import check_group, check_key
from backend.cellar.paging import cursor_after
from backend.ports import Check, Group, Item, Key, Outcome, Page, Query, StoreUnavailable, TableRefused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T", bound=Mapping[str, Any])
_AT_ONCE: Final = 100
"""Keys that one BatchGetItem takes."""
_MOST_ASKED: Final = 1000
"""Items asked for in one request; an answer ends at 1 MB anyway."""
_HAPPENED: Final = {Outcome.APPLIED, Outcome.UNKNOWN}


class DynamoTable:
    """The single table of an account.

    Reads by key and of a partition are consistent: they see every write that was answered before them.
    """

    def __init__(self, client: "DynamoDBClient", name: str, *, patience: Patience | None = None) -> None:
        """Use a client that does not ask again by itself (`connection.dynamodb`); raises ValueError for another."""
        refuse_own_retries(client)
        self._client = client
        self._name = name
        self._patience = patience or Patience()
        self._writing = Writing(client, name, self._patience)

    def get(self, key: Key) -> Item | None:
        """One item, or None. Raises TableRefused for a key that cannot exist, StoreUnavailable."""
        check_key(key)
        answer = self._read(
            lambda: self._client.get_item(TableName=self._name, Key=encoded_key(key), ConsistentRead=True)
        )
        return decoded(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        """Those of the items that exist, each as it stood when it was read; any number of keys."""
        for key in keys:
            check_key(key)
        wanted = list(dict.fromkeys(keys))
        found: dict[Key, Item] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            for attributes in self._batch(wanted[start : start + _AT_ONCE]):
                found[Key(attributes["PK"]["S"], attributes["SK"]["S"])] = decoded(attributes)
        return found

    def query(self, query: Query) -> Page:
        """One page of a partition or index, whole although an answer ends at 1 MB.

        Raises TableRefused for a cursor or a condition that is not its own.
        """
        question = asked(query, self._name)
        rows: list[Mapping[str, Any]] = []
        while len(rows) <= query.limit:  # one more than the page holds says whether there is another
            answer = self._ask(question, limit=query.limit + 1 - len(rows))
            rows += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                break
            question["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        items = [decoded(attributes) for attributes in rows[: query.limit]]
        cut = len(rows) > query.limit
        return Page(items=items, cursor=cursor_after(query, place_of_item(query, items[-1])) if cut else None)

    def transact(self, *groups: Group, durable: bool = True) -> Sequence[Outcome]:
        """Apply each group by itself, all or nothing, in order; one outcome a group. Everything is durable here.

        Where the table goes away or refuses a group under way, that one and those after it are THROTTLED: nothing of
        them happened, and given again they raise what stood in the way.

        Raises:
            TableRefused, StoreUnavailable: nothing of the call happened.
        """
        del durable  # what DynamoDB has answered is on disk in three places
        for group in groups:
            check_group(group)
        outcomes: list[Outcome] = []
        for group in groups:
            try:
                outcomes.append(self._apply(group))
            except (StoreUnavailable, TableRefused):
                if _HAPPENED.isdisjoint(outcomes):
                    raise
                return outcomes + [Outcome.THROTTLED] * (len(groups) - len(outcomes))
        return outcomes

    def _apply(self, group: Group) -> Outcome:
        if not is_check(group):
            return self._writing.apply(group)
        check = group[0]
        assert isinstance(check, Check)  # noqa: S101 - is_check says so
        item = self.get(check.key)
        version = 0 if item is None else item.get("version")
        return Outcome.APPLIED if version == check.expected_version else Outcome.CONFLICT

    def _batch(self, keys: Sequence[Key]) -> Iterator[Mapping[str, Any]]:
        """The items of at most a hundred keys, asked for again while some are left unread."""
        left: Any = {self._name: {"Keys": [encoded_key(key) for key in keys], "ConsistentRead": True}}
        for _ in self._patience:
            answer = self._read(partial(self._client.batch_get_item, RequestItems=left))
            yield from answer["Responses"].get(self._name, ())
            left = answer.get("UnprocessedKeys")
            if not left:
                return
        raise StoreUnavailable("the table answers too slowly, rows were left unread: try again later")

    def _ask(self, question: Asked, *, limit: int) -> Any:
        return self._read(lambda: self._client.query(**question, Limit=min(limit, _MOST_ASKED)))

    def _read(self, send: Callable[[], T]) -> T:
        """An answer, asked for again while there is hope: a read may be repeated at will."""
        last: Exception | None = None
        for _ in self._patience:
            try:
                check_own(answer := send())
            except ERRORS as error:
                last, failure = error, failure_of(error)
                if failure is Failure.REFUSED:
                    raise refused(error) from error
                if failure is Failure.AWAY:
                    break
            else:
                return answer
        assert last is not None  # noqa: S101 - there is at least one attempt
        raise away(last) from last
