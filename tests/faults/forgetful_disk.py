"""A disk that forgets at a power cut what was not synced: a SQLite VFS that knows what each file holds for certain.

What it promises is what POSIX does: after a sync of a file its bytes are there, after a sync of a folder its names
are. All else that was written may be there or not, sector by sector and in any order. It does not model a disk that
lies about a sync.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from pathlib import Path
from typing import Any, Final

import apsw

SECTOR: Final = 512
_NEW_NAMES: Final = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_SUPER_JOURNAL
_NUMBERS: Final = count()


class PowerCut(BaseException):
    """The power went; nothing of ours is meant to catch this."""


class Survives(Enum):
    """What the cut leaves of the writes that were not synced."""

    NOTHING = "nothing"
    EVERYTHING = "everything"
    A_BEGINNING = "a beginning"
    ANY_SECTORS = "any sectors"


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes written at an offset."""

    offset: int
    content: bytes

    def sectors(self) -> Iterator["Write"]:
        """The parts of it that a disk writes whole or not at all."""
        at = self.offset
        end = self.offset + len(self.content)
        while at < end:
            beyond = min(end, (at // SECTOR + 1) * SECTOR)
            yield Write(at, self.content[at - self.offset : beyond - self.offset])
            at = beyond


@dataclass(frozen=True, slots=True)
class Truncation:
    """A file cut to a size."""

    size: int


@dataclass(slots=True)
class Body:
    """A file without its name: what is certain of it, and what was written since its last sync."""

    certain: bytearray = field(default_factory=bytearray)
    unsure: list[Write | Truncation] = field(default_factory=list)

    def sync(self) -> None:
        """Make everything certain."""
        for step in self.unsure:
            _apply(self.certain, step)
        self.unsure.clear()

    def lose(self, dice: random.Random) -> None:
        """Let a sync fail: each write may have been made or not, and nobody tries again."""
        self.unsure = [step for step in self.unsure if dice.random() < 0.5]

    def after_cut(self, survives: Survives, dice: random.Random) -> bytes:
        """One of the contents that the file may have after the cut."""
        found = bytearray(self.certain)
        for step in _kept(self.unsure, survives, dice):
            _apply(found, step)
        return bytes(found)


class ForgetfulDisk(apsw.VFS):
    """Files of the real disk, until the power is cut at the `cut_at`th step that changes something.

    Before that it may fail for a while: the steps in `fails` are refused, as by a full or a dying disk. What a refused
    sync was asked for may be on the disk or not, and a later sync does not mend that, as on Linux. After the cut,
    `left` is what lies on the disk, by path, and `cut_in` what it was doing to which file; what is done from then on is
    done in the dark.
    """

    def __init__(self, *, dice: random.Random, cut_at: int | None = None, fails: range = range(0)) -> None:
        self.name = f"forgetful-{next(_NUMBERS)}"
        super().__init__(self.name, base="")
        self.steps = 0
        self.left: dict[Path, bytes] | None = None
        self.cut_in = ("rest", "")
        self._dice = dice
        self._cut_at = cut_at
        self._fails = fails
        self._names: dict[Path, Body] = {}
        self._certain_names: dict[Path, Body] = {}

    def xOpen(self, name: Any, flags: list[int]) -> "ForgetfulFile":  # noqa: N802 - SQLite's word
        """Open a file; a file that was there before is certain."""
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else str(name)) if name else None
        known = path is None or path in self._names
        if path is not None and not known and path.exists():
            self._names[path] = self._certain_names[path] = Body(bytearray(path.read_bytes()))
            known = True
        opened = ForgetfulFile(self, path, name, flags)
        if path is not None and not known:
            self._names[path] = Body()
        return opened

    def xDelete(self, name: str, sync_folder: bool) -> None:  # noqa: N802, FBT001 - SQLite's
        """Take a name away; for certain only where SQLite asks for it."""
        self.step("delete", Path(name))
        super().xDelete(name, sync_folder)
        self._names.pop(Path(name), None)
        if sync_folder:
            self.sync_names()

    def body(self, path: Path) -> Body:
        """The file that bears a name now."""
        return self._names.setdefault(path, Body())

    def change(self, doing: str, path: Path, step: Write | Truncation) -> None:
        """Note a change of a file; where it is refused there is none."""
        unsure = self.body(path).unsure
        unsure.append(step)
        try:
            self.step(doing, path)
        except apsw.Error:
            unsure.pop()
            raise

    def sync(self, path: Path) -> None:
        """Make a file certain, unless that is refused."""
        try:
            self.step("sync", path)
        except apsw.Error:
            self.body(path).lose(self._dice)
            raise
        self.body(path).sync()

    def sync_names(self) -> None:
        """Make the present names certain."""
        self._certain_names = dict(self._names)

    def step(self, doing: str, path: Path) -> None:
        """Count a step that changes something; the power may go at it."""
        self.steps += 1
        if self.steps == self._cut_at and self.left is None:
            self.cut_in = (doing, path.name)
            self.cut()
            raise PowerCut
        if self.steps in self._fails and self.left is None:
            raise self._dice.choice((apsw.FullError, apsw.IOError))("the disk refuses")

    def cut(self) -> None:
        """Let the power go now."""
        if self.left is None:
            self.left = self.after_cut(self._dice.choice(list(Survives)))

    def after_cut(self, survives: Survives) -> dict[Path, bytes]:
        """Give what may lie on the disk after a cut now, by path."""
        left: dict[Path, bytes] = {}
        for path in sorted({*self._names, *self._certain_names}):
            body = _either(self._certain_names.get(path), self._names.get(path), survives, self._dice)
            if body is not None:
                left[path] = body.after_cut(survives, self._dice)
        return left


class ForgetfulFile(apsw.VFSFile):
    """An open file, whose writes are told to its disk; locks and shared memory are the real disk's."""

    def __init__(self, disk: ForgetfulDisk, path: Path | None, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk
        self._path = path
        self._new_name = bool(flags[0] & _NEW_NAMES and flags[0] & apsw.SQLITE_OPEN_CREATE)

    def xWrite(self, content: bytes, offset: int) -> None:  # noqa: N802 - SQLite's word
        """Write; the power may go half way."""
        if self._path is not None:
            self._disk.change("write", self._path, Write(offset, bytes(content)))
        super().xWrite(content, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802 - the same
        """Cut to a size."""
        if self._path is not None:
            self._disk.change("truncate", self._path, Truncation(size))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: ARG002, N802 - the same
        """Make it certain, unless the power goes before; it may also go after, before SQLite hears of it."""
        if self._path is None:
            return
        self._disk.sync(self._path)
        if self._new_name:  # SQLite's own VFS syncs the folder here, once for a new journal
            self._disk.sync_names()
            self._new_name = False
        self._disk.step("synced", self._path)


def _either(certain: Body | None, present: Body | None, survives: Survives, dice: random.Random) -> Body | None:
    """The file that bears a name after the cut, where the last change of the name may be lost."""
    if survives is Survives.NOTHING:
        return certain
    if survives is Survives.EVERYTHING:
        return present
    return dice.choice((certain, present))


def _kept(steps: list[Write | Truncation], survives: Survives, dice: random.Random) -> Iterator[Write | Truncation]:
    if survives is Survives.NOTHING:
        return
    if survives is Survives.EVERYTHING:
        yield from steps
        return
    beginning = dice.randint(0, len(steps)) if survives is Survives.A_BEGINNING else 0
    yield from steps[:beginning]
    likely = dice.random()
    torn = steps[beginning : beginning + 1] if survives is Survives.A_BEGINNING else steps[beginning:]
    for step in torn:
        parts = step.sectors() if isinstance(step, Write) else (step,)
        yield from (part for part in parts if dice.random() < likely)


def _apply(content: bytearray, step: Write | Truncation) -> None:
    size = step.size if isinstance(step, Truncation) else step.offset + len(step.content)
    if isinstance(step, Truncation):
        del content[size:]
    if size > len(content):
        content.extend(bytes(size - len(content)))
    if isinstance(step, Write):
        content[step.offset : size] = step.content
