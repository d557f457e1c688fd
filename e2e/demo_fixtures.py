"""Demos for the tests: the past is seeded once a session, each test starts on a copy of it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from demo_server import COMMAND, Demo

StartDemo = Callable[..., Demo]
"""`start_demo(*options, fresh=False, command=COMMAND)`: a running demo, ended when the scope of its fixture ends."""


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose sixty days of past are poured, and whose story has just begun."""
    demo = Demo(tmp_path_factory.mktemp("seeded")).start()
    demo.end()
    return demo.data


@pytest.fixture
def start_demo(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StartDemo]:
    """Start demos that live as long as the test."""
    yield from _starting(tmp_path, request)


@pytest.fixture(scope="module")
def start_shared_demo(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[StartDemo]:
    """Start demos that live as long as the module."""
    yield from _starting(tmp_path_factory.mktemp("shared"), request)


def _starting(folder: Path, request: pytest.FixtureRequest) -> Iterator[StartDemo]:
    demos: list[Demo] = []

    def started(*options: str, fresh: bool = False, command: tuple[str, ...] = COMMAND) -> Demo:
        demo = Demo(folder / str(len(demos)), *options, command=command)
        demos.append(demo)
        if not fresh:
            shutil.copytree(request.getfixturevalue("seeded"), demo.data)
        return demo.start()

    try:
        yield started
    finally:
        for demo in demos:
            demo.kill()
