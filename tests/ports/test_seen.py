from hypothesis import given
from hypothesis import strategies as st

from backend.embedded.seen import added


def runs_of(numbers: set[int]) -> list[tuple[int, int]]:
    """The runs of a set, by stepping through it."""
    firsts = sorted(number for number in numbers if number - 1 not in numbers)
    lasts = sorted(number for number in numbers if number + 1 not in numbers)
    return list(zip(firsts, lasts, strict=True))


@given(known=st.sets(st.integers(0, 40)), more=st.lists(st.integers(0, 40)))
def test_runs_hold_exactly_the_numbers_added(known: set[int], more: list[int]) -> None:
    fresh, runs = added(runs_of(known), more)

    assert fresh == sorted(set(more) - known)
    assert runs == runs_of(known | set(more))
