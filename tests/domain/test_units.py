"""Units against the library pint, which is their oracle and nothing else."""

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.units import PER_GALLON, VolumeUnit, gallons_of, gallons_of_litres, in_unit, kg, lbs, lbs_of, litres

ORACLE: pint.UnitRegistry[float] = pint.UnitRegistry()
AMOUNTS = st.floats(0, 10_000)
NAMES = {
    VolumeUnit.US_GALLON: "gallon",
    VolumeUnit.US_PINT: "pint",
    VolumeUnit.US_OZ: "fluid_ounce",
    VolumeUnit.IMPERIAL_PINT: "imperial_pint",
    VolumeUnit.LITRE: "liter",
}


@given(gallons=AMOUNTS, unit=st.sampled_from(VolumeUnit))
def test_every_unit_of_volume_agrees_with_the_oracle(gallons: float, unit: VolumeUnit) -> None:
    assert in_unit(gallons, unit) == pytest.approx(ORACLE.Quantity(gallons, "gallon").to(NAMES[unit]).m, rel=1e-12)


def test_no_unit_is_without_its_factor() -> None:
    assert set(PER_GALLON) == set(VolumeUnit) == set(NAMES)


@given(amount=AMOUNTS)
def test_litres_and_kilograms_agree_with_the_oracle(amount: float) -> None:
    assert litres(amount) == pytest.approx(ORACLE.Quantity(amount, "gallon").to("liter").m, rel=1e-12)
    assert gallons_of_litres(amount) == pytest.approx(ORACLE.Quantity(amount, "liter").to("gallon").m, rel=1e-12)
    assert kg(amount) == pytest.approx(ORACLE.Quantity(amount, "pound").to("kilogram").m, rel=1e-12)
    assert lbs(amount) == pytest.approx(ORACLE.Quantity(amount, "kilogram").to("pound").m, rel=1e-12)


@given(amount=AMOUNTS, gravity=st.floats(0.98, 1.2))
def test_weight_to_volume_and_back_is_the_same(amount: float, gravity: float) -> None:
    there = gallons_of(amount, specific_gravity=gravity)

    assert lbs_of(there, specific_gravity=gravity) == pytest.approx(amount, rel=1e-12)
    assert there == pytest.approx(amount / (8.345 * gravity), rel=1e-12)
