"""Which of 10,000 scales have fallen silent: by the due-index, beside a dictionary in memory and a scan of every row.

No alert is judged yet, so no row of the product carries a due time: the rows here are those of taps as readings write
them, with the due time the index asks for, and what is swept is the Table port itself.
"""

import json
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from bars import T0, ports_of
from report import AtMost, Report, alone, scratch
from timing import median_ms

from backend.cellar import taps
from backend.domain.ids import TapId
from backend.domain.level import Level
from backend.domain.reading import Watermark
from backend.domain.tap import TapState
from backend.domain.times import epoch_ms
from backend.embedded.store import Store
from backend.ports import Index, Item, Key, Ports, Put, Query

_SCALES = 10_000
_DUE = 5
_SILENT_AFTER = timedelta(minutes=5)
_SHARD = "DUE#0"
_TAPS = 99
_GROUP = 100
_AIM_MS = 0.5
_AIM_X = 1.5


def run(report: Report) -> None:
    """Print what a sweep costs, with 10,000 scales and with ten times as many of which just as few are due."""
    count = 200 if report.small else _SCALES
    with scratch() as folder:
        few = _swept(report, folder / "few", count)
        many = _swept(report, folder / "many", count * 10, peers=False)
    report.line("sweep_10000_ms", few, AtMost(_AIM_MS))
    report.line("sweep_100000_ms", many)
    report.line("sweep_ten_times_the_fine_x", many / few, AtMost(_AIM_X))


def sweep(ports: Ports, *, now: datetime) -> list[TapState]:
    """The taps whose scale has been silent for too long: asked of the index, decided on the rows themselves."""
    found: list[TapState] = []
    cursor = None
    while True:
        asked = Query(
            partition=_SHARD, index=Index.DUE, between=(0, epoch_ms(now) // 1000), limit=_GROUP, cursor=cursor
        )
        page = ports.table.query(asked)
        # An index may be old, so the row itself is asked before anything is decided.
        rows = ports.table.get_many([Key(str(item["PK"]), str(item["SK"])) for item in page.items])
        states = (taps.state_from_item(item) for item in rows.values())
        found += [state for state in states if state.updated_at + _SILENT_AFTER <= now]
        if page.cursor is None:
            return found
        cursor = page.cursor


def _swept(report: Report, folder: Path, count: int, *, peers: bool = True) -> float:
    """Milliseconds of one sweep, warm; with `peers` the floor and the scan are printed too."""
    with Store(folder, now=T0) as store:
        ports = ports_of(store)
        report.progress(f"writing {count:,} rows")
        _fill(ports, count)
        store.sync()
        late = {state.tap_id for state in sweep(ports, now=T0)}
        if len(late) != _DUE:
            raise SystemExit(f"{len(late)} scales were found due, {_DUE} are")
        took = median_ms(lambda: sweep(ports, now=T0), times=101)
        if peers:
            heard = {number: T0 - _age(number) for number in range(count)}
            dictionary = median_ms(lambda: [one for one, at in heard.items() if at + _SILENT_AFTER <= T0], times=15)
            report.line("sweep_dictionary_ms", dictionary)
            rows = _plain_rows(count)
            report.line("sweep_scan_ms", median_ms(lambda: _scan(rows, T0), times=5))
        return took


def _scan(db: sqlite3.Connection, now: datetime) -> int:
    """Every row read and decoded, as it must be where nothing is sorted by due time."""
    due = epoch_ms(now) // 1000
    return sum(json.loads(body)["due_at"] <= due for (body,) in db.execute("SELECT body FROM plain"))


def _plain_rows(count: int) -> sqlite3.Connection:
    """The same rows as text in a table of nothing else, in memory."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE plain (body TEXT)")
    db.executemany("INSERT INTO plain VALUES (?)", [(json.dumps(_row(number)),) for number in range(count)])
    return db


def _fill(ports: Ports, count: int) -> None:
    puts = [Put(item=_row(number)) for number in range(count)]
    for first in range(0, count, _GROUP):
        ports.table.transact(puts[first : first + _GROUP], durable=False)


def _row(number: int) -> Item:
    """The state of a tap as a reading leaves it, with when its scale is due to be missed."""
    tap_id = TapId(f"loc-{number // _TAPS:04d}", number % _TAPS + 1)
    at = T0 - _age(number)
    state = TapState(
        tap_id=tap_id,
        weight_lbs=87.3,
        level=Level(percent=44.0, gallons=6.8, net_lbs=57.6),
        updated_at=at,
        mark=Watermark(measured_at=at, device_id=f"SCALE-{number:06d}", boot=1594530817, seq=42, digest=None),
        keg_id="keg-1",
    )
    put = taps.put_state(state)
    return {**put.item, "due_shard": _SHARD, "due_at": epoch_ms(at + _SILENT_AFTER) // 1000}


def _age(number: int) -> timedelta:
    """How long ago a scale was heard: the first few too long ago, the others within half a minute."""
    return _SILENT_AFTER + timedelta(seconds=60 + number) if number < _DUE else timedelta(seconds=number % 30)


if __name__ == "__main__":
    alone(run)
