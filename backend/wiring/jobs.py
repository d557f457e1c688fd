"""What the clockwork of one machine has to do, and when."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Final

from backend.cellar import locations
from backend.embedded.backup import Keep, back_up_by_schedule
from backend.embedded.backup_folder import shared_disk
from backend.embedded.chunk_check import spoiled_chunks
from backend.embedded.clockwork import Finding, Job
from backend.embedded.compaction import Compaction
from backend.embedded.copying import LEAVE_BYTES, SourceDamaged, look_for_damage, reading_only
from backend.embedded.mosquitto import trim_log
from backend.embedded.row_check import unreadable_rows
from backend.embedded.schedules import Daily, Every
from backend.embedded.store import Store
from backend.ports import Ports, Query, Table
from backend.usecases.repeat_commands import repeat_unanswered
from backend.usecases.retention import forget_old_readings
from backend.wiring.bar_jobs import bar_jobs

QUIET: Final = time(5)
"""On the bar's clock: after the last guest and the end of the business day, before the first delivery."""
_OFTEN: Final = timedelta(minutes=1)
"""Of the story; a step that finds nothing due costs a look at one row."""
_SOON: Final = timedelta(minutes=2)
_AT_ONCE: Final = timedelta(seconds=1)
"""A look at one index; somebody waits for what a scale answers."""
_ANSWERS_FIRST: Final = timedelta(seconds=5)
"""After a start, so that answers that waited at the broker are taken before their commands are given up."""
_HOUR: Final = timedelta(hours=1)
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupPlan:
    """Where backups are kept, and how many."""

    folder: Path
    keep: Keep = field(default_factory=Keep)


def jobs(store: Store, ports: Ports, *, plan: BackupPlan | None, stopping: threading.Event) -> list[Job]:
    """Give the jobs in their order; without a plan no backups are made by schedule."""
    every = [
        Job(
            name="commands",
            schedule=Every(_AT_ONCE, first=_ANSWERS_FIRST),
            run=lambda wall: _repeated(ports, wall),
            by_wall=True,
            remembered=False,
        ),
        *bar_jobs(ports),
        Job(name="compaction", schedule=Every(_OFTEN), run=Compaction(store).step, remembered=False),
        Job(
            name="retention",
            schedule=Daily(QUIET, zone=lambda: bar_zone(ports.table), first=_SOON),
            run=lambda now: forget_old_readings(ports, now=now),
        ),
        Job(name="broker log", schedule=Every(_HOUR), run=lambda _: _trimmed(store.path.parent), remembered=False),
        Job(
            name="damage",
            schedule=Every(_WEEK, first=_HOUR),  # a bar that is off every night is never up for a week
            run=lambda _: _looked_through(store, ports.table, stopping),
            by_wall=True,
        ),
    ]
    if plan is not None:
        backup = Job(
            name="backup",
            schedule=Daily(QUIET, zone=lambda: bar_zone(ports.table), first=_SOON),
            run=_backing_up(store, plan, stopping),
            by_wall=True,
        )
        every.append(backup)
    return every


def bar_zone(table: Table) -> tzinfo:
    """The time zone of the bar in a store of one; UTC where none is set up yet."""
    listed = table.query(Query(partition=locations.ACCOUNT, begins_with="LOC#", limit=1)).items
    for row in listed:
        item = table.get(locations.key(str(row["SK"]).removeprefix("LOC#")))
        if item is not None:
            return locations.from_item(item).zone
    return UTC


def _backing_up(store: Store, plan: BackupPlan, stopping: threading.Event) -> Callable[[datetime], bool]:
    def run(now: datetime) -> bool:
        store.sync()  # what is shown is in it too
        try:
            made = back_up_by_schedule(
                store.path, plan.folder, keep=plan.keep, leave=LEAVE_BYTES, stopping=stopping, now=now
            )
        except SourceDamaged as damage:
            store.damage = str(damage)
            raise
        found = made.spoiled or shared_disk(store.path, plan.folder)
        if found:
            raise Finding(found)
        return False

    return run


def _looked_through(store: Store, table: Table, stopping: threading.Event) -> bool:
    """Look for damage that a clean start does not look for in a large file."""
    store.damage = look_for_damage(store.path, stopping=stopping) or store.damage
    if store.damage is None:
        with reading_only(store.path, live=True) as beside:
            for key, _ in list(unreadable_rows(beside, stopping=stopping)):
                table.get(key)  # says it aloud, unless it has been written over meanwhile
    if store.damage is None and (spoiled := spoiled_chunks(store.path, live=True, stopping=stopping)):
        raise Finding(spoiled)
    return False


def _repeated(ports: Ports, wall: datetime) -> bool:
    repeated = repeat_unanswered(ports, wall=wall)
    if repeated.damaged:
        raise Finding("; ".join(repeated.damaged))
    return repeated.more


def _trimmed(folder: Path) -> bool:
    trim_log(folder)
    return False
