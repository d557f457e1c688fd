"""A process with a store of its own, for tests that kill it: `python store_process.py FOLDER STEP...`.

Each step is done in order and told on standard output; then it waits to be ended, with its store open.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from backend.domain.ids import TapId
from backend.embedded.history import SqliteHistory
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Put, Recorded

NOW = datetime(2026, 3, 20, 20, 40, tzinfo=UTC)


def main() -> None:
    folder, *steps = sys.argv[1:]
    store = Store(Path(folder), now=NOW)
    table, history = SqliteTable(store), SqliteHistory(store)
    say("open")
    for number, step in enumerate(steps):
        match step:
            case "sync":
                store.sync()
            case "record":
                history.record([reading(number)])
            case "durable" | "shown":
                put = Put(item={"PK": "STEP", "SK": str(number)})
                table.transact([put], durable=step == "durable")
        say(step)
    sys.stdin.readline()
    store.close()
    say("closed")


def say(what: str) -> None:
    print(what, flush=True)  # noqa: T201 - the test listens on standard output


def reading(seq: int) -> Recorded:
    return Recorded(
        device_id="SCALE-0042",
        boot=1,
        seq=seq,
        digest=None,
        measured_at=NOW,
        received_at=NOW,
        tap_id=TapId("loc-001", 7),
        keg_id="keg-1",
        weight_lbs=87.3,
    )


if __name__ == "__main__":
    main()
