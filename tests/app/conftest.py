"""Ports on fresh stores; the embedded adapters are the test doubles."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.embedded.commands import LinkCommands
from backend.embedded.feed import LocalFeed
from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Ports

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package; their shared parts are plain modules


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    """The three ports on a data folder of their own."""
    with Store(tmp_path / "data", now=datetime(2026, 3, 20, 20, 0, tzinfo=UTC)) as store:
        yield Ports(table=SqliteTable(store), history=SqliteHistory(store), feed=LocalFeed(), commands=LinkCommands())
