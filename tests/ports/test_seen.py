import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_process import NOW

from backend.embedded.seen import added, mark_seen
from backend.embedded.store import Store

numbers = st.integers(0, 40)
DEVICES = itertools.count(1)


def runs_of(numbers: set[int]) -> list[tuple[int, int]]:
    """The runs of a set, by stepping through it."""
    firsts = sorted(number for number in numbers if number - 1 not in numbers)
    lasts = sorted(number for number in numbers if number + 1 not in numbers)
    return list(zip(firsts, lasts, strict=True))


@given(known=st.sets(numbers), more=st.lists(numbers))
def test_runs_hold_exactly_the_numbers_added(known: set[int], more: list[int]) -> None:
    fresh, runs = added(runs_of(known), more)

    assert fresh == sorted(set(more) - known)
    assert runs == runs_of(known | set(more))


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("seen"), now=NOW) as store:
        yield store


@given(batches=st.lists(st.lists(numbers, max_size=8), max_size=8))
def test_the_table_holds_them_as_runs_too(shared_store: Store, batches: list[list[int]]) -> None:
    device = next(DEVICES)
    known: set[int] = set()

    with shared_store.write() as db:
        for batch in batches:
            assert mark_seen(db, device=device, boot=2, seqs=batch) == set(batch) - known
            known |= set(batch)

        runs = db.execute("SELECT first, last FROM seen WHERE device = ? ORDER BY first", (device,)).fetchall()
        assert runs == runs_of(known)
