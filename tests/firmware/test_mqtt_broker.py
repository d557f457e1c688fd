"""The scale's MQTT client against a real mosquitto with a user and a password."""

import asyncio
import sys

from firmware.scale.board import Network
from firmware.scale.mqtt import Client
from firmware.scale.packets import RefusedError
from firmware.scale.port import ticks_diff, ticks_ms, within

BOTH_INTERPRETERS = True


SUFFIX = "-" + sys.implementation.name  # both interpreters speak to one broker, which remembers sessions


def client(broker, name, password=None, keepalive_s=30):
    network = Network(broker["host"], broker["port"], broker["user"], password or broker["password"])
    return Client(name + SUFFIX, network, keepalive_s, 3)


class Ear:
    """Collects what one topic says."""

    def __init__(self):
        self.heard = []

    def __call__(self, topic, payload):
        self.heard.append((topic, bytes(payload)))

    async def until(self, count):
        for _ in range(300):
            if len(self.heard) >= count:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("heard only %r" % (self.heard,))


async def listener(broker, topic, name):
    ear = Ear()
    hearing = client(broker, name)
    await hearing.connect()
    await hearing.subscribe(topic, ear)
    return hearing, ear


def test_a_message_with_qos_1_arrives_and_is_acknowledged_broker(broker):
    async def story():
        hearing, ear = await listener(broker, "keg/readings/a" + SUFFIX, "ear-a")
        scale = client(broker, "a")
        await scale.connect()

        await within(scale.publish("keg/readings/a" + SUFFIX, b'{"weight_lbs":1.000}'), 3)
        await scale.publish("keg/readings/a" + SUFFIX, b"light", qos=0)
        await ear.until(2)

        assert ear.heard == [
            ("keg/readings/a" + SUFFIX, b'{"weight_lbs":1.000}'),
            ("keg/readings/a" + SUFFIX, b"light"),
        ]
        await scale.disconnect()
        await hearing.disconnect()

    asyncio.run(story())


def test_a_wrong_password_is_refused_with_a_reason_broker(broker):
    async def story():
        scale = client(broker, "b", "wrong")
        try:
            await scale.connect()
        except RefusedError as error:
            assert "not allowed" in str(error) or "wrong" in str(error)
        else:
            raise AssertionError("welcomed with a wrong password")
        assert not scale.connected

    asyncio.run(story())


def test_the_birth_stays_for_late_listeners_and_the_will_replaces_it_when_the_line_is_cut_broker(broker):
    async def story():
        scale = client(broker, "c")
        await scale.connect(
            ("keg/status/c" + SUFFIX, b'{"online":false}'), ("keg/status/c" + SUFFIX, b'{"online":true}')
        )
        hearing, ear = await listener(broker, "keg/status/c" + SUFFIX, "ear-c")
        await ear.until(1)

        await scale.cut()
        await ear.until(2)

        assert [payload for _, payload in ear.heard] == [b'{"online":true}', b'{"online":false}']
        await hearing.disconnect()

    asyncio.run(story())


def test_a_goodbye_keeps_the_will_untold_broker(broker):
    async def story():
        hearing, ear = await listener(broker, "keg/status/d" + SUFFIX, "ear-d")
        scale = client(broker, "d")
        await scale.connect(("keg/status/d" + SUFFIX, b"gone"))

        await scale.disconnect()
        await asyncio.sleep(0.2)

        assert ear.heard == []
        await hearing.disconnect()

    asyncio.run(story())


def test_what_was_sent_while_we_were_away_waits_in_the_session_broker(broker):
    async def story():
        hearing, ear = await listener(broker, "keg/command/e" + SUFFIX, "e")
        assert not hearing.session_present
        await hearing.cut()
        other = client(broker, "other-e")
        await other.connect()
        await within(other.publish("keg/command/e" + SUFFIX, b"tare"), 3)

        await hearing.connect()
        await ear.until(1)

        assert hearing.session_present
        assert ear.heard == [("keg/command/e" + SUFFIX, b"tare")]
        await other.disconnect()
        await hearing.disconnect()

    asyncio.run(story())


def test_an_unacknowledged_message_of_a_lost_connection_arrives_after_the_next_one_broker(broker):
    async def story():
        hearing, ear = await listener(broker, "keg/readings/f" + SUFFIX, "ear-f")
        scale = client(broker, "f")
        sending = asyncio.create_task(scale.publish("keg/readings/f" + SUFFIX, b"patient"))
        await asyncio.sleep(0.05)

        await scale.connect()
        await within(sending, 3)
        await ear.until(1)

        assert ear.heard == [("keg/readings/f" + SUFFIX, b"patient")]
        await scale.disconnect()
        await hearing.disconnect()

    asyncio.run(story())


def test_pings_keep_a_quiet_connection_alive_broker(broker):
    async def story():
        scale = client(broker, "g", keepalive_s=1)
        await scale.connect()

        await asyncio.sleep(2)

        assert scale.connected
        await scale.disconnect()

    asyncio.run(story())


def test_a_hundred_messages_in_a_row_keep_their_order_broker(broker):
    async def story():
        hearing, ear = await listener(broker, "keg/readings/h" + SUFFIX, "ear-h")
        scale = client(broker, "h")
        await scale.connect()
        began = ticks_ms()

        for number in range(100):
            await scale.publish("keg/readings/h" + SUFFIX, b"%d" % number)
        await ear.until(100)

        assert [int(payload) for _, payload in ear.heard] == list(range(100))
        assert ticks_diff(ticks_ms(), began) < 5000
        await scale.disconnect()
        await hearing.disconnect()

    asyncio.run(story())
