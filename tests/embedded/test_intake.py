import asyncio
from pathlib import Path

import pytest
from intake_running import mosquitto, running, until

from backend.embedded import backlog
from backend.embedded.broker import ExistingBroker
from backend.ports import StoreUnavailable


def test_a_reading_goes_from_the_broker_into_history_and_is_acknowledged(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as bar:
            await bar.publish(b'{"boot":7,"seq":1,"weight_lbs":87.3}', b'{"boot":7,"seq":2,"weight_lbs":87.2}')
            await until(lambda: bar.intake.facts().readings_total == 2 and bar.intake.facts().waiting == 0)
            assert bar.bar.weights() == [87.3, 87.2]
            assert bar.intake.facts().last_reading_at is not None
            assert bar.intake.facts().note is None

    asyncio.run(story())


def test_nothing_is_acknowledged_before_the_sync_and_an_unsynced_tail_is_delivered_again(tmp_path: Path) -> None:
    async def story() -> None:
        broker = mosquitto(tmp_path)
        async with running(tmp_path / "first", broker=broker, commit_seconds=600) as bar:
            await bar.publish(b'{"boot":7,"seq":1,"weight_lbs":87.3}')
            await until(lambda: bar.intake.facts().readings_total == 1)
            await asyncio.sleep(0.2)
            assert bar.disk.syncs == 0
            assert bar.intake.facts().waiting == 1
            for task in bar.intake._tasks:  # it ends here as a killed process would
                task.cancel()
            await asyncio.gather(*bar.intake._tasks, return_exceptions=True)
        async with running(tmp_path / "second", broker=broker) as bar:
            await until(lambda: bar.intake.facts().readings_total == 1)
            assert bar.bar.weights() == [87.3]

    asyncio.run(story())


def test_two_hundred_unacknowledged_messages_are_worth_a_sync(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, commit_seconds=600) as bar:
            await bar.publish(*(b'{"boot":7,"seq":%d,"weight_lbs":80}' % seq for seq in range(199)))
            await until(lambda: bar.intake.facts().readings_total == 199)
            assert bar.disk.syncs == 0
            await bar.publish(b'{"boot":7,"seq":200,"weight_lbs":80}')
            await until(lambda: bar.intake.facts().waiting == 0)
            assert bar.disk.syncs == 1

    asyncio.run(story())


def test_ten_messages_are_enough_where_the_broker_is_not_ours(tmp_path: Path) -> None:
    async def story() -> None:
        own = mosquitto(tmp_path)
        await own.start()
        assert own.address is not None
        async with running(tmp_path, broker=ExistingBroker(own.address), commit_seconds=600) as bar:
            await bar.publish(*(b'{"boot":7,"seq":%d,"weight_lbs":80}' % seq for seq in range(10)))
            await until(lambda: bar.intake.facts().readings_total == 10 and bar.intake.facts().waiting == 0)
            assert bar.disk.syncs >= 1
        await own.stop()

    asyncio.run(story())


def test_a_full_disk_loses_nothing_and_acknowledges_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as bar:
            bar.disk.full = True
            await bar.publish(*(b'{"boot":7,"seq":%d,"weight_lbs":80}' % seq for seq in range(50)))
            await until(lambda: "disk is full" in (bar.intake.facts().note or ""))
            assert bar.intake.facts().waiting == 50
            bar.disk.full = False
            await until(lambda: bar.intake.facts().waiting == 0)
            assert len(bar.bar.weights()) == 50
            assert bar.intake.facts().note is None

    asyncio.run(story())


def test_what_another_thread_lost_on_a_full_disk_is_written_again_before_it_is_acknowledged(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, commit_seconds=0.5) as bar:
            await bar.publish(b'{"boot":7,"seq":1,"weight_lbs":80}')
            await until(lambda: bar.intake.facts().readings_total == 1)
            with pytest.raises(StoreUnavailable):
                bar.disk.fail()
            assert bar.bar.weights() == []
            await until(lambda: bar.intake.facts().waiting == 0)
            assert bar.bar.weights() == [80.0]

    asyncio.run(story())


def test_memory_stays_bounded_while_the_store_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MOST_WAITING", 200)

    async def story() -> None:
        async with running(tmp_path) as bar:
            bar.disk.full = True
            total = 6000
            await bar.publish(*(b'{"boot":7,"seq":%d,"weight_lbs":80}%s' % (seq, b" " * 200) for seq in range(total)))
            await asyncio.sleep(0.5)
            assert bar.intake.facts().waiting < total / 2
            bar.disk.full = False
            await until(lambda: bar.intake.facts().readings_total == total, 40)
            assert bar.bar.ports.history.count() == total

    asyncio.run(story())
