"""The specification's rows, one of each that exists, key by key: what is in the table does not change unnoticed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.cellar import beers, kegs, locations, scales, taps
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, Tare, TareSource
from backend.domain.location import Location
from backend.domain.reading import Reading, Watermark
from backend.domain.scale import Scale, ScaleStatus
from backend.domain.shown import shown_at
from backend.domain.tap import Tap, TapState, absolute_level
from backend.ports import Item

GOLDEN = json.loads((Path(__file__).parent / "golden_rows.json").read_text())
SPECIFIED = {
    "LOCATION#loc-001 / META": {"name", "address", "timezone", "settings"},
    "LOCATION#loc-001 / TAP#07": {"scale_id", "beer_id", "keg_id", "keg_type", "full_lbs", "empty_lbs"},
    "LOCATION#loc-001 / TAP#07#STATE": {"level_pct", "gallons", "weight_lbs", "updated_at", "tare_status"},
    "BEER#guinness-draught / META": {"name", "brewery", "style", "abv", "specific_gravity"},
    "KEG#keg-20260318-007 / META": {"beer_id", "keg_type", "tapped_at", "loc_id"},
    "KEG#keg-20260318-007 / TARE": {"empty_offset", "full_ref", "tared_by", "tared_at"},
    "DEVICE#SCALE-0042 / META": {"loc_id", "tap_id", "fw_version", "status"},
    "DEVICE#SCALE-0042 / TELEMETRY": {"battery_v", "battery_pct", "rssi", "updated_at"},
}
"""Keys and attributes as the specification's table names them."""

MOMENT = datetime(2026, 3, 18, 20, 41, 7, tzinfo=UTC)
TAP_ID = TapId("loc-001", 7)
TAP = Tap(
    tap_id=TAP_ID,
    scale_id="SCALE-0042",
    scale_since=datetime(2026, 1, 2, 9, 0, tzinfo=UTC),
    beer_id="guinness-draught",
    keg_id="keg-20260318-007",
    type_id="half_barrel",
    tapped_at=MOMENT,
    full_lbs=160.338,
    empty_lbs=29.7,
    specific_gravity=1.010,
)
KEG = Keg(
    keg_id="keg-20260318-007",
    location_id="loc-001",
    beer_id="guinness-draught",
    type_id="half_barrel",
    state=KegState.ON_TAP,
    tare=Tare(empty_lbs=29.7, source=TareSource.TYPE_DEFAULT),
    full_lbs=160.338,
    tap_id=TAP_ID,
    tapped_at=MOMENT,
)
READING = Reading(
    device_id="SCALE-0042",
    received_at=MOMENT,
    measured_at=MOMENT,
    weight_lbs=87.3,
    digest="0",
    boot=1594530817,
    seq=44,
    battery_v=3.94,
    battery_pct=78.0,
    rssi=-61,
    temp_f=37.9,
)


def _rows() -> list[Item]:
    state = TapState(
        tap_id=TAP_ID,
        weight_lbs=87.3,
        level=absolute_level(87.3, load=TAP.load),
        updated_at=MOMENT,
        mark=Watermark.of(READING),
        keg_id=TAP.keg_id,
        shown=shown_at(57.6, gross_lbs=87.3, at=MOMENT),
    )
    beer = Beer(beer_id="guinness-draught", name="Guinness Draught", brewery="Guinness", style="Stout", abv=4.2)
    bar = Location(location_id="loc-001", name="The Anchor", address="1 Pier, Oakland", timezone="America/Los_Angeles")
    scale = Scale(
        device_id="SCALE-0042",
        location_id="loc-001",
        tap_id=TAP_ID,
        status=ScaleStatus.ONLINE,
        fw_version="0.1.0",
        session=2893012,
        claims_pours=True,
        reset="power_on",
        heard_at=MOMENT,
    )
    return [
        locations.puts(bar)[0].item,
        taps.put(TAP).item,
        taps.put_state(state).item,
        beers.puts(beer)[0].item,
        kegs.put(KEG).item,
        kegs.put_tare(KEG, tared_by="owner", tared_at=MOMENT).item,
        scales.put(scale).item,
        scales.put_telemetry(None, [READING], location_id="loc-001").item,
    ]


def test_the_rows_are_the_golden_ones() -> None:
    written = {f"{item['PK']} / {item['SK']}": item for item in _rows()}

    assert json.loads(json.dumps(written)) == GOLDEN


@pytest.mark.parametrize("row", SPECIFIED)
def test_every_key_and_attribute_that_the_specification_names_is_there(row: str) -> None:
    told = GOLDEN[row]

    assert SPECIFIED[row] <= set(told)
    assert all(told[name] is not None for name in SPECIFIED[row])


def test_only_the_taps_own_row_answers_in_the_device_index() -> None:
    assert [row for row, item in GOLDEN.items() if "device_id" in item] == ["LOCATION#loc-001 / TAP#07"]
    assert GOLDEN["LOCATION#loc-001 / TAP#07"]["device_id"] == "SCALE-0042"


def test_only_the_telemetry_row_answers_in_the_battery_index() -> None:
    indexed = [row for row, item in GOLDEN.items() if {"loc_id", "battery_pct"} <= set(item)]

    assert indexed == ["DEVICE#SCALE-0042 / TELEMETRY"]


def test_the_sample_of_the_specification_stands_in_the_table_with_its_tare_taken_off() -> None:
    state = GOLDEN["LOCATION#loc-001 / TAP#07#STATE"]

    assert (round(state["level_pct"]), round(state["gallons"], 1)) == (44, 6.8)
    assert state["tare_status"] == "ok"
