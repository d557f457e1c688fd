"""How fresh the beer in a keg is, from its dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.freshness import Freshness, keeping

TODAY = date(2026, 3, 20)
ORDER = list(Freshness)


@pytest.mark.parametrize(
    ("filled", "best", "word", "says"),
    [
        (None, None, Freshness.UNKNOWN, "give the date"),
        (10, None, Freshness.FRESH, "filled 10 days ago"),
        (1, None, Freshness.FRESH, "filled 1 day ago"),
        (44, None, Freshness.FRESH, "filled 44 days ago"),
        (45, None, Freshness.SOON, "use it soon unless pasteurised"),
        (60, None, Freshness.SOON, "past its best unless pasteurised"),
        (90, None, Freshness.SOON, "even if pasteurised"),
        (120, None, Freshness.PAST, "past its best"),
        (None, 15, Freshness.FRESH, "best within 15 days"),
        (None, 14, Freshness.SOON, "best within 14 days"),
        (None, 0, Freshness.SOON, "best by today"),
        (None, -1, Freshness.PAST, "best by was 1 day ago"),
        (200, 30, Freshness.FRESH, "best within 30 days"),  # the brewer knows better than a rule of thumb
    ],
)
def test_the_dates_say_what_to_do(filled: int | None, best: int | None, word: Freshness, says: str) -> None:
    told = keeping(
        filled_on=None if filled is None else TODAY - timedelta(days=filled),
        best_by=None if best is None else TODAY + timedelta(days=best),
        today=TODAY,
    )

    assert told.word is word
    assert says in told.says


@given(days=st.integers(0, 400), later=st.integers(0, 400), best=st.none() | st.integers(-100, 400))
def test_no_keg_grows_fresher_with_time(days: int, later: int, best: int | None) -> None:
    filled_on = TODAY - timedelta(days=days)
    best_by = None if best is None else filled_on + timedelta(days=best)

    now = keeping(filled_on=filled_on, best_by=best_by, today=TODAY)
    then = keeping(filled_on=filled_on, best_by=best_by, today=TODAY + timedelta(days=later))

    assert ORDER.index(now.word) <= ORDER.index(then.word)
