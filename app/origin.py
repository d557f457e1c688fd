"""Who may talk to this server: pages that came from it, by the name of this machine; nobody else's page."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
_HEADERS: Final = (
    (b"content-security-policy", b"frame-ancestors 'self'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)


class OriginGuard:
    """Stands before everything, the sockets of the pages included.

    A request whose `Host` is no name of this machine is refused: a foreign name that points to 127.0.0.1 would let
    its owner's pages read ours (DNS rebinding). So is one whose `Origin` is another site than the `Host`: the
    framework's sockets ask nobody where they come from.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refusal = why_refused(scope["headers"])
        if refusal is None:
            await self._app(scope, receive, _with_headers(send) if scope["type"] == "http" else send)
        elif scope["type"] == "http":
            await _refuse(send, refusal)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": refusal})


def why_refused(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Give a sentence that says why a request with these headers is refused; None where it is let through."""
    told = {name.lower(): value.decode("latin-1") for name, value in headers}
    host = told.get(b"host", "")
    if _name(host) not in LOOPBACK_NAMES:
        return "This server answers on this machine only: open it as http://127.0.0.1 or http://localhost."
    origin = told.get(b"origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "This request comes from another site's page: open the board itself."
    return None


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    return host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.rpartition(":")[0] or host


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *_HEADERS]
        await send(message)

    return sending


async def _refuse(send: Send, sentence: str) -> None:
    body = sentence.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": [*headers, *_HEADERS]})
    await send({"type": "http.response.body", "body": body})
