"""The intake: from the broker into the store, in order, in batches, acknowledged once durable and not before."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from backend.clock import Clock
from backend.embedded.backlog import Backlog
from backend.embedded.backoff import Backoff
from backend.embedded.broker import Broker
from backend.embedded.link import Delivery, Link, LinkFailed, forget_session
from backend.embedded.writer import COMMIT_SECONDS, Durable, Writer
from backend.ports import Ports
from backend.wire.topics import INTAKE_FILTERS

log = structlog.get_logger(__name__)

_STEADY_SECONDS: Final = 10.0
_STOP_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFacts:
    """What the health page and the metrics tell of the intake since its start.

    `readings_total` counts readings new in history, `set_apart_total` readings of scales that stood under no tap and
    pours where no keg stood, `history_only_total` readings that moved no tap, because a row of it cannot be read,
    `waiting` messages received and not yet acknowledged; `damaged` says which rows were met of late that cannot be
    read, and `note` what is wrong, None while nothing is.
    """

    connected: bool = False
    readings_total: int = 0
    unclaimed_total: int = 0
    dead_letters_total: int = 0
    set_apart_total: int = 0
    history_only_total: int = 0
    last_reading_at: datetime | None = None
    waiting: int = 0
    damaged: tuple[str, ...] = ()
    note: str | None = None


class Intake:
    """Subscribes to what scales say, and feeds the use cases in one writer thread.

    Memory is bounded: where the store cannot keep up or cannot write, the intake stops reading, and messages wait
    at the broker. What cannot be stored is kept, tried again and never acknowledged. An acknowledgement goes over
    the connection its message came by, or not at all: the broker then delivers again, which is harmless.
    """

    def __init__(
        self,
        *,
        ports: Ports,
        store: Durable,
        clock: Clock,
        broker: Broker,
        client_id: str,
        commit_seconds: float = COMMIT_SECONDS,
        forget: bool = False,
        linked: Callable[[Link | None], None] = lambda _link: None,
    ) -> None:
        """With `forget`, what the broker still holds for `client_id` is dropped at the first connection.

        `linked` is told the connection once it stands, and None once it is over.
        """
        self._forget = forget
        self._linked = linked
        self._clock = clock
        self._broker = broker
        self._client_id = client_id
        self._backlog = Backlog()
        self._writer = Writer(
            ports=ports,
            store=store,
            clock=clock,
            backlog=self._backlog,
            window=lambda: broker.window,
            progressed=self._progressed,
            commit_seconds=commit_seconds,
        )
        self._link: Link | None = None
        self._note = "not started yet"
        self._tasks: list[asyncio.Task[None]] = []

    def facts(self) -> IntakeFacts:
        """How it stands now."""
        connected = self._link is not None and self._link.up
        totals = self._writer.totals
        return IntakeFacts(
            connected=connected,
            readings_total=totals.recorded,
            unclaimed_total=totals.unclaimed,
            dead_letters_total=totals.dead_letters,
            set_apart_total=totals.set_apart,
            history_only_total=totals.history_only,
            last_reading_at=self._writer.last_reading_at,
            waiting=len(self._backlog) + self._writer.unacknowledged,
            damaged=self._writer.damaged,
            note=self._writer.note or (None if connected else self._note),
        )

    async def start(self) -> None:
        """Begin; a broker that is not there is waited for, for ever."""
        if not self._tasks:
            self._note = "connecting"
            self._tasks = [
                asyncio.create_task(self._writer.run(), name="intake writer"),
                asyncio.create_task(self._stay_connected(), name="intake connection"),
            ]

    async def stop(self) -> None:
        """Take what has arrived, make it durable, acknowledge it, and leave the session at the broker."""
        if not self._tasks:
            return
        tasks, self._tasks = self._tasks, []
        if self._link is not None:
            self._link.pause()
        self._writer.finish()
        await asyncio.wait(tasks[:1], timeout=_STOP_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(self._writer.close)
        self._note = "stopped"

    async def _stay_connected(self) -> None:
        backoff = Backoff(first=0.2, most=30.0)
        loop = asyncio.get_running_loop()
        while True:
            await self._backlog.room.wait()
            began = loop.time()
            note = await self._connected_once()
            if note != self._note:
                log.warning("no broker", reason=note)
            self._note = note
            if loop.time() - began > _STEADY_SECONDS:
                backoff.reset()
            await asyncio.sleep(backoff.wait())

    async def _connected_once(self) -> str:
        """Connect and stay until it is over; gives why it is."""
        address = self._broker.address
        if address is None:
            return self._broker.state().note or "there is no broker"
        self._link = link = Link(self._client_id, deliver=self._arrived, now=self._clock.now)
        try:
            if self._forget:
                await forget_session(self._client_id, address, now=self._clock.now)
                self._forget = False
            await link.open(address, filters=INTAKE_FILTERS)
            log.info("broker connected", address=str(address))
            self._note = ""
            self._linked(link)
            await link.lost.wait()
        except LinkFailed as failed:
            return str(failed)
        finally:
            self._link = None
            self._linked(None)
            await link.close()
        return f"the connection to {address} is lost"

    def _arrived(self, delivery: Delivery) -> None:
        self._backlog.put(delivery)
        if not self._backlog.room.is_set():
            delivery.link.pause()

    def _progressed(self) -> None:
        if self._backlog.make_room() and self._link is not None:
            self._link.resume()
