"""The command line, `scale-sense` and its commands; errors are one sentence that says what to do next."""

import contextlib
import os
import signal
import socket
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer
from rich.markup import escape

from app.backup_commands import backup, restore
from app.logs import set_up_logs
from app.terminal import out, refuse

HOST: Final = "127.0.0.1"
MOST_PORT: Final = 65_535

T = TypeVar("T")

cli = typer.Typer(add_completion=False, no_args_is_help=True, help="Live keg levels for bars.")


def _say_version(asked: bool) -> None:
    if asked:
        out.print(version_of("scale-sense"))
        raise typer.Exit


@cli.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    pass


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the web pages; 0 takes a free one.")] = 8080,
    data: Annotated[Path, typer.Option(help="Folder the demo keeps its data in.")] = Path("data/demo"),
    taps: Annotated[int | None, typer.Option(help="How many taps the bar has, 1 to 24; 15 unless given.")] = None,
    speed: Annotated[float | None, typer.Option(help="How fast the story runs, 0.1 to 600.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin the story again, on Friday 20:40.")] = False,
    broker: Annotated[str | None, typer.Option(help="An existing broker, as mqtt://user:password@host:1883.")] = None,
    interpreter: Annotated[str, typer.Option(help="What the scales run on: cpython or micropython.")] = "cpython",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the board in a browser.")] = True,
) -> None:
    """Run a whole simulated bar on this machine."""
    began = time.monotonic()
    _begin(data)
    with _listener(port) as listener:
        from app.demo import DemoOptions, open_demo, running_demo
        from app.main import create_app

        options = DemoOptions(folder=data, taps=taps, speed=speed, fresh=fresh, broker=broker, interpreter=interpreter)
        site, embedded = _orrefuse(lambda: open_demo(options))
        api = create_app(site, embedded, mode="demo", along=lambda: running_demo(site, embedded, data))
        _serve(api, listener, began=began, browser=browser, data=data)


@cli.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Port of the web pages; 0: a free one.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder the bar's data is kept in.")] = None,
    broker: Annotated[str | None, typer.Option(help="An existing broker, as mqtt://user:password@host:1883.")] = None,
) -> None:
    """Serve one bar with real scales: no cloud needed."""
    began = time.monotonic()
    from app.host import host_settings

    settings = host_settings(port=port or None, data=data, broker=broker)
    _begin(settings.data)
    with _listener(0 if port == 0 else settings.port) as listener:
        from app.main import create_app
        from app.serve import open_site

        site, embedded = _orrefuse(lambda: open_site(settings))
        api = create_app(site, embedded, mode="site")
        _serve(api, listener, began=began, browser=False, data=settings.data)


cli.command()(backup)
cli.command()(restore)


@cli.command()
def version() -> None:
    """Say which version this is."""
    out.print(version_of("scale-sense"))


def main() -> None:
    """Run the command line; the files it makes are for nobody but us."""
    os.umask(0o077)
    cli()


def _serve(api: Any, listener: socket.socket, *, began: float, browser: bool, data: Path) -> None:
    import uvicorn

    url = f"http://{HOST}:{listener.getsockname()[1]}/"

    class Announcing(uvicorn.Server):
        """Says where the board is once it can be opened, and takes a signal for the orderly end it asks for."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            # Uvicorn's own raises the signal again after the end, which would make of every Ctrl-C an exit code 130.
            before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for number, was in before.items():
                    signal.signal(number, was)

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                out.print(f"Scale Sense is ready after {time.monotonic() - began:.1f} s: [bold]{url}[/bold]")
                out.print("Press Ctrl-C to end it.")
                if browser:
                    webbrowser.open(url)

    config = uvicorn.Config(
        api,
        log_config=None,
        access_log=False,
        loop="uvloop",
        timeout_graceful_shutdown=1,
        lifespan="on",
        ws_per_message_deflate=False,
    )
    server = Announcing(config)
    server.run(sockets=[listener])
    if not server.started:
        sys.exit(1)
    out.print(f"Ended; everything is kept in {escape(str(data))}.")


def _listener(port: int) -> socket.socket:
    """Take the port before anything else is done, so that a taken one is said at once."""
    if not 0 <= port <= MOST_PORT:
        refuse(f"--port {port} is no port: give 1 to {MOST_PORT}, or 0 for a free one")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as taken:
        listener.close()
        refuse(f"port {port} on {HOST} cannot be used ({taken.strerror}): end what uses it, or choose another --port")
    listener.listen(128)
    return listener


def _begin(data: Path) -> None:
    """Set the process up for a data folder: logs, and the pages' own files inside it."""
    set_up_logs()
    # Must stand before the framework is imported.
    os.environ.setdefault("NICEGUI_STORAGE_PATH", str(data.absolute() / "pages"))


def _orrefuse(open_it: Callable[[], T]) -> T:
    """Open, or say in one sentence why not."""
    from app.demo import DemoRefused
    from app.serve import FolderOfDemo
    from backend.cellar.rows import BadRow
    from backend.embedded.broker_address import BrokerAddressRefused
    from backend.embedded.folder import FolderInUse, FolderUnusable
    from backend.embedded.refused import StoreRefused
    from backend.ports import StoreUnavailable

    try:
        return open_it()
    except (DemoRefused, FolderOfDemo, BrokerAddressRefused, FolderInUse, FolderUnusable, StoreRefused) as refused:
        refuse(str(refused))
    except BadRow as bad:
        refuse(f"the store cannot be read ({bad}): it may be of another version; --fresh begins the demo again")
    except (StoreUnavailable, OSError) as away:
        refuse(f"the data folder cannot be written to ({away}): look at its permissions and the disk")
