"""The table of kegs: exact volumes, and weights that agree with each other and with what is published."""

import pytest

from backend.domain.keg_type import KEG_TYPES, TYPICAL_GRAVITY, KegType, keg_type
from backend.domain.refusal import Invalid
from backend.domain.units import kg, lbs_of

PUBLISHED_FULL_LBS = {
    "half_barrel": 160.2,
    "quarter_barrel": 87.3,
    "slim_quarter": 87.3,
    "sixth_barrel": 59.0,
    "corny_5gal": 51.0,
    "euro_50l": 141.0,
    "euro_30l": 88.8,
    "euro_20l": 64.9,
    "keg_15l": 48.8,
    "keg_10l": 35.5,
}
"""Full weights of the study note's table, for every type of which tare, net and full are all known."""
GALLONS = {
    "half_barrel": 15.5,
    "quarter_barrel": 7.75,
    "slim_quarter": 7.75,
    "sixth_barrel": 31 / 6,
    "corny_5gal": 5.0,
    "corny_3gal": 3.0,
    "corny_2_5gal": 2.5,
}
LITRES = {"euro_50l": 50, "euro_30l": 30, "euro_20l": 20, "keg_15l": 15, "keg_10l": 10, "mini_5l": 5}
IMPERIAL_PINTS = {"uk_firkin": 72, "uk_pin": 36, "uk_11gal": 88}


@pytest.mark.parametrize("type_id", PUBLISHED_FULL_LBS)
def test_tare_and_beer_make_the_published_full_weight(type_id: str) -> None:
    kind = keg_type(type_id)
    assert kind.tare_lbs is not None

    net = lbs_of(kind.gallons, specific_gravity=TYPICAL_GRAVITY)

    full = PUBLISHED_FULL_LBS[type_id]
    assert abs(kind.tare_lbs + net - full) < 0.02 * full
    assert kind.full_lbs(empty_lbs=kind.tare_lbs, specific_gravity=TYPICAL_GRAVITY) == kind.tare_lbs + net


def test_volumes_are_exact() -> None:
    assert {kind: keg_type(kind).gallons for kind in GALLONS} == pytest.approx(GALLONS, rel=1e-12)
    assert {kind: keg_type(kind).litres for kind in LITRES} == LITRES
    assert {kind: keg_type(kind).litres / 0.56826125 for kind in IMPERIAL_PINTS} == pytest.approx(IMPERIAL_PINTS)


def test_every_type_is_checked_by_one_of_these_tables() -> None:
    assert set(KEG_TYPES) == {*GALLONS, *LITRES, *IMPERIAL_PINTS}


@pytest.mark.parametrize("kind", KEG_TYPES.values(), ids=lambda kind: kind.type_id)
def test_a_shell_weighs_less_than_its_beer_holds_and_names_its_source(kind: KegType) -> None:
    assert kind.source
    if kind.tare_lbs is not None:
        assert 3.5 < kg(kind.tare_lbs) < 15
        assert kind.tare_lbs < lbs_of(kind.gallons, specific_gravity=TYPICAL_GRAVITY)


@pytest.mark.parametrize("type_id", ["corny_3gal", "corny_2_5gal", "mini_5l", "uk_firkin", "uk_pin"])
def test_a_shell_that_nobody_weighed_has_no_tare(type_id: str) -> None:
    assert keg_type(type_id).tare_lbs is None


def test_an_unknown_type_is_refused_with_those_that_exist() -> None:
    with pytest.raises(Invalid, match=r"'firkin' is no keg type: choose one of half_barrel, .*uk_11gal"):
        keg_type("firkin")
