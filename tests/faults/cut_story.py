"""A bar that loses its power again and again: the shipped store, writer and use cases on a disk that forgets.

Each life of a story opens the store on what the last cut left of it, looks whether everything stands, and goes on
with what the broker still holds. Everything follows from the seed.
"""

import asyncio
import contextlib
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from agreement import assert_it_agrees, assert_nothing_is_lost
from cut_broker import LOCATION, TAPS, Broker
from forgetful_disk import ForgetfulDisk, PowerCut
from stand_in import Rows, StandIn

from backend.cellar import kegs, pours
from backend.clock import SystemClock
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.ledger import Waste
from backend.domain.location import Location
from backend.domain.member import OWNER
from backend.domain.reading import StatusReport
from backend.domain.refusal import Refusal
from backend.embedded import writer as shipped_writer
from backend.embedded.backlog import Backlog
from backend.embedded.backup import back_up
from backend.embedded.commands import LinkCommands
from backend.embedded.compaction import Compaction
from backend.embedded.copying import CopyFailed, SourceDamaged
from backend.embedded.feed import LocalFeed
from backend.embedded.folder import LOCK_NAME
from backend.embedded.history import SqliteHistory
from backend.embedded.refused import DamagedFile, StoreRefused
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.embedded.writer import Writer
from backend.ports import Ports, StoreUnavailable
from backend.usecases import load
from backend.usecases.change_keg import NextKeg, change_keg
from backend.usecases.record_waste import record_waste
from backend.usecases.set_up import add_beer, open_location, place_scale, set_up_tap
from backend.usecases.take_statuses import take_statuses

BEGIN: Final = datetime(2026, 3, 20, 20, 40, tzinfo=UTC)
PILS: Final = Beer(beer_id="pils", name="Pils", specific_gravity=1.010)
ACTS: Final = 12
"""What happens in one life, at most."""

Content = frozenset[tuple[str, object]]
Change = Callable[[str], str]


class Story:
    """One bar over many power cuts.

    `cuts` counts them, `cut_in` by what the disk was doing to which file, and by whether the store was being opened.
    `kept_unheard` counts commits that the cut left whole although nobody had heard yet that they stand, `refusals` how
    often the disk's refusal reached whoever had asked for something.
    """

    def __init__(self, place: Path, *, seed: int, change: Change = lambda sql: sql) -> None:
        """`change` may spoil a statement on its way to SQLite, to see whether the story notices."""
        self.cuts = self.kept_unheard = self.refusals = 0
        self.cut_in = Counter[tuple[str, str]]()
        self._place = place
        self._dice = random.Random(seed)
        self._change = change
        self._broker = Broker(self._dice, reached=lambda: self._disk.left is None)
        self._now = BEGIN
        self._disk = ForgetfulDisk(dice=self._dice)
        self._certain: Content = frozenset()
        self._coming: list[Content] = []
        self._wasted: list[Waste] = []
        self._tapped: list[tuple[TapId, str]] = []

    @property
    def tables(self) -> set[object]:
        """The tables that hold something by now."""
        return {table for table, _ in self._certain}

    def live(self, cuts: int) -> None:
        """Live until the power went so often, and once more to see that it all stands."""
        left: dict[str, bytes] = {}
        while self.cuts < cuts:
            left = self._life(left, cut_at=int(2 ** self._dice.uniform(0, 9.5)))
            self.cuts += 1
        self._life(left, cut_at=None)
        assert self._broker.unacknowledged == {}

    def _life(self, left: dict[str, bytes], *, cut_at: int | None) -> dict[str, bytes]:
        """From one start to the next cut; gives what lies on the disk then, by name."""
        folder = self._place / f"life-{self.cuts}"
        folder.mkdir()
        for name, content in left.items():
            (folder / name).write_bytes(content)
        (folder / LOCK_NAME).write_bytes(self._dice.choice((b"", b"not ended")))
        first = self._dice.randrange(400)
        fails = range(first, first + self._dice.choice((0, 0, 1, 3, 30))) if cut_at else range(0)
        self._disk = ForgetfulDisk(dice=self._dice, cut_at=cut_at, fails=fails)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sqlite3, "connect", self._connect)
            patch.setattr(shipped_writer, "TICK_SECONDS", 0.0)
            patch.setattr(os, "fsync", lambda _: None)  # copies of the store: the real disk is not on trial
            patch.setattr(shipped_writer, "Backoff", _NoBackoff)
            with contextlib.suppress(PowerCut):
                asyncio.run(self._from_start_to_end(folder, everything=cut_at is None))
            self._disk.cut()
        self.cut_in[self._disk.cut_in] += 1
        assert self._disk.left is not None
        return {path.name: content for path, content in self._disk.left.items() if path.parent == folder}

    async def _from_start_to_end(self, folder: Path, *, everything: bool) -> None:
        try:
            store = Store(folder, now=self._now)
        except PowerCut:
            self.cut_in["opening", ""] += 1
            raise
        except StoreRefused as refused:
            self._note(refused)
            return
        try:
            ports = Ports(
                table=SqliteTable(store), history=SqliteHistory(store), feed=LocalFeed(), commands=LinkCommands()
            )
            self._assert_all_stands(store, ports)
            self._set_up(ports)
            await self._work(store, ports, everything=everything)
        except StoreUnavailable as away:  # while the bar is being set up
            self._note(away)
        finally:
            with contextlib.suppress(StoreUnavailable):
                store.close()

    def _note(self, refusal: Exception) -> None:
        """Whoever asked for something while the disk failed is told so; it must not be called damaged."""
        assert not isinstance(refusal, DamagedFile | SourceDamaged), refusal
        self.refusals += 1

    def _assert_all_stands(self, store: Store, ports: Ports) -> None:
        with store.read() as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            found = content_of(db)
        assert_nothing_is_lost(ports, self._broker)
        assert found in [self._certain, *self._coming], "the store is in between two of its moments"
        self.kept_unheard += found != self._certain
        self._certain, self._coming = found, []
        assert_it_agrees(ports, self._broker)
        for waste in self._wasted:
            assert ports.table.get(pours.waste_key(waste)) is not None, f"lost: {waste}"
        for tap_id, keg_id in self._tapped:
            assert ports.table.get(kegs.key(keg_id)) is not None, f"lost: the keg put on tap {tap_id}"

    def _set_up(self, ports: Ports) -> None:
        open_location(
            ports, location=Location(location_id=LOCATION, name="Bar", timezone="Europe/Berlin"), member=OWNER
        )
        add_beer(ports, beer=PILS, location_id=LOCATION, member=OWNER)
        for device_id, tap_id in TAPS.items():
            set_up_tap(ports, tap_id=tap_id, member=OWNER)
            place_scale(ports, device_id=device_id, tap_id=tap_id, member=OWNER, now=BEGIN - timedelta(days=1))
            # All of them claim their pours, and say so: else the server would seek them too.
            born = StatusReport(device_id=device_id, received_at=BEGIN, online=True, session=1, pours=True)
            take_statuses(ports, reports=[born])
            if load.tap(ports, tap_id).keg_id is None:
                self._change_keg(ports, tap_id, at=BEGIN - timedelta(hours=1))

    async def _work(self, store: Store, ports: Ports, *, everything: bool) -> None:
        self._backlog, self._progressed = Backlog(), asyncio.Event()
        self._compaction = Compaction(store)
        writer = Writer(
            ports=ports,
            store=store,
            clock=SystemClock(),
            backlog=self._backlog,
            window=lambda: 40,
            progressed=self._progressed.set,
            commit_seconds=3600.0,
        )
        running = asyncio.create_task(writer.run())
        try:
            await self._take(list(self._broker.unacknowledged.values()), running)
            for _ in range(ACTS):
                self._now += timedelta(seconds=self._dice.choice((1, 5, 20, 20, 20, 1300)))
                try:
                    await self._act(store, ports, running)
                except (StoreUnavailable, CopyFailed) as refusal:
                    self._note(refusal)
                if self._disk.left is not None:
                    raise PowerCut
            if everything or self._dice.random() < 0.3:
                writer.finish()
                await running
        finally:
            running.cancel()
            await asyncio.wait({running})
            writer.close()

    async def _act(self, store: Store, ports: Ports, running: "asyncio.Task[None]") -> None:
        """Let something happen; a member's act is acknowledged once it returns."""
        tap_id = self._dice.choice(list(TAPS.values()))
        match self._dice.randrange(12):
            case 0:
                waste = record_waste(
                    ports,
                    tap_id=tap_id,
                    gallons=0.01,
                    reason="foam",
                    at=self._now,
                    member=OWNER,
                    now=self._now,
                    wall=self._now,
                )
                self._wasted.append(waste)
            case 1:
                self._change_keg(ports, tap_id, at=self._now - timedelta(seconds=30))
            case 2:
                with store.read() as db:
                    if not db.in_transaction:
                        db.execute(f"PRAGMA wal_checkpoint({self._dice.choice(('PASSIVE', 'RESTART', 'TRUNCATE'))})")
            case 3:
                _compact(self._compaction, steps=self._dice.randint(1, 4))
            case 4:
                store.sync()
                back_up(store.path, store.path.with_name("backups") / f"{self._disk.steps}.db")
            case _:
                said = self._broker.publish(self._dice.randint(1, 30), now=self._now)
                await self._take(said, running)

    async def _take(self, messages: list[Any], running: "asyncio.Task[None]") -> None:
        """Let the writer take them, as after their arrival."""
        for held in self._broker.held(messages, now=self._now):
            self._backlog.put(held)
        while self._backlog and not running.done():
            self._progressed.clear()
            waiting = asyncio.ensure_future(self._progressed.wait())
            await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
        if running.done():
            running.result()

    def _change_keg(self, ports: Ports, tap_id: TapId, *, at: datetime) -> None:
        try:
            keg = change_keg(
                ports,
                tap_id=tap_id,
                keg=NextKeg(beer_id="pils", type_id="half_barrel"),
                at=at,
                member=OWNER,
                now=max(at, self._now),
            )
        except Refusal:  # too soon after the last one
            return
        self._tapped.append((tap_id, keg.keg_id))

    def _connect(self, database: object, *, uri: bool = False, **_options: object) -> StandIn:
        connection = StandIn(str(database), vfs=self._disk.name, run=self._run, uri=uri)
        connection.plainly(f"PRAGMA wal_autocheckpoint={self._dice.choice((8, 40, 1000))}")
        return connection

    def _run(self, connection: StandIn, sql: str, statement: Callable[[str], Rows]) -> Rows:
        """Remember what each commit will make of the store, and that it has."""
        if sql != "COMMIT" or self._disk.left is not None:
            return statement(self._change(sql))
        coming = content_of(connection)
        self._coming.append(coming)  # one that fails may turn out to stand after the cut
        rows = statement(self._change(sql))
        # A commit that changes nothing writes nothing, so it does not write over one that failed.
        self._coming = [] if coming != self._certain else self._coming[:-1]
        self._certain = coming
        return rows


class _NoBackoff:
    """Tries again at once."""

    def __init__(self, **_options: float) -> None:
        pass

    def reset(self) -> None:
        """All is well."""

    def wait(self) -> float:
        """How long to wait."""
        return 0.0


def _compact(compaction: Compaction, *, steps: int) -> None:
    while steps and compaction.step():
        steps -= 1


def content_of(db: Any) -> Content:
    """Every row of every table."""
    run = db.plainly
    names = [
        name for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    ]
    return frozenset((name, row) for name in names for row in run(f'SELECT * FROM "{name}"'))  # noqa: S608 - our tables
