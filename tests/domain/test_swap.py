"""A change of kegs as a scale sees it: what is a lift, a load, a load that has stood; and what is none of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.shown import Shown, shown_at
from backend.domain.swap import STANDS, Standing, Swap, swap_after, swap_set_back

T0 = datetime(2026, 3, 20, 20, 0, tzinfo=UTC)
EMPTY = 29.7
BEFORE = shown_at(60.3, gross_lbs=90.0, at=T0)


def at(seconds: float) -> datetime:
    """A moment of the story."""
    return T0 + timedelta(seconds=seconds)


def after(
    *seen: tuple[float, float, bool], keg_id: str | None = "keg", before: Shown | None = BEFORE, since: float = 0
) -> Swap | None:
    """What is known after readings (second, lb, stable), one after the other."""
    swap, last = None, since
    for second, lbs, stable in seen:
        standing = Standing(gross_lbs=lbs, at=at(second), stable=stable, silence=timedelta(seconds=second - last))
        swap = swap_after(swap, standing, keg_id=keg_id, empty_lbs=EMPTY if keg_id else None, before=before)
        last = second
    return swap


def test_a_keg_is_lifted_where_less_than_half_its_shell_is_left_and_weighed_what_it_weighed_at_rest() -> None:
    swap = after((10, 60.0, False), (11, 14.0, False))

    assert swap is not None
    assert (swap.lifted_at, swap.keg_id, swap.before_lbs, swap.placed_at) == (at(9), "keg", 90.0, None)
    assert after((10, 15.0, False)) is None


def test_a_keg_lifted_in_mid_pour_weighed_less_than_at_its_last_rest() -> None:
    swap = after((10, 1.0, False), before=BEFORE._replace(net_lbs=59.3, pouring=True))

    assert swap is not None
    assert swap.before_lbs == pytest.approx(89.0)


def test_a_load_is_ripe_once_it_has_stood_and_not_before() -> None:
    lifted = ((10.0, 0.1, False), (30.0, 150.0, False), (32.0, 160.0, True))

    first, early, ripe = after(*lifted), after(*lifted, (35, 160.0, True)), after(*lifted, (36, 160.1, True))

    assert (first and first.placed_at, first and first.gross_lbs) == (at(32), 160.0)
    assert [swap is not None and swap.ripe for swap in (first, early, ripe)] == [False, False, True]
    assert ripe is not None
    assert (ripe.placed_at, ripe.gross_lbs) == (at(32), 160.0)


def test_a_load_that_is_stirred_begins_to_stand_anew() -> None:
    swap = after((10, 0.1, False), (32, 150.0, True), (35, 160.0, True), (38, 160.0, True))

    assert swap is not None
    assert (swap.placed_at, swap.ripe) == (at(35), False)


def test_what_is_set_down_and_lifted_again_is_the_same_change() -> None:
    swap = after((10, 0.1, False), (30, 160.0, True), (40, 160.0, True), (45, 0.1, False))

    assert swap is not None
    assert (swap.lifted_at, swap.before_lbs, swap.placed_at, swap.ripe) == (at(8), 90.0, None, False)


def test_a_weight_that_jumped_in_a_silence_is_looked_at_and_one_that_wandered_is_not() -> None:
    jumped, wandered, heard = after((100, 160.0, True)), after((100, 92.9, True)), after((80, 160.0, True))

    assert jumped is not None
    assert (jumped.over_gap, jumped.lifted_at, jumped.placed_at) == (True, at(0), at(100))
    assert (wandered, heard) == (None, None)
    assert after((100, 160.0, True), before=None) is None


def test_where_no_keg_is_known_a_load_is_looked_at_and_a_bare_platform_is_bare() -> None:
    load, bare = after((10, 60.0, True), keg_id=None), after((10, 3.0, True), keg_id=None)

    assert load is not None
    assert load.placed_at == at(10)
    assert bare is not None
    assert (bare.placed_at, bare.keg_id) == (None, None)


def test_a_load_that_was_judged_is_not_judged_again_while_beer_leaves_it() -> None:
    judged = Swap(lifted_at=at(0), placed_at=at(30), gross_lbs=80.0, stood_at=at(40), judged=True)

    def next_one(lbs: float) -> Swap | None:
        standing = Standing(gross_lbs=lbs, at=at(60), stable=True)
        return swap_after(judged, standing, keg_id=None, empty_lbs=None, before=None)

    assert next_one(71.0) == judged
    another = next_one(86.0)
    assert another is not None
    assert (another.judged, another.placed_at) == (False, at(60))


WEIGHTS = st.lists(st.tuples(st.floats(0.1, 60), st.floats(-1, 200), st.booleans()), min_size=1, max_size=30)


@given(steps=WEIGHTS, keg=st.sampled_from(["keg", None]))
def test_whatever_stands_there_a_change_has_an_order_in_time(
    steps: list[tuple[float, float, bool]], keg: str | None
) -> None:
    second, seen = 0.0, []
    for step, lbs, stable in steps:
        second += step
        seen.append((second, lbs, stable))

    swap = after(*seen, keg_id=keg)

    if swap is not None:
        assert swap.lifted_at <= at(second)
        assert (swap.placed_at is None) == (swap.gross_lbs is None) == (swap.stood_at is None)
        if swap.placed_at is not None and swap.stood_at is not None:
            assert swap.lifted_at <= swap.placed_at <= swap.stood_at <= at(second)
            assert swap.ripe is (swap.stood_at - swap.placed_at >= STANDS)


@given(lean=st.lists(st.floats(-20, 200), max_size=20), steps=st.floats(0.2, 30))
def test_a_keg_that_was_never_lifted_nor_out_of_sight_is_never_changed(lean: list[float], steps: float) -> None:
    weights = [90.0 + lbs for lbs in lean if 90.0 + lbs >= EMPTY / 2]

    assert after(*((steps * n, lbs, n % 2 == 0) for n, lbs in enumerate(weights, start=1))) is None


def test_a_clock_set_right_begins_the_load_anew() -> None:
    ahead = Swap(lifted_at=at(9000), placed_at=at(9100), gross_lbs=160.0, stood_at=at(9200))

    swap = swap_set_back(ahead, at=at(60))

    assert (swap.lifted_at, swap.placed_at, swap.ripe) == (at(60), None, False)
