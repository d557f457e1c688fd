"""The scale's MQTT client against a broker that goes silent, cuts the line or breaks the rules."""

import asyncio

from scale_bench.ports import free_port
from scale_bench.silent import SilentBroker

from firmware.scale.board import Network
from firmware.scale.mqtt import Client
from firmware.scale.port import ticks_diff, ticks_ms, within

BOTH_INTERPRETERS = True


class Air(Network):
    """A network whose Wi-Fi the test switches."""

    up = True

    def wifi_up(self):
        return self.up


def tell(story):
    """Run `story(broker, client)` against a silent broker of its own."""

    async def whole():
        broker = SilentBroker()
        await broker.start(free_port())
        client = Client("scale", Air("127.0.0.1", broker.port), keepalive_s=2, response_s=1, log=lambda text: None)
        await story(broker, client)
        await client.cut()
        await broker.close()

    asyncio.run(whole())


def test_a_broker_that_does_not_acknowledge_is_taken_for_gone():
    async def story(broker, client):
        await client.connect()
        broker.answers = False
        began = ticks_ms()
        sending = asyncio.create_task(client.publish("t", b"hello"))

        error = await within(client.lost(), 4)

        assert "owes an answer" in str(error)
        assert ticks_diff(ticks_ms(), began) < 2000
        sending.cancel()

    tell(story)


def test_a_half_open_line_is_noticed_by_an_unanswered_ping():
    async def story(broker, client):
        await client.connect()
        broker.answers = False
        began = ticks_ms()

        error = await within(client.lost(), 6)

        # Half the keepalive until the ping, the response time, and a look every quarter second.
        assert "owes an answer" in str(error)
        assert ticks_diff(ticks_ms(), began) < 3000

    tell(story)


def test_an_unacknowledged_message_goes_out_again_with_the_same_id_and_the_duplicate_flag():
    async def story(broker, client):
        await client.connect()
        broker.answers = False
        sending = asyncio.create_task(client.publish("t", b"hello"))
        await client.lost()
        assert not sending.done()
        broker.answers = True

        await client.connect()
        await within(sending, 2)

        first, second = broker.published()
        assert first[1:] == second[1:]
        assert first[0] & 8 == 0
        assert second[0] & 8 == 8

    tell(story)


def test_an_old_birth_is_never_said_on_a_new_connection():
    async def story(broker, client):
        broker.answers = False
        await client.connect(None, ("s", b"first"))
        await client.cut()

        await client.connect(None, ("s", b"second"))
        await client.announce(("s", b"third"))
        await client.cut()
        broker.answers = True
        await client.connect(None, ("s", b"fourth"))
        await asyncio.sleep(0.1)

        said = [payload for _, _, payload, _ in broker.published()]
        assert said == [b"first", b"second", b"third", b"fourth"]

    tell(story)


def test_the_birth_goes_before_what_an_earlier_connection_left_over():
    async def story(broker, client):
        await client.connect()
        broker.answers = False
        sending = asyncio.create_task(client.publish("t", b"left over"))
        await client.lost()
        broker.answers = True

        await client.connect(None, ("s", b"birth"))
        await within(sending, 2)

        assert [payload for _, _, payload, _ in broker.published()] == [b"left over", b"birth", b"left over"]

    tell(story)


def test_a_subscription_is_made_again_on_each_connection():
    async def story(broker, client):
        await client.connect()
        await within(client.subscribe("keg/command/x", lambda topic, payload: None), 2)
        await client.cut()

        await client.connect()
        await asyncio.sleep(0.1)

        assert sum(kind == 8 for kind, _, _ in broker.heard) == 2

    tell(story)


def test_a_refused_subscription_is_an_os_error_and_the_connection_stays():
    async def story(broker, client):
        broker.allows = False
        await client.connect()
        try:
            await within(client.subscribe("keg/command/x", lambda topic, payload: None), 2)
        except OSError as error:
            assert "refuses keg/command/x" in str(error)
        else:
            raise AssertionError("allowed")

        await within(client.publish("t", b"still here"), 2)

        assert client.connected

    tell(story)


def test_lost_wifi_ends_the_connection_within_a_second():
    async def story(broker, client):
        await client.connect()
        client._network.up = False

        error = await within(client.lost(), 2)

        assert "Wi-Fi" in str(error)

    tell(story)


def test_garbage_from_the_broker_ends_the_connection_with_a_reason():
    # A kind that nobody may send, a length without an end, a packet of 200 MB, a topic longer than its packet.
    for raw in (b"\xf0\x00", b"\x30\xff\xff\xff\xff\x01", b"\x30\xff\xff\xff\x7f", b"\x30\x03\x00\x09a"):

        async def story(broker, client, raw=raw):
            await client.connect()
            await broker.say(raw)

            error = await within(client.lost(), 2)

            assert "the broker sent" in str(error), raw

        tell(story)


def test_a_message_cut_into_single_bytes_is_put_together_again():
    heard = []

    async def story(broker, client):
        await client.connect()
        await client.subscribe("t", lambda topic, payload: heard.append(bytes(payload)))
        for byte in b"\x30\x08\x00\x01thello":
            await broker.say(bytes([byte]))
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)

    tell(story)

    assert heard == [b"hello"]


def test_a_callback_that_fails_does_not_end_the_connection():
    def clumsy(topic, payload):
        raise ValueError("no")

    async def story(broker, client):
        await client.connect()
        await client.subscribe("t", clumsy)
        await broker.say(b"\x32\x07\x00\x01t\x00\x07hi")
        await asyncio.sleep(0.1)

        assert client.connected
        assert (4, 0, b"\x00\x07") in broker.heard

    tell(story)


def test_a_refused_connection_and_a_closed_port_are_os_errors():
    async def story(broker, client):
        broker.code = 5
        for port in (broker.port, free_port()):
            client._network.port = port
            try:
                await client.connect()
            except OSError:
                pass
            else:
                raise AssertionError("connected")
            assert not client.connected

    tell(story)
