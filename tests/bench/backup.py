"""Backup beside a writer at 200 readings a second, and restore: seconds for 100 MB, beside a plain copy of the file."""

import os
import random
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from bars import T0, Bar, opened
from report import Report, alone, scratch
from story import Said, readings
from story_rows import recorded
from timing import once_ms

from backend.embedded.backup import back_up
from backend.embedded.restore import restore
from backend.ports import Put

_TAPS = 50
_BATCH = 20
_PERIOD_S = 0.1
_ITEM_BYTES = 4000
_100_MB = 100e6


def run(report: Report) -> None:
    """Print seconds for 100 MB of a copy, a backup and a restore, and how long the writer waited at most."""
    size = 400_000 if report.small else 80_000_000
    with scratch() as folder:
        with opened(folder / "bar", taps=_TAPS) as bar:
            report.progress(f"filling a store with {size / 1e6:g} MB")
            _fill(bar, size)
            with _writing(bar, list(_batches())) as waits:
                backed_up_ms = once_ms(lambda: back_up(bar.store.path, folder / "backup.db"))
            longest = max(waits, default=0.0)
        stored = (folder / "backup.db").stat().st_size
        copied_ms = once_ms(lambda: _copy(folder / "backup.db", folder / "copy.db"))
        restored_ms = once_ms(lambda: restore(folder / "backup.db", folder / "bar", now=T0 + timedelta(days=1)))
    to_100_mb = _100_MB / stored / 1000
    report.line("backup_100_mb_s", backed_up_ms * to_100_mb)
    report.line("backup_restore_100_mb_s", restored_ms * to_100_mb)
    report.line("backup_copy_100_mb_s", copied_ms * to_100_mb)
    report.line("backup_vs_copy_x", backed_up_ms / copied_ms)
    report.line("backup_longest_write_ms", longest)


def _fill(bar: Bar, size: int) -> None:
    """Rows of text that nothing can make smaller."""
    dice = random.Random(7)
    for number in range(size // _ITEM_BYTES):
        item = {"PK": f"FILL#{number}", "SK": "ROW", "text": dice.randbytes(_ITEM_BYTES // 2).hex()}
        bar.ports.table.transact([Put(item=item)], durable=False)
    bar.store.sync()


def _batches() -> Iterator[list[Said]]:
    """Twenty readings at a time, for a minute of 200 a second."""
    waiting: list[Said] = []
    for said in readings(taps=_TAPS, start=T0, seconds=2400, cadence=10):
        waiting += said
        if len(waiting) >= _BATCH:
            yield waiting[:_BATCH]
            waiting = waiting[_BATCH:]


@contextmanager
def _writing(bar: Bar, batches: Sequence[list[Said]]) -> Iterator[list[float]]:
    """Record 200 readings a second meanwhile, durable each time; gives how long each batch took (ms)."""
    waits: list[float] = []
    stop = threading.Event()

    def write() -> None:
        for batch in batches:
            if stop.wait(_PERIOD_S):
                return
            rows = [recorded(said) for said in batch]
            began = time.perf_counter()
            bar.ports.history.record(rows)
            bar.store.sync()
            waits.append((time.perf_counter() - began) * 1000)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        time.sleep(3 * _PERIOD_S)
        yield waits
    finally:
        stop.set()
        writer.join()


def _copy(source: Path, to: Path) -> None:
    """Copy a file and wait until it is on the disk."""
    shutil.copyfile(source, to)
    file = os.open(to, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


if __name__ == "__main__":
    alone(run)
