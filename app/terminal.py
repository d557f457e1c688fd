"""What the terminal shows: lines, refusals in one sentence, a progress bar on long work."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

REFUSED: Final = 2
"""Exit code where what was asked cannot be done; 0 is an orderly end, 1 a fault of ours."""

out: Final = Console(highlight=False, soft_wrap=True)
err: Final = Console(stderr=True, highlight=False, soft_wrap=True)


def refuse(sentence: str, *, deed: str = "start") -> NoReturn:
    """Say in one sentence why it cannot be done and what to do, and end with exit code 2."""
    err.print(f"[bold red]Cannot {deed}:[/bold red] {escape(sentence)}")
    sys.exit(REFUSED)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[float], None]]:
    """Show a bar while the block runs; the function it gives takes the share that is done, 0 to 1."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=1.0)
        yield lambda share: progress.update(task, completed=share)
