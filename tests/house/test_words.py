"""Words and places: no class of a vague kind, and nothing that belongs to the machine on which it was written."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tree import ROOT, inside, modules, parsed, texts, tracked

VAGUE_CLASS = re.compile(r"(Manager|Service|Helper|DTO|Handler|Processor|Util|Utils|Impl|Entity)$")
VAGUE_MODULE = re.compile(r"^(utils?|helpers?|misc|common|manager|services?|handlers?|entities|dto)$")
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}


def test_no_class_is_of_a_vague_kind() -> None:
    vague = [
        f"{inside(path)}: {node.name}"
        for path in modules()
        if inside(path).parts[:2] != ("backend", "lambdas")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name)
    ]

    assert vague == []


def test_no_module_or_folder_has_a_vague_name() -> None:
    names = [inside(path) for path in tracked() if path.suffix in {".py", ".js"}]

    assert [str(name) for name in names if any(VAGUE_MODULE.match(Path(part).stem) for part in name.parts)] == []


def test_no_place_of_this_machine_is_named() -> None:
    own = {str(ROOT), str(ROOT.parent), str(Path.home()), sys.prefix} - {"/", "/app", "/src", "/home", "/opt"}
    named = re.compile(r"(?<![\w.~-])(" + "|".join(re.escape(place) for place in sorted(own)) + r")(?![\w-])")
    homes = re.compile(r"/(?:home|Users)/(?!pi\b|user\b|you\b|runner\b)[a-z]\w*/")

    found = [str(inside(path)) for path, text in texts() if named.search(text) or homes.search(text)]

    assert found == []


def test_no_registry_is_named() -> None:
    configured = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, check=False, text=True
    ).stdout
    hosts = {urlsplit(address).hostname for address in re.findall(r"https?://[^\s'\"]+", configured)} - PUBLIC_HOSTS
    switches = re.compile(r"^\s*--(?:extra-)?index-url|^\s*--(?:find-links|trusted-host)", re.MULTILINE)

    found = [
        str(inside(path))
        for path, text in texts()
        if any(host and host in text for host in hosts) or (path.suffix == ".txt" and switches.search(text))
    ]

    assert found == []
