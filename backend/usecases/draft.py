"""A draft over the table: several changes of the same rows, told one after the other, become one group."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.cellar import rows
from backend.domain.refusal import Conflict
from backend.ports import Action, Check, Delete, Group, Item, Key, Outcome, Page, Ports, Put, Query, Table, TableRefused
from backend.usecases import load


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drafted:
    """A row as it is to be (None: gone), and which version is to stand in the table until then (None: whichever)."""

    item: Item | None
    expected: int | None


class Draft:
    """A table that only this change sees: what is under it, and what was added to it. `actions` makes it come true."""

    def __init__(self, ports: Ports) -> None:
        self._under = ports.table
        self._ports = ports
        self._drafted: dict[Key, _Drafted] = {}
        self._checks: dict[Key, int] = {}

    @property
    def ports(self) -> Ports:
        """The same ports with this draft for the table."""
        return replace(self._ports, table=self._as_table())

    def _as_table(self) -> Table:
        return self

    def add(self, actions: Iterable[Action]) -> None:
        """Take these actions into the draft; raises Conflict where a row is not as they expect it."""
        for action in actions:
            match action:
                case Put(item=item, expected_version=expected):
                    self._write(Key(rows.text(item, "PK"), rows.text(item, "SK")), item, expected)
                case Delete(key=key, expected_version=expected):
                    self._write(key, None, expected)
                case Check(key=key, expected_version=expected):
                    if key not in self._drafted:
                        self._checks[key] = expected

    def actions(self) -> list[Action]:
        """Give what makes the draft come true: each row once, over the version that stood there before."""
        actions: list[Action] = []
        for key, drafted in self._drafted.items():
            if drafted.item is None:
                actions.append(Delete(key=key, expected_version=drafted.expected))
            elif drafted.expected is None:
                actions.append(Put(item=drafted.item))
            else:
                item = {**drafted.item, "version": drafted.expected + 1}
                actions.append(Put(item=item, expected_version=drafted.expected))
        checks = [Check(key=key, expected_version=version) for key, version in self._checks.items()]
        return [*(check for check in checks if check.key not in self._drafted), *actions]

    def get(self, key: Key) -> Item | None:
        """One item, or None."""
        drafted = self._drafted.get(key)
        return drafted.item if drafted is not None else self._under.get(key)

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        """Those of the items that exist."""
        found = dict(self._under.get_many([key for key in keys if key not in self._drafted]))
        for key in keys:
            drafted = self._drafted.get(key)
            if drafted is not None and drafted.item is not None:
                found[key] = drafted.item
        return found

    def query(self, query: Query) -> Page:
        """A page as the table gives it; the whole range on one page where something in it is drafted."""
        if query.index is not None:
            raise TableRefused(f"a draft has no {query.index}: ask the table itself")
        if not any(key.pk == query.partition and _within(key.sk, query) for key in self._drafted):
            return self._under.query(query)
        under = load.every(replace(self._ports, table=self._under), replace(query, limit=1000, cursor=None))
        found = {Key(str(item["PK"]), str(item["SK"])): item for item in under}
        for key, drafted in self._drafted.items():
            if drafted.item is None:
                found.pop(key, None)
            elif key.pk == query.partition and _within(key.sk, query):
                found[key] = drafted.item
        ordered = sorted(found, key=lambda key: key.sk, reverse=query.descending)
        return Page(items=[found[key] for key in ordered])

    def transact(self, *groups: Group, durable: bool = True) -> Sequence[Outcome]:  # noqa: ARG002 - nothing lasts here
        """Take groups into the draft."""
        for group in groups:
            self.add(group)
        return [Outcome.APPLIED for _ in groups]

    def _write(self, key: Key, item: Item | None, expected: int | None) -> None:
        before = self._drafted.get(key)
        if before is None:
            self._drafted[key] = _Drafted(item=item, expected=expected)
            return
        stands = rows.version_of(before.item) if before.item is not None else 0
        if expected is not None and before.expected is not None and expected != stands:
            raise Conflict("somebody else is changing the same thing: look at it again, then repeat")
        self._drafted[key] = _Drafted(item=item, expected=before.expected if before.expected is not None else None)


def _within(sort_key: str, query: Query) -> bool:
    if query.begins_with is not None:
        return sort_key.startswith(query.begins_with)
    if query.between is None:
        return True
    low, high = query.between
    return str(low) <= sort_key <= str(high)
