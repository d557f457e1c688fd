import asyncio
import contextlib
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from intake_bar import LOCATION, Bar, opened_bar

from backend.clock import SystemClock
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.member import OWNER
from backend.domain.refusal import Conflict
from backend.embedded import taking
from backend.embedded import writer as writer_module
from backend.embedded.backlog import Backlog
from backend.embedded.link import Delivery, Link
from backend.embedded.store import Store
from backend.embedded.taking import BatchTaken, take_batch
from backend.embedded.writer import BATCH, Writer
from backend.ports import Ports, StoreUnavailable
from backend.usecases.change_keg import NextKeg, change_keg
from backend.usecases.set_up import add_beer
from backend.usecases.take_statuses import StatusesTaken, take_statuses

NOW = datetime(2026, 3, 18, 20, 40, tzinfo=UTC)


class Acknowledged:
    """A link that remembers what was acknowledged over it."""

    def __init__(self) -> None:
        self.mids: list[int] = []

    def acknowledge(self, mids: Sequence[int]) -> None:
        self.mids += mids


def delivery(link: Acknowledged, mid: int, payload: bytes, *, of: str = "readings") -> Delivery:
    """A message of SCALE-1 that came over this link."""
    return Delivery(link=cast("Link", link), mid=mid, topic=f"keg/{of}/SCALE-1", payload=payload, received_at=NOW)


def writing(bar: Bar, backlog: Backlog, **settings: float) -> Writer:
    """A writer over the bar's store."""
    return Writer(
        ports=bar.ports,
        store=bar.store,
        clock=SystemClock(),
        backlog=backlog,
        window=lambda: 200,
        progressed=lambda: None,
        **settings,
    )


def test_what_waits_is_taken_in_few_large_batches_and_all_of_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def counted(ports: Ports, *, arrivals: Sequence[Delivery], **settings: Any) -> BatchTaken:
        sizes.append(len(arrivals))
        return take_batch(ports, arrivals=arrivals, **settings)

    monkeypatch.setattr(writer_module, "take_batch", counted)
    waiting = BATCH + 500
    link = Acknowledged()

    async def story() -> None:
        with opened_bar(tmp_path) as bar:
            backlog = Backlog()
            for seq in range(waiting):
                backlog.put(delivery(link, seq + 1, b'{"boot":7,"seq":%d,"weight_lbs":80}' % seq))
            writer = writing(bar, backlog)
            writer.finish()
            await writer.run()
            writer.close()
            assert bar.ports.history.count() == waiting

    asyncio.run(story())

    assert sizes == [BATCH, 500]
    assert link.mids == list(range(1, waiting + 1))


@pytest.mark.parametrize("error", [KeyError("nothing here"), Conflict("busy"), StoreUnavailable("busy")], ids=type)
@pytest.mark.parametrize("undone", [False, True])
@pytest.mark.parametrize("times", [1, 3])
def test_a_pour_of_a_batch_that_broke_is_durable_and_counted_as_soon_as_it_goes_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, times: int, *, undone: bool
) -> None:
    link = Acknowledged()
    backlog = Backlog()
    seconds = int(NOW.timestamp())
    pour = b'"pour":{"start":%d,"seconds":8.5,"before_lbs":121.0,"after_lbs":120.0}' % (seconds - 10)
    with opened_bar(tmp_path) as bar:
        pour_beer(bar)
        left = times

        def broken(*arguments: Any, **named: Any) -> StatusesTaken:
            nonlocal left
            left -= 1
            if left < 0:
                return take_statuses(*arguments, **named)
            if undone:
                roll_back(bar.store)
            raise error

        monkeypatch.setattr(taking, "take_statuses", broken)
        backlog.put(delivery(link, 1, b'{"boot":1,"seq":1,"weight_lbs":121}'))
        backlog.put(delivery(link, 2, b'{"boot":1,"seq":2,"weight_lbs":120,%s}' % pour))
        backlog.put(delivery(link, 3, b'{"online":true,"session":1}', of="status"))
        writer = writing(bar, backlog, commit_seconds=600)

        async def story() -> None:
            task = asyncio.create_task(writer.run())
            async with asyncio.timeout(10):
                while len(link.mids) < 3:  # noqa: ASYNC110 - a link tells nobody what it has sent
                    await asyncio.sleep(0.01)
            assert not bar.store.pending
            writer.finish()
            await task
            writer.close()

        asyncio.run(story())

        assert writer.totals.recorded == bar.ports.history.count() == 2


def pour_beer(bar: Bar) -> None:
    """Put a keg on tap 1, long before."""
    add_beer(bar.ports, beer=Beer(beer_id="pils", name="Pilsner"), location_id=LOCATION, member=OWNER)
    keg, since = NextKeg(beer_id="pils", type_id="half_barrel"), NOW - timedelta(days=1)
    change_keg(bar.ports, tap_id=TapId(LOCATION, 1), keg=keg, at=since, member=OWNER, now=NOW)


def roll_back(store: Store) -> None:
    """Undo what is not durable, as where the disk fails."""
    with contextlib.suppress(StoreUnavailable), store.write():
        raise sqlite3.OperationalError("disk I/O error")
