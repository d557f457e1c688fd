"""Rows of messages that could not be taken: `DEADLETTERS / <time>#<digest>`, and their number at `… / COUNT`."""

from collections.abc import Mapping
from typing import Final

from backend.cellar import rows
from backend.domain.dead_letter import DeadLetter
from backend.domain.times import iso
from backend.ports import Delete, Item, Key, Put, Query

PARTITION: Final = "DEADLETTERS"
_COUNT: Final = Key(PARTITION, "COUNT")


def key(letter: DeadLetter) -> Key:
    """Where a dead letter lies; in the order of arrival."""
    return Key(PARTITION, f"{iso(letter.received_at)}#{letter.digest}")


def count_key() -> Key:
    """Where their number lies."""
    return _COUNT


def put(letter: DeadLetter) -> Put:
    """Write a dead letter; the payload as text, what is no UTF-8 escaped."""
    where = key(letter)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "topic": letter.topic,
        "reason": letter.reason,
        "payload": letter.payload.decode("utf-8", errors="backslashreplace"),
        "bytes": letter.size,
        "received_at": iso(letter.received_at),
    }
    return Put(item=item)


def put_count(item: Item | None, *, count: int) -> Put:
    """Write their number if nobody else has since `item` was read."""
    version = rows.version_of(item) if item else 0
    return Put(
        item={"PK": _COUNT.pk, "SK": _COUNT.sk, "count": count, "version": version + 1}, expected_version=version
    )


def count_of(item: Item | None) -> int:
    """Their number; where it cannot be read they are counted from now on."""
    try:
        return rows.whole(item, "count") if item else 0
    except rows.BadRow:
        return 0


def oldest(number: int) -> Query:
    """The oldest of them; their keys begin with a year, which sorts before COUNT."""
    return Query(partition=PARTITION, between=("0", "A"), limit=number)


def newest(number: int) -> Query:
    """The newest of them, newest first."""
    return Query(partition=PARTITION, between=("0", "A"), limit=number, descending=True)


def delete(item: Mapping[str, object]) -> Delete:
    """Remove one of them."""
    return Delete(key=Key(str(item["PK"]), str(item["SK"])))
