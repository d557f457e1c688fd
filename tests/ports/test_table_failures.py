"""What becomes of a request that fails, at each place where the table on DynamoDB sends one."""

import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import cloud
import pytest
from faulty_client import NOT_OURS, Fault, FaultyClient, Told, always, first

from backend.aws.patience import Patience
from backend.aws.table import DynamoTable
from backend.ports import Check, Delete, Group, Index, Item, Key, Outcome, Put, Query, StoreUnavailable, TableRefused

APPLIED, CONFLICT, UNKNOWN, THROTTLED = Outcome.APPLIED, Outcome.CONFLICT, Outcome.UNKNOWN, Outcome.THROTTLED
TAP, STATE, OTHER = Key("LOCATION#loc-001", "TAP#07"), Key("LOCATION#loc-001", "TAP#07#STATE"), Key("OTHER", "x")
Faulty = Callable[[Told], tuple[DynamoTable, FaultyClient]]


def row(key: Key, version: int | None = None, **attributes: Any) -> Item:
    stamp = {} if version is None else {"version": version}
    return {"PK": key.pk, "SK": key.sk, **stamp, **attributes}


@pytest.fixture
def name(client: Any) -> Iterator[str]:
    with cloud.fresh_name(client) as made:
        yield made


@pytest.fixture
def plain(client: Any, name: str) -> DynamoTable:
    """The table without faults; a row stands in it at version 1."""
    table = DynamoTable(client, name)
    table.transact([Put(item=row(TAP, 1, by="before"), expected_version=0)])
    return table


@pytest.fixture
def faulty(client: Any, name: str, plain: DynamoTable) -> Faulty:
    """The same table through a client that fails as it is told; nobody waits."""
    del plain  # it fills the table

    def made(told: Told) -> tuple[DynamoTable, FaultyClient]:
        failing = FaultyClient(client, told)
        return DynamoTable(failing, name, patience=Patience(attempts=4, pause=lambda _: None)), failing  # type: ignore[arg-type]

    return made


WRITES: dict[str, Group] = {
    "a plain put": [Put(item=row(TAP, by="us"))],
    "a conditional put": [Put(item=row(TAP, 2, by="us"), expected_version=1)],
    "a plain delete": [Delete(key=TAP)],
    "a conditional delete": [Delete(key=TAP, expected_version=1)],
    "a group": [Put(item=row(TAP, 2, by="us"), expected_version=1), Put(item=row(STATE, 1), expected_version=0)],
    "a group with a check": [Check(key=TAP, expected_version=1), Put(item=row(STATE, 1), expected_version=0)],
}
HARMLESS = [Fault.NO_CONNECTION, Fault.RESET, Fault.THROTTLED, Fault.IN_TRANSACTION]
"""Faults after which nothing happened."""
BUSY = [Fault.THROTTLED, Fault.IN_TRANSACTION]
LOST = [Fault.ANSWER_LOST, Fault.SERVER_ERROR]
every_write = pytest.mark.parametrize("group", WRITES.values(), ids=WRITES)
READS: dict[str, Callable[[DynamoTable], object]] = {
    "get": lambda table: table.get(TAP),
    "get_many": lambda table: table.get_many([TAP, STATE]),
    "query": lambda table: table.query(Query(partition=TAP.pk)),
    "a lone check": lambda table: table.transact([Check(key=TAP, expected_version=1)]),
}
every_read = pytest.mark.parametrize("read", READS.values(), ids=READS)


@every_write
@pytest.mark.parametrize("fault", HARMLESS)
def test_a_write_is_sent_again_where_nothing_happened(faulty: Faulty, group: Group, fault: Fault) -> None:
    table, client = faulty(first(fault, times=2))

    assert table.transact(group) == [APPLIED]
    assert len(client.calls) == 3


@every_write
@pytest.mark.parametrize("fault", [Fault.NO_CONNECTION, Fault.NO_RIGHT])
def test_a_table_out_of_reach_is_said_to_be_and_nothing_happened(
    faulty: Faulty, plain: DynamoTable, group: Group, fault: Fault
) -> None:
    table, _ = faulty(always(fault))

    with pytest.raises(StoreUnavailable, match=r"cannot be reached .* check network, credentials and table"):
        table.transact(group)

    assert (plain.get(TAP), plain.get(STATE)) == (row(TAP, 1, by="before"), None)


@every_write
@pytest.mark.parametrize("fault", BUSY)
def test_a_write_that_is_never_let_through_is_throttled_after_a_few_times(
    faulty: Faulty, plain: DynamoTable, group: Group, fault: Fault
) -> None:
    table, client = faulty(always(fault))

    assert table.transact(group) == [THROTTLED]
    assert len(client.calls) == 4
    assert (plain.get(TAP), plain.get(STATE)) == (row(TAP, 1, by="before"), None)


@every_write
@pytest.mark.parametrize("fault", [*LOST, Fault.RESET])
def test_answers_that_never_come_leave_the_outcome_unknown(faulty: Faulty, group: Group, fault: Fault) -> None:
    table, _ = faulty(always(fault))

    assert table.transact(group) == [UNKNOWN]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("group", [WRITES["a group"], WRITES["a group with a check"]], ids=["puts", "with a check"])
def test_a_transaction_whose_answer_was_lost_is_asked_again_by_its_token_and_happens_once(
    faulty: Faulty, plain: DynamoTable, group: Group, fault: Fault
) -> None:
    table, client = faulty(first(fault))

    assert table.transact(group) == [APPLIED]

    assert plain.get(STATE) == row(STATE, 1)
    assert len({arguments["ClientRequestToken"] for _, arguments in client.calls}) == 1
    assert len(client.calls) == 2


def test_every_transaction_has_a_token_of_its_own(faulty: Faulty) -> None:
    table, client = faulty(lambda _, __: None)
    group = [Put(item=row(TAP, by="us")), Put(item=row(OTHER))]

    table.transact(group, group)

    assert len({arguments["ClientRequestToken"] for _, arguments in client.calls}) == 2


def test_a_transaction_that_conflicts_after_a_lost_answer_did_not_happen(faulty: Faulty, plain: DynamoTable) -> None:
    def told(_: str, number: int) -> Fault | None:
        if number == 1:
            plain.transact([Put(item=row(TAP, 2, by="another"), expected_version=1)])
            return Fault.RESET
        return None

    table, _ = faulty(told)

    assert table.transact(WRITES["a group"]) == [CONFLICT]
    assert (plain.get(TAP), plain.get(STATE)) == (row(TAP, 2, by="another"), None)


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("what", ["a conditional put", "a conditional delete"])
def test_a_plain_write_whose_answer_was_lost_is_unknown_where_it_may_have_been_ours(
    faulty: Faulty, what: str, fault: Fault
) -> None:
    table, _ = faulty(first(fault))

    assert table.transact(WRITES[what]) == [UNKNOWN]


@pytest.mark.parametrize(("by", "outcome"), [("another", CONFLICT), ("us", UNKNOWN)])
def test_a_plain_put_is_a_conflict_only_where_another_wrote_its_version(
    faulty: Faulty, plain: DynamoTable, by: str, outcome: Outcome
) -> None:
    def told(_: str, number: int) -> Fault | None:
        if number == 1:
            plain.transact([Put(item=row(TAP, 2, by=by), expected_version=1)])
            return Fault.RESET
        return None

    table, _ = faulty(told)

    assert table.transact(WRITES["a conditional put"]) == [outcome]


def test_a_plain_put_under_a_later_version_is_unknown(faulty: Faulty, plain: DynamoTable) -> None:
    def told(_: str, number: int) -> Fault | None:
        if number == 1:
            plain.transact([Put(item=row(TAP, 2, by="another"), expected_version=1)])
            plain.transact([Put(item=row(TAP, 3, by="another"), expected_version=2)])
            return Fault.RESET
        return None

    table, _ = faulty(told)

    assert table.transact(WRITES["a conditional put"]) == [UNKNOWN]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("what", ["a plain put", "a plain delete"])
def test_what_has_no_condition_is_simply_sent_again(
    faulty: Faulty, plain: DynamoTable, what: str, fault: Fault
) -> None:
    table, _ = faulty(first(fault))

    assert table.transact(WRITES[what]) == [APPLIED]
    assert plain.get(TAP) == (None if what == "a plain delete" else row(TAP, by="us"))


def test_where_the_table_goes_away_under_way_the_rest_is_throttled(faulty: Faulty, plain: DynamoTable) -> None:
    table, _ = faulty(lambda name, number: Fault.NO_CONNECTION if name == "put_item" and number > 1 else None)
    keys = [Key("UNDERWAY", str(number)) for number in range(3)]

    outcomes = table.transact(*([Put(item=row(key, 1), expected_version=0)] for key in keys))

    assert outcomes == [APPLIED, THROTTLED, THROTTLED]
    assert set(plain.get_many(keys)) == {keys[0]}


def test_a_group_that_is_refused_under_way_is_refused_once_it_is_given_again(
    faulty: Faulty, plain: DynamoTable
) -> None:
    table, _ = faulty(lambda name, number: Fault.REFUSED if name == "put_item" and number > 1 else None)
    keys = [Key("UNDERWAY", str(number)) for number in range(3)]
    groups = [[Put(item=row(key, 1), expected_version=0)] for key in keys]

    outcomes = table.transact(*groups)

    assert outcomes == [APPLIED, THROTTLED, THROTTLED]
    assert [plain.get(key) for key in keys] == [row(keys[0], 1), None, None]
    with pytest.raises(TableRefused):
        table.transact(*groups[1:])


def test_where_nothing_of_a_call_happened_the_table_is_away(faulty: Faulty) -> None:
    table, _ = faulty(lambda _, number: Fault.NO_CONNECTION if number > 1 else None)
    stale = [Put(item=row(TAP, 6), expected_version=5)]

    with pytest.raises(StoreUnavailable):
        table.transact(stale, stale)


@every_read
@pytest.mark.parametrize("fault", [*HARMLESS, *LOST])
def test_a_read_is_asked_again(
    faulty: Faulty, plain: DynamoTable, read: Callable[[DynamoTable], object], fault: Fault
) -> None:
    table, client = faulty(first(fault, times=2))

    assert read(table) == read(plain)
    assert len(client.calls) == 3


@every_read
@pytest.mark.parametrize("fault", NOT_OURS)
def test_a_read_that_is_never_answered_says_that_the_table_is_away(
    faulty: Faulty, read: Callable[[DynamoTable], object], fault: Fault
) -> None:
    table, client = faulty(always(fault))

    with pytest.raises(StoreUnavailable, match="try again later" if fault in BUSY else "check network"):
        read(table)

    assert len(client.calls) == (1 if fault is Fault.NO_RIGHT else 4)


def test_a_table_that_is_not_there_is_said_to_be(client: Any) -> None:
    with pytest.raises(StoreUnavailable, match=r"ResourceNotFoundException.* check network, credentials and table"):
        DynamoTable(client, "not-there").get(TAP)


def test_an_answer_that_ends_at_a_megabyte_is_asked_on(faulty: Faulty, plain: DynamoTable) -> None:
    plain.transact(*([Put(item=row(Key("LARGE", str(n)), x="x" * 300_000))] for n in range(8)))
    table, client = faulty(lambda _, __: None)

    page = table.query(Query(partition="LARGE", limit=5))
    rest = table.query(Query(partition="LARGE", limit=5, cursor=page.cursor))

    assert [item["SK"] for item in [*page.items, *rest.items]] == [str(n) for n in range(8)]
    assert rest.cursor is None
    assert client.calls[0][1]["Limit"] == 6
    assert len(client.calls) > 2


def test_reads_by_key_and_of_a_partition_are_consistent_and_of_an_index_cannot_be(faulty: Faulty) -> None:
    table, client = faulty(lambda _, __: None)
    for read in READS.values():
        read(table)
    table.query(Query(partition="SCALE-0042", index=Index.DEVICE))

    get, many, query, check, index = [arguments for _, arguments in client.calls]

    assert get["ConsistentRead"] is query["ConsistentRead"] is check["ConsistentRead"] is True
    assert [wanted["ConsistentRead"] for wanted in many["RequestItems"].values()] == [True]
    assert "ConsistentRead" not in index


def _counted(table: DynamoTable, number: int, *, grouped: bool) -> None:
    """Count one up as a use case does: load, decide by what is there already, write once, and decide anew."""
    while True:
        with contextlib.suppress(StoreUnavailable):
            now = dict(table.get(TAP) or {})
            done: Any = now.get("done", [])
            if number in done:
                return
            version: Any = now["version"]
            after = now | {"version": version + 1, "total": len(done) + 1, "done": [*done, number]}
            group: list[Any] = [Put(item=after, expected_version=version)]
            if grouped:
                group.append(Put(item=row(Key("COUNTED", str(number)), 1), expected_version=0))
            if table.transact(group) == [APPLIED]:
                return


@pytest.mark.parametrize("grouped", [False, True], ids=["plain puts", "groups"])
def test_sixteen_writers_through_every_fault_count_each_of_theirs_once(
    faulty: Faulty, plain: DynamoTable, *, grouped: bool
) -> None:
    dice, lock = random.Random(7), threading.Lock()

    def told(_: str, __: int) -> Fault | None:
        with lock:
            return dice.choice(NOT_OURS) if dice.random() < 0.2 else None

    table, client = faulty(told)
    shares = [range(writer, 96, 16) for writer in range(16)]

    def count(share: range) -> None:
        for number in share:
            _counted(table, number, grouped=grouped)

    writers = [threading.Thread(target=count, args=(share,)) for share in shares]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    after: Any = plain.get(TAP)
    assert (after["total"], sorted(after["done"])) == (96, list(range(96)))
    assert after["version"] == 97
    assert len(plain.query(Query(partition="COUNTED")).items) == (96 if grouped else 0)
    assert len(client.calls) > 300


class _Sparing:
    """A client that leaves all but a few of the keys of each batch unread."""

    def __init__(self, client: Any, *, reads: int) -> None:
        self._client = client
        self._reads = reads
        self.meta = client.meta
        self.batches: list[int] = []

    def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: N803 - the name it has there
        ((name, wanted),) = RequestItems.items()
        self.batches.append(len(wanted["Keys"]))
        now, left = wanted["Keys"][: self._reads], wanted["Keys"][self._reads :]
        answer: Any = {"Responses": {}, "ResponseMetadata": {"RequestId": "1"}}
        if now:
            answer = self._client.batch_get_item(RequestItems={name: wanted | {"Keys": now}})
        return answer | {"UnprocessedKeys": {name: wanted | {"Keys": left}} if left else {}}


def test_keys_that_were_left_unread_are_asked_for_again(client: Any, name: str, plain: DynamoTable) -> None:
    keys = [Key("MANY", f"{number:03d}") for number in range(130)]
    plain.transact([Put(item=row(key)) for key in keys[:65]], [Put(item=row(key)) for key in keys[65:]])
    sparing = _Sparing(client, reads=40)
    table = DynamoTable(sparing, name, patience=Patience(attempts=4, pause=lambda _: None))  # type: ignore[arg-type]

    found = table.get_many(keys)

    assert set(found) == set(keys)
    assert sparing.batches == [100, 60, 20, 30]


def test_keys_that_are_never_read_say_that_the_table_is_slow(client: Any, name: str) -> None:
    sparing = _Sparing(client, reads=0)
    table = DynamoTable(sparing, name, patience=Patience(attempts=4, pause=lambda _: None))  # type: ignore[arg-type]

    with pytest.raises(StoreUnavailable, match="left unread"):
        table.get_many([TAP])
