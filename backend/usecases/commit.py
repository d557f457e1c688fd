"""Commit once, and decide anew where somebody else was faster or the store did not say."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from backend.domain.refusal import Conflict
from backend.ports import Action, Delete, Group, Item, Key, Outcome, Ports, Put, StoreUnavailable

ATTEMPTS: Final = 5
T = TypeVar("T")


def commit(ports: Ports, decide: Callable[[], tuple[Sequence[Action], T]], *, durable: bool = True) -> T:
    """Load and decide (`decide` gives the actions and the answer), commit as one group, up to five times.

    Raises:
        Conflict: where others changed the same rows five times in a row.
        StoreUnavailable: where the store was too busy, or did not say what became of the group, five times in a row.
    """
    outcome = Outcome.CONFLICT
    for _ in range(ATTEMPTS):
        actions, answer = decide()
        if not actions:
            return answer
        (outcome,) = written(ports, [actions], durable=durable)
        if outcome is Outcome.APPLIED:
            return answer
    raise gave_up(outcome)


def written(ports: Ports, groups: Sequence[Group], *, durable: bool = True) -> list[Outcome]:
    """Transact, and read back what became of a group whose answer was lost.

    Where each of its rows stands as it was to be written the group counts as applied: it was, or somebody else did
    exactly the same. Where not, it stays unknown, and deciding anew finds what is there. So does a group of checks
    alone: it leaves nothing behind that could be read back.
    """
    outcomes = ports.table.transact(*groups, durable=durable)
    return [
        Outcome.APPLIED if outcome is Outcome.UNKNOWN and _stands(ports, group) else outcome
        for group, outcome in zip(groups, outcomes, strict=True)
    ]


def gave_up(outcome: Outcome) -> Exception:
    """The error for a group that met this outcome until there was no more trying."""
    match outcome:
        case Outcome.THROTTLED:
            return StoreUnavailable("the table is asked more than it answers: repeat in a minute")
        case Outcome.UNKNOWN:
            return StoreUnavailable(
                "the table did not say whether the change was made: look, then repeat if it was not"
            )
        case _:
            return Conflict("somebody else is changing the same thing: look at it again, then repeat")


def _stands(ports: Ports, group: Group) -> bool:
    wanted: dict[Key, Item | None] = {}
    for action in group:
        if isinstance(action, Put):
            wanted[Key(str(action.item["PK"]), str(action.item["SK"]))] = action.item
        elif isinstance(action, Delete):
            wanted[action.key] = None
    found = ports.table.get_many(list(wanted))
    return bool(wanted) and all(found.get(key) == item for key, item in wanted.items())
