"""Bytes on disk per reading after 26 h of 50 taps, everything a reading has included, beside the obvious schema."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb
from bars import T0, Bar, opened, seal
from peers.naive import SCHEMA
from peers.naive_rows import INSERT, row_of
from report import AtLeast, AtMost, Report, alone, scratch
from story import Said, boot_of, readings
from story_rows import recorded

from backend.embedded.compaction import Compaction

_TAPS = 50
_AIM_BYTES = 6
_AIM_X = 20
_HOURS = 26
_BATCH_S = 60
_UNTIL_SEALED_S = 300
"""After the last full hour, so that it is sealed; what comes in them is counted too, and lies in the log."""


def run(report: Report) -> None:
    """Print bytes per reading at a reading every 10 s and every 30 s, ours and the naive one's."""
    seconds = int((0.2 if report.small else _HOURS) * 3600) + _UNTIL_SEALED_S
    for cadence in (10, 30):
        with scratch() as folder:
            report.progress(f"{_TAPS} taps, one reading every {cadence} s, {seconds / 3600:g} h")
            with opened(folder / "empty", taps=_TAPS):
                pass
            with opened(folder / "bar", taps=_TAPS) as bar:
                count = _live(bar, seconds, cadence)
            ours = (_size(folder / "bar") - _size(folder / "empty")) / count
            naive = _naive(folder / "naive", seconds, cadence)
            duck = _duck(folder / "duck", seconds, cadence)
        report.line(f"disk_{cadence}_s_bytes", ours, AtMost(_AIM_BYTES) if cadence == 10 else None)
        report.line(f"disk_{cadence}_s_naive_bytes", naive)
        report.line(f"disk_{cadence}_s_duckdb_bytes", duck)
        report.line(f"disk_{cadence}_s_naive_x", naive / ours, AtLeast(_AIM_X) if cadence == 10 else None)


def _live(bar: Bar, seconds: int, cadence: int) -> int:
    """Record all of it as it would have come, a minute at a time, and seal what is due; gives how many readings."""
    compaction = Compaction(bar.store)
    for batch in _minutes(seconds, cadence):
        bar.ports.history.record([recorded(said) for said in batch])
        seal(compaction)
        bar.store.sync()
    return bar.ports.history.count()


def _minutes(seconds: int, cadence: int) -> Iterator[list[Said]]:
    """What is said in each minute."""
    batch: list[Said] = []
    for second, said in enumerate(readings(taps=_TAPS, start=T0, seconds=seconds, cadence=cadence), start=1):
        batch += said
        if second % _BATCH_S == 0:
            yield batch
            batch = []


def _naive(folder: Path, seconds: int, cadence: int) -> float:
    """The same readings in the schema of the naive consumer: time as text, an index by tap and time."""
    folder.mkdir()
    db = sqlite3.connect(folder / "naive.db")
    db.executescript(SCHEMA)
    empty = _size(folder)
    for batch in _minutes(seconds, cadence):
        db.executemany(INSERT, [row_of(said) for said in batch])
        db.commit()
    (count,) = db.execute("SELECT count(*) FROM readings").fetchone()
    db.close()
    return (_size(folder) - empty) / int(count)


def _duck(folder: Path, seconds: int, cadence: int) -> float:
    """The same readings in DuckDB, written in one go, which is the kindest way to it."""
    folder.mkdir()
    rows = folder.parent / "rows.csv"
    count = 0
    with rows.open("w", encoding="ascii") as file:
        for batch in _minutes(seconds, cadence):
            count += len(batch)
            file.writelines(
                f"{said.number},{boot_of(said.number)},{said.seq},{said.t},{said.received_ms},{said.keg},"
                f"{said.weight_lbs},{said.raw},{said.stable},{said.temp_f},{said.rssi}\n"
                for said in batch
            )
    db = duckdb.connect(str(folder / "peer.duckdb"), config={"threads": 1})
    db.execute(f"CREATE TABLE readings AS SELECT * FROM read_csv('{rows}', header = false)")  # noqa: S608 - our own file
    db.execute("CHECKPOINT")
    db.close()
    return _size(folder) / count


def _size(folder: Path) -> int:
    """Bytes of every file in a folder, the log beside a database too."""
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


if __name__ == "__main__":
    alone(run)
