"""Keeping messages that could not be taken: the last thousand, so that a flood of them cannot fill the disk."""

from collections.abc import Sequence

from backend.cellar import dead_letters
from backend.domain.dead_letter import MAX_KEPT, DeadLetter
from backend.ports import Action, Ports
from backend.usecases.commit import commit


def keep_dead_letter(ports: Ports, *, letter: DeadLetter) -> None:
    """Keep a dead letter, and let the oldest go where there are a thousand; keeping one twice is harmless.

    It becomes durable with the next sync.

    Raises:
        StoreUnavailable: it is not kept.
        Conflict: others keep dead letters at the same moment; it can be given again.
    """
    commit(ports, lambda: (_decide(ports, letter), None), durable=False)


def _decide(ports: Ports, letter: DeadLetter) -> Sequence[Action]:
    where = dead_letters.key(letter)
    found = ports.table.get_many([where, dead_letters.count_key()])
    if where in found:
        return []
    counted = found.get(dead_letters.count_key())
    count = dead_letters.count_of(counted) + 1
    surplus = max(0, count - MAX_KEPT)
    gone = ports.table.query(dead_letters.oldest(min(surplus, 10))).items if surplus else []
    return [
        dead_letters.put(letter),
        dead_letters.put_count(counted, count=count - len(gone)),
        *(dead_letters.delete(item) for item in gone),
    ]
