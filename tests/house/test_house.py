"""The house: which rooms there are, who may enter which, and what stands in the wheel."""

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tree import PRODUCTION, ROOT, inside, modules, parsed, tracked

FOLDERS = {
    "app",
    "components",
    "backend",
    "firmware",
    "gateway",
    "infra",
    "e2e",
    "tests",
    "docs",
    "requirements",
    ".ci",
}
FILES = {
    "run",
    "check",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "LICENSE",
    "scale-sense.toml.example",
    ".gitignore",
    ".gitattributes",
    ".dockerignore",
    ".pre-commit-config.yaml",
}
LONGEST = 400


def test_nothing_new_stands_at_the_top_of_the_tree() -> None:
    places = [inside(path) for path in tracked()]

    assert {place.parts[0] for place in places if len(place.parts) > 1} <= FOLDERS
    assert {str(place) for place in places if len(place.parts) == 1} <= FILES


def test_every_package_is_in_the_wheel_and_tests_are_not() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == packages
    assert packages <= set(PRODUCTION)


def test_tests_are_no_packages_so_that_production_cannot_import_them() -> None:
    assert [inside(path) for path in modules("tests", "e2e") if path.name == "__init__.py"] == []


def test_who_may_import_whom_holds() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]

    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)

    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize(
    ("rooms", "heavy"),
    [
        (("domain",), {"sqlite3", "pydantic", "fastapi", "nicegui", "gmqtt", "structlog", "asyncio", "orjson"}),
        (("domain", "cellar", "usecases", "ports"), {"sqlite3", "pydantic", "fastapi", "nicegui", "gmqtt", "uvicorn"}),
        (("wire",), {"sqlite3", "fastapi", "nicegui", "gmqtt", "uvicorn"}),
    ],
)
def test_the_core_loads_nothing_heavy(rooms: tuple[str, ...], heavy: set[str]) -> None:
    names = [
        ".".join(inside(path).with_suffix("").parts).removesuffix(".__init__")
        for path in modules("backend")
        if inside(path).with_suffix("").parts[1] in rooms
    ]
    script = (
        "import importlib, json, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "print(json.dumps(list(sys.modules)))"
    )

    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, text=True)

    assert len(names) > 2
    assert heavy & set(json.loads(told.stdout)) == set()


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    code = [path for path in tracked() if path.suffix in {".py", ".js", ".css", ".sh"} or path.name in {"run", "check"}]

    long = {str(inside(path)): count for path in code if (count := len(path.read_text().splitlines())) > LONGEST}

    assert long == {}


def test_every_module_says_in_a_sentence_what_it_is() -> None:
    said = {str(inside(path)): (ast.get_docstring(parsed(path)) or "").splitlines() for path in modules()}

    assert [name for name, lines in said.items() if not lines or not lines[0].rstrip().endswith((".", ":", "!"))] == []
