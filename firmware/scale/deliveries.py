"""What the broker still owes an answer for: packet ids, order, and which connection carried each packet last."""

import asyncio

from . import packets
from .port import ticks_diff


class Delivery:
    """A packet that the broker has to answer."""

    __slots__ = ("answered", "packet", "packet_id", "passing", "refused", "sent_at", "sent_on")

    def __init__(self, packet_id, packet, passing):
        self.packet_id = packet_id
        self.packet = packet
        self.passing = passing  # it means nothing on another connection
        self.sent_on = 0  # number of the connection that carried it last, 0 for none
        self.sent_at = 0  # ticks
        self.answered = asyncio.Event()
        self.refused = False

    def bytes_for(self, connection, now):
        """Return what to send on this connection, marked as a duplicate where an earlier one carried it."""
        again = self.sent_on and self.packet[0] >> 4 == packets.PUBLISH
        self.sent_on = connection
        self.sent_at = now
        return packets.again(self.packet) if again else self.packet


class Deliveries:
    """Deliveries in the order in which they have to go out."""

    def __init__(self):
        self._waiting = []
        self._last_id = 0

    def __len__(self):
        return len(self._waiting)

    def message(self, topic, payload, *, retain=False, passing=False):
        """Add a QoS 1 message and return its Delivery."""
        packet_id = self._next_id()
        return self._add(Delivery(packet_id, packets.publish(topic, payload, packet_id, retain=retain), passing))

    def subscription(self, topic, *, passing):
        """Add a subscription and return its Delivery."""
        packet_id = self._next_id()
        return self._add(Delivery(packet_id, packets.subscribe(topic, packet_id), passing))

    def _add(self, delivery):
        if not delivery.passing:
            self._waiting.append(delivery)
            return delivery
        # What opens a connection goes before what an earlier one left over.
        place = 0
        while place < len(self._waiting) and self._waiting[place].passing:
            place += 1
        self._waiting.insert(place, delivery)
        return delivery

    def _next_id(self):
        taken = [delivery.packet_id for delivery in self._waiting]
        while True:
            self._last_id = self._last_id % 65535 + 1
            if self._last_id not in taken:
                return self._last_id

    def forget(self, delivery):
        """Stop waiting for this one."""
        if delivery in self._waiting:
            self._waiting.remove(delivery)

    def forget_passing(self):
        """Stop waiting for what belonged to a connection that is gone."""
        self._waiting = [delivery for delivery in self._waiting if not delivery.passing]

    def unsent(self, connection):
        """Return the first that this connection has not carried yet, or None."""
        for delivery in self._waiting:
            if delivery.sent_on != connection:
                return delivery
        return None

    def answered(self, packet_id, *, refused=False):
        """Note the broker's answer; one that nobody waits for is an echo of an earlier connection."""
        for delivery in self._waiting:
            if delivery.packet_id == packet_id:
                self._waiting.remove(delivery)
                delivery.refused = refused
                delivery.answered.set()
                return

    def overdue(self, connection, now, response_ms):
        """Tell whether the broker has owed an answer on this connection for longer than that."""
        for delivery in self._waiting:
            if delivery.sent_on == connection and ticks_diff(now, delivery.sent_at) > response_ms:
                return True
        return False
