"""Time and chance are asked for at the edges only: elsewhere they are arguments, which makes a year testable."""

import ast
from pathlib import Path

import pytest
from tree import inside, modules, parsed

EDGES = {
    "backend/clock.py",
    "app/ask.py",
    "app/live.py",
    "app/cli.py",
    "app/demo.py",
    "backend/embedded/intake.py",
    "backend/embedded/delivery.py",
    "backend/embedded/clockwork.py",
    "backend/lambdas/_start.py",
    "firmware/scale/port.py",
}
CLOCKS = {"now", "utcnow", "today"}
OF_TIME = {"time", "time_ns", "localtime", "gmtime", "ctime", "strftime"}


def _is_edge(path: Path) -> bool:
    place = inside(path)
    return str(place) in EDGES or place.parts[0] == "gateway"


def _asks(tree: ast.Module) -> list[str]:
    """Where a module asks for the time or for chance: as `line: what`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [f"{node.lineno}: import {one.name}" for one in node.names if one.name.split(".")[0] == "random"]
        elif isinstance(node, ast.ImportFrom):
            names = {one.name for one in node.names}
            if node.module == "random" or (node.module == "time" and names & OF_TIME) or "uuid4" in names:
                found.append(f"{node.lineno}: from {node.module} import {', '.join(sorted(names))}")
        elif isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            clock = node.attr in CLOCKS and owner.split(".")[-1] in {"datetime", "date"}
            if clock or (owner == "time" and node.attr in OF_TIME) or node.attr in {"uuid1", "uuid4"}:
                found.append(f"{node.lineno}: {owner}.{node.attr}")
    return found


def test_only_the_edges_ask_for_the_time_or_for_chance() -> None:
    asking = {str(inside(path)): _asks(parsed(path)) for path in modules() if not _is_edge(path)}

    assert {name: found for name, found in asking.items() if found} == {}


def test_the_core_knows_no_clock_at_all() -> None:
    core = [
        path for path in modules("backend") if inside(path).parts[1] in {"domain", "usecases", "cellar", "ports.py"}
    ]

    importing = [
        inside(path)
        for path in core
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.Import) and {one.name for one in node.names} & {"time", "uuid", "secrets"})
        or (isinstance(node, ast.ImportFrom) and node.module in {"time", "uuid", "secrets"})
    ]

    assert core
    assert importing == []


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.datetime.utcnow()",
        "from datetime import date\ndate.today()",
        "import time\ntime.time()",
        "from time import time",
        "import random",
        "from random import choice",
        "from uuid import uuid4",
        "import uuid\nuuid.uuid4()",
    ],
)
def test_each_way_of_asking_is_seen(code: str) -> None:
    assert _asks(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.monotonic()\ntime.sleep(1)",
        "clock.now()",
        "from datetime import UTC, datetime",
        "self.time()",
    ],
)
def test_what_is_no_asking_is_let_through(code: str) -> None:
    assert not _asks(ast.parse(code))
