"""What moves on the screens: told once a tick, of this bar only, and never ended by a failure."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from live_bar import ELSEWHERE, HALF, ONE, T0, TWO, run, set_up, told_taps, until, weigh

import app.live
from app.live import TICK_S, Live
from backend.clock import DemoClock
from backend.domain.member import OWNER
from backend.domain.reading import ScaleHeard
from backend.ports import Ports
from backend.usecases.change_keg import change_keg
from backend.usecases.view_board import view_board, view_faces
from components.rows import Beat, Row
from components.screens import Screens


class Screen:
    """What one screen was told."""

    def __init__(self, live: Live) -> None:
        self.batches: list[Sequence[Row]] = []
        self.beats: list[Beat] = []
        live.rows.subscribe(self.batches.append)
        live.beats.subscribe(self.beats.append)


class Told:
    """A bar, its clock, and one screen."""

    def __init__(self, ports: Ports, *, speed: float = 1.0) -> None:
        self.ports = ports
        self.clock = DemoClock(start=T0, speed=speed)
        self.live = Live(ports, self.clock, location_id="loc-001")
        self.screen = Screen(self.live)


@contextlib.asynccontextmanager
async def telling(ports: Ports, *, speed: float = 1.0) -> AsyncIterator[Told]:
    """Tell the screens as long as the block runs."""
    told = Told(ports, speed=speed)
    await told.live.start()
    try:
        yield told
    finally:
        await told.live.stop()


@pytest.fixture
def ports(ports: Ports) -> Ports:
    """The ports of a bar that is set up."""
    set_up(ports)
    return ports


def test_a_reading_reaches_every_screen_once_with_what_the_board_shows(ports: Ports) -> None:
    async def story() -> None:
        async with telling(ports) as told:
            other = Screen(told.live)
            weigh(ports, 1, 100.0)

            await until(lambda: told.screen.batches and other.batches)
            await asyncio.sleep(3 * TICK_S)

            assert told_taps(told.screen.batches) == told_taps(other.batches) == [[str(ONE)]]
            row = told.screen.batches[0][0]
            assert row["at"] == T0.timestamp() + 1
            assert row["volume"] == "8.34 gal"

    run(story())


def test_changes_within_a_tick_are_told_together_and_each_tap_once(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def counted(*args: Any, **fields: Any) -> Any:
        asked.append(fields)
        return view_faces(*args, **fields)

    monkeypatch.setattr(app.live, "view_faces", counted)

    async def story() -> None:
        async with telling(ports) as told:
            for second in range(40):
                weigh(ports, 1, 100.0 - second, second=second)
                weigh(ports, 2, 90.0 - second, second=second)

            await until(lambda: told.screen.batches)
            await asyncio.sleep(3 * TICK_S)

            assert told_taps(told.screen.batches) == [[str(ONE), str(TWO)]]
            assert len(asked) == 1
            assert told.screen.batches[0][0]["at"] == T0.timestamp() + 40

    run(story())


def test_what_happens_in_another_bar_is_told_to_nobody_here(ports: Ports) -> None:
    async def story() -> None:
        async with telling(ports) as told:
            weigh(ports, 3, 100.0)
            change_keg(ports, tap_id=ELSEWHERE, keg=HALF, at=T0, member=OWNER, now=T0)
            weigh(ports, 2, 80.0)

            await until(lambda: told.screen.batches)
            await asyncio.sleep(3 * TICK_S)

            assert told_taps(told.screen.batches) == [[str(TWO)]]

    run(story())


def test_a_changed_keg_and_a_scale_that_goes_are_told_too(ports: Ports) -> None:
    async def story() -> None:
        async with telling(ports) as told:
            change_keg(ports, tap_id=ONE, keg=HALF, at=T0, member=OWNER, now=T0)
            await until(lambda: told.screen.batches)
            gone = ScaleHeard(location_id="loc-001", device_id="SCALE-2", tap_id=str(TWO), online=False)
            nowhere = ScaleHeard(location_id="loc-001", device_id="SCALE-9", tap_id=None, online=False)
            ports.feed.publish([gone, nowhere])
            await until(lambda: len(told.screen.batches) > 1)

            assert told_taps(told.screen.batches) == [[str(ONE)], [str(TWO)]]

    run(story())


def test_readings_taken_in_another_thread_are_told_on_the_loop(ports: Ports) -> None:
    loops: list[object] = []

    async def story() -> None:
        async with telling(ports) as told:
            told.live.rows.subscribe(lambda _: loops.append(asyncio.get_running_loop()))
            await asyncio.to_thread(weigh, ports, 1, 100.0)

            await until(lambda: loops)

            assert loops == [asyncio.get_running_loop()]

    run(story())


def test_a_view_that_fails_ends_nothing_and_what_it_missed_is_told_after_it(
    ports: Ports, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failures = iter([RuntimeError("the disk is slow"), None])

    def sometimes(*args: Any, **fields: Any) -> Any:
        failure = next(failures, None)
        if failure:
            raise failure
        return view_faces(*args, **fields)

    monkeypatch.setattr(app.live, "view_faces", sometimes)
    monkeypatch.setattr(app.live, "BEAT_S", 0.1)

    async def story() -> None:
        async with telling(ports) as told:
            weigh(ports, 1, 100.0)
            await until(lambda: told.screen.batches)

            assert told_taps(told.screen.batches) == [[str(ONE)]]

    run(story())
    assert "the screens could not be told" in capsys.readouterr().out


def test_a_screen_that_fails_ends_nothing_for_the_others(ports: Ports) -> None:
    def broken(_: Sequence[Row]) -> None:
        raise RuntimeError("this page is gone")

    async def story() -> None:
        async with telling(ports) as told:
            told.live.rows.subscribe(broken)
            after = Screen(told.live)
            weigh(ports, 1, 100.0)
            await until(lambda: after.batches)
            weigh(ports, 2, 90.0)
            await until(lambda: len(after.batches) > 1)

            assert told_taps(after.batches) == [[str(ONE)], [str(TWO)]]

    run(story())


def test_beats_carry_the_storys_time_its_speed_and_the_bars_zone(ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.live, "BEAT_S", 0.05)

    async def story() -> None:
        async with telling(ports, speed=10) as told:
            await until(lambda: len(told.screen.beats) >= 2)
            told.clock.set_speed(600)
            heard = len(told.screen.beats)
            await until(lambda: len(told.screen.beats) >= heard + 3)

            beats = told.screen.beats
            assert [beat["now"] for beat in beats] == sorted(beat["now"] for beat in beats)
            assert beats[0]["now"] == pytest.approx(T0.timestamp(), abs=5)
            assert (beats[0]["speed"], beats[-1]["speed"]) == (10, 600)
            assert {beat.get("tz") for beat in beats} == {"America/Los_Angeles"}
            assert beats[-1]["now"] - beats[0]["now"] > 30

    run(story())


def test_a_beat_is_told_at_once_and_then_every_two_seconds(ports: Ports) -> None:
    async def story() -> None:
        async with telling(ports) as told:
            await until(lambda: told.screen.beats, within_s=1)
            await asyncio.sleep(0.3)

            assert len(told.screen.beats) == 1

    run(story())
    assert app.live.BEAT_S == 2.0


def test_once_stopped_nothing_is_told_and_nothing_listens(ports: Ports) -> None:
    async def story() -> None:
        async with telling(ports) as told:
            await until(lambda: told.screen.beats)
        beats = len(told.screen.beats)

        weigh(ports, 1, 100.0)
        await asyncio.sleep(3 * TICK_S)
        await told.live.stop()

        assert told.screen.batches == []
        assert len(told.screen.beats) == beats

    run(story())


def test_stopping_before_the_start_is_harmless(ports: Ports) -> None:
    run(Told(ports).live.stop())


def test_a_snapshot_has_every_tap_in_order_and_the_beat_its_time_before_the_start(ports: Ports) -> None:
    weigh(ports, 1, 100.0)

    async def story() -> None:
        live = Told(ports).live

        assert "tz" not in live.beat() or live.beat()["tz"] == "UTC"
        rows = await live.snapshot()

        assert [row["tap"] for row in rows] == [str(ONE), str(TWO)]
        assert live.beat()["now"] == pytest.approx(T0.timestamp(), abs=5)
        assert rows[0]["at"] == (T0 + timedelta(seconds=1)).timestamp()

    run(story())


class Boards(Screens):
    """Open boards, of which one must be given every row as often as `lacking` says."""

    def __init__(self, *, lacking: int) -> None:
        super().__init__()
        self.lacking = lacking
        self.told: list[tuple[str, Sequence[Row]]] = []

    def __len__(self) -> int:
        """One board is open."""
        return 1

    def behind(self) -> bool:
        return self.lacking > 0

    async def catch_up(self, rows: Sequence[Row], *, beat: Beat) -> None:
        self.lacking -= 1
        self.told.append((f"all at {beat['speed']:g}x", rows))

    async def show(self, rows: Sequence[Row]) -> None:
        self.told.append(("changed", rows))


def test_a_board_that_is_behind_is_given_every_row_and_the_others_what_changed(ports: Ports) -> None:
    async def story() -> None:
        told = Told(ports)
        boards = told.live.screens = Boards(lacking=1)
        weigh(ports, 1, 100.0)
        await told.live.start()
        await until(lambda: boards.told)
        weigh(ports, 2, 90.0, second=1)
        await until(lambda: len(boards.told) > 1)
        await told.live.stop()

        assert [(kind, [row["tap"] for row in rows]) for kind, rows in boards.told] == [
            ("all at 1x", [str(ONE), str(TWO)]),
            ("changed", [str(TWO)]),
        ]

    run(story())


def test_a_board_whose_rows_cannot_be_read_waits_for_them(
    ports: Ports, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app.live, "BEAT_S", 0.05)
    failures = iter([RuntimeError("the disk is slow")])

    def sometimes(*args: Any, **fields: Any) -> Any:
        for failure in failures:
            raise failure
        return view_board(*args, **fields)

    async def story() -> None:
        told = Told(ports)
        boards = told.live.screens = Boards(lacking=0)
        await told.live.start()
        monkeypatch.setattr(app.live, "view_board", sometimes)
        boards.lacking = 1
        await until(lambda: boards.told)
        await told.live.stop()

        assert [len(rows) for _, rows in boards.told] == [2]

    run(story())
    assert "the screens could not be told" in capsys.readouterr().out


def test_where_nobody_looks_nothing_is_read(ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(app.live, "view_faces", lambda *_, **fields: asked.append(fields) or ())

    async def story() -> None:
        live = Live(ports, DemoClock(start=T0), location_id="loc-001")
        await live.start()
        weigh(ports, 1, 100.0)
        await asyncio.sleep(4 * TICK_S)
        await live.stop()

    run(story())
    assert asked == []
