"""Where a broker answers, as one value: `mqtt://user:password@host:port`, or `mqtts://` for TLS."""

from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import unquote, urlsplit

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


class BrokerAddressRefused(ValueError):  # noqa: N818 - the address is refused
    """What was given as `--broker` is no address of a broker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """Host and port of a broker, and with what to sign in; its text never shows the password."""

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `mqtt://user:password@host:port`; user, password and port may be left out.

        Raises:
            BrokerAddressRefused: with a sentence that does not repeat the password.
        """
        try:
            parts = urlsplit(text.strip())
            scheme, host, port = parts.scheme.lower(), parts.hostname, parts.port
        except ValueError as error:
            raise _refused(str(error)) from None
        if scheme not in _PORTS:
            raise _refused("it must begin with mqtt:// or mqtts://")
        if not host or any(character.isspace() for character in host):
            raise _refused("it names no host")
        if port == 0:
            raise _refused("port 0 is no port")
        if parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise _refused("nothing may follow the port")
        if parts.password is not None and not parts.username:
            raise _refused("it has a password but no user")
        return cls(
            host=host,
            port=port or _PORTS[scheme],
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password is not None else None,
            tls=scheme == "mqtts",
        )

    def __str__(self) -> str:
        """The address as a person may see it: with the user, without the password."""
        user = f"{self.username}@" if self.username else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{user}{host}:{self.port}"


def _refused(why: str) -> BrokerAddressRefused:
    return BrokerAddressRefused(f"not the address of a broker: {why}; write it like mqtt://user:password@192.168.1.10")
