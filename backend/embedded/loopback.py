"""Ports of this machine: which is free, and whether something listens there."""

import socket
from typing import Final

LOOPBACK: Final = "127.0.0.1"


def free_port(wanted: int | None = None) -> int:
    """Give `wanted` if nothing listens there, else any free port of 127.0.0.1.

    It is free at this moment; whoever then listens must be ready to find it taken.
    """
    if wanted is not None and _can_listen(wanted):
        return wanted
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether something on 127.0.0.1 takes connections at `port`."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.2):
            return True
    except OSError:
        return False


def _can_listen(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except (OSError, OverflowError):
            return False
        return True
