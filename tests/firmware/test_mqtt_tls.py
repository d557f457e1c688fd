"""The scale's MQTT client over TLS, with an authority of the bar's own."""

import asyncio
import ssl
import sys

from firmware.scale.board import Network
from firmware.scale.mqtt import Client
from firmware.scale.port import ticks_diff, ticks_ms, within

BOTH_INTERPRETERS = True
MICROPYTHON = sys.implementation.name == "micropython"


def context(broker, trust=True):
    """Return a context that trusts the broker's authority; MicroPython reads DER, CPython PEM."""
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.verify_mode = ssl.CERT_REQUIRED
    if trust:
        trusting.load_verify_locations(cafile=broker["ca_der" if MICROPYTHON else "ca_pem"])
    return trusting


def client(broker, name, secure, host="localhost"):
    network = Network(host, broker["tls_port"], broker["user"], broker["password"], secure)
    return Client(name + "-" + sys.implementation.name, network, 30, 3, log=lambda text: None)


def test_messages_go_out_and_come_back_over_tls_broker(broker):
    async def story():
        heard = []
        scale = client(broker, "tls", context(broker))
        topic = "keg/command/tls-" + sys.implementation.name
        await scale.connect()
        await within(scale.subscribe(topic, lambda topic, payload: heard.append(bytes(payload))), 3)
        began = ticks_ms()

        for number in range(20):
            await within(scale.publish(topic, b"x" * 300 + b"%d" % number), 3)
        for _ in range(100):
            if len(heard) == 20:
                break
            await asyncio.sleep(0.01)

        assert [int(payload[300:]) for payload in heard] == list(range(20))
        assert ticks_diff(ticks_ms(), began) < 2000
        await scale.disconnect()

    asyncio.run(story())


def test_an_authority_that_we_do_not_trust_is_refused_as_an_os_error_broker(broker):
    async def story():
        scale = client(broker, "foreign", context(broker, trust=False))
        try:
            await scale.connect()
        except OSError as error:
            assert "Errno 111" not in repr(error), "nobody listened, so nothing was proven"
        else:
            raise AssertionError("connected to a stranger")
        assert not scale.connected

    asyncio.run(story())


def test_a_broker_under_another_name_is_refused_as_an_os_error_broker(broker):
    async def story():
        scale = client(broker, "name", context(broker), host="127.0.0.1")
        try:
            await scale.connect()
        except OSError as error:
            assert "Errno 111" not in repr(error), "nobody listened, so nothing was proven"
        else:
            raise AssertionError("connected to a stranger")
        assert not scale.connected

    asyncio.run(story())
