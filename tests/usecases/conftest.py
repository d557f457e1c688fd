"""A bar to try the use cases on: the embedded stores are the test doubles."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package; their shared parts are plain modules

from bar import Bar, opened
from cellar import Cellar


@pytest.fixture
def bar(tmp_path: Path) -> Iterator[Bar]:
    """Two locations of two taps each; SCALE-1 and SCALE-2 under the taps of the first."""
    with opened(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to open as many bars in as a property needs."""
    return tmp_path_factory.mktemp("bars")


@pytest.fixture
def cellar(bar: Bar) -> Cellar:
    """Two half barrels of pils, the first 30 % full, settled."""
    made = Cellar(bar)
    made.run(40)
    return made
