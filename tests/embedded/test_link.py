import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import pytest

from backend.embedded import link as link_module
from backend.embedded.broker_address import BrokerAddress
from backend.embedded.link import Delivery, Link, LinkFailed

CONNACK: Final = bytes([0x20, 2, 0, 0])
NOW: Final = datetime(2026, 3, 18, 20, 40, tzinfo=UTC)
FILTERS: Final = ("keg/readings/+", "keg/status/+")

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def opened_by(deliver: Callable[[Delivery], None]) -> Link:
    return Link("test", deliver=deliver, now=lambda: NOW)


def suback(request: bytes, *codes: int) -> bytes:
    return bytes([0x90, 2 + len(codes), request[2], request[3], *codes])


def publish(mid: int, payload: bytes = b"{}", *, topic: bytes = b"keg/readings/SCALE-1") -> bytes:
    body = bytes([0, len(topic)]) + topic + mid.to_bytes(2, "big") + payload
    return bytes([0x32, len(body)]) + body


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *codes: int) -> None:
    """Answer CONNECT and SUBSCRIBE."""
    await reader.read(1000)
    writer.write(CONNACK)
    writer.write(suback(await reader.read(1000), *codes))


@asynccontextmanager
async def served(peer: Peer) -> AsyncIterator[BrokerAddress]:
    """A broker of a few lines that does what `peer` does."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await peer(reader, writer)
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port: int = server.sockets[0].getsockname()[1]
        yield BrokerAddress(host="127.0.0.1", port=port)


async def refusal(peer: Peer) -> str:
    """Why a link to this peer does not come about."""
    async with served(peer) as address:
        link = opened_by(lambda _delivery: None)
        with pytest.raises(LinkFailed) as failed:
            await link.open(address, filters=FILTERS)
        await link.close()
        return str(failed.value)


def test_a_message_is_acknowledged_when_we_say_so_and_not_before() -> None:
    async def story() -> bytes:
        answers: asyncio.Queue[bytes] = asyncio.Queue()

        async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await greet(reader, writer, 1, 1)
            writer.write(publish(7) + publish(8) + publish(9))
            while answer := await reader.read(1000):
                answers.put_nowait(answer)

        got: list[Delivery] = []
        async with served(peer) as address:
            link = opened_by(got.append)
            await link.open(address, filters=FILTERS)
            await asyncio.sleep(0.1)
            assert [delivery.mid for delivery in got] == [7, 8, 9]
            assert answers.empty()
            link.acknowledge([7, 9])
            acknowledged = await asyncio.wait_for(answers.get(), 5)
            await link.close()
            return acknowledged

    assert asyncio.run(story()) == bytes([0x40, 2, 0, 7, 0x40, 2, 0, 9])


def test_once_a_connection_is_lost_its_messages_are_not_acknowledged_anywhere() -> None:
    async def story() -> None:
        async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await greet(reader, writer, 1, 1)
            writer.write(publish(7))
            await writer.drain()

        got: list[Delivery] = []
        async with served(peer) as address:
            link = opened_by(got.append)
            await link.open(address, filters=FILTERS)
            await asyncio.wait_for(link.lost.wait(), 5)
            assert not link.up
            (delivery,) = got
            delivery.link.acknowledge([7])
            await link.close()

    asyncio.run(story())


def test_what_comes_before_the_answer_to_our_subscription_may_have_waited_for_us() -> None:
    async def story() -> list[bool]:
        async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1000)
            writer.write(CONNACK + publish(1))
            writer.write(suback(await reader.read(1000), 1, 1) + publish(2))
            await reader.read(1000)

        got: list[Delivery] = []
        async with served(peer) as address:
            link = opened_by(got.append)
            await link.open(address, filters=FILTERS)
            await asyncio.sleep(0.1)
            await link.close()
        return [delivery.late for delivery in got]

    assert asyncio.run(story()) == [True, False]


def test_a_long_backlog_before_the_answer_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "_ANSWER_SECONDS", 0.2)

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(CONNACK)
        request = await reader.read(1000)
        for mid in range(1, 9):
            await asyncio.sleep(0.1)
            writer.write(publish(mid))
        writer.write(suback(request, 1, 1))
        await reader.read(1000)

    async def story() -> bool:
        async with served(peer) as address:
            link = opened_by(lambda _delivery: None)
            await link.open(address, filters=FILTERS)
            up = link.up
            await link.close()
            return up

    assert asyncio.run(story())


def test_a_refused_password_is_told() -> None:
    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(bytes([0x20, 2, 0, 4]))
        await reader.read(1000)

    assert "bad user name or password" in asyncio.run(refusal(peer))


def test_a_refused_subscription_is_told() -> None:
    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await greet(reader, writer, 1, 0x80)
        await reader.read(1000)

    assert "does not let us subscribe" in asyncio.run(refusal(peer))


def test_a_peer_that_hangs_up_is_no_broker() -> None:
    async def peer(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)

    assert asyncio.run(refusal(peer))


@pytest.mark.parametrize("greeted", [False, True])
def test_a_silent_peer_is_given_up(monkeypatch: pytest.MonkeyPatch, *, greeted: bool) -> None:
    monkeypatch.setattr(link_module, "_ANSWER_SECONDS", 0.2)

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(CONNACK if greeted else b"")
        while await reader.read(1000):
            pass

    assert "does not answer" in asyncio.run(refusal(peer))


@pytest.mark.parametrize(
    "garbage",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 64, b"\x20\x00", b"\x32\x02\x00\xff", b"\x00" * 1000],
)
def test_garbage_does_not_crash_us(monkeypatch: pytest.MonkeyPatch, garbage: bytes) -> None:
    monkeypatch.setattr(link_module, "_ANSWER_SECONDS", 0.3)

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(garbage)
        while await reader.read(1000):
            pass

    assert asyncio.run(refusal(peer))


def test_a_topic_that_is_no_text_is_delivered_as_one() -> None:
    async def story() -> str:
        async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await greet(reader, writer, 1, 1)
            writer.write(publish(1, topic=b"keg/readings/\xff"))
            await reader.read(1000)

        got: asyncio.Queue[Delivery] = asyncio.Queue()
        async with served(peer) as address:
            link = opened_by(got.put_nowait)
            await link.open(address, filters=FILTERS)
            delivery = await asyncio.wait_for(got.get(), 5)
            await link.close()
            return delivery.topic

    assert asyncio.run(story()) == "keg/readings/\\xff"


def test_a_message_that_wants_no_acknowledgement_has_no_number_and_one_cut_short_is_dropped() -> None:
    async def story() -> list[Delivery]:
        async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await greet(reader, writer, 1, 1)
            unnumbered = bytes([0x30, 8]) + b"\x00\x05keg/s" + b"x"
            cut = bytes([0x32, 4]) + b"\x00\xffke"
            without_number = bytes([0x32, 7]) + b"\x00\x05keg/s"
            retained = bytes([0x33, 10]) + b"\x00\x05keg/s" + b"\x01\x02y"
            writer.write(unnumbered + cut + without_number + retained)
            await reader.read(1000)

        got: list[Delivery] = []
        async with served(peer) as address:
            link = opened_by(got.append)
            await link.open(address, filters=FILTERS)
            await asyncio.sleep(0.1)
            await link.close()
        return got

    unnumbered, retained = asyncio.run(story())

    assert (unnumbered.topic, unnumbered.payload, unnumbered.mid, unnumbered.late) == ("keg/s", b"x", None, False)
    assert (retained.payload, retained.mid, retained.retained, retained.late) == (b"y", 258, True, True)
    assert unnumbered.received_at == NOW


def test_an_address_nobody_answers_at_is_told() -> None:
    async def story() -> str:
        link = opened_by(lambda _delivery: None)
        with pytest.raises(LinkFailed) as failed:
            await link.open(BrokerAddress(host="no such host", port=1883), filters=FILTERS)
        await link.close()
        return str(failed.value)

    assert "cannot be reached" in asyncio.run(story())


def test_what_is_said_from_another_thread_goes_out_at_qos_1_and_not_retained() -> None:
    async def story() -> bytes:
        said = asyncio.get_running_loop().create_future()

        async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await greet(reader, writer, 1, 1)
            packet = await reader.read(1000)
            writer.write(bytes([0x40, 2]) + packet[-4:-2])
            said.set_result(packet)
            await reader.read(1000)

        async with served(peer) as address:
            link = opened_by(lambda _: None)
            await link.open(address, filters=FILTERS)
            await asyncio.to_thread(link.say, "keg/command/SCALE-1", b"{}")
            packet: bytes = await asyncio.wait_for(said, 5)
            await link.close()
            return packet

    packet = asyncio.run(story())

    assert packet[0] == 0x32
    assert packet[2:23] == b"\0\x13keg/command/SCALE-1"
    assert packet[-2:] == b"{}"


def test_nothing_is_said_where_there_is_no_connection() -> None:
    async def story() -> Link:
        async with served(lambda reader, writer: greet(reader, writer, 1, 1)) as address:
            link = opened_by(lambda _: None)
            with pytest.raises(LinkFailed, match="no connection"):
                link.say("keg/command/SCALE-1", b"{}")
            await link.open(address, filters=FILTERS)
            await asyncio.wait_for(link.lost.wait(), 5)
            with pytest.raises(LinkFailed, match="no connection"):
                link.say("keg/command/SCALE-1", b"{}")
            await link.close()
            return link

    asyncio.run(story())


def test_what_is_said_while_the_server_ends_is_refused() -> None:
    async def story() -> Link:
        async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await greet(reader, writer, 1, 1)
            await reader.read(1000)

        async with served(peer) as address:
            link = opened_by(lambda _: None)
            await link.open(address, filters=FILTERS)
            await link.close()
            return link

    link = asyncio.run(story())
    link.lost.clear()  # as another thread may have seen it a moment ago

    with pytest.raises(LinkFailed, match="the server is ending"):
        link.say("keg/command/SCALE-1", b"{}")
