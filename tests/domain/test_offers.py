"""Which keg can it be that was set down: what fits by weight, the likeliest first, and what may be taken unasked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.offers import FULL_SHARE, KNOWN_LBS, LOST_LBS, Candidate, OfferWhy, fitting, likeliest

FULL = 160.3


def candidate(why: OfferWhy, lbs: float = FULL, *, keg_id: str | None = "k", known: bool = False) -> Candidate:
    """A half barrel that is full, or known to the pound."""
    within = KNOWN_LBS if known else FULL_SHARE * lbs
    return Candidate(keg_id=keg_id, beer_id="pils", type_id="half_barrel", why=why, expected_lbs=lbs, within_lbs=within)


SAME = replace(candidate(OfferWhy.SAME_KEG, 100.0, known=True), lighter_lbs=LOST_LBS)
CANDIDATES = st.lists(
    st.builds(candidate, st.sampled_from(OfferWhy), st.floats(20, 200), known=st.booleans()), max_size=12
)


def whys(candidates: list[Candidate], gross_lbs: float) -> list[OfferWhy]:
    return [offer.why for offer in fitting(candidates, gross_lbs=gross_lbs)]


@given(candidates=CANDIDATES, gross=st.floats(5, 220))
def test_only_what_fits_is_offered_and_says_by_how_much_it_is_off(candidates: list[Candidate], gross: float) -> None:
    offers = fitting(candidates, gross_lbs=gross)

    assert all(offer.off_lbs is not None and abs(offer.off_lbs) <= FULL_SHARE * 200 for offer in offers)
    assert len(offers) == sum(one.fits(gross) for one in candidates)
    assert len(fitting(candidates, gross_lbs=None)) == len(candidates)


@given(
    candidates=st.permutations([candidate(why, keg_id=why.value) for why in OfferWhy if why is not OfferWhy.SAME_KEG])
)
def test_the_queued_one_goes_first_then_known_ones_then_the_usual(candidates: list[Candidate]) -> None:
    assert whys(candidates, FULL) == [
        OfferWhy.QUEUED, OfferWhy.LIFTED_LATELY, OfferWhy.SAME_AGAIN, OfferWhy.IN_STOCK, OfferWhy.OF_TYPE,
    ]  # fmt: skip


def test_the_keg_that_was_lifted_goes_first_where_its_weight_comes_back() -> None:
    queued = candidate(OfferWhy.QUEUED, 101.0)

    assert whys([queued, SAME], 100.4) == [OfferWhy.SAME_KEG, OfferWhy.QUEUED]
    assert whys([queued, SAME], 98.0) == [OfferWhy.QUEUED, OfferWhy.SAME_KEG]
    assert whys([SAME], 96.2) == []
    assert whys([SAME], 100.8) == []


def test_a_queued_keg_that_is_known_to_the_pound_goes_before_the_same_one_where_it_is_nearer() -> None:
    known = candidate(OfferWhy.QUEUED, 100.5, known=True)

    assert whys([SAME, known], 100.4) == [OfferWhy.QUEUED, OfferWhy.SAME_KEG]
    assert whys([SAME, known], 100.1) == [OfferWhy.SAME_KEG, OfferWhy.QUEUED]


def test_of_two_with_the_same_reason_the_nearer_in_weight_goes_first() -> None:
    near, far = candidate(OfferWhy.IN_STOCK, 159.0, keg_id="near"), candidate(OfferWhy.IN_STOCK, 163.0, keg_id="far")

    assert [offer.keg_id for offer in fitting([far, near], gross_lbs=158.0)] == ["near", "far"]


def test_sizes_that_the_bar_does_not_have_are_offered_only_where_no_other_fits() -> None:
    usual = replace(candidate(OfferWhy.OF_TYPE), type_id="euro_50l")
    strange = replace(candidate(OfferWhy.OF_TYPE), type_id="uk_11gal", usual=False)

    assert [offer.type_id for offer in fitting([strange, usual], gross_lbs=FULL)] == ["euro_50l"]
    assert [offer.type_id for offer in fitting([strange], gross_lbs=FULL)] == ["uk_11gal"]


@pytest.mark.parametrize("why", [OfferWhy.QUEUED, OfferWhy.LIFTED_LATELY, OfferWhy.SAME_AGAIN])
def test_what_is_expected_is_taken_without_asking(why: OfferWhy) -> None:
    offers = fitting([candidate(why), candidate(OfferWhy.IN_STOCK)], gross_lbs=FULL)

    taken = likeliest(offers, seen_lifted=False)

    assert taken is offers[0]


def test_of_the_stock_only_what_leaves_no_choice_is_taken() -> None:
    pils, stout = candidate(OfferWhy.IN_STOCK), replace(candidate(OfferWhy.IN_STOCK), beer_id="stout")

    assert likeliest(fitting([pils, replace(pils, keg_id="other")], gross_lbs=FULL), seen_lifted=True) is not None
    assert likeliest(fitting([pils, stout], gross_lbs=FULL), seen_lifted=True) is None
    assert likeliest([], seen_lifted=True) is None


def test_another_size_is_no_evidence_where_nobody_saw_the_lift() -> None:
    offers = fitting([candidate(OfferWhy.OF_TYPE)], gross_lbs=FULL)

    assert likeliest(offers, seen_lifted=True) is not None
    assert likeliest(offers, seen_lifted=False) is None
