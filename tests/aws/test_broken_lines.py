"""What botocore itself makes of a line that breaks: against real sockets, so that no error is one we imagined."""

import contextlib
import socket
import threading
import zlib
from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config

from backend.aws.connection import SETTINGS
from backend.aws.patience import Patience
from backend.aws.table import DynamoTable
from backend.ports import Key, Outcome, Put, StoreUnavailable

NOBODY = {"region_name": "us-west-2", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
KEY = Key("P", "S")
PUT = Put(item={"PK": "P", "SK": "S"})
HTML = b"<html>Bad Gateway</html>"


def _answer(status: str, body: bytes, *, length: int | None = None, crc: int | None = None) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: application/x-amz-json-1.0",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        f"x-amz-crc32: {zlib.crc32(body) if crc is None else crc}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


BROKEN = {
    "closed without an answer": b"",
    "closed within the answer": _answer("200 OK", b"{}", length=2000),
    "a page of somebody else": _answer("200 OK", HTML),
    "nothing, but successfully": _answer("200 OK", b"{}"),
    "an answer that is no HTTP": b"\x00\x01\x02\x03\r\n\r\n",
    "a gateway that failed": _answer("502 Bad Gateway", HTML),
    "a service that failed": _answer("500 Internal Server Error", b'{"__type":"InternalServerError"}'),
}


@contextlib.contextmanager
def _server(answer: bytes | None) -> Iterator[tuple[str, list[bytes]]]:
    """Gives this answer to every request and hangs up; None keeps the line open and says nothing."""
    heard: list[bytes] = []
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)

        def serve() -> None:
            held = []
            while not ended.is_set():
                with contextlib.suppress(TimeoutError):
                    line, _ = listening.accept()
                    line.settimeout(2)
                    heard.append(line.recv(65_536))
                    if answer is None:
                        held.append(line)
                        continue
                    line.sendall(answer)
                    line.close()
            for line in held:
                line.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", heard
        finally:
            ended.set()
            thread.join()


def _table(address: str) -> DynamoTable:
    client = boto3.client("dynamodb", endpoint_url=address, config=SETTINGS.merge(Config(read_timeout=0.2)), **NOBODY)
    return DynamoTable(client, "scale-sense", patience=Patience(attempts=2, pause=lambda _: None))


@pytest.mark.parametrize("answer", [*BROKEN.values(), None], ids=[*BROKEN, "no answer at all"])
def test_a_write_whose_line_breaks_is_sent_twice_and_then_unknown(answer: bytes | None) -> None:
    with _server(answer) as (address, heard):
        table = _table(address)

        assert table.transact([PUT]) == [Outcome.UNKNOWN]
        with pytest.raises(StoreUnavailable):
            table.get(KEY)

    assert len(heard) == 4


def test_nobody_at_the_address_means_that_nothing_happened() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    table = _table(address)

    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        table.transact([PUT])


def test_a_name_that_does_not_exist_means_that_nothing_happened() -> None:
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        _table("http://dynamodb.invalid:8000").transact([PUT])


def test_no_credentials_mean_that_nothing_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    client = boto3.session.Session().client("dynamodb", region_name="us-west-2", config=SETTINGS)

    with pytest.raises(StoreUnavailable, match="check network, credentials and table"):
        DynamoTable(client, "scale-sense").transact([PUT])
