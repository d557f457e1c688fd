"""The pages people read: links lead somewhere, pictures are there, and the words are ours."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CODE = ("app", "backend", "components", "firmware")
_LINK = re.compile(r"(?<!\\)!?\[[^\]]*\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)


def _prose(page: Path) -> str:
    """The page without what stands in fences: that is code, not text."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def _links(page: Path) -> Iterator[str]:
    for in_text, named in _LINK.findall(_prose(page)):
        yield in_text or named


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-") for heading in headings}


def _broken(page: Path, *, root: Path = ROOT) -> Iterator[str]:
    for link in _links(page):
        if link.startswith("https://"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or not target.is_relative_to(root):
            yield f"{link}: no such file"
        elif anchor and anchor not in _anchors(target):
            yield f"{link}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert list(_broken(page)) == []


def test_a_broken_link_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Here\n[gone](gone.md) [there](#there) [here](#here)\n```\n[code](code.md)\n```\n", "utf-8")

    assert list(_broken(page, root=tmp_path)) == ["gone.md: no such file", "#there: no such heading"]


def test_every_page_of_docs_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in _links(page) if "://" not in link]

    assert set(PAGES) - reached == set()


@pytest.mark.parametrize("what", ["board", "tap"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1440, 900), (390, 844)])
def test_a_screenshot_has_the_size_its_name_tells(what: str, width: int, height: int) -> None:
    picture = (ROOT / "docs" / "pictures" / f"{what}-{width}x{height}.png").read_bytes()

    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture[16:24]) == (width, height)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_or_folder_that_is_named_is_there(page: Path) -> None:
    named = re.findall(rf"`((?:{'|'.join((*CODE, 'tests', 'e2e', 'docs', 'requirements'))})/[\w./-]*)`", _prose(page))

    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_file_that_the_drawing_names_is_there() -> None:
    drawing = (ROOT / "docs" / "pictures" / "architecture.svg").read_text(encoding="utf-8")
    code = [str(path) for room in CODE for path in (ROOT / room).rglob("*.*")]

    named = set(re.findall(r"[\w/]+\.(?:py|js)\b", drawing))

    assert {"hx711.py", "board.js"} <= named
    assert [name for name in sorted(named) if not any(path.endswith(f"/{name}") for path in code)] == []


def test_the_drawing_says_in_words_what_it_shows() -> None:
    drawing = ET.parse(ROOT / "docs" / "pictures" / "architecture.svg").getroot()  # noqa: S314 - our own file

    assert drawing.get("role") == "img"
    assert drawing.findtext("{http://www.w3.org/2000/svg}title")
    assert drawing.findtext("{http://www.w3.org/2000/svg}desc")


def test_every_decision_is_in_the_index_and_says_why_and_what_follows() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")

    for page in sorted(folder.glob("[0-9]*.md")):
        text = page.read_text(encoding="utf-8")
        assert f"({page.name})" in index, page.name
        assert all(part in text for part in ("**Context.**", "**Decision.**", "**Consequences.**")), page.name
