"""When a keg is empty: the gas above the beer weighs something too, and a vented keg weighs less than its shell."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.beer import Beer
from backend.domain.face import Condition, TapFace, face_of, is_empty
from backend.domain.ids import TapId
from backend.domain.keg import GAS_LBS_PER_GALLON, empty_net_lbs
from backend.domain.keg_type import KEG_TYPES, keg_type
from backend.domain.location import Settings
from backend.domain.reading import Watermark
from backend.domain.shown import Load, shown_at
from backend.domain.tap import Tap, TapState, absolute_level

NOW = datetime(2026, 3, 20, 20, 0, tzinfo=UTC)
PILS = Beer(beer_id="pils", name="Pils", price_cents=700, cost_cents=15_500)
OUNCE_LBS = 8.345 * 1.010 / 128


def face(type_id: str, net_lbs: float, *, cost_cents: int | None = None) -> TapFace:
    """A tap whose keg weighs so much more than its shell."""
    kind = keg_type(type_id)
    shell = kind.tare_lbs or 20.0
    tap = Tap(
        tap_id=TapId("loc-001", 1),
        beer_id="pils",
        keg_id="keg",
        type_id=type_id,
        tapped_at=NOW,
        full_lbs=kind.full_lbs(empty_lbs=shell, specific_gravity=1.010),
        empty_lbs=shell,
        specific_gravity=1.010,
        cost_cents=cost_cents,
    )
    gross = shell + net_lbs
    state = TapState(
        tap_id=tap.tap_id,
        weight_lbs=gross,
        level=absolute_level(gross, load=tap.load),
        updated_at=NOW,
        mark=Watermark(measured_at=NOW, device_id="SCALE-1", boot=1, seq=1),
        keg_id="keg",
        shown=shown_at(net_lbs, gross_lbs=gross, at=NOW),
    )
    return face_of(tap, state=state, beer=PILS, scale=None, settings=Settings())


@pytest.mark.parametrize("type_id", KEG_TYPES)
def test_an_emptied_keg_under_pressure_is_empty_whatever_its_size(type_id: str) -> None:
    gas = GAS_LBS_PER_GALLON * keg_type(type_id).gallons

    assert face(type_id, gas).condition is Condition.EMPTY
    assert face(type_id, gas + 0.1).condition is Condition.EMPTY  # what a cooler wanders


@pytest.mark.parametrize("type_id", KEG_TYPES)
def test_a_vented_keg_is_empty_and_not_below_nothing(type_id: str) -> None:
    vented = face(type_id, -0.4)

    assert vented.condition is Condition.EMPTY
    assert vented.level is not None
    assert (vented.level.percent, vented.level.gallons, vented.servings) == (0, 0, 0)


@pytest.mark.parametrize("type_id", KEG_TYPES)
def test_a_last_half_pint_above_the_gas_is_beer(type_id: str) -> None:
    gas = GAS_LBS_PER_GALLON * keg_type(type_id).gallons

    assert face(type_id, gas + 8 * OUNCE_LBS).condition is not Condition.EMPTY


def test_a_half_barrel_is_empty_at_the_weight_that_was_measured() -> None:
    assert pytest.approx(0.465) == GAS_LBS_PER_GALLON * 15.5
    assert empty_net_lbs(15.5) == pytest.approx(0.6)


@given(small=st.floats(1, 20), more=st.floats(0, 20))
def test_more_gas_is_in_a_larger_keg(small: float, more: float) -> None:
    assert empty_net_lbs(small) <= empty_net_lbs(small + more)


def test_without_a_tare_only_nothing_is_empty() -> None:
    assert is_empty(0.0, load=None)
    assert not is_empty(0.1, load=None)
    assert is_empty(0.5, load=Load(empty_lbs=29.7, full_lbs=160.3, specific_gravity=1.010))


def test_a_tile_knows_what_a_glass_sells_for_and_what_the_beer_left_has_cost() -> None:
    half = face("half_barrel", 130.64 / 2)

    assert (half.price_cents, half.value_left_cents) == (700, pytest.approx(7750, abs=1))
    assert face("half_barrel", 130.64 / 2, cost_cents=20_000).value_left_cents == pytest.approx(10_000, abs=1)
    assert face("half_barrel", -1.0).value_left_cents == 0
