"""Bytes written to the disk per reading, which is what an SD card wears out by, at 5 readings a second."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bars import T0, Bar, device, opened, seal
from peers.naive import SCHEMA
from peers.naive_rows import INSERT, STATE, row_of, state_of
from report import AtMost, Report, alone, scratch
from story import Said, readings

from backend.domain.times import from_epoch_ms
from backend.embedded.arrival import Arrival
from backend.embedded.broker import OWN_WINDOW
from backend.embedded.compaction import Compaction
from backend.embedded.taking import take_batch

_TAPS, _CADENCE = 50, 10
_INTERVALS = (1, 10, 30)
_AIM_BYTES = 1000
_COMPACTION_S = 60
_NIGHT = T0 + timedelta(hours=9)
"""Five in the morning: nobody pours, so nothing but `commit_seconds` asks for a sync."""


@dataclass(slots=True)
class _Syncs:
    """The writer's rule (backend/embedded/writer.py) in story time."""

    commit_seconds: float
    since: float | None = None
    waiting: int = 0
    made: int = 0

    def due(self, at: float) -> bool:
        """Whether the first reading not durable yet has waited long enough."""
        return self.since is not None and at - self.since >= self.commit_seconds

    def taken(self, at: float, count: int) -> bool:
        """Count readings taken; gives whether too many are not durable."""
        self.since = at if self.since is None else self.since
        self.waiting += count
        return self.waiting >= OWN_WINDOW

    def sync(self, bar: Bar) -> None:
        """Make all of it durable."""
        bar.store.sync()
        self.since, self.waiting, self.made = None, 0, self.made + 1


def run(report: Report) -> None:
    """Print bytes per reading for each interval of commits, by night and on a Friday evening."""
    seconds = int((0.02 if report.small else 2.5) * 3600)
    for name, start in (("night", _NIGHT), ("evening", T0)):
        for commit_seconds in _INTERVALS:
            with scratch() as folder, opened(folder, taps=_TAPS) as bar:
                written, count, syncs = _live(bar, start, seconds, commit_seconds)
            aim = AtMost(_AIM_BYTES) if commit_seconds == 30 else None
            report.line(f"written_{name}_commit_{commit_seconds}_s_bytes", written / count, aim)
            report.progress(f"{name}, commit_seconds {commit_seconds}: {count} readings, {syncs} syncs")
    for commit_seconds in _INTERVALS:
        with scratch() as folder:
            report.line(f"written_naive_commit_{commit_seconds}_s_bytes", _naive(folder, seconds, commit_seconds))


def _live(bar: Bar, start: datetime, seconds: int, commit_seconds: float) -> tuple[int, int, int]:
    """Live through a stretch of the story; bytes written, readings, syncs."""
    bar.store.sync()
    before, count, syncs, compaction = _written(), 0, _Syncs(commit_seconds), Compaction(bar.store)
    for second, said in enumerate(readings(taps=_TAPS, start=start, seconds=seconds, cadence=_CADENCE)):
        at = said[0].t if said else 0.0
        if syncs.due(at):
            syncs.sync(bar)
        if second % _COMPACTION_S == 0:
            seal(compaction)
        taken = take_batch(bar.ports, arrivals=[_arrival(one) for one in said])
        count += len(said)
        if syncs.taken(at, len(said)) or taken.telling:
            syncs.sync(bar)
    bar.store.sync()
    return _written() - before, count, syncs.made


def _naive(folder: Path, seconds: int, commit_seconds: int) -> float:
    """Bytes per reading of the naive schema by night, where it commits as seldom as we do."""
    db = sqlite3.connect(folder / "naive.db")
    db.executescript(SCHEMA)
    before, count = _written(), 0
    for second, said in enumerate(readings(taps=_TAPS, start=_NIGHT, seconds=seconds, cadence=_CADENCE), start=1):
        db.executemany(INSERT, [row_of(one) for one in said])
        db.executemany(STATE, [state_of(one) for one in said])
        count += len(said)
        if second % commit_seconds == 0:
            db.commit()
    db.commit()
    db.close()
    return (_written() - before) / count


def _arrival(said: Said) -> Arrival:
    return Arrival(
        topic=f"keg/readings/{device(said.number)}",
        payload=said.payload(),
        received_at=from_epoch_ms(said.received_ms),
    )


def _written() -> int:
    """Bytes this process has given to the disk so far, as the kernel counts them."""
    facts = dict(line.split(": ") for line in Path("/proc/self/io").read_text("ascii").splitlines())
    return int(facts["write_bytes"])


if __name__ == "__main__":
    alone(run)
