"""A new keg that is said to be on while the old one still stands there is asked about once."""

import pytest
from bar import FULL, MANAGER, ONE, Bar, at, said

from backend.domain.refusal import NotLifted
from backend.usecases.choose_keg import choose_keg


def on(bar: Bar, *, size: str = "half_barrel", sure: bool = False, second: float = 110) -> None:
    choose_keg(bar.ports, tap_id=ONE, beer_id="stout", type_id=size, member=MANAGER, now=at(second), sure=sure)


def standing(bar: Bar, lbs: float) -> str | None:
    """A keg is on, and its scale weighs this."""
    bar.change(second=0)
    bar.take([said(100, lbs)])
    return bar.tap().keg_id


def test_a_keg_that_does_not_weigh_like_a_full_one_is_asked_about_and_nothing_changes(bar: Bar) -> None:
    before = standing(bar, 70.0)

    with pytest.raises(
        NotLifted, match=r"nothing was lifted: 70\.0 lb stand there, a full half barrel weighs 1\d\d\.\d lb"
    ):
        on(bar)

    assert bar.tap().keg_id == before


def test_who_is_sure_puts_it_on(bar: Bar) -> None:
    before = standing(bar, 70.0)

    on(bar, sure=True)

    assert (bar.tap().beer_id, bar.tap().keg_id == before) == ("stout", False)


def test_what_weighs_like_the_full_keg_is_not_asked_about(bar: Bar) -> None:
    standing(bar, FULL)

    on(bar)

    assert bar.tap().beer_id == "stout"


def test_an_empty_platform_waits_for_its_keg_unasked(bar: Bar) -> None:
    standing(bar, 0.1)

    on(bar)

    assert bar.tap().beer_id == "stout"


def test_a_scale_that_has_been_silent_has_no_say(bar: Bar) -> None:
    standing(bar, 70.0)

    on(bar, second=100 + 301)

    assert bar.tap().beer_id == "stout"


def test_another_size_than_the_one_that_stands_there_is_asked_about(bar: Bar) -> None:
    standing(bar, FULL)

    with pytest.raises(NotLifted, match="a full sixtel weighs"):
        on(bar, size="sixth_barrel")
