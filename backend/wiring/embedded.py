"""One machine: SQLite, a broker, the intake, and the ports on them."""

import asyncio
import shutil
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backend.clock import Clock
from backend.embedded.backup import set_aside
from backend.embedded.broker import Broker, choose_broker
from backend.embedded.client_id import client_id
from backend.embedded.clockwork import Clockwork
from backend.embedded.commands import LinkCommands
from backend.embedded.copying import BESIDE
from backend.embedded.feed import LocalFeed
from backend.embedded.folder import FolderLock
from backend.embedded.history import SqliteHistory
from backend.embedded.intake import Intake
from backend.embedded.replacing import forget_replacing
from backend.embedded.schema import BACKUPS, FILE_NAME
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Ports
from backend.wiring.jobs import BackupPlan, jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """The parts of one machine; `start` inside a running event loop, `stop` before it ends."""

    store: Store
    ports: Ports
    broker: Broker
    intake: Intake
    clockwork: Clockwork

    async def start(self) -> None:
        """Bring the broker up and begin to take readings; a broker that is missing is waited for, not a failure."""
        await self.broker.start()
        await self.intake.start()
        self.clockwork.start()

    async def stop(self) -> None:
        """Take what has arrived, make all of it durable, and end the broker."""
        await self.intake.stop()
        await asyncio.to_thread(self.clockwork.stop)
        await self.broker.stop()
        self.store.close()


def open_embedded(
    folder: Path,
    *,
    clock: Clock,
    broker: str | None = None,
    commit_seconds: float = 10.0,
    forget: bool = False,
    backups: BackupPlan | None = None,
) -> Embedded:
    """Open the store in a data folder and choose the broker; nothing runs yet.

    With `forget`, what an existing broker still holds for this folder is dropped: its data were thrown away.
    Without a plan for `backups` none are made by schedule.

    Raises:
        FolderInUse, FolderUnusable, StoreRefused: the folder cannot be used; the sentence says what to do.
        BrokerAddressRefused: `broker` is no address of one.
    """
    chosen = choose_broker(folder, url=broker)
    store = Store(folder, now=clock.wall(), backups=backups.folder if backups else None)
    commands = LinkCommands()
    ports = Ports(table=SqliteTable(store), history=SqliteHistory(store), feed=LocalFeed(), commands=commands)
    intake = Intake(
        ports=ports,
        store=store,
        clock=clock,
        broker=chosen,
        client_id=client_id(folder),
        commit_seconds=commit_seconds,
        forget=forget,
        linked=commands.use,
    )
    stopping = threading.Event()
    clockwork = Clockwork(
        jobs(store, ports, plan=backups, stopping=stopping), store=store, clock=clock, stopping=stopping
    )
    return Embedded(store=store, ports=ports, broker=chosen, intake=intake, clockwork=clockwork)


def holds_store(folder: Path) -> bool:
    """Whether a store lies in a data folder."""
    return (folder / FILE_NAME).exists()


def clear_folder(folder: Path, *, now: datetime) -> None:
    """Take away what we keep in a data folder, and nothing else. Raises FolderInUse, FolderUnusable, OSError.

    Backups in it are kept, in a folder of their own, so that none is taken for one of what comes now.
    The name of its session stays, so that an existing broker can be told to forget what it holds for it.
    """
    lock = FolderLock(folder, now=now)
    try:
        forget_replacing(folder / FILE_NAME)
        set_aside(folder / BACKUPS, now=now)
        for name in (FILE_NAME, *(FILE_NAME + beside for beside in BESIDE), "story.json"):
            (folder / name).unlink(missing_ok=True)
        for name in ("broker", "pages", "scales"):
            shutil.rmtree(folder / name, ignore_errors=True)
    finally:
        lock.release()
