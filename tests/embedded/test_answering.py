"""How many of a scale's counts are told, and by which time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.embedded.answering import A_SECOND, AT_ONCE, Answering

WALL = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def _let(answering: Answering, seconds: list[float], device_id: str = "SCALE-1") -> int:
    return sum(answering.lets(device_id, wall=WALL + timedelta(seconds=second)) for second in seconds)


@given(pauses=st.lists(st.floats(0, 2), min_size=1, max_size=200))
def test_no_scale_is_told_more_often_than_its_rate_however_it_sends(pauses: list[float]) -> None:
    seconds = [sum(pauses[: place + 1]) for place in range(len(pauses))]

    let = _let(Answering(), seconds)

    assert let <= AT_ONCE + A_SECOND * (seconds[-1] - seconds[0]) + 1e-6
    assert let >= min(len(pauses), AT_ONCE)


def test_two_a_second_are_all_told_for_as_long_as_they_come() -> None:
    assert _let(Answering(), [place / 2 for place in range(1200)]) == 1200


def test_one_scale_that_sends_too_much_takes_nothing_from_another() -> None:
    answering = Answering()
    _let(answering, [0] * 1000)

    assert _let(answering, [0, 0.5, 1], "SCALE-2") == 3


def test_a_clock_that_is_set_back_stops_nothing_for_long() -> None:
    answering = Answering()
    _let(answering, [3600] * 12)

    assert _let(answering, [0, 1, 2]) == 2


def test_what_is_remembered_is_bounded() -> None:
    answering = Answering()

    for number in range(1000):
        answering.lets(f"SCALE-{number}", wall=WALL)

    assert len(answering._room) <= 201


def test_an_answer_is_taken_by_the_wall_where_it_is_told_and_by_its_receipt_elsewhere() -> None:
    story = WALL + timedelta(days=200)

    assert Answering(lambda: WALL).wall(story) == WALL
    assert Answering().wall(story) == story
