import pytest

from backend.aws.patience import Patience


@pytest.mark.parametrize("attempts", [1, 2, 6])
def test_it_asks_so_many_times_and_waits_between(attempts: int) -> None:
    waits: list[float] = []

    asked = list(Patience(attempts=attempts, pause=waits.append))

    assert asked == list(range(1, attempts + 1))
    assert len(waits) == attempts - 1


def test_each_wait_is_drawn_from_twice_as_long_up_to_the_longest() -> None:
    drawn = [[], [], [], []]  # type: list[list[float]]
    for _ in range(300):
        waits: list[float] = []
        list(Patience(attempts=5, first=0.1, most=0.3, pause=waits.append))
        for nth, wait in zip(drawn, waits, strict=True):
            nth.append(wait)

    assert [max(nth) for nth in drawn] == pytest.approx([0.1, 0.2, 0.3, 0.3], rel=0.1)
    assert all(0 <= min(nth) < 0.1 * max(nth) for nth in drawn)


def test_nobody_waits_where_the_first_answer_comes() -> None:
    for attempt in Patience(pause=lambda _: pytest.fail("it waited")):
        assert attempt == 1
        break
