"""What is written to the table is read back the same, and the table's own limits take it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from row_kinds import IDS, KINDS, MOMENTS, TAP_IDS

from backend.cellar import kegs, rows
from backend.cellar.limits import check_group
from backend.ports import Value


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(draw=st.data())
def test_a_row_is_read_back_as_it_was_written(kind: str, draw: st.DataObject) -> None:
    made, write, read, versioned = KINDS[kind]
    one = draw.draw(made)

    put = write(one)

    check_group([put])
    back = read(put.item)
    if versioned:
        version = one.version  # type: ignore[attr-defined]  # every versioned kind has one
        assert put.expected_version == version
        assert back.version == version + 1  # type: ignore[attr-defined]
        back = _of_version(back, version)
    assert back == one


def _of_version(one: object, version: int) -> object:
    return replace(one, version=version)  # type: ignore[type-var]  # a dataclass


@given(stay=st.builds(kegs.OnTap, tap_id=TAP_IDS, keg_id=IDS, tapped_at=MOMENTS, closed_at=st.none() | MOMENTS))
def test_a_stay_is_read_back_and_covers_its_own_time_only(stay: kegs.OnTap) -> None:
    back = kegs.stay_from_item(kegs.put_on_tap(stay).item, tap_id=stay.tap_id)

    assert back == stay
    assert stay.covers(stay.tapped_at) is (stay.closed_at is None or stay.closed_at > stay.tapped_at)
    if stay.closed_at is not None:
        assert not stay.covers(stay.closed_at)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(draw=st.data())
def test_a_damaged_row_names_itself(kind: str, draw: st.DataObject) -> None:
    made, write, read, _ = KINDS[kind]
    item = dict(write(draw.draw(made)).item)
    name = draw.draw(st.sampled_from(sorted(set(item) - {"PK", "SK"})))
    item[name] = draw.draw(st.sampled_from(["rubbish", -1, 3.5, True, {"a": 1}, ["x"], None]))

    try:
        read(item)
    except rows.BadRow as bad:
        told = str(bad)
        assert told.startswith(f"row {item['PK']} / {item['SK']}: ")


@pytest.mark.parametrize(
    ("kind", "name", "value", "said"),
    [
        ("keg", "state", "lost", "is not a valid KegState"),
        ("keg", "tapped_at", "2026-03-20T20:40:00", "not a moment in UTC"),
        ("keg", "tapped_at", "yesterday", "not a moment"),
        ("keg", "full_lbs", "160", "full_lbs is '160', not a number"),
        ("keg", "full_lbs", 1, "cannot weigh"),
        ("keg", "tap_id", "7", "is no tap id"),
        ("tap", "version", 1.5, "not a whole number"),
        ("state", "stable", "yes", "not true or false"),
        ("state", "shown", {"net_lbs": "x"}, "net_lbs is 'x', not a number"),
        ("beer", "specific_gravity", 9, "no finished beer"),
        ("claims", "pours", "x", "not a list of texts"),
        ("claims", "pours", [1], "not a list of texts"),
        ("location", "timezone", "Mars", "no time zone"),
        ("location", "settings", {"volume_unit": "barrel"}, "is not a valid VolumeUnit"),
        ("scale", "clock_trusted", 1, "not true or false"),
    ],
)
@settings(max_examples=5, deadline=None)
@given(draw=st.data())
def test_what_is_wrong_with_a_row_is_said(kind: str, name: str, value: Value, said: str, draw: st.DataObject) -> None:
    made, write, read, _ = KINDS[kind]
    item = {**write(draw.draw(made)).item, name: value}

    with pytest.raises(rows.BadRow) as bad:
        read(item)

    assert said in str(bad.value)
    assert str(bad.value).count(f"{item['PK']} / {item['SK']}") == 1
