"""A scale with a broker in the hand of the test, told what to do; for both interpreters."""

import asyncio
import json

from scale_bench.fake_board import CONVERSION_MS, EPOCH, Dice, FakeBoard
from scale_bench.ports import free_port
from scale_bench.silent import SilentBroker

from firmware.scale import packets
from firmware.scale.app import App
from firmware.scale.board import Network
from firmware.scale.config import Config

ZERO = 84213
FACTOR = 9500
COMMANDS = "keg/command/SCALE-0001"


class Scale:
    """A scale without a network: `tell` gives it a command, `answers` what it would say."""

    def __init__(self, files=None, network=None, **settings):
        self.board = FakeBoard(network)
        if files is not None:
            self.board.files = files
        self.settings = settings
        self.dice = Dice(1)
        self.start()

    def start(self):
        """Start the program: at first, and after a restart."""
        given = {"zero": ZERO, "factor": FACTOR, "cal": 3}
        given.update(self.settings)
        self.app = App(self.board, Config(**given))
        self.commands = self.app.commands

    def tell(self, command, command_id="c1", expires=EPOCH + 3600, **params):
        """Have a command arrive."""
        said = {"id": command_id, "command": command, "params": params, "expires": expires}
        self.say(json.dumps(said).encode())

    def say(self, payload):
        """Have a message arrive."""
        self.commands.take(COMMANDS, payload)

    def feed(self, lbs, seconds=0.1, noise_lbs=0.002):
        """Let the cell convert so long under this load."""
        for _ in range(int(seconds * 10 + 0.5)):
            self.raw(int(ZERO + (lbs + self.dice.bell(noise_lbs)) * FACTOR))

    def raw(self, code):
        """Let the cell convert once."""
        self.board.ticks += CONVERSION_MS
        self.board.chip.codes.append(code)
        self.app.step()

    def look(self, now):
        """Go on with what is under way, at these wall ticks."""
        for work in list(self.commands._works.values()):
            self.commands._look(work, now)

    def answers(self):
        """Take the answers that wait to be told."""
        said = [json.loads(payload) for _, payload in self.commands.answers._waiting]
        self.commands.answers._waiting.clear()
        return said

    def news(self):
        """Take the readings that wait to be told."""
        return [json.loads(payload) for _, payload in self.app.take()]


class Air(Network):
    """A network whose Wi-Fi the test switches."""

    up = True

    def wifi_up(self):
        return self.up


class Bar(Scale):
    """The same with a link and a broker: answers are those that the broker has heard."""

    def __init__(self, files=None, **settings):
        self.port = free_port()
        self.broker = SilentBroker()
        settings["response_s"] = 1
        Scale.__init__(self, files, Air("127.0.0.1", self.port), **settings)

    async def send(self, command, command_id="c1", expires=EPOCH + 3600, **params):
        """Publish a command with QoS 1."""
        said = {"id": command_id, "command": command, "params": params, "expires": expires}
        await self.broker.say(packets.publish(COMMANDS, json.dumps(said).encode(), 7))

    async def until(self, holds):
        """Wait until something is so, four seconds at most."""
        for _ in range(400):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("waited in vain; heard %r, logged %r" % (self.broker.published(), self.board.logged))

    def heard(self):
        """Return the answers that the broker has heard, as (QoS, answer)."""
        return [
            (flags >> 1 & 3, json.loads(body)) for flags, topic, body, _ in self.broker.published() if "resp" in topic
        ]

    def states(self):
        """Return only their states."""
        return [answer["state"] for _, answer in self.heard()]


def tell(story, late=False, bar=None):
    """Run `story(bar)` with the link of its scale running, and the broker unless it comes late."""

    async def whole():
        one = bar or Bar()
        if not late:
            await one.broker.start(one.port)
        running = asyncio.create_task(one.app.link.run())
        try:
            if not late:
                await one.until(lambda: one.app.link.connected)
            await story(one)
        finally:
            running.cancel()
            await asyncio.sleep(0.02)
            await one.broker.close()

    asyncio.run(whole())
