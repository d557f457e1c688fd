"""A broker that can be told to keep silent, to cut, and to remember what it was sent; for both interpreters."""

import asyncio

from firmware.scale import packets


class SilentBroker:
    """Welcomes everybody with CONNACK `code`, then answers publishes and pings only while `answers` is true."""

    def __init__(self, code=0):
        self.code = code
        self.answers = True
        self.allows = True  # subscriptions
        self.heard = []  # (kind, flags, body) of all packets
        self.connections = 0
        self.port = 0
        self._server = None
        self._writers = []

    async def start(self, port):
        self.port = port
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)

    async def _serve(self, reader, writer):
        self.connections += 1
        self._writers.append(writer)
        frames = packets.Frames(65536)
        try:
            while True:
                chunk = await reader.read(512)
                if not chunk:
                    break
                for kind, flags, body in frames.feed(chunk):
                    self.heard.append((kind, flags, body))
                    await self._answer(writer, kind, flags, body)
        except OSError:
            pass
        writer.close()
        try:
            await writer.wait_closed()
        except OSError:
            pass

    async def _answer(self, writer, kind, flags, body):
        if kind == 1:
            writer.write(b"\x20\x02\x00" + bytes([self.code]))
        elif not self.answers:
            return
        elif kind == packets.PUBLISH and flags & 2:
            writer.write(packets.puback(packets.received(flags, body)[2]))
        elif kind == 8:
            writer.write(b"\x90\x03" + body[:2] + (b"\x01" if self.allows else b"\x80"))
        elif kind == 12:
            writer.write(b"\xd0\x00")
        await writer.drain()

    async def say(self, raw):
        """Send raw bytes to whoever connected last."""
        self._writers[-1].write(raw)
        await self._writers[-1].drain()

    def published(self):
        """Return (flags, topic, payload, packet id) of every publish heard."""
        heard = []
        for kind, flags, body in self.heard:
            if kind == packets.PUBLISH:
                topic, payload, packet_id = packets.received(flags, body)
                heard.append((flags, topic, bytes(payload), packet_id))
        return heard

    async def close(self):
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.close()
        await asyncio.sleep(0.05)
