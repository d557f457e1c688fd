from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.cellar import dead_letters
from backend.domain.dead_letter import MAX_KEPT, DeadLetter
from backend.embedded.commands import LinkCommands
from backend.embedded.feed import LocalFeed
from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Item, Ports
from backend.usecases.dead_letters import keep_dead_letter

NOW = datetime(2026, 3, 18, 20, 40, tzinfo=UTC)


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    with Store(tmp_path, now=NOW) as store:
        yield Ports(table=SqliteTable(store), history=SqliteHistory(store), feed=LocalFeed(), commands=LinkCommands())


def letter(number: int, *, payload: bytes = b"{") -> DeadLetter:
    return DeadLetter.of(
        topic=f"keg/readings/SCALE-{number}",
        reason="Invalid JSON",
        payload=payload,
        received_at=NOW + timedelta(milliseconds=number),
    )


def kept(ports: Ports) -> list[Item]:
    return list(ports.table.query(dead_letters.newest(MAX_KEPT + 100)).items)


def test_a_dead_letter_tells_topic_reason_and_payload(ports: Ports) -> None:
    keep_dead_letter(ports, letter=letter(1, payload=b'{"weight_lbs":\xff}'))

    (item,) = kept(ports)
    assert item["topic"] == "keg/readings/SCALE-1"
    assert item["reason"] == "Invalid JSON"
    assert item["payload"] == '{"weight_lbs":\\xff}'
    assert item["received_at"] == "2026-03-18T20:40:00.001Z"


def test_at_most_four_kilobytes_of_a_payload_are_kept_and_its_length_is_told(ports: Ports) -> None:
    keep_dead_letter(ports, letter=letter(1, payload=b"x" * 1_000_000))

    (item,) = kept(ports)
    assert item["payload"] == "x" * 4096
    assert item["bytes"] == 1_000_000


def test_keeping_one_twice_is_harmless(ports: Ports) -> None:
    for _ in range(3):
        keep_dead_letter(ports, letter=letter(1))

    assert len(kept(ports)) == 1


def test_beyond_a_thousand_the_oldest_goes(ports: Ports) -> None:
    for number in range(MAX_KEPT + 5):
        keep_dead_letter(ports, letter=letter(number))

    items = kept(ports)
    assert len(items) == MAX_KEPT
    assert items[0]["topic"] == f"keg/readings/SCALE-{MAX_KEPT + 4}"
    assert items[-1]["topic"] == "keg/readings/SCALE-5"


def test_a_text_from_outside_is_cut_to_a_bound(ports: Ports) -> None:
    long = DeadLetter.of(topic="t" * 60_000, reason="r" * 60_000, payload=b"", received_at=NOW)

    keep_dead_letter(ports, letter=long)

    (item,) = kept(ports)
    assert len(str(item["topic"])) == len(str(item["reason"])) == 500
