"""Names and places: no module of a vague kind, and nothing that belongs to the machine on which it was written."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tree import ROOT, inside, texts, tracked

VAGUE_MODULE = re.compile(r"^(utils?|helpers?|misc|common|manager|services?|handlers?|entities|dto)$")


def test_no_module_or_folder_has_a_vague_name() -> None:
    names = [inside(path) for path in tracked() if path.suffix in {".py", ".js"}]

    assert [str(name) for name in names if any(VAGUE_MODULE.match(Path(part).stem) for part in name.parts)] == []


def test_no_place_of_this_machine_is_named() -> None:
    everywhere = {"/", "/app", "/src", "/home", "/opt", "/tmp"}  # noqa: S108 - a name, nothing is put there
    own = {str(ROOT), str(ROOT.parent), str(Path.home()), sys.prefix} - everywhere
    named = re.compile(r"(?<![\w.~-])(" + "|".join(re.escape(place) for place in sorted(own)) + r")(?![\w-])")
    homes = re.compile(r"/(?:home|Users)/(?!pi\b|user\b|you\b|runner\b)[a-z]\w*/")

    found = [str(inside(path)) for path, text in texts() if named.search(text) or homes.search(text)]

    assert found == []


def test_no_registry_that_this_machine_uses_is_named() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, check=False, text=True
    ).stdout
    hosts = {urlsplit(address).hostname or "" for address in re.findall(r"https?://[^\s'\"]+", told)} - {""}

    found = [str(inside(path)) for path, text in texts() if any(host in text for host in hosts)]

    assert found == []
