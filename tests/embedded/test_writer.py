import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from intake_bar import opened_bar

from backend.clock import SystemClock
from backend.embedded import writer as writer_module
from backend.embedded.backlog import Backlog
from backend.embedded.link import Delivery, Link
from backend.embedded.taking import BatchTaken, take_batch
from backend.embedded.writer import BATCH, Writer
from backend.ports import Ports

NOW = datetime(2026, 3, 18, 20, 40, tzinfo=UTC)


class Acknowledged:
    """A link that remembers what was acknowledged over it."""

    def __init__(self) -> None:
        self.mids: list[int] = []

    def acknowledge(self, mids: Sequence[int]) -> None:
        self.mids += mids


def test_what_waits_is_taken_in_few_large_batches_and_all_of_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def counted(ports: Ports, *, arrivals: Sequence[Delivery], **settings: float) -> BatchTaken:
        sizes.append(len(arrivals))
        return take_batch(ports, arrivals=arrivals, tolerance_scale=settings["tolerance_scale"])

    monkeypatch.setattr(writer_module, "take_batch", counted)
    waiting = BATCH + 500
    link = Acknowledged()

    async def story() -> None:
        with opened_bar(tmp_path) as bar:
            backlog = Backlog()
            for seq in range(waiting):
                backlog.put(
                    Delivery(
                        link=cast("Link", link),
                        mid=seq + 1,
                        topic="keg/readings/SCALE-1",
                        payload=b'{"boot":7,"seq":%d,"weight_lbs":80}' % seq,
                        received_at=NOW,
                    )
                )
            writer = Writer(
                ports=bar.ports,
                store=bar.store,
                clock=SystemClock(),
                backlog=backlog,
                window=lambda: 200,
                progressed=lambda: None,
            )
            writer.finish()
            await writer.run()
            writer.close()
            assert bar.ports.history.count() == waiting

    asyncio.run(story())

    assert sizes == [BATCH, 500]
    assert link.mids == list(range(1, waiting + 1))
