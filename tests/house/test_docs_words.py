"""Names are ours: no class by a word we avoid, no path of a machine, no package registry."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("app", "backend", "components", "firmware")
BESIDE = ("tests", "e2e", "docs", "requirements", ".ci")
AVOIDED = {
    "Manager",
    "Helper",
    "Util",
    "Utils",
    "Handler",
    "Data",
    "Info",
    "Process",
    "Entity",
    "DTO",
    "Dto",
    "Service",
}
MACHINE_PATHS = [f"/{folder}/" for folder in ("work", "root", "home")]
REGISTRY = re.compile(r"index-url|https?://[^\s\"')>]*/simple\b|registry=", re.IGNORECASE)


def _words(name: str) -> list[str]:
    """The words of a class name: `TapFace` is Tap and Face, `TagDTO` Tag and DTO."""
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*", name)


def _ours() -> list[Path]:
    """Every text file of the tree: those beside the README, and those in our folders."""
    inside = (path for folder in (*CODE, *BESIDE) for path in (ROOT / folder).rglob("*"))
    files = [path for path in (*ROOT.glob("*"), *inside) if path.is_file() and "__pycache__" not in path.parts]
    return [path for path in files if path.suffix not in {".png", ".ttf", ".woff2"}]


def test_every_word_lives_where_the_page_says() -> None:
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8").partition("\n## Agreed")[0]
    told = re.findall(r"^\| \*\*([\w ]+)\*\* \|.*?\]\(\.\./([\w/.]+)\)", page, re.MULTILINE)

    lost = [
        word
        for word, place in told
        if word.replace(" ", "").lower() not in (ROOT / place).read_text(encoding="utf-8").lower()
    ]

    assert len(told) > 20
    assert lost == []


def test_no_class_is_named_by_a_word_we_avoid() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for room in CODE
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and AVOIDED & set(_words(node.name))
    ]

    assert named == []


def test_no_file_names_a_path_of_a_machine_or_a_package_registry() -> None:
    found = []
    for path in _ours():
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in MACHINE_PATHS if word in text]
        if path != Path(__file__).resolve() and REGISTRY.search(text):
            found.append(f"{path.relative_to(ROOT)}: a registry")

    assert found == []
