"""The wheel holds all that the product needs and nothing else: built, installed elsewhere, its board opened."""

import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from bar_server import ROOT, clean_environment
from board_page import OpenPage, ready
from demo_server import Demo
from playwright.sync_api import expect

PACKAGES: Final = ("app", "components", "backend", "firmware")
BASE_PYTHON: Final = str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")
"""The interpreter outside our virtual environment: it does not know this tree."""


def _run(*command: str) -> None:
    done = subprocess.run(
        command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the tree with what is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the wheel is installed in, without any of its dependencies."""
    folder = tmp_path_factory.mktemp("installed")
    _run(sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(folder), str(wheel))
    return folder


@pytest.fixture
def demo(installed: Path, tmp_path: Path) -> Iterator[Demo]:
    """A demo that runs from the installed wheel, in a folder that has nothing to do with this tree."""
    paths = f"PYTHONPATH={installed}:{sysconfig.get_paths()['purelib']}"
    command = ("/usr/bin/env", paths, BASE_PYTHON, str(installed / "bin" / "scale-sense"))
    started = Demo(tmp_path, "--taps", "3", command=command)
    yield started
    started.kill()


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def test_every_file_of_the_packages_is_in_the_wheel_and_nothing_else(wheel: Path) -> None:
    files = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }

    names = _names(wheel)

    described = {name for name in names if ".dist-info/" in name}
    assert names - described == files
    assert {name.rpartition("/")[2] for name in described} >= {"METADATA", "entry_points.txt", "LICENSE"}


@pytest.mark.parametrize(
    "name",
    [
        "components/board.js",
        "components/parts/tap_tile.js",
        "components/board.css",
        "app/theme.css",
        "firmware/boot.py",
        "firmware/config.example.json",
        "firmware/scale/app.py",
        "firmware/sim/__main__.py",
        "backend/wire/examples/reading_with_pour.json",
    ],
)
def test_what_is_not_python_is_in_the_wheel_too(wheel: Path, name: str) -> None:
    assert name in _names(wheel)


def test_no_test_and_no_trace_of_this_machine_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        contents = b"".join(archive.read(name) for name in names)

    assert not [name for name in names if name.startswith(("tests/", "e2e/", "docs/", "data/")) or "/test_" in name]
    assert str(ROOT).encode() not in contents


@pytest.mark.browser
def test_the_board_opens_from_the_wheel_alone(demo: Demo, installed: Path, open_page: OpenPage) -> None:
    demo.start()

    page = ready(open_page(demo.url))

    expect(page.locator(".ss-tile")).to_have_count(3)
    expect(page.locator(".ss-tile").first).to_contain_text("Harbor Pilsner")
    bar = [pid for pid, command in demo.children().items() if "firmware.sim" in command]
    assert [Path(f"/proc/{pid}/cwd").resolve() for pid in bar] == [installed.resolve()]
