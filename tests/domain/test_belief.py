"""Claims of pours: whatever the detector finds is believed, and nothing that no keg and no faucet can do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.belief import Unbelieved, unbelieved
from backend.domain.pour import find_pours
from backend.domain.reading import PourClaim

GALLON_LBS = 8.345 * 1.010


def _why(before_lbs: float, after_lbs: float, seconds: float) -> Unbelieved | None:
    claim = PourClaim(start=1, seconds=seconds, before_lbs=before_lbs, after_lbs=after_lbs)
    return unbelieved(claim, gallons=(before_lbs - after_lbs) / GALLON_LBS, opening=15.5)


@pytest.mark.parametrize(
    ("before_lbs", "after_lbs", "seconds", "why"),
    [
        (1000.0, -100.0, 0.0, Unbelieved.LIFTED),
        (1000.0, 100.0, 0.0, Unbelieved.FAST),
        (150.0, 140.0, 5.0, Unbelieved.FAST),
        (500.0, 100.0, 3600.0, Unbelieved.MUCH),
        (150.0, 150.0 - 1e-9, 5.0, Unbelieved.LITTLE),
        (20.0, 3.0, 60.0, Unbelieved.LIFTED),
        (150.0, 149.956, 1.0, None),
        (150.0, 148.9, 8.0, None),
        (160.0, 30.0, 900.0, None),
    ],
)
def test_a_claim_is_believed_where_a_keg_and_a_faucet_can_have_done_it(
    before_lbs: float, after_lbs: float, seconds: float, why: Unbelieved | None
) -> None:
    assert _why(before_lbs, after_lbs, seconds) is why


@given(ounces=st.floats(3, 60), flow=st.floats(0.5, 5.5), every_s=st.sampled_from([1, 2, 5, 10, 30, 60]))
def test_whatever_the_detector_finds_in_a_pour_is_believed(ounces: float, flow: float, every_s: int) -> None:
    ounce, length = GALLON_LBS / 128, ounces / flow
    times = [float(second) for second in range(0, 900, every_s)]
    weights = [140.0 - ounce * min(max(0.0, (second - 307) * flow), ounces) for second in times]

    found = find_pours(weights, times)

    assert length > 0
    assert [_why(one.before_lbs, one.after_lbs, one.seconds) for one in found] == [None] * len(found)
