"""One contract for every adapter: each test here runs once over each of them."""

import contextlib
import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import History, Table

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the tests are no package; their shared parts are plain modules beside them

import cloud  # noqa: E402 - found through the line above
from lagging_table import LaggingTable  # noqa: E402 - the same

NOW = datetime(2026, 3, 20, 20, 40, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What an adapter that keeps both gives, empty."""

    table: Table
    history: History


Adapter = Callable[[], AbstractContextManager[Stores]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableAdapter:
    """One way of keeping the table; `opened` gives an empty one, and a request costs so many times SQLite's."""

    name: str
    opened: Callable[[], AbstractContextManager[Table]]
    cost: int = 1
    client: Any = None


@pytest.fixture(scope="session")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Adapter:
    """Opens fresh stores with a history; property tests take a set for each example."""
    return _sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session", params=["sqlite", "moto", "ministack"])
def table_adapter(
    request: pytest.FixtureRequest, adapter: Adapter, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TableAdapter]:
    """Opens fresh tables of one adapter; property tests take one for each example."""
    if request.param == "sqlite":
        yield TableAdapter(name="sqlite", opened=lambda: _table_of(adapter))
        return
    with contextlib.ExitStack() as stack:
        if request.param == "moto":
            client = stack.enter_context(cloud.moto())
        else:
            folder = tmp_path_factory.mktemp("ministack")
            client = stack.enter_context(cloud.ministack(folder, cloud.clean_environment()))
        yield TableAdapter(name=request.param, opened=lambda: cloud.fresh_table(client), cost=6, client=client)


@pytest.fixture
def client(table_adapter: TableAdapter) -> Any:
    """The client of an adapter that has one; tests that ask for it do not run over SQLite."""
    return table_adapter.client


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot be: a test of what is sent over an adapter that sends nothing."""
    impossible = [
        item
        for item in items
        if isinstance(item, pytest.Function)
        and "client" in item.fixturenames
        and hasattr(item, "callspec")
        and item.callspec.params.get("table_adapter") == "sqlite"
    ]
    items[:] = [item for item in items if item not in impossible]
    config.hook.pytest_deselected(items=impossible)


@pytest.fixture(scope="module")
def shared_table(table_adapter: TableAdapter) -> Iterator[Table]:
    """One table for all examples of a property that each write what they read."""
    with table_adapter.opened() as table:
        yield table


@pytest.fixture
def history(adapter: Adapter) -> Iterator[History]:
    with adapter() as stores:
        yield stores.history


@pytest.fixture(params=["prompt", "lagging"])
def table(request: pytest.FixtureRequest, table_adapter: TableAdapter) -> Iterator[Table]:
    """The adapter's table, and once more with indexes that lag behind it."""
    with contextlib.ExitStack() as stack:
        plain = stack.enter_context(table_adapter.opened())
        if request.param == "prompt":
            yield plain
        else:
            yield LaggingTable(plain, copy=stack.enter_context(table_adapter.opened()))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store of this machine, for what only it promises."""
    with Store(tmp_path / "data", now=NOW) as opened:
        yield opened


@pytest.fixture
def clean_environment() -> dict[str, str]:
    """Our environment without what pytest adds to it, and with the house on the path."""
    return cloud.clean_environment() | {"PYTHONPATH": str(HERE.parent.parent)}


def _sqlite(folder: Path) -> Adapter:
    numbers = itertools.count()

    @contextlib.contextmanager
    def opened() -> Iterator[Stores]:
        with Store(folder / str(next(numbers)), now=NOW) as store:
            yield Stores(table=SqliteTable(store), history=SqliteHistory(store))

    return opened


@contextlib.contextmanager
def _table_of(adapter: Adapter) -> Iterator[Table]:
    with adapter() as stores:
        yield stores.table
