"""MQTT 3.1.1 packets to bytes and back; no input, no output.

Source: OASIS MQTT Version 3.1.1, sections 2 and 3.
"""

import struct

from .port import const

CONNACK = const(2)
PUBLISH = const(3)
PUBACK = const(4)
SUBACK = const(9)
PINGRESP = const(13)

PINGREQ = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"
_DUP = const(0x08)
_REFUSALS = {
    1: "the broker does not speak MQTT 3.1.1",
    2: "the broker refuses this client id",
    3: "the broker is not available",
    4: "user name or password is wrong",
    5: "this user is not allowed to connect",
}


class MqttError(OSError):
    """The connection is gone or the broker broke the rules; the message says which."""


class RefusedError(MqttError):
    """The broker answered the connection with a refusal: check user, password and client id."""


def connect(client_id, keepalive_s, user=None, password=None, will=None):
    """Return CONNECT for a session that outlives the connection; `will` is (topic, payload), QoS 1, retained."""
    flags = 0
    fields = _text(client_id)
    if will is not None:
        flags |= 0x2C  # will, its QoS 1, retained
        fields += _text(will[0]) + _text(will[1])
    if user is not None:
        flags |= 0x80
        fields += _text(user)
        if password is not None:
            flags |= 0x40
            fields += _text(password)
    return _packet(0x10, _text("MQTT") + struct.pack("!BBH", 4, flags, keepalive_s) + fields)


def publish(topic, payload, packet_id=None, *, retain=False):
    """Return PUBLISH: QoS 1 where a packet id is given, else QoS 0."""
    first = 0x30 | (1 if retain else 0)
    if packet_id is None:
        return _packet(first, _text(topic) + payload)
    return _packet(first | 0x02, _text(topic) + struct.pack("!H", packet_id) + payload)


def again(packet):
    """Return the same PUBLISH marked as a duplicate."""
    return bytes([packet[0] | _DUP]) + packet[1:]


def puback(packet_id):
    """Return PUBACK."""
    return b"\x40\x02" + struct.pack("!H", packet_id)


def subscribe(topic, packet_id):
    """Return SUBSCRIBE to one topic at QoS 1."""
    return _packet(0x82, struct.pack("!H", packet_id) + _text(topic) + b"\x01")


def refusal(code):
    """Return what a CONNACK return code other than 0 means."""
    return _REFUSALS.get(code, "the broker refuses with code %d" % code)


def received(flags, body):
    """Return (topic, payload, packet id or None) of an incoming PUBLISH."""
    if flags & 0x06 not in (0, 2):
        raise MqttError("the broker sent QoS 2, which nobody asked for")
    if len(body) < 2:
        raise MqttError("the broker sent a message that is cut short")
    end = 2 + struct.unpack("!H", body[:2])[0]
    start = end + 2 if flags & 0x02 else end
    if start > len(body):
        raise MqttError("the broker sent a message that is cut short")
    packet_id = struct.unpack("!H", body[end:start])[0] if flags & 0x02 else None
    try:
        return str(body[2:end], "utf-8"), body[start:], packet_id
    except UnicodeError:
        raise MqttError("the broker sent a topic that is not UTF-8")  # noqa: B904 - MicroPython has no `from`


def _text(text):
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("!H", len(raw)) + raw


def _packet(first, body):
    length = len(body)
    head = [first]
    while True:
        length, digit = length >> 7, length & 0x7F
        head.append(digit | 0x80 if length else digit)
        if not length:
            return bytes(head) + body


class Frames:
    """Cuts a stream of bytes into packets, none longer than `most` bytes."""

    def __init__(self, most):
        self._most = most
        self._waiting = b""

    def feed(self, chunk):
        """Take what came in; return the packets that are now whole, as (kind, flags, body)."""
        self._waiting += chunk
        whole = []
        while True:
            start, length = self._measure()
            if start is None or len(self._waiting) < start + length:
                return whole
            first = self._waiting[0]
            whole.append((first >> 4, first & 0x0F, self._waiting[start : start + length]))
            self._waiting = self._waiting[start + length :]

    def _measure(self):
        """Return where the body of the first packet starts and its length, or None while that is unknown."""
        length = 0
        for place in range(1, 5):
            if place >= len(self._waiting):
                return None, 0
            digit = self._waiting[place]
            length |= (digit & 0x7F) << 7 * (place - 1)
            if not digit & 0x80:
                if length > self._most:
                    raise MqttError("the broker sent %d bytes at once, %d are allowed" % (length, self._most))
                return place + 1, length
        raise MqttError("the broker sent a length that never ends")
