"""The guard before every request: the right host, the right origin, and the headers that go with each answer."""

import asyncio
from typing import Any

import pytest

from app.origin import OriginGuard, why_refused


def headers(host: str | None = "127.0.0.1:8080", origin: str | None = None) -> list[tuple[bytes, bytes]]:
    told = {b"host": host, b"origin": origin}
    return [(name, value.encode()) for name, value in told.items() if value is not None]


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "localhost", "[::1]:8080", "127.0.0.1"])
def test_this_machines_own_names_are_let_through(host: str) -> None:
    assert why_refused(headers(host)) is None


@pytest.mark.parametrize(
    "host", ["evil.example:8080", "127.0.0.1.evil.example", "", None, "localhost.evil:80", "[::2]:80"]
)
def test_a_foreign_name_for_this_machine_is_refused(host: str | None) -> None:
    assert why_refused(headers(host)) is not None


def test_a_page_of_ours_may_ask() -> None:
    assert why_refused(headers(origin="http://127.0.0.1:8080")) is None


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9999", "null", "http://localhost:8080"])
def test_another_sites_page_may_not_ask(origin: str) -> None:
    assert why_refused(headers(origin=origin)) is not None


def answered(kind: str, sent_headers: list[tuple[bytes, bytes]]) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def inner(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    asyncio.run(OriginGuard(inner)({"type": kind, "headers": sent_headers}, receive, send))
    return sent


def test_a_refused_request_gets_403_and_a_sentence() -> None:
    start, body = answered("http", headers("evil.example"))

    assert start["status"] == 403
    assert b"127.0.0.1" in body["body"]


def test_a_refused_socket_is_closed_before_it_opens() -> None:
    assert answered("websocket", headers(origin="https://evil.example"))[0]["type"] == "websocket.close"


def test_every_answer_forbids_foreign_frames() -> None:
    (start,) = answered("http", headers())

    assert (b"content-security-policy", b"frame-ancestors 'self'") in start["headers"]
