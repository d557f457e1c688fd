"""A bar with claimed scales on a real store, as the intake's tests and their child processes set it up."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.member import OWNER
from backend.embedded.commands import LinkCommands
from backend.embedded.feed import LocalFeed
from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Key, Ports
from backend.usecases.set_up import open_location, place_scale, set_up_tap

LOCATION = "loc-001"
BEFORE = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The store of a bar and the ports over it."""

    ports: Ports
    store: Store
    commands: LinkCommands

    def weights(self, tap: int = 1) -> list[float]:
        """Every weight in the history of a tap, oldest first."""
        end = datetime(2999, 1, 1, tzinfo=UTC)
        rows = self.ports.history.readings(tap_id=TapId(LOCATION, tap), start=BEFORE, end=end, limit=1_000_000)
        return [row.weight_lbs for row in rows]


@contextlib.contextmanager
def opened_bar(folder: Path, *, taps: int = 1) -> Iterator[Bar]:
    """Open the store in `folder`, with SCALE-1 under tap 1, SCALE-2 under tap 2, and so on."""
    with Store(folder, now=datetime.now(tz=UTC)) as store:
        commands = LinkCommands()
        ports = Ports(table=SqliteTable(store), history=SqliteHistory(store), feed=LocalFeed(), commands=commands)
        open_location(
            ports, location=Location(location_id=LOCATION, name="Test bar", timezone="Europe/Berlin"), member=OWNER
        )
        for number in range(1, taps + 1):
            tap_id = TapId(LOCATION, number)
            set_up_tap(ports, tap_id=tap_id, member=OWNER)
            place_scale(ports, device_id=f"SCALE-{number}", tap_id=tap_id, member=OWNER, now=BEFORE)
        yield Bar(ports=ports, store=store, commands=commands)


def spoil(bar: Bar, key: Key) -> None:
    """Change the body of a row as a failing disk would."""
    with bar.store.write() as db:
        for table in ("items", "rewritten"):
            db.execute(
                f'UPDATE {table} SET body = \'{{"PK":"LOC\' '  # noqa: S608 - one of two names
                + (
                    "WHERE pk = ? AND sk = ?"
                    if table == "items"
                    else "WHERE place = (SELECT place FROM items WHERE pk = ? AND sk = ?)"
                ),
                (key.pk, key.sk),
            )


def say(text: str) -> None:
    """Tell the test something, beside the log on standard output."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
