"""The configuration of our own Mosquitto, and the folder it keeps its files in."""

import os
import pwd
from pathlib import Path
from typing import Final

from backend.embedded.loopback import LOOPBACK

MAX_PACKET_BYTES: Final = 16 * 1024
AUTOSAVE_SECONDS: Final = 30
"""How much a power cut of the whole machine may take from what only the broker held: a normal end takes nothing."""


def write_configuration(folder: Path, *, port: int) -> Path:
    """Write `mosquitto.conf` into `folder` (made where missing) and give its path; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "mosquitto.conf"
    path.write_text(configuration(folder, port=port), encoding="utf-8")
    return path


def configuration(folder: Path, *, port: int) -> str:
    """Mosquitto's configuration for one bar: loopback only, nothing dropped, sessions and retained messages kept."""
    lines = [
        "# Written at each start; changes made here are lost.",
        f"listener {port} {LOOPBACK}",
        *_who_may_connect(),
        "# Readings wait for us however many they are: with a limit, 2.0.11 silently loses messages it acknowledged.",
        "max_inflight_messages 0",
        "max_queued_messages 0",
        "# An answer of a scale would wait 40 ms for the acknowledgement of the packet before it.",
        "set_tcp_nodelay true",
        f"max_packet_size {MAX_PACKET_BYTES}",
        "persistence true",
        "persistent_client_expiration 14d",
        f"persistence_location {folder.resolve()}/",
        "persistence_file mosquitto.db",
        f"autosave_interval {AUTOSAVE_SECONDS}",
        "log_dest stdout",
        "log_timestamp_format %Y-%m-%dT%H:%M:%S",
        "log_type error",
        "log_type warning",
        "log_type notice",
        "connection_messages false",
        *_user(),
    ]
    return "\n".join(lines) + "\n"


def _who_may_connect() -> list[str]:
    """Anybody on this machine; users and topic rules of single scales join here once scales are enrolled."""
    return ["allow_anonymous true"]


def _user() -> list[str]:
    """Started as root, Mosquitto would become another user, who cannot write into our folder: stay who we are."""
    return [f"user {pwd.getpwuid(0).pw_name}"] if os.geteuid() == 0 else []
