"""Bringing a store file to the present schema: step by step, each whole or not at all, with a copy kept of before."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from filecmp import cmp
from pathlib import Path
from typing import Final

import structlog

from backend.embedded.copying import write_copy
from backend.embedded.steps import STEPS, Step

log = structlog.get_logger(__name__)

_OF_THE_STEP: Final = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE)
"""Errors that speak of the statement and not of the file or the disk."""
STAMP: Final = "%Y%m%dT%H%M%SZ"
"""How moments (UTC) are written in the names of files."""
BEFORE_SCHEMA: Final = "before-schema"
"""What the name of a copy made here says, with the number of the schema that was about to come."""


class StepFailed(RuntimeError):  # noqa: N818 - what became of the step
    """A step does not fit what lies in the file; the file is as the step before it left it."""


def user_version(connection: sqlite3.Connection) -> int:
    """The number of the last step that a file has taken; 0 for a new one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def migrate(
    connection: sqlite3.Connection, *, backups: Path, now: datetime, steps: Sequence[Step] = STEPS
) -> Path | None:
    """Take the steps that a file has not taken yet; gives the copy of a file with data as it was before them.

    Each step is one transaction together with its number, so that one that is interrupted is taken again at the
    next opening, and those before it are not. `backups` is the folder of the copy.

    Raises:
        CopyFailed: there was no room for the copy; the file is as it was.
        StepFailed: a step does not fit what lies in the file, which is as the step before it left it.
        sqlite3.Error: the file is damaged or the disk failed; the same holds.
    """
    have = user_version(connection)
    ahead = [step for step in steps if step.version > have]
    if not ahead:
        return None
    copy = _copied(connection, backups, ahead, now=now) if have else None
    for step in ahead:
        _take(connection, step)
    if have:
        log.warning("the store is of the present version now", schema=ahead[-1].version)
    return copy


def copy_name(now: datetime, *, why: str | None = None) -> str:
    """Name a copy made at `now`, so that names sort by time: `scale-sense-20260320T204000Z[-why].db`."""
    return f"scale-sense-{stamp(now)}{'-' + why if why else ''}.db"


def stamp(now: datetime) -> str:
    """Write a moment as the names of our files do: `20260320T204000Z`."""
    return now.astimezone(UTC).strftime(STAMP)


def _copied(connection: sqlite3.Connection, backups: Path, ahead: Sequence[Step], *, now: datetime) -> Path:
    copy = backups / copy_name(now, why=f"{BEFORE_SCHEMA}-{ahead[0].version}")
    earlier = sorted(backups.glob(copy.name.replace(stamp(now), "*", 1)))
    size = write_copy(connection, copy)
    for one in earlier:
        if one != copy and cmp(one, copy, shallow=False):
            copy.unlink()  # of a try before this one, after which nothing was written
            copy = one
            break
    log.warning(
        "the store is of an earlier version: it is brought up to date, and a copy of it is kept",
        copy=str(copy),
        size=size,
        steps=[step.what for step in ahead],
    )
    return copy


def _take(connection: sqlite3.Connection, step: Step) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        step.apply(connection)
        connection.execute(f"PRAGMA user_version = {step.version}")
        connection.execute("COMMIT")
    except BaseException as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if getattr(error, "sqlite_errorcode", -1) & 0xFF in _OF_THE_STEP:
            raise StepFailed(f"step {step.version}, {step.what}: {error}") from error
        raise
