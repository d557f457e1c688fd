"""Commands to scales, over the connection by which the intake listens to them."""

from typing import Final, Protocol

from backend.domain.command import Command
from backend.ports import BrokerUnavailable
from backend.wire.commands import CommandMessage
from backend.wire.topics import CommandTopic

_AWAY: Final = "the broker cannot be reached now: the command waits, and is sent once it can be"


class Way(Protocol):
    """A connection to the broker."""

    @property
    def up(self) -> bool:
        """Whether it stands."""

    def say(self, topic: str, payload: bytes) -> None:
        """Publish at QoS 1, from any thread; raises ConnectionError where it is over."""


class LinkCommands:
    """Gives commands to the broker while there is a connection; any thread may send.

    It does not wait for the broker's acknowledgement: a command without an answer is given again, and a scale does
    it once. Without a connection each is refused at once.
    """

    def __init__(self) -> None:
        self._way: Way | None = None

    def use(self, way: Way | None) -> None:
        """Send over this connection from now on; None: there is none."""
        self._way = way

    def send(self, *, command: Command) -> None:
        """See Commands."""
        way = self._way
        if way is None or not way.up:
            raise BrokerUnavailable(_AWAY)
        try:
            way.say(CommandTopic(command.device_id).text, payload_of(command))
        except ConnectionError as error:
            raise BrokerUnavailable(_AWAY) from error


def payload_of(command: Command) -> bytes:
    """The command as it goes over the wire."""
    message = CommandMessage.of(
        command_id=command.command_id,
        command=command.name.value,
        params=command.params,
        expires=command.expires_at,
    )
    return message.payload
