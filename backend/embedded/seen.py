"""Which sequence numbers of a device's boot are recorded, kept as runs: one row where nothing is missing."""

import sqlite3
from collections.abc import Iterable, Sequence

Run = tuple[int, int]
"""First and last number of a run, both in it."""


def mark_seen(db: sqlite3.Connection, *, device: int, boot: int, seqs: Iterable[int]) -> set[int]:
    """Mark numbers as recorded; gives those that were not yet."""
    wanted = sorted(set(seqs))
    if not wanted:
        return set()
    if wanted[-1] - wanted[0] == len(wanted) - 1 and _goes_on(db, device, boot, wanted[0], wanted[-1]):
        return set(wanted)
    near = _runs_near(db, device, boot, wanted[0], wanted[-1])
    fresh, merged = added(near, wanted)
    if fresh:
        gone = set(near).difference(merged)
        db.executemany(
            "DELETE FROM seen WHERE device = ? AND boot = ? AND first = ?", [(device, boot, first) for first, _ in gone]
        )
        db.executemany(
            "INSERT INTO seen VALUES (?, ?, ?, ?)",
            [(device, boot, first, last) for first, last in set(merged).difference(near)],
        )
    return set(fresh)


def added(runs: Sequence[Run], numbers: Iterable[int]) -> tuple[list[int], list[Run]]:
    """Add numbers to runs: which of them are new, and the runs with them, neither overlapping nor touching.

    `runs` must be sorted so as well.
    """
    fresh: list[int] = []
    merged: list[Run] = []
    waiting = list(reversed(runs))
    for number in sorted(set(numbers)):
        while waiting and waiting[-1][0] <= number:
            _join(merged, waiting.pop())
        if not merged or merged[-1][1] < number:
            fresh.append(number)
            _join(merged, (number, number))
    for run in reversed(waiting):
        _join(merged, run)
    return fresh, merged


def _join(runs: list[Run], run: Run) -> None:
    """Append a run, growing the last one where they touch."""
    if runs and run[0] <= runs[-1][1] + 1:
        runs[-1] = (runs[-1][0], max(runs[-1][1], run[1]))
    else:
        runs.append(run)


def _goes_on(db: sqlite3.Connection, device: int, boot: int, low: int, high: int) -> bool:
    """Let the newest run go on to `high` if it ends just before `low`: what live readings do, in one statement."""
    return (
        db.execute(
            "UPDATE seen SET last = ?4 WHERE device = ?1 AND boot = ?2 AND last = ?3 - 1 "
            "AND first = (SELECT max(first) FROM seen WHERE device = ?1 AND boot = ?2)",
            (device, boot, low, high),
        ).rowcount
        > 0
    )


def _runs_near(db: sqlite3.Connection, device: int, boot: int, low: int, high: int) -> list[Run]:
    """The runs that hold or touch a number from `low` to `high`, and perhaps one before them."""
    return db.execute(
        "SELECT first, last FROM seen WHERE device = ?1 AND boot = ?2 AND first <= ?4 + 1 AND first >= coalesce("
        "(SELECT max(first) FROM seen WHERE device = ?1 AND boot = ?2 AND first < ?3), ?3) ORDER BY first",
        (device, boot, low, high),
    ).fetchall()
