"""A broker that can be had or not, in place of a connection: remembers what it was given."""

import json
from dataclasses import dataclass, field
from typing import Any

from backend.embedded.commands import LinkCommands
from backend.ports import Ports


@dataclass
class BrokerWay:
    """Says what it was told to say, in order; with `up` False it is away, with `breaks` it is lost just then."""

    up: bool = True
    breaks: bool = False
    said: list[tuple[str, bytes]] = field(default_factory=list)

    def say(self, topic: str, payload: bytes) -> None:
        if self.breaks:
            raise ConnectionResetError("gone")
        self.said.append((topic, payload))

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(payload) for _, payload in self.said]

    @property
    def ids(self) -> list[str]:
        return [str(message["id"]) for message in self.messages]


def connected(ports: Ports) -> BrokerWay:
    """Let the ports' commands go to a broker; gives it."""
    assert isinstance(ports.commands, LinkCommands)
    way = BrokerWay()
    ports.commands.use(way)
    return way
