"""The writer by itself, over a real store: what comes back is taken in its order."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from intake_bar import LOCATION, Bar, opened_bar
from structlog.testing import capture_logs

from backend.cellar import taps
from backend.clock import SystemClock
from backend.domain.ids import TapId
from backend.embedded.backlog import Backlog
from backend.embedded.link import Delivery, Link
from backend.embedded.writer import Writer
from backend.ports import Put, StoreUnavailable

NOW = datetime(2026, 3, 20, 20, 40, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


class Peer:
    """The other end of the connection: hears what is acknowledged."""

    def __init__(self) -> None:
        self.heard: list[int] = []

    def acknowledge(self, mids: Sequence[int]) -> None:
        self.heard += mids

    def delivery(self, seq: int, *, at: datetime) -> Delivery:
        return Delivery(
            topic="keg/readings/SCALE-1",
            payload=b'{"weight_lbs":%d}' % (100 - seq),
            received_at=at,
            link=cast("Link", self),
            mid=seq,
        )


def anothers_act_that_fails(bar: Bar) -> None:
    """A durable act that meets a full disk, which undoes all that was not durable yet."""
    with bar.store.read() as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailable):
        bar.ports.table.transact([Put(item={"PK": "P", "SK": "large", "x": "x" * 100_000})])
    with bar.store.read() as db:
        db.execute("PRAGMA max_page_count = 1000000")


def test_what_a_failed_act_of_somebody_else_undid_is_taken_before_what_came_later(tmp_path: Path) -> None:
    async def scenario(bar: Bar) -> list[Any]:
        backlog, peer, progressed = Backlog(), Peer(), asyncio.Event()
        writer = Writer(
            ports=bar.ports,
            store=bar.store,
            clock=SystemClock(),
            backlog=backlog,
            window=lambda: 100,
            progressed=progressed.set,
            commit_seconds=3600,
        )
        running = asyncio.create_task(writer.run())
        with capture_logs() as logged:
            backlog.put(peer.delivery(1, at=NOW))
            await progressed.wait()
            anothers_act_that_fails(bar)
            backlog.put(peer.delivery(2, at=NOW + HALF_AN_HOUR))
            writer.finish()
            await running
        writer.close()
        assert peer.heard == [1, 2]
        return [line["event"] for line in logged]

    with opened_bar(tmp_path) as bar:
        logged = asyncio.run(scenario(bar))
        state = bar.ports.table.get(taps.state_key(TapId(LOCATION, 1)))

        assert logged == ["readings cannot be stored, they wait"]
        assert state is not None
        assert taps.state_from_item(state).weight_lbs == 98
        assert bar.weights() == [99, 98]
