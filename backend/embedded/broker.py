"""The broker of this server: our own child, or one that exists already; never a reason to stop."""

from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

from backend.embedded.broker_address import BrokerAddress

OWN_WINDOW: Final = 200
"""How many messages may wait for their acknowledgement where the broker sets no limit (our own Mosquitto)."""
FOREIGN_WINDOW: Final = 10
"""The same for a broker we did not configure: it commonly sends no more than 20 before it waits."""


class BrokerKind(StrEnum):
    """Which broker it is."""

    MOSQUITTO = "mosquitto"
    IOTCORE = "iotcore"
    EXISTING = "existing"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerState:
    """How the broker stands, for the health page; `address` shows no password, `note` says what is wrong."""

    kind: BrokerKind
    running: bool
    address: str | None
    note: str | None = None


class Broker(Protocol):
    """A broker that may be there or not."""

    @property
    def address(self) -> BrokerAddress | None:
        """Where it answers; None while there is none."""

    @property
    def window(self) -> int:
        """How many messages may be left unacknowledged before the broker might stop sending."""

    def state(self) -> BrokerState:
        """How it stands now."""

    async def start(self) -> None:
        """Bring it up and keep it up; returns when it listens, or when it does not and is tried again later."""

    async def stop(self) -> None:
        """End it with all that it holds saved; stopping twice is harmless."""


class ExistingBroker:
    """A broker that somebody else runs; whether it answers is the intake's to find out."""

    def __init__(self, address: BrokerAddress) -> None:
        self._address = address

    @property
    def address(self) -> BrokerAddress:
        """Where it was said to answer."""
        return self._address

    @property
    def window(self) -> int:
        """Ten: we do not know its limits."""
        return FOREIGN_WINDOW

    def state(self) -> BrokerState:
        """Taken to run: nobody here watches it."""
        return BrokerState(kind=BrokerKind.EXISTING, running=True, address=str(self._address))

    async def start(self) -> None:
        """Nothing to bring up: it runs without us."""

    async def stop(self) -> None:
        """Nothing to end: it goes on without us."""


class NoBroker:
    """No broker can be had on this machine; the server runs on and says so."""

    address: BrokerAddress | None = None
    window: int = FOREIGN_WINDOW

    def state(self) -> BrokerState:
        """Missing, and what to do about it."""
        return BrokerState(
            kind=BrokerKind.NONE,
            running=False,
            address=None,
            note="no MQTT broker found: install mosquitto and start again, or name one with --broker",
        )

    async def start(self) -> None:
        """Nothing to bring up; `state` says what is missing."""

    async def stop(self) -> None:
        """Nothing to end."""


def choose_broker(folder: Path, *, url: str | None = None, port: int | None = None) -> Broker:
    """Give the broker to use: the one at `url`, else our own Mosquitto, else iotcore, else none.

    `folder` is the data folder; our own broker keeps its files in it and takes `port` (or the next free one)
    on 127.0.0.1.

    Raises:
        BrokerAddressRefused: `url` is no address of a broker.
    """
    from backend.embedded.iotcore_child import IotcoreChild
    from backend.embedded.mosquitto import MosquittoChild, find_mosquitto

    if url is not None:
        return ExistingBroker(BrokerAddress.parse(url))
    program = find_mosquitto()
    if program is not None:
        return MosquittoChild(folder, program=program, port=port)
    if find_spec("iotcore") is not None:
        return IotcoreChild(port=port)
    return NoBroker()
