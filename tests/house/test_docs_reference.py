"""The reference says what the code says: messages, rows of the table, options, settings."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import typer

from app.cli import cli
from backend.cellar import rows
from backend.settings import HostSettings
from backend.wire import messages, topics
from backend.wire.commands import PARAMS, CommandMessage
from backend.wire.messages import PourMessage, ReadingMessage, StatusMessage, StrictMessage
from backend.wire.responses import ERROR_WORDS, ResponseMessage, Sample, TareReport

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
EXAMPLES = sorted(Path(messages.__file__).with_name("examples").glob("*.json"))
KEY_PART = re.compile(r"#?[A-Z]{3,}#?")


def _page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def _section(page: str, heading: str) -> str:
    return page.partition(f"## `{heading}`")[2].partition("\n## ")[0]


def _options(command: str) -> list[Any]:
    group: Any = typer.main.get_command(cli)
    return [option for option in group.commands[command].params if option.param_type_name == "option"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_golden_message_is_explained(example: Path) -> None:
    assert f"[`{example.name}`](../../backend/wire/examples/{example.name})" in _page("messages.md")


def test_every_topic_is_explained() -> None:
    page = _page("messages.md")

    for topic in topics.DeviceTopic.__subclasses__():
        assert f"## `keg/{topic.kind}/{{device}}`" in page


@pytest.mark.parametrize(
    "message",
    [
        ReadingMessage, StatusMessage, PourMessage, CommandMessage, ResponseMessage, Sample, TareReport,
        *PARAMS.values(),
    ],
)  # fmt: skip
def test_every_field_of_a_message_is_explained(message: type[StrictMessage]) -> None:
    page = _page("messages.md")

    assert [name for name in message.model_fields if f"`{name}`" not in page] == []


def test_every_command_to_a_scale_and_every_word_of_failure_is_explained() -> None:
    page = _page("messages.md")

    assert [name for name in (*PARAMS, *ERROR_WORDS) if f"`{name}`" not in page] == []


@pytest.mark.parametrize("command", ["demo", "serve", "backup", "restore", "version"])
def test_the_command_line_has_the_options_its_page_tells(command: str) -> None:
    section = _section(_page("command-line.md"), f"scale-sense {command}")
    told = {
        name for row in re.findall(r"^\| (`--[^|]*)\|", section, re.MULTILINE) for name in re.findall(r"--[\w-]+", row)
    }

    real = {name for option in _options(command) for name in (*option.opts, *option.secondary_opts)}

    assert told == real - {"--help"}


def test_the_demo_has_the_defaults_its_page_tells() -> None:
    section = _section(_page("command-line.md"), "scale-sense demo")

    for option in _options("demo"):
        if option.default is not None and not isinstance(option.default, bool):
            row = re.search(rf"^\| `{option.opts[0]}` \| `?([^|`]*)`? \|", section, re.MULTILINE)
            assert row, option.opts[0]
            assert row[1].strip() == str(option.default)


def test_every_command_has_its_section() -> None:
    page = _page("command-line.md")

    assert [command.name or command.callback.__name__ for command in cli.registered_commands if command.callback] == [
        "demo", "serve", "backup", "restore", "version",
    ]  # fmt: skip
    assert all(f"## `scale-sense {name}`" in page for name in ("demo", "serve", "backup", "restore", "version"))


def test_every_setting_of_the_host_is_explained() -> None:
    page = _page("command-line.md")

    for name in HostSettings.model_fields:
        assert f"`SCALE_SENSE_{name.upper()}`" in page
        assert f"`{name}`" in page


def test_the_example_of_the_settings_file_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = (ROOT / "scale-sense.toml.example").read_text(encoding="utf-8")
    used = re.sub(r"^# (broker|backup_folder) =", r"\1 =", example, flags=re.MULTILINE)
    (tmp_path / "scale-sense.toml").write_text(used, "utf-8")
    monkeypatch.chdir(tmp_path)
    for name in HostSettings.model_fields:
        monkeypatch.delenv(f"SCALE_SENSE_{name.upper()}", raising=False)

    settings = HostSettings()

    assert settings.model_fields_set == set(HostSettings.model_fields)
    assert settings.model_copy(update={"broker": None, "backup_folder": None}) == HostSettings.model_construct()


def test_every_row_of_the_table_is_explained() -> None:
    page = _page("table.md")
    parts = set()
    for module in Path(rows.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY_PART.fullmatch(node.value):
                parts.add(node.value)

    assert {"LOCATION#", "TAPPED#", "DEADLETTERS", "#STATE"} <= parts
    assert [part for part in sorted(parts) if not re.search(rf"`[^`\n]*{part}[^`\n]*`", page)] == []
