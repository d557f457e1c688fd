"""Keeps the scale connected for ever and empties its outbox, oldest first."""

import asyncio

from . import messages
from .mqtt import Client
from .port import const, sleep_ms, ticks_diff, ticks_ms

_FIRST_PAUSE_S = const(1)
_GOOD_MS = const(30000)  # a connection that stood this long was good: the next pause is short again
_WIFI_LOOK_MS = const(500)
_JITTER = const(600)  # thousandths, around 1: a bar of scales must not come back in step


class Link:
    """The way to the broker. `connected` tells whether it stands; `error` why it fell last."""

    def __init__(self, board, config, outbox, pours, commands):
        self._board = board
        self._config = config
        self._outbox = outbox
        self._pours = pours
        self._commands = commands
        self._session = 0
        self._announce = False
        self._began_ms = None
        self.readings_topic = "keg/readings/" + board.device_id
        self.status_topic = "keg/status/" + board.device_id
        self.command_topic = "keg/command/" + board.device_id
        self.response_topic = "keg/response/" + board.device_id
        self._renewing = None
        self.client = Client(board.device_id, board.network, config.keepalive_s, config.response_s, board.log)

    @property
    def connected(self):
        """Whether the broker has us."""
        return self.client.connected

    @property
    def connection(self):
        """The number of this connection since the start, or of the last one."""
        return self.client.connection

    @property
    def welcomed_at(self):
        """Wall ticks of the broker's last welcome, or None before the first."""
        return self.client.welcomed_at

    @property
    def error(self):
        """Why the last connection ended, or None."""
        return self.client.error

    def clock_is_set(self, began_ms):
        """Have the birth message said again before the next reading; this run began at `began_ms` since 1970."""
        self._began_ms = began_ms
        self._announce = True

    def renew(self):
        """Say goodbye and connect again, with the settings now in force; return the number of the old connection."""
        self._renewing = asyncio.create_task(self.client.disconnect())
        return self.connection

    async def run(self):
        """Connect, say who we are, listen, send what waits; for ever, with growing pauses while the broker is away."""
        await self.client.subscribe(self.command_topic, self._commands.take)
        tasks = [
            asyncio.create_task(self._send()),
            asyncio.create_task(self._answer()),
            asyncio.create_task(self._commands.run(self._tell)),
        ]
        try:
            await self._stay_connected()
        finally:
            for task in tasks:
                task.cancel()
            await self.client.cut()

    async def _stay_connected(self):
        pause_s = _FIRST_PAUSE_S
        while True:
            if await self._wait_for_wifi():
                pause_s = _FIRST_PAUSE_S
            began = ticks_ms()
            error = await self._connect_once()
            stood_ms = ticks_diff(ticks_ms(), began)
            if stood_ms >= _GOOD_MS:
                pause_s = _FIRST_PAUSE_S
            wait_ms = jittered(pause_s * 1000, self._board.random32())
            self._board.log("no broker: %s; next try in %d ms" % (error, wait_ms))
            await sleep_ms(wait_ms)
            pause_s = min(pause_s * 2, self._config.backoff_s)

    async def _wait_for_wifi(self):
        """Wait until the air carries; return whether there was any waiting."""
        waited = False
        while not self._board.network.wifi_up():
            waited = True
            await sleep_ms(_WIFI_LOOK_MS)
        return waited

    async def _connect_once(self):
        self._session = self._board.random32()
        self._announce = False
        self.client.keepalive_s = self._config.keepalive_s
        self.client.response_s = self._config.response_s
        try:
            await self.client.connect(self._will(), self._birth())
        except OSError as error:
            return error
        return await self.client.lost()

    def _birth(self):
        return self.status_topic, self._status(online=True, t=self._board.epoch())

    def _will(self):
        return self.status_topic, self._status(online=False, t=None)

    def _status(self, *, online, t):
        board = self._board
        return messages.status(
            online=online,
            session=self._session,
            t=t,
            fw=board.fw,
            pours=self._pours,
            reset=board.reset_cause(),
            rssi=board.rssi(),
        )

    async def _send(self):
        while True:
            entry = await self._outbox.head()
            # Formatted only once it can go, so that a reading that had to wait says so.
            await self.client.up.wait()
            try:
                await self._send_one(entry)
            except Exception as error:  # one reading that cannot be said must not silence the scale
                self._board.log("a reading was given up: %r" % error)
                self._outbox.dropped += 1
            self._outbox.done()

    async def _answer(self):
        answers = self._commands.answers
        while True:
            payload = await answers.head()
            await self.client.up.wait()
            try:
                await self.client.publish(self.response_topic, payload)
            except Exception as error:  # an answer that cannot be said must not silence the others
                self._board.log("an answer was given up: %r" % error)
            answers.done()

    async def _tell(self, payload):
        await self.client.publish(self.response_topic, payload, qos=0)

    async def _send_one(self, entry):
        if self._announce:
            self._announce = False
            await self._say_again()
        payload = messages.entry(entry, replay=self._is_late(entry), began_ms=self._began_ms)
        await self.client.publish(self.readings_topic, payload)

    async def _say_again(self):
        try:
            await self.client.announce(self._birth())
        except OSError:
            pass  # lost meanwhile: the next connection begins with a birth message anyway

    def _is_late(self, entry):
        waited_ms = ticks_diff(ticks_ms(), entry.at)
        # The ticks wrap: less than nothing means more than six days.
        return waited_ms < 0 or waited_ms > self._config.replay_after_s * 1000


def jittered(milliseconds, random32):
    """Return `milliseconds` spread evenly by 30 percent up and down."""
    thousandths = 1000 - _JITTER // 2 + random32 % (_JITTER + 1)
    return milliseconds * thousandths // 1000
