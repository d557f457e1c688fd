"""The specification's fifteen kinds of row, one of each, through every adapter, and the questions it asks of them."""

import json
from pathlib import Path

import pytest
from lagging_table import eventually, every

from backend.ports import Index, Item, Key, Outcome, Put, Query, Table

HERE = Path(__file__).parent
GIVEN: dict[str, Item] = json.loads((HERE / "spec_rows.json").read_text(encoding="utf-8"))
WRITTEN: dict[str, Item] = json.loads((HERE.parent / "cellar" / "golden_rows.json").read_text(encoding="utf-8"))
"""What the cellar writes today, of those kinds that it knows."""
SPECIFIED = {
    "LOCATION#loc-001 / META": "name, address, timezone, settings",
    "LOCATION#loc-001 / TAP#07": "scale_id, beer_id, keg_id, keg_type, full_lbs, empty_lbs",
    "LOCATION#loc-001 / TAP#07#STATE": "level_pct, gallons, weight_lbs, updated_at, tare_status",
    "BEER#guinness-draught / META": "name, brewery, style, abv, specific_gravity",
    "BEER#guinness-draught / KEG#half_barrel": "full_lbs, empty_lbs",
    "KEG#keg-20260318-007 / META": "beer_id, keg_type, tapped_at, loc_id",
    "KEG#keg-20260318-007 / TARE": "empty_offset, full_ref, tared_by, tared_at",
    "DEVICE#SCALE-0042 / META": "loc_id, tap_id, fw_version, status",
    "DEVICE#SCALE-0042 / TELEMETRY": "battery_v, battery_pct, rssi, updated_at",
    "DEVICE#SCALE-0042 / CALIBRATION": "scale_factor, zero_offset, method, drift_pct, calibrated_at",
    "DEVICE#SCALE-0042 / CAL#2026-03-01T10:00:00.000Z": "scale_factor, known_weight, by, method, drift_pct",
    "ALERT#loc-001 / ACTIVE#low_keg#TAP#07": "type, severity, state, fired_at, context",
    "ALERT#loc-001 / HIST#2026-03-17T23:02:11.500Z": "type, severity, state, fired_at, context",  # "full alert record"
    "FIRING#loc-001#TAP#07 / low_keg": "started_at, severity",
    "WS_CONN#L0SM9cOFvHcCIhw= / META": "loc_id, user_id, expires_at",
}
"""Keys and attributes as the specification's table has them; its `FIRING#TAP#07` would be one row for every bar."""
ADDED = {
    "LOCATION#loc-001 / TAP#07": {"device_id", "loc_id", "tap_id"},  # the row that device-index finds
    "DEVICE#SCALE-0042 / TELEMETRY": {"loc_id"},  # without it location-battery-index finds nothing
    "FIRING#loc-001#TAP#07 / low_keg": {"expires_at"},  # a table has one attribute to live by
}
"""What those rows need beside that, so that the specification's indexes and time to live find them."""


def names_of(row: str) -> set[str]:
    return set(SPECIFIED[row].split(", "))


def key_of(row: str) -> Key:
    return Key(*row.split(" / "))


def item_of(row: str) -> Item:
    key = key_of(row)
    return {"PK": key.pk, "SK": key.sk, **GIVEN[row]}


def test_there_is_one_row_of_each_kind_with_exactly_its_attributes() -> None:
    assert list(GIVEN) == list(SPECIFIED)
    assert len(GIVEN) == 15
    assert {row: set(item) for row, item in GIVEN.items()} == {
        row: names_of(row) | ADDED.get(row, set()) for row in SPECIFIED
    }


@pytest.mark.parametrize("row", [row for row in SPECIFIED if row in WRITTEN])
def test_what_the_cellar_writes_has_those_names_and_kinds_of_value(row: str) -> None:
    written = WRITTEN[row]

    assert set(GIVEN[row]) <= set(written)
    assert {name: _kind(written[name]) for name in GIVEN[row]} == {
        name: _kind(value) for name, value in GIVEN[row].items()
    }


def test_every_row_that_the_cellar_keeps_golden_is_one_of_the_fifteen() -> None:
    assert set(WRITTEN) <= set(SPECIFIED)


@pytest.fixture
def bar(table: Table) -> Table:
    """The table with the fifteen rows, and a second location that must never be found with the first."""
    assert table.transact([Put(item=item_of(row)) for row in GIVEN]) == [Outcome.APPLIED]
    elsewhere: list[Item] = [
        {"PK": "LOCATION#loc-002", "SK": "TAP#07", "device_id": "SCALE-0099", "loc_id": "loc-002"},
        {"PK": "DEVICE#SCALE-0099", "SK": "TELEMETRY", "loc_id": "loc-002", "battery_pct": 3},
        {"PK": "DEVICE#SCALE-0007", "SK": "TELEMETRY", "loc_id": "loc-001", "battery_pct": 100},
        {"PK": "DEVICE#SCALE-0008", "SK": "TELEMETRY", "loc_id": "loc-001", "battery_pct": 9},
        {"PK": "ALERT#loc-002", "SK": "ACTIVE#low_keg#TAP#07", "type": "low_keg"},
    ]
    assert table.transact([Put(item=item) for item in elsewhere]) == [Outcome.APPLIED]
    return table


def test_every_row_comes_back_as_it_was_put(bar: Table) -> None:
    rows = {key_of(row): item_of(row) for row in GIVEN}

    assert {key: bar.get(key) for key in rows} == rows
    assert bar.get_many(list(rows)) == rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(partition="LOCATION#loc-001", begins_with="TAP#"), ["TAP#07", "TAP#07#STATE"]),
        (Query(partition="LOCATION#loc-001"), ["META", "TAP#07", "TAP#07#STATE"]),
        (Query(partition="BEER#guinness-draught", begins_with="KEG#"), ["KEG#half_barrel"]),
        (Query(partition="KEG#keg-20260318-007"), ["META", "TARE"]),
        (
            Query(partition="DEVICE#SCALE-0042", begins_with="CAL#", descending=True, limit=10),
            ["CAL#2026-03-01T10:00:00.000Z"],
        ),
        (
            Query(partition="DEVICE#SCALE-0042"),
            ["CAL#2026-03-01T10:00:00.000Z", "CALIBRATION", "META", "TELEMETRY"],
        ),
        (Query(partition="ALERT#loc-001", begins_with="ACTIVE#"), ["ACTIVE#low_keg#TAP#07"]),
        (
            Query(partition="ALERT#loc-001", between=("HIST#2026-03-17", "HIST#2026-03-18"), descending=True),
            ["HIST#2026-03-17T23:02:11.500Z"],
        ),
        (Query(partition="FIRING#loc-001#TAP#07"), ["low_keg"]),
        (Query(partition="WS_CONN#L0SM9cOFvHcCIhw="), ["META"]),
    ],
    ids=lambda value: (
        f"{value.partition} {value.begins_with or value.between or ''}" if isinstance(value, Query) else ""
    ),
)
def test_a_partition_answers_what_the_specification_asks_of_it(bar: Table, query: Query, found: list[str]) -> None:
    assert [item["SK"] for item in every(bar, query)] == found
    assert all(item == item_of(f"{query.partition} / {item['SK']}") for item in every(bar, query))


def test_a_scale_leads_to_its_location_and_tap(bar: Table) -> None:
    query = Query(partition="SCALE-0042", index=Index.DEVICE)

    eventually(lambda: every(bar, query), [item_of("LOCATION#loc-001 / TAP#07")])


def test_the_low_batteries_of_a_location_come_lowest_first(bar: Table) -> None:
    query = Query(partition="loc-001", index=Index.LOCATION_BATTERY, between=(0, 20))

    eventually(lambda: [item["battery_pct"] for item in every(bar, query)], [9, 18.5])

    assert every(bar, query)[1] == item_of("DEVICE#SCALE-0042 / TELEMETRY")


def test_nothing_is_due_because_the_specification_has_no_timers(bar: Table) -> None:
    assert every(bar, Query(partition="DUE#0", index=Index.DUE)) == []


def _kind(value: object) -> str:
    """Text, number, yes or no, map: what an attribute is to DynamoDB."""
    if isinstance(value, bool):
        return "yes or no"
    return "number" if isinstance(value, (int, float)) else type(value).__name__
