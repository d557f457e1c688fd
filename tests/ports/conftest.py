"""One contract for every adapter: each test here runs once over each of them."""

import contextlib
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import History, Table

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the tests are no package; their shared parts are plain modules beside them

from lagging_table import LaggingTable  # noqa: E402 - found through the line above

NOW = datetime(2026, 3, 20, 20, 40, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What an adapter gives, empty."""

    table: Table
    history: History


Adapter = Callable[[], AbstractContextManager[Stores]]


@pytest.fixture(scope="session", params=["sqlite"])
def adapter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Adapter:
    """Opens fresh stores of one adapter; property tests take a set for each example."""
    return {"sqlite": _sqlite(tmp_path_factory.mktemp("sqlite"))}[request.param]


@pytest.fixture(scope="module")
def shared_table(adapter: Adapter) -> Iterator[Table]:
    """One table for all examples of a property that each write what they read."""
    with adapter() as stores:
        yield stores.table


@pytest.fixture
def history(adapter: Adapter) -> Iterator[History]:
    with adapter() as stores:
        yield stores.history


@pytest.fixture(params=["prompt", "lagging"])
def table(request: pytest.FixtureRequest, adapter: Adapter) -> Iterator[Table]:
    """The adapter's table, and once more with indexes that lag behind it."""
    with contextlib.ExitStack() as stack:
        plain = stack.enter_context(adapter()).table
        if request.param == "prompt":
            yield plain
        else:
            yield LaggingTable(plain, copy=stack.enter_context(adapter()).table)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store of this machine, for what only it promises."""
    with Store(tmp_path / "data", now=NOW) as opened:
        yield opened


@pytest.fixture
def clean_environment() -> dict[str, str]:
    """Our environment without what pytest adds to it, and with the house on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return kept | {"PYTHONPATH": str(HERE.parent.parent)}


def _sqlite(folder: Path) -> Adapter:
    numbers = itertools.count()

    @contextlib.contextmanager
    def opened() -> Iterator[Stores]:
        with Store(folder / str(next(numbers)), now=NOW) as store:
            yield Stores(table=SqliteTable(store), history=SqliteHistory(store))

    return opened
