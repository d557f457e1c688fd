"""Runs the suites of the firmware under both interpreters.

A test file with the line `BOTH_INTERPRETERS = True` is collected by pytest as usual, and once more for MicroPython,
where one process runs its functions. Such a file imports neither pytest nor hypothesis; a function whose
name ends in `_broker` takes the dict described in scale_bench/broker.py.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the tests are no package; their shared parts lie in scale_bench/ beside them

from scale_bench.broker import Broker  # noqa: E402 - found through the line above
from scale_bench.interpreters import MICROPYTHON, ROOT, clean_environment  # noqa: E402 - the same
from scale_bench.sim_child import Child, Ear  # noqa: E402 - the same

_BROKER = pytest.StashKey[Broker]()


def started_broker(config: pytest.Config) -> Broker:
    """Return the session's broker, started at its first use and ended with the session."""
    if _BROKER not in config.stash:
        config.stash[_BROKER] = Broker()
        config.add_cleanup(config.stash[_BROKER].close)
    return config.stash[_BROKER]


@pytest.fixture
def broker(pytestconfig: pytest.Config) -> dict[str, Any]:
    return started_broker(pytestconfig).address()


@pytest.fixture
def micropython() -> str:
    """The path of the interpreter that the scales run."""
    return str(MICROPYTHON)


@pytest.fixture(params=["cpython", "micropython"])
def child(request: pytest.FixtureRequest, micropython: str) -> Iterator[Child]:
    """One simulated bar in a process of its own, on each interpreter."""
    command = [sys.executable] if request.param == "cpython" else [micropython, "-X", "heapsize=16M"]
    started = Child(*command)
    yield started
    started.end()


@pytest.fixture
def ear(broker: dict[str, Any]) -> Iterator[Ear]:
    """Hears what all scales say at the session's broker, and can send them commands."""
    listening = Ear(broker)
    yield listening
    listening.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a suite for MicroPython, beside pytest's own collection for this interpreter."""
    if file_path.name.startswith("test_") and file_path.suffix == ".py" and HERE in file_path.parents:
        source = file_path.read_text()
        if "\nBOTH_INTERPRETERS = True\n" in source:
            return OnMicroPython.from_parent(parent, path=file_path, name=file_path.name + "[micropython]")
    return None


class OnMicroPython(pytest.File):
    """One test file on MicroPython: one process for all of its selected tests."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._results: dict[str, dict[str, Any]] | None = None
        self._output = ""

    def collect(self) -> Iterator["MicroPythonTest"]:
        for node in ast.parse(self.path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield MicroPythonTest.from_parent(self, name=node.name)

    def result(self, name: str) -> dict[str, Any]:
        """Return {test, ok, error} of one test."""
        if self._results is None:
            self._results = self._run([item.name for item in self.session.items if item.parent is self])
        return self._results.get(name, {"ok": False, "error": "the process died before it\n" + self._output})

    def _run(self, names: list[str]) -> dict[str, dict[str, Any]]:
        wants_broker = "_broker(broker)" in self.path.read_text()
        address = started_broker(self.config).address() if wants_broker else {}
        command = [
            str(MICROPYTHON),
            "-X",
            "heapsize=64M",
            str(HERE / "on_micropython.py"),
            self.path.stem,
            json.dumps(address),
            *names,
        ]
        done = subprocess.run(
            command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=150, check=False
        )
        self._output = done.stdout + done.stderr
        lines = [json.loads(line[2:]) for line in done.stdout.splitlines() if line.startswith("> ")]
        return {line["test"]: line for line in lines}


class MicroPythonTest(pytest.Item):
    """One test function on MicroPython."""

    def runtest(self) -> None:
        assert isinstance(self.parent, OnMicroPython)
        result = self.parent.result(self.name)
        if not result["ok"]:
            pytest.fail(result["error"], pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{self.name} on MicroPython"
