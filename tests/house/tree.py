"""The files of the project, as its rules look at them."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = ("app", "backend", "components", "firmware", "gateway", "infra")
"""Folders of code that runs in a bar or in the cloud; some come later."""
_NO_TEXT = {".png", ".woff2", ".ico", ".jpg", ".ttf"}


def tracked() -> list[Path]:
    """Every file that belongs to the project, the new ones too; what is ignored is none."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    told = subprocess.run(listing, cwd=ROOT, capture_output=True, check=False, text=True)
    if told.returncode == 0:
        return [ROOT / name for name in told.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and not _ignored(inside(path))]


def _ignored(place: Path) -> bool:
    """Whether a path is not of the project, where there is no git to ask (an unpacked archive)."""
    made = {"__pycache__", "data", "dist", "node_modules", "test-results"}
    hidden = len(place.parts) > 1 and place.parts[0].startswith(".") and place.parts[0] != ".ci"
    return hidden or not made.isdisjoint(place.parts)


def texts() -> Iterator[tuple[Path, str]]:
    """Every file of text with what is in it."""
    for path in tracked():
        if path.suffix not in _NO_TEXT:
            yield path, path.read_text(encoding="utf-8")


def modules(*folders: str) -> list[Path]:
    """The Python modules of some folders, of all of production without any named."""
    return [path for path in tracked() if path.suffix == ".py" and inside(path).parts[0] in (folders or PRODUCTION)]


def inside(path: Path) -> Path:
    """The path as people of the project write it."""
    return path.relative_to(ROOT)


def parsed(path: Path) -> ast.Module:
    """The module as a tree."""
    return ast.parse(path.read_text(encoding="utf-8"))
