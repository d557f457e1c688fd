"""Rows that cannot be read although the pages they lie on are whole: each stays its own affair, and is said aloud."""

from collections.abc import Iterable, Iterator, Mapping

import structlog

from backend.cellar.rows import UnreadableRow
from backend.ports import Key, Value

log = structlog.get_logger(__name__)


class UnreadableItem(Mapping[str, Value]):
    """An item that tells where it lies and its version, which stand beside its body, and refuses to tell more.

    So a list of rows goes on past it, and whoever wants what it held meets UnreadableRow, which names it.
    """

    __slots__ = ("_known", "_why")

    def __init__(self, key: Key, *, version: int | None, why: str) -> None:
        self._known: dict[str, Value] = {"PK": key.pk, "SK": key.sk, "version": version}
        self._why = why

    def __getitem__(self, name: str) -> Value:
        """Give what stands beside the body; raises UnreadableRow for anything else."""
        if name in self._known:
            return self._known[name]
        raise self.trouble

    def __iter__(self) -> Iterator[str]:
        """Raise UnreadableRow: what it held is not known."""
        raise self.trouble

    def __len__(self) -> int:
        """Give how many attributes are known; never none, so it is not taken for nothing."""
        return len(self._known)

    @property
    def trouble(self) -> UnreadableRow:
        """What is wrong with it."""
        return UnreadableRow.at(str(self._known["PK"]), str(self._known["SK"]), why=self._why)


class UnreadableRows:
    """Those rows of a store that were met and could not be read, by key, with a sentence each.

    `remade` names those that were taken away at the start because readings make them anew.
    """

    def __init__(self) -> None:
        self._met: dict[Key, str] = {}
        self.remade: tuple[Key, ...] = ()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._met)

    @property
    def told(self) -> tuple[str, ...]:
        """What is wrong with each."""
        return tuple(self._met.copy().values())

    def add(self, key: Key, trouble: UnreadableRow) -> None:
        """Remember a row; the first time it is logged."""
        if key not in self._met:
            self._met[key] = str(trouble)
            log.error("a row of the store cannot be read: all others go on", why=str(trouble))

    def written(self, keys: Iterable[Key]) -> None:
        """Forget those of the rows that have been written over or removed."""
        for key in keys:
            self._met.pop(key, None)
