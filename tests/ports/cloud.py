"""DynamoDB on this machine: moto inside this process, ministack as a server of its own."""

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moto import mock_aws

from backend.aws import connection
from backend.aws.definition import table_definition
from backend.aws.table import DynamoTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOBODY = {"region_name": "us-west-2", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
"""Credentials of no account, so that a mistake cannot reach a real one."""
_PATIENCE_SECONDS = 60.0


class LikeDynamoDB:
    """A client that mends where moto is unlike DynamoDB.

    moto looks at a condition and writes in two steps without a lock, so two threads of one process may both pass:
    here calls wait for each other. And it overlooks the token of a transaction: here a token that was answered gets
    the same answer again, and nothing is written twice.
    """

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client
        self._lock = threading.Lock()
        self._answers: dict[str, Any] = {}
        self.meta = client.meta

    def transact_write_items(self, **arguments: Any) -> Any:
        token = arguments["ClientRequestToken"]
        with self._lock:
            if token not in self._answers:
                self._answers[token] = self._client.transact_write_items(**arguments)
            return self._answers[token]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """A call of the client under the lock."""
        call = getattr(self._client, name)

        def locked(**arguments: Any) -> Any:
            with self._lock:
                return call(**arguments)

        return locked


@contextlib.contextmanager
def moto() -> "Iterator[DynamoDBClient]":
    """A client of moto, which begins empty."""
    with mock_aws():
        yield LikeDynamoDB(connection.dynamodb(**NOBODY))  # type: ignore[misc]  # it calls what it wraps


@contextlib.contextmanager
def ministack(folder: Path, environment: dict[str, str]) -> "Iterator[DynamoDBClient]":
    """A client of a ministack server that keeps to this machine and to `folder`, and ends with the block."""
    port = _free_port()
    given = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "SERVICES": "dynamodb",
        "IOT_MTLS_ENABLED": "0",  # its listener would bind every address
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(folder / "state"),
        "TMPDIR": str(folder),
    }
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "ministack"]
        server = subprocess.Popen(command, cwd=folder, env=environment | given, stdout=log, stderr=log)
    try:
        _wait_for(port, server, folder / "log")
        yield connection.dynamodb(endpoint_url=f"http://127.0.0.1:{port}", **NOBODY)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


_NUMBERS = itertools.count()


@contextlib.contextmanager
def fresh_name(client: "DynamoDBClient") -> Iterator[str]:
    """The name of an empty table of its own, gone after the block."""
    name = f"scale-sense-{next(_NUMBERS)}"
    client.create_table(**table_definition(name))
    yield name
    client.delete_table(TableName=name)


@contextlib.contextmanager
def fresh_table(client: "DynamoDBClient") -> Iterator[DynamoTable]:
    """An empty table of its own, gone after the block."""
    with fresh_name(client) as name:
        yield DynamoTable(client, name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    ends = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < ends:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"ministack did not start:\n{log.read_text()[-2000:]}")


def clean_environment() -> dict[str, str]:
    """Our environment without what pytest adds to it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
