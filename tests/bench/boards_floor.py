"""The floor under the boards: each reading straight from the broker to every socket, as text, with nothing behind it.

Usage: boards_floor.py BROKER_PORT. Prints the address of its page, which writes the text where it belongs.
"""

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from gmqtt import Client
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

PAGE = """<!doctype html><title>Floor</title><body><script>
const tiles = {};
function tile(device) {
  const made = Object.assign(document.createElement("p"), { className: "ss-tile" });
  made.dataset.tap = device;
  made.append(Object.assign(document.createElement("b"), { className: "ss-volume" }));
  document.body.append(made);
  return made.firstChild;
}
const told = new WebSocket(`ws://${location.host}/told`);
told.onmessage = ({ data }) => {
  const [device, weight] = data.split(" ");
  (tiles[device] ??= tile(device)).textContent = weight;
};
</script>"""

SCREENS: set[WebSocket] = set()


async def page(_: object) -> HTMLResponse:
    """Give the page."""
    return HTMLResponse(PAGE)


async def told(screen: WebSocket) -> None:
    """Keep a screen until it leaves."""
    await screen.accept()
    SCREENS.add(screen)
    try:
        while True:
            await screen.receive_text()
    except WebSocketDisconnect:
        SCREENS.discard(screen)


async def heard(_client: object, topic: str, payload: bytes, *_: object) -> int:
    """Tell a reading to every screen."""
    text = f"{topic.rsplit('/', 1)[1]} {orjson.loads(payload)['weight_lbs']:.2f}"
    for screen in list(SCREENS):
        await screen.send_text(text)
    return 0


@asynccontextmanager
async def listening(_: Starlette) -> AsyncIterator[None]:
    """Hear the broker as long as the page is served."""
    client: Any = Client("floor")
    client.on_message = heard
    await client.connect("127.0.0.1", int(sys.argv[1]))
    client.subscribe("keg/readings/+", qos=1)
    yield
    await client.disconnect()


def main() -> None:
    """Serve until the end of the bench."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)  # noqa: T201 - the bench reads it
    routes = [Route("/", page), WebSocketRoute("/told", told)]
    config = uvicorn.Config(Starlette(routes=routes, lifespan=listening), loop="uvloop", log_level="error")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
