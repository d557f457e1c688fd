"""A keg that a scale found is news on every screen until somebody says that it is right."""

import pytest
from bar import MANAGER, ONE, STAFF, TWO
from cellar import Cellar, barrel, face

from backend.domain.member import OWNER
from backend.domain.refusal import Conflict
from backend.usecases.choose_keg import choose_keg
from backend.usecases.undo_swap import confirm_swap, undo_swap
from backend.usecases.view_swap import view_swap


@pytest.fixture
def found(cellar: Cellar) -> Cellar:
    """A keg was changed, and its scale has found it."""
    cellar.swap(new=barrel(shell_lbs=29.1))
    cellar.run(60)
    return cellar


def test_a_keg_that_was_found_is_news_since_it_counts(found: Cellar) -> None:
    assert face(found).new_since == found.last().at


def test_a_keg_that_was_confirmed_is_no_news_until_that_is_taken_back(found: Cellar) -> None:
    ports = found.bar.ports

    confirm_swap(ports, tap_id=ONE, member=STAFF, now=found.now)
    confirmed = face(found).new_since
    confirm_swap(ports, tap_id=ONE, member=STAFF, now=found.now, right=False)
    confirm_swap(ports, tap_id=ONE, member=STAFF, now=found.now, right=False)

    assert confirmed is None
    assert face(found).new_since == found.last().at
    assert found.last().open
    assert view_swap(ports, tap_id=ONE, member=STAFF, now=found.now).may_confirm


def test_what_somebody_else_has_confirmed_is_theirs(found: Cellar) -> None:
    ports = found.bar.ports
    confirm_swap(ports, tap_id=ONE, member=MANAGER, now=found.now)

    with pytest.raises(Conflict, match="somebody else has confirmed this keg"):
        confirm_swap(ports, tap_id=ONE, member=STAFF, now=found.now, right=False)

    assert face(found).new_since is None


def test_a_keg_that_was_taken_back_or_chosen_is_no_news(found: Cellar) -> None:
    ports = found.bar.ports
    undo_swap(ports, tap_id=ONE, member=OWNER, now=found.now)
    taken_back = face(found).new_since

    choose_keg(ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=OWNER, now=found.now)

    assert taken_back is None
    assert face(found).new_since is None


def test_a_keg_that_was_lifted_off_one_tap_is_offered_on_another_with_the_time(found: Cellar) -> None:
    choices = view_swap(found.bar.ports, tap_id=TWO, member=OWNER, now=found.now).choices

    lifted = {choice.offer.keg_id: choice.lifted_at for choice in choices if choice.lifted_at}

    assert lifted == {found.old().keg_id: found.old().closed_at}
