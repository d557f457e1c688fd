"""A scale that starts again: its platform may have wandered meanwhile, and the next pour must count all the same."""

import pytest
from scale_stream import LOAD, OUNCE, at_rest_at, weighed

from backend.domain.shown import shown_level

GROSS = 140.0
NET = GROSS - LOAD.empty_lbs


@pytest.mark.parametrize("wandered_lbs", [-0.3, -0.15, 0.0, 0.15, 0.3, 0.6, 0.8])
@pytest.mark.parametrize("rests_first", [True, False])
def test_a_taster_right_after_a_restart_counts_in_full(wandered_lbs: float, *, rests_first: bool) -> None:
    now = GROSS + wandered_lbs
    shown = shown_level(None, weighed(at_rest_at(GROSS, 0)), load=LOAD)

    shown = shown_level(shown, weighed(at_rest_at(now, 10, stable=rests_first), continuous=False), load=LOAD)
    shown = shown_level(shown, weighed(at_rest_at(now, 11)), load=LOAD)
    rested = shown.net_lbs
    for second, ounces in ((14, 2), (15, 3)):
        shown = shown_level(shown, weighed(at_rest_at(now - ounces * OUNCE, second, stable=False)), load=LOAD)
    falling = shown.net_lbs
    shown = shown_level(shown, weighed(at_rest_at(now - 4 * OUNCE, 17)), load=LOAD)

    assert rested == pytest.approx(NET)
    assert falling == pytest.approx(NET - 2 * OUNCE)
    assert shown.net_lbs == pytest.approx(NET - 4 * OUNCE)


def test_beer_that_went_while_the_scale_was_off_is_seen_at_its_first_rest() -> None:
    shown = shown_level(None, weighed(at_rest_at(GROSS, 0)), load=LOAD)

    shown = shown_level(shown, weighed(at_rest_at(GROSS - 2.0, 30, stable=False), continuous=False), load=LOAD)
    shown = shown_level(shown, weighed(at_rest_at(GROSS - 2.0, 31)), load=LOAD)

    assert shown.net_lbs == pytest.approx(NET - 2.0)
