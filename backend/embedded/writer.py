"""The writer: takes what has arrived in batches, syncs by the rule, acknowledges after the sync."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

import structlog

from backend.clock import Clock
from backend.embedded.answering import Answering
from backend.embedded.backlog import Backlog
from backend.embedded.backoff import Backoff
from backend.embedded.link import Delivery, Link
from backend.embedded.taking import TRY_AGAIN, BatchTaken, take_batch
from backend.ports import Ports, StoreUnavailable

log = structlog.get_logger(__name__)

BATCH: Final = 2000
"""Most messages taken at once. Each tap's rows are read and written once a batch: 2,000 cost half of what 10 x 200 do,
and take about 50 ms; the store is held for a few of them at a time."""
BUSY: Final = 200
"""So many waiting messages are worth a batch; for fewer the writer lets a tick pass, in which more may come."""
TICK_SECONDS: Final = 0.02
COMMIT_SECONDS: Final = 10.0
_TRIES: Final = 3
_RECENT_SECONDS: Final = 600.0


class Durable(Protocol):
    """What the writer asks of the store besides the ports."""

    @property
    def generation(self) -> int:
        """Grows whenever writes that were not durable yet were undone."""

    def sync(self, generation: int | None = None) -> None:
        """Make all writes durable; raises StoreUnavailable, also where the generation is no longer this one."""


class Writer:
    """One thread that takes the backlog in order.

    It syncs when something worth telling happened, when `window()` messages are taken and not acknowledged, or
    when the first of them has been for `commit_seconds`. Where the store fails, everything since the last sync
    goes back into the backlog and is tried again, for ever; `note` says why. It is synced as soon as it goes through,
    because a pour that was booked before the failure is no news then. A message that breaks its use case three
    times is set apart. `progressed` is called after each batch.
    """

    def __init__(
        self,
        *,
        ports: Ports,
        store: Durable,
        clock: Clock,
        backlog: Backlog,
        window: Callable[[], int],
        progressed: Callable[[], None],
        commit_seconds: float = COMMIT_SECONDS,
    ) -> None:
        self.note: str | None = None
        self.last_reading_at: datetime | None = None
        self._ports = ports
        self._store = store
        self._clock = clock
        self._answering = Answering(clock.wall)
        self._backlog = backlog
        self._window = window
        self._progressed = progressed
        self._commit_seconds = commit_seconds
        self._in_step = 0
        self._taken: list[Delivery] = []
        self._taken_since = 0.0
        self._durable = BatchTaken()
        self._unsure = BatchTaken()
        self._recorded = 0
        self._again = False
        self._generation = 0
        self._broken = 0
        self._damaged: dict[str, float] = {}
        self._stopping = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")

    @property
    def unacknowledged(self) -> int:
        """How many are out of the backlog and not durable yet."""
        return len(self._taken) + self._in_step

    @property
    def totals(self) -> BatchTaken:
        """What became of all messages so far; what a failing disk undid is counted once it is written again."""
        return self._durable + self._unsure

    @property
    def damaged(self) -> tuple[str, ...]:
        """What messages of the last ten minutes met of rows that cannot be read; every scale speaks more often."""
        return tuple(why for why, at in self._damaged.copy().items() if time.monotonic() - at < _RECENT_SECONDS)

    def finish(self) -> None:
        """Let `run` return once everything is taken, durable and acknowledged."""
        self._stopping = True
        self._backlog.some.set()

    def close(self) -> None:
        """End the thread, after the step it may be in."""
        self._thread.shutdown()

    async def run(self) -> None:
        """Take until `finish` is called and nothing is left."""
        loop = asyncio.get_running_loop()
        backoff = Backoff(first=0.1, most=15.0)
        while not (self._stopping and not self._backlog and not self._taken):
            began = loop.time()
            due = await self._due()
            batch = self._backlog.take(BATCH)
            self._in_step = len(batch)
            try:
                taken, synced = await loop.run_in_executor(self._thread, self._step, batch, due)
            except TRY_AGAIN as error:
                self._give_back(batch, str(error))
            except Exception as error:
                self._broken += 1
                log.exception("taking a batch failed")
                self._give_back(batch, f"{type(error).__name__}: {error}")
            else:
                self._broken = 0
                backoff.reset()
                self._settle(batch, taken, synced=synced)
                self._progressed()
                if len(self._backlog) < BUSY and not self._stopping:
                    await asyncio.sleep(max(0.0, began + TICK_SECONDS - loop.time()))
                continue
            await asyncio.sleep(backoff.wait())

    async def _due(self) -> bool:
        """Wait until there is something to take or to sync; gives whether a sync is due."""
        while True:
            left = self._taken_since + self._commit_seconds - asyncio.get_running_loop().time()
            if self._taken and (left <= 0 or self._stopping):
                return True
            if self._backlog or self._stopping:
                return False
            self._backlog.some.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left if self._taken else None):
                    await self._backlog.some.wait()

    def _step(self, batch: Sequence[Delivery], due: bool) -> tuple[BatchTaken, bool]:  # noqa: FBT001 - an executor calls it
        """Take a batch, sync where it is time (in the writer's thread); gives what was taken and whether it synced."""
        self._recorded = 0
        if not self._taken:
            if self._generation != self._store.generation:
                self._unsure = BatchTaken()
            self._generation = self._store.generation
        elif self._generation != self._store.generation:
            # Somebody else's commit failed and undid what we took: what came later must not be taken before it.
            raise StoreUnavailable("what was taken is undone: it is taken again")
        taken = take_batch(
            self._ports,
            arrivals=batch,
            tolerance_scale=self._clock.speed,
            set_apart=self._broken >= _TRIES - 1,
            recorded=self._count,
            answering=self._answering,
        )
        synced = due or self._again or taken.telling or len(self._taken) + len(batch) >= self._window()
        if synced:
            self._store.sync(self._generation)
        return taken, synced

    def _count(self, new: int) -> None:
        """Count readings that are in history now, also where their batch breaks (in the writer's thread)."""
        self._recorded += new

    def _settle(self, batch: Sequence[Delivery], taken: BatchTaken, *, synced: bool) -> None:
        self.note, self._in_step = None, 0
        self._unsure += self._told_of_damage(taken) if taken.damaged else taken
        if taken.recorded:
            self.last_reading_at = batch[-1].received_at
        if not self._taken:
            self._taken_since = asyncio.get_running_loop().time()
        self._taken.extend(batch)
        if synced:
            self._again = False
            _acknowledge(self._taken)
            self._taken = []
            self._durable, self._unsure = self.totals, BatchTaken()

    def _told_of_damage(self, taken: BatchTaken) -> BatchTaken:
        """Say aloud which rows were met that cannot be read, each once as long as it is met."""
        known, now = self.damaged, time.monotonic()
        for why in taken.damaged:
            if why not in known:
                log.error("a tap or a pour cannot be told, its readings are kept", why=why)
        recent = {why: at for why, at in self._damaged.items() if why in known}
        self._damaged = {**recent, **dict.fromkeys(taken.damaged, now)}
        return replace(taken, damaged=())

    def _give_back(self, batch: Sequence[Delivery], reason: str) -> None:
        """Nothing since the last sync is certain: all of it waits again, in its order.

        Of what is not undone, the readings stay counted: taken again they are not new. All else is counted again.
        """
        self._backlog.give_back([*self._taken, *batch])
        self._taken, self._in_step = [], 0
        stands = self._generation == self._store.generation
        self._unsure = BatchTaken(recorded=self._unsure.recorded + self._recorded) if stands else BatchTaken()
        self._again = True
        if self.note is None:
            log.error("readings cannot be stored, they wait", reason=reason, waiting=len(self._backlog))
        self.note = reason


def _acknowledge(taken: Sequence[Delivery]) -> None:
    """Acknowledge each message over its own connection."""
    mids: dict[Link, list[int]] = {}
    for held in taken:
        if held.mid is not None:
            mids.setdefault(held.link, []).append(held.mid)
    for link, numbers in mids.items():
        link.acknowledge(numbers)
