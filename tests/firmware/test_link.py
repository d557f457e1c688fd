import asyncio
import json

from scale_bench.fake_board import CONVERSION_MS, FakeBoard
from scale_bench.ports import free_port
from scale_bench.silent import SilentBroker

from firmware.scale import link
from firmware.scale.app import App
from firmware.scale.board import Network
from firmware.scale.config import Config
from firmware.scale.link import jittered
from firmware.scale.packets import RefusedError

BOTH_INTERPRETERS = True
RAW = 829350


class Air(Network):
    """A network whose Wi-Fi the test switches."""

    up = True

    def wifi_up(self):
        return self.up


class Bar:
    """One scale and a broker that the test starts, silences and ends."""

    def __init__(self):
        self.port = free_port()
        self.board = FakeBoard(Air("127.0.0.1", self.port))
        self.app = App(self.board, Config(response_s=1))
        self.broker = SilentBroker()
        self.place = 0

    def weigh(self, count=1):
        """Put `count` readings into the outbox."""
        wanted = self.app.seq + count
        while self.app.seq < wanted:
            self.place += 1
            self.board.ticks += CONVERSION_MS
            self.board.chip.codes.append(RAW + self.place % 3 + self.app.seq * 5000)
            self.app.step()

    async def until(self, holds):
        for _ in range(400):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("waited in vain; heard %r, logged %r" % (self.broker.published(), self.board.logged))

    def readings(self):
        return [json.loads(heard[2]) for heard in self.broker.published() if "readings" in heard[1]]

    def births(self):
        return [json.loads(heard[2]) for heard in self.broker.published() if "status" in heard[1]]


def tell(story, late=False):
    """Run `story(bar)` with the link of its scale running, and the broker unless it comes late."""

    async def whole():
        bar = Bar()
        if not late:
            await bar.broker.start(bar.port)
        running = asyncio.create_task(bar.app.link.run())
        try:
            await story(bar)
        finally:
            running.cancel()
            await asyncio.sleep(0.02)
            await bar.broker.close()

    asyncio.run(whole())


def test_a_birth_with_session_and_time_comes_first_then_the_readings_in_order():
    async def story(bar):
        bar.weigh(20)
        await bar.until(lambda: len(bar.readings()) == 20)

        first = bar.broker.published()[0]
        birth = json.loads(first[2])
        assert first[1] == "keg/status/SCALE-0001"
        assert first[0] & 1  # retained
        assert birth["online"] is True
        assert birth["session"] > 0
        assert birth["t"] <= bar.board.epoch()
        assert [reading["seq"] for reading in bar.readings()] == list(range(1, 21))
        await bar.until(lambda: len(bar.app.outbox) == 0)

    tell(story)


def test_a_reading_stays_in_the_outbox_until_the_broker_has_acknowledged_it():
    async def story(bar):
        await bar.until(lambda: bar.app.link.connected)
        bar.broker.answers = False
        bar.weigh(3)
        await bar.until(lambda: len(bar.readings()) == 1)
        assert len(bar.app.outbox) == 3

        bar.broker.answers = True  # the next connection brings it again
        await bar.until(lambda: len(bar.app.outbox) == 0)

        assert [reading["seq"] for reading in bar.readings()] == [1, 1, 2, 3]
        assert len({birth["session"] for birth in bar.births()}) == 2

    tell(story)


def test_a_broker_that_comes_late_gets_all_that_was_weighed_before():
    async def story(bar):
        bar.weigh(5)
        await bar.until(lambda: any("no broker" in line for line in bar.board.logged))

        await bar.broker.start(bar.port)
        await bar.until(lambda: len(bar.readings()) == 5)

        assert not any("replay" in reading for reading in bar.readings())

    tell(story, late=True)


def test_readings_that_had_to_wait_for_over_a_minute_say_so_and_new_ones_do_not():
    for waited_ms in (61000, 3600000, 7 * 86400000):
        later = [0]

        async def story(bar, waited_ms=waited_ms, later=later):
            bar.weigh(2)
            await asyncio.sleep(0.05)  # the link has looked at the first of them
            later[0] = waited_ms
            await bar.broker.start(bar.port)
            await bar.until(lambda: len(bar.readings()) == 2)
            later[0] = 0
            bar.weigh(1)
            await bar.until(lambda: len(bar.readings()) == 3)

            assert [reading.get("replay", False) for reading in bar.readings()] == [True, True, False]

        was = link.ticks_ms
        link.ticks_ms = lambda was=was, later=later: (was() + later[0]) % (1 << 30)
        try:
            tell(story, late=True)
        finally:
            link.ticks_ms = was


def test_the_birth_is_said_again_with_its_time_before_the_first_reading_that_has_one():
    async def story(bar):
        bar.board.clock_set = False
        await bar.until(lambda: bar.app.link.connected)
        bar.weigh(1)
        await bar.until(lambda: len(bar.readings()) == 1)
        bar.board.clock_set = True

        bar.weigh(1)
        await bar.until(lambda: len(bar.readings()) == 2)

        payloads = [json.loads(heard[2]) for heard in bar.broker.published()]
        assert ["online" in payload for payload in payloads] == [True, False, True, False]
        assert ["t" in payload for payload in payloads] == [False, False, True, True]
        assert payloads[0]["session"] == payloads[2]["session"]

    tell(story)


def test_lost_wifi_is_waited_for_without_knocking_and_then_the_link_stands_again():
    async def story(bar):
        await bar.until(lambda: bar.app.link.connected)
        bar.board.network.up = False
        await bar.until(lambda: not bar.app.link.connected)
        await asyncio.sleep(0.5)
        assert bar.broker.connections == 1

        bar.board.network.up = True
        await bar.until(lambda: bar.app.link.connected)

        assert "Wi-Fi" in " ".join(bar.board.logged)

    tell(story)


def test_a_refusal_is_logged_with_what_to_check():
    async def story(bar):
        bar.broker.code = 5

        await bar.until(lambda: any("not allowed to connect" in line for line in bar.board.logged))

        assert isinstance(bar.app.link.error, RefusedError)

    tell(story)


def test_the_pause_before_the_next_try_is_spread_by_thirty_percent():
    pauses = [jittered(1000, dice * 40503) for dice in range(5000)]

    assert min(pauses) == 700
    assert max(pauses) == 1300


def test_the_pauses_grow_to_a_minute_and_are_never_in_step():
    pauses = []

    async def note(milliseconds):
        pauses.append(milliseconds)
        if len(pauses) == 9:
            raise KeyboardInterrupt
        await asyncio.sleep(0)

    async def whole():
        bar = Bar()
        try:
            await bar.app.link.run()
        except KeyboardInterrupt:
            pass

    was, link.sleep_ms = link.sleep_ms, note
    try:
        asyncio.run(whole())
    finally:
        link.sleep_ms = was

    for paused, seconds in zip(pauses, (1, 2, 4, 8, 16, 32, 60, 60, 60)):  # noqa: B905 - no strict there
        assert 700 * seconds <= paused <= 1300 * seconds
    assert len(set(pauses)) == 9


def test_a_reading_that_cannot_be_said_is_given_up_and_the_next_one_goes_out():
    async def story(bar):
        bar.app.claim_pour("yesterday", 1.0, 2.0, 1.0)
        bar.weigh(2)
        await bar.until(lambda: len(bar.readings()) == 1)

        assert bar.readings()[0]["seq"] == 2
        assert bar.app.outbox.dropped == 1
        assert "given up" in " ".join(bar.board.logged)

    tell(story)


def test_a_whole_scale_measures_and_talks_by_itself():
    async def story(bar):
        measuring = asyncio.create_task(bar.app.measure())
        for place in range(30):
            bar.board.ticks += CONVERSION_MS
            bar.board.chip.codes.append(RAW + place % 5)
            await asyncio.sleep(0.02)
        await bar.until(lambda: len(bar.readings()) >= 2)
        measuring.cancel()

        assert bar.readings()[-1]["stable"] is True

    tell(story)


def test_an_unplugged_cell_is_noticed_by_the_measuring_loop_itself():
    async def story(bar):
        measuring = asyncio.create_task(bar.app.measure())
        for _ in range(20):
            bar.board.ticks += CONVERSION_MS
            await asyncio.sleep(0.01)
        measuring.cancel()

        assert bar.app.fault == "unplugged"

    tell(story)
