"""A real mosquitto on a free loopback port, with a user and a password, for the tests of this folder."""

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

USER = "SCALE-0001"
PASSWORD = "right-as-rain"  # noqa: S105 - of a broker that lives for one test session
START_S = 10


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def mosquitto() -> str:
    """Return the path of Debian's broker."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise RuntimeError("mosquitto is not installed: apt-get install mosquitto")
    return found


def make_certificates(folder: Path) -> None:
    """Write an authority (ca.pem, ca.der) and a certificate for localhost (server.pem, server.key)."""
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    new_key = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    for command in (
        f"{new_key} -x509 -days 30 -subj /CN=bar -keyout ca.key -out ca.pem",
        f"{new_key} -subj /CN=localhost -keyout server.key -out server.csr",
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile names -out server.pem",
        "x509 -in ca.pem -outform der -out ca.der",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    (folder / "server.key").chmod(0o644)


class Broker:
    """One mosquitto. `address()` gives {host, port, user, password, tls_port, ca_pem, ca_der}."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="scale-broker-"))
        self._folder.chmod(0o755)  # mosquitto gives up root before it reads the passwords
        passwords = self._folder / "passwords"
        subprocess.run(["mosquitto_passwd", "-c", "-b", str(passwords), USER, PASSWORD], check=True)
        passwords.chmod(0o644)
        make_certificates(self._folder)
        for _ in range(3):  # somebody may take the port between our look and mosquitto's bind
            if self._start(passwords):
                return
        raise RuntimeError("mosquitto does not start; see " + str(self._folder / "log"))

    def _start(self, passwords: Path) -> bool:
        self.port = free_port()
        self.tls_port = free_port()
        config = self._folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\n"
            "max_inflight_messages 0\nset_tcp_nodelay true\n"
            f"listener {self.tls_port} 127.0.0.1\ncafile {self._folder}/ca.pem\n"
            f"certfile {self._folder}/server.pem\nkeyfile {self._folder}/server.key\n"
        )
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen([mosquitto(), "-c", str(config)], stdout=log, stderr=log)
        until = time.monotonic() + START_S
        while time.monotonic() < until and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            time.sleep(0.02)
        return False

    def address(self) -> dict[str, Any]:
        """Return where the broker is and who may enter."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": USER,
            "password": PASSWORD,
            "tls_port": self.tls_port,
            "ca_pem": str(self._folder / "ca.pem"),
            "ca_der": str(self._folder / "ca.der"),
        }

    def close(self) -> None:
        """End the broker and remove its folder."""
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)
