"""Commands to a scale over a real mosquitto: while it is there, and while it is away."""

import asyncio
import json
import sys

from scale_bench.fake_board import EPOCH, FakeBoard

from firmware.scale.app import App
from firmware.scale.board import Network
from firmware.scale.config import Config
from firmware.scale.files import Memory
from firmware.scale.mqtt import Client
from firmware.scale.port import ticks_diff, ticks_ms, within

BOTH_INTERPRETERS = True
SUFFIX = "-" + sys.implementation.name


class Air(Network):
    """A network whose Wi-Fi the test switches."""

    up = True

    def wifi_up(self):
        return self.up


class Place:
    """A scale at a real broker, and somebody who sends it commands and hears its answers."""

    def __init__(self, broker, name):
        self.address = broker
        self.board = FakeBoard(Air(broker["host"], broker["port"], broker["user"], broker["password"]))
        self.board.device_id = name + SUFFIX
        self.heard = []
        network = Network(broker["host"], broker["port"], broker["user"], broker["password"])
        self.office = Client("office-" + name + SUFFIX, network, 30, 3)
        self._linking = None

    async def open(self):
        await self.office.connect()
        await self.office.subscribe("keg/response/" + self.board.device_id, self._hear)

    def _hear(self, topic, payload):
        self.heard.append(json.loads(payload))

    async def switch_on(self):
        """Start the program of the scale, with what its flash holds, and wait until it is connected."""
        self.app = App(self.board, Config(response_s=3))
        self._linking = asyncio.create_task(self.app.link.run())
        await self.until(lambda: self.app.link.connected)

    async def switch_off(self):
        """Take its power away."""
        self._linking.cancel()
        await asyncio.sleep(0.1)

    async def send(self, command, command_id, expires=EPOCH + 3600, **params):
        said = {"id": command_id, "command": command, "params": params, "expires": expires}
        await within(self.office.publish("keg/command/" + self.board.device_id, json.dumps(said).encode()), 3)

    async def until(self, holds):
        for _ in range(500):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("waited in vain; heard %r, logged %r" % (self.heard, self.board.logged))

    def states(self, command_id):
        return [answer["state"] for answer in self.heard if answer["id"] == command_id]


def tell(broker, name, story):
    async def whole():
        place = Place(broker, name)
        await place.open()
        await place.switch_on()
        try:
            await story(place)
        finally:
            await place.switch_off()
            await place.office.disconnect()

    asyncio.run(whole())


def test_a_command_is_answered_within_a_tenth_of_a_second_broker(broker):
    async def story(place):
        await asyncio.sleep(0.1)
        took = []
        for number in range(10):
            command_id = "c%d" % number
            began = ticks_ms()
            await place.send("get_config", command_id)
            await place.until(lambda command_id=command_id: place.states(command_id) == ["done"])
            took.append(ticks_diff(ticks_ms(), began))

        assert sorted(took)[5] < 100, took

    tell(broker, "quick", story)


def test_commands_sent_while_the_scale_is_away_are_done_once_when_it_comes_back_broker(broker):
    async def story(place):
        await asyncio.sleep(0.1)  # until it has subscribed for the first time
        await place.switch_off()
        await place.send("set_config", "cal", zero=100, factor=9000, rev=4)
        await place.send("identify", "old", expires=EPOCH - 1)
        await place.send("set_config", "cal", zero=100, factor=9000, rev=4)  # unanswered, so it is sent again
        await place.send("selftest", "test")

        await place.switch_on()
        await place.until(lambda: "accepted" in place.states("test") and "failed" in place.states("old"))

        assert set(place.states("cal")) == {"done"}
        assert place.app.config.cal == 4
        assert place.board.lit == []

    tell(broker, "away", story)


def test_a_repeated_command_is_answered_from_what_was_kept_also_after_a_restart_broker(broker):
    async def story(place):
        await place.send("set_config", "cal", zero=100, factor=9000, rev=4)
        await place.until(lambda: place.states("cal") == ["done"])
        await place.switch_off()
        await place.switch_on()

        await place.send("set_config", "cal", zero=100, factor=9000, rev=4)
        await place.until(lambda: len(place.heard) == 2)

        assert place.heard[0] == place.heard[1]

    tell(broker, "kept", story)


def test_a_reboot_is_done_with_the_boot_number_of_the_next_start_broker(broker):
    async def story(place):
        first = place.app.boot
        await place.send("reboot", "again")
        await place.until(lambda: place.board.reboots == 1)
        assert place.states("again") == ["accepted"]
        await place.switch_off()

        await place.switch_on()
        await place.until(lambda: "done" in place.states("again"))

        assert place.heard[-1]["result"]["boot"] == place.app.boot != first

    tell(broker, "again", story)


def test_a_scale_whose_flash_was_wiped_does_not_do_an_old_calibration_twice_broker(broker):
    async def story(place):
        await place.send("set_config", "cal", zero=100, factor=9000, rev=4)
        await place.until(lambda: place.states("cal") == ["done"])
        await place.switch_off()
        place.board.files = Memory()
        await place.switch_on()

        # Nothing waits at the broker: it was acknowledged.
        await asyncio.sleep(0.2)

        assert place.app.config.cal == 0
        assert place.states("cal") == ["done"]

    tell(broker, "wiped", story)
