"""Scales whose weight sinks without a rest: each reading shows a level that was not shown before."""

import socket
import threading
import time
from typing import Final

from bars import device
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

FULL_LBS: Final = 155.0
STEP_LBS: Final = 0.12
"""What a tap loses between two readings: 0.014 gal, so that its volume reads differently each time."""


class Pours(threading.Thread):
    """Publishes readings of tap after tap at an even rate (readings a second), until `end`."""

    def __init__(self, port: int, *, taps: int, rate: float) -> None:
        super().__init__(name="pours", daemon=True)
        self.sent_at: dict[tuple[int, int], float] = {}
        """When (epoch s) the reading of a tap was published, by the tap's number and the reading's t."""
        self._taps, self._rate = taps, rate
        self._ended = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="pours")
        self._client.on_socket_open = lambda _client, _userdata, opened: opened.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
        )
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def run(self) -> None:
        """Publish at the moments of the schedule."""
        number, began = 0, time.monotonic()
        while not self._ended.wait(max(0.0, began + number / self._rate - time.monotonic())):
            self._publish(number % self._taps + 1, number // self._taps)
            number += 1

    def end(self) -> None:
        """Stop pouring."""
        self._ended.set()
        self.join()
        self._client.disconnect()
        self._client.loop_stop()

    def _publish(self, tap: int, seq: int) -> None:
        now = time.time()
        payload = b'{"v":1,"boot":1,"seq":%d,"t":%d,"weight_lbs":%.2f,"stable":false}' % (
            seq,
            int(now),
            FULL_LBS - STEP_LBS * seq,
        )
        self.sent_at[tap, int(now)] = now
        self._client.publish(f"keg/readings/{device(tap)}", payload, qos=1)
