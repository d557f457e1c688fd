"""What a demo that has ended kept in its data folder, read through the use cases."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from backend.domain.times import EPOCH
from backend.embedded.commands import LinkCommands
from backend.embedded.feed import LocalFeed
from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Ports


@contextmanager
def kept(folder: Path) -> Iterator[tuple[Ports, datetime]]:
    """The ports on the folder, and the moment at which its story stands."""
    now = EPOCH + timedelta(seconds=json.loads((folder / "story.json").read_text())["seconds"])
    store = Store(folder, now=now)
    try:
        yield (
            Ports(table=SqliteTable(store), history=SqliteHistory(store), feed=LocalFeed(), commands=LinkCommands()),
            now,
        )
    finally:
        store.close()
