"""A small MQTT 3.1.1 client on asyncio, for MicroPython and CPython: what a scale needs and no more.

QoS 1 messages outlive the connection: they go out again, marked as duplicates, until the broker has them. A broker
that stays silent for `response_s` although it owes an answer is taken for gone, whatever TCP believes.
"""

import asyncio

from . import packets
from .deliveries import Deliveries
from .packets import MqttError, RefusedError
from .port import const, hang_up, sleep_ms, ticks_diff, ticks_ms, within

_CHUNK = const(512)  # over TLS each read costs a poll of about 1 ms: never read byte by byte
_MOST = const(8192)  # bytes of one incoming packet
_LOOK_MS = const(1000)


class Client:
    """One session with one broker. `network` gives host, port, user, password, ssl and wifi_up()."""

    def __init__(self, client_id, network, keepalive_s=30, response_s=8, log=print):
        self._client_id = client_id
        self._network = network
        self.keepalive_s = keepalive_s  # a change counts from the next connection on
        self.response_s = response_s
        self._log = log
        self._callbacks = {}
        self._deliveries = Deliveries()
        self._birth = None
        self.connection = 0  # its number, counted from 1
        self._writer = None
        self._tasks = []
        self._sent_at = self._heard_at = ticks_ms()
        self._pinged_at = None
        self._writing = asyncio.Lock()
        self._greeted = asyncio.Event()
        self._gone = asyncio.Event()
        self._gone.set()
        self.up = asyncio.Event()  # set while connected
        self.error = None  # why the last connection ended
        self.session_present = False
        self.welcomed_at = None  # ticks of the last welcome

    @property
    def connected(self):
        """Whether the broker has welcomed us and has not gone since."""
        return self.up.is_set()

    async def connect(self, will=None, birth=None):
        """Connect, say `birth`, subscribe again, then send again what was not acknowledged.

        `will` and `birth` are (topic, payload), retained, QoS 1. Raises OSError; RefusedError where the broker
        says no.
        """
        await self._clean()
        self.connection += 1
        self.error = None
        self._pinged_at = None
        self._greeted.clear()
        self._gone.clear()
        try:
            await self._open(will)
            self._deliveries.forget_passing()
            self._birth = self._passing(birth)
            for topic in self._callbacks:
                self._deliveries.subscription(topic, passing=True)
            await self._send_waiting()
        except OSError as error:
            self._lose(error)
            await self._clean()
            raise

    async def _open(self, will):
        network = self._network
        secure = {"ssl": network.ssl, "server_hostname": network.host} if network.ssl else {}
        opening = asyncio.open_connection(network.host, network.port, **secure)
        try:
            reader, self._writer = await within(opening, self.response_s)
        except ValueError as error:
            raise MqttError(str(error).strip())  # noqa: B904 - MicroPython has no `from`
        self._tasks = [asyncio.create_task(self._read(reader)), asyncio.create_task(self._watch())]
        await self._send(packets.connect(self._client_id, self.keepalive_s, network.user, network.password, will))
        await within(self._greeted.wait(), self.response_s)
        if self.error is not None:
            raise self.error

    async def _send_waiting(self):
        while True:
            delivery = self._deliveries.unsent(self.connection)
            if delivery is None:
                break
            await self._deliver(delivery)
        # No await since the last look at the list: nothing can have slipped in unsent.
        if self.error is not None:
            raise self.error
        self.up.set()

    async def _deliver(self, delivery):
        await self._send(delivery.bytes_for(self.connection, ticks_ms()))

    async def publish(self, topic, payload, qos=1, *, retain=False):
        """Send a message. With QoS 1 return once the broker has it, however many connections that takes.

        With QoS 0 raise OSError where there is no connection.
        """
        if qos == 0:
            if not self.connected:
                raise MqttError("not connected: a QoS 0 message cannot wait")
            await self._send(packets.publish(topic, payload, retain=retain))
        else:
            await self._answer_to(self._deliveries.message(topic, payload, retain=retain))

    async def subscribe(self, topic, callback):
        """Have `callback(topic, payload)` called for each message on exactly this topic, now and after reconnects.

        Returns once the broker has agreed, at once where there is no connection yet. Raises OSError where the
        broker refuses; the connection stays, so that a scale which may not listen can still speak.
        """
        self._callbacks[topic] = callback
        if not self.connected:
            return
        delivery = self._deliveries.subscription(topic, passing=False)
        await self._answer_to(delivery)
        if delivery.refused:
            raise MqttError("the broker refuses %s: check the topics this user may read" % topic)

    async def announce(self, birth):
        """Say (topic, payload) in place of the birth message of this connection."""
        if self.connected:
            self._deliveries.forget(self._birth)
            self._birth = self._passing(birth)
            await self._deliver(self._birth)

    def _passing(self, birth):
        # An old birth names an old session: sent late it would hide the new one.
        return birth and self._deliveries.message(birth[0], birth[1], retain=True, passing=True)

    async def _answer_to(self, delivery):
        try:
            if self.connected:
                try:
                    await self._deliver(delivery)
                except OSError:
                    pass  # the connection is lost; the next one sends it again
            await delivery.answered.wait()
        finally:
            self._deliveries.forget(delivery)  # where nobody waits any more

    async def lost(self):
        """Wait until the connection is gone; return the OSError that ended it."""
        await self._gone.wait()
        await self._clean()
        return self.error

    async def disconnect(self):
        """Say goodbye, so that the broker forgets the last will, and close."""
        try:
            if self.connected:
                await self._send(packets.DISCONNECT)
        except OSError:
            pass  # gone already
        await self.cut()

    async def cut(self):
        """Close without a goodbye, as a dying battery does: the broker will tell the last will."""
        self._lose(MqttError("closed by us"))
        await self._clean()

    async def _send(self, packet):
        # One writer at a time: MicroPython's drain loses what another task adds meanwhile.
        async with self._writing:
            writer = self._writer
            if writer is None or self._gone.is_set():
                raise MqttError("not connected")
            self._sent_at = ticks_ms()
            try:
                writer.write(packet)
                await within(writer.drain(), self.response_s)
            except (OSError, ValueError) as error:
                # MicroPython tells a certificate it does not trust by a ValueError, here or at opening.
                self._lose(error if isinstance(error, OSError) else MqttError(str(error).strip()))
                raise self.error  # noqa: B904 - MicroPython has no `from`

    async def _read(self, reader):
        frames = packets.Frames(_MOST)
        try:
            while True:
                chunk = await reader.read(_CHUNK)
                if not chunk:
                    raise MqttError("the broker closed the connection")
                for kind, flags, body in frames.feed(chunk):
                    await self._take(kind, flags, body)
        except OSError as error:
            self._lose(error)
        except Exception as error:
            self._lose(MqttError("reading failed: %r" % error))

    async def _take(self, kind, flags, body):
        self._heard_at = ticks_ms()
        if kind == packets.PUBLISH:
            await self._hear(*packets.received(flags, body))
        elif kind in (packets.PUBACK, packets.SUBACK) and len(body) >= 2:
            refused = kind == packets.SUBACK and bool(body[-1] & 0x80)
            self._deliveries.answered(body[0] << 8 | body[1], refused=refused)
            if refused:
                self._log("the broker refuses a subscription: check the topics this user may read")
        elif kind == packets.CONNACK and len(body) == 2:
            self.session_present = bool(body[0] & 1)
            if body[1]:
                raise RefusedError(packets.refusal(body[1]))
            self.welcomed_at = self._heard_at
            self._greeted.set()
        elif kind == packets.PINGRESP:
            self._pinged_at = None
        else:
            raise MqttError("the broker sent a packet of kind %d, %d bytes long" % (kind, len(body)))

    async def _hear(self, topic, payload, packet_id):
        callback = self._callbacks.get(topic)
        try:
            if callback is None:
                self._log("a message on %s, which nobody asked for" % topic)
            else:
                callback(topic, payload)
        except Exception as error:
            self._log("a message on %s was not understood: %r" % (topic, error))
        if packet_id is not None:
            await self._send(packets.puback(packet_id))

    async def _watch(self):
        """Ping in time, and notice what TCP does not: a broker that owes an answer, air that carries nothing."""
        while not self._gone.is_set():
            await sleep_ms(min(_LOOK_MS, self.response_s * 250, self.keepalive_s * 250))
            now = ticks_ms()
            if not self._network.wifi_up():
                self._lose(MqttError("Wi-Fi is gone"))
            elif self._owes(now):
                self._lose(MqttError("the broker owes an answer for %d s" % self.response_s))
            elif self._pinged_at is None and self.connected and self._idle_ms(now) >= self.keepalive_s * 500:
                await self._ping(now)

    def _owes(self, now):
        response_ms = self.response_s * 1000
        if self._pinged_at is not None and ticks_diff(now, self._pinged_at) > response_ms:
            return True
        return self._deliveries.overdue(self.connection, now, response_ms)

    def _idle_ms(self, now):
        # Heard counts as well: one who only speaks would never learn that nobody listens.
        return max(ticks_diff(now, self._sent_at), ticks_diff(now, self._heard_at))

    async def _ping(self, now):
        self._pinged_at = now
        try:
            await self._send(packets.PINGREQ)
        except OSError:
            pass  # lost, as _send has noted

    def _lose(self, error):
        if not self._gone.is_set():
            self.error = error
            self.up.clear()
            self._gone.set()
            self._greeted.set()

    async def _clean(self):
        tasks, self._tasks = self._tasks, []
        writer, self._writer = self._writer, None
        for task in tasks:
            task.cancel()
        if tasks:
            await sleep_ms(0)  # let them see it before the stream closes under them
        if writer is not None:
            await hang_up(writer)
