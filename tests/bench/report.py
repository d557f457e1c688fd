"""What a bench prints: one line a figure, with the aim it is held against."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class AtMost:
    """The figure should not be above this."""

    limit: float

    def holds(self, value: float) -> bool:
        """Whether the aim is met."""
        return value <= self.limit

    def __str__(self) -> str:
        """As it stands in the line."""
        return f"aim<={_figure(self.limit)}"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The figure should not be below this."""

    limit: float

    def holds(self, value: float) -> bool:
        """Whether the aim is met."""
        return value >= self.limit

    def __str__(self) -> str:
        """As it stands in the line."""
        return f"aim>={_figure(self.limit)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Where a bench tells its figures; `small` asks for the least that runs every line of the bench."""

    small: bool = False

    def line(self, name: str, value: float, aim: AtMost | AtLeast | None = None) -> None:
        """Print `bench NAME VALUE`, and with an aim also `aim>=X ok` or `short`; the name ends in its unit."""
        judged = "" if aim is None else f" {aim} {'ok' if aim.holds(value) else 'short'}"
        print(f"bench {name} {_figure(value)}{judged}", flush=True)  # noqa: T201 - the line is the product

    def say(self, sentence: str) -> None:
        """Print what a reader of the figures must know; no figure of its own."""
        print(f"  {sentence}", flush=True)  # noqa: T201 - the same

    def progress(self, sentence: str) -> None:
        """Tell a person who waits what is being done now; not part of what was measured."""
        print(f"  ... {sentence}", file=sys.stderr, flush=True)  # noqa: T201 - the same


HOME = "SCALE_SENSE_BENCH_FOLDER"
"""Names the folder in which a bench may leave things lie when it is ended by force; the runner clears it."""


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder on the disk of this checkout, gone afterwards: a folder in memory would write nothing."""
    home = Path(os.environ.get(HOME, ROOT / "data" / "bench"))
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as name:
        yield Path(name)


def alone(run: Callable[[Report], None]) -> None:
    """Run one bench as a program of its own, so that its memory and its imports are its own."""
    options = argparse.ArgumentParser(description=sys.modules[run.__module__].__doc__)
    options.add_argument(
        "--small", action="store_true", help="the least that runs every line; its figures mean nothing"
    )
    run(Report(small=options.parse_args().small))


def _figure(value: float) -> str:
    """Four digits that count, never an exponent."""
    if value == int(value) or abs(value) >= _THOUSAND:
        return f"{value:.0f}"
    return f"{value:.4g}" if abs(value) >= 1 / _THOUSAND else f"{value:.7f}".rstrip("0")
