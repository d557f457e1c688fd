"""Commit once, and decide anew where somebody else was faster."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from backend.domain.refusal import Conflict
from backend.ports import Action, Outcome, Ports

ATTEMPTS: Final = 5
T = TypeVar("T")


def commit(ports: Ports, decide: Callable[[], tuple[Sequence[Action], T]], *, durable: bool = True) -> T:
    """Load and decide (`decide` gives the actions and the answer), commit as one group, up to five times.

    Raises:
        Conflict: where others changed the same rows five times in a row.
    """
    for _ in range(ATTEMPTS):
        actions, answer = decide()
        if not actions or ports.table.transact(actions, durable=durable)[0] is Outcome.APPLIED:
            return answer
    raise Conflict("somebody else is changing the same thing: look at it again, then repeat")
