"""Identifiers: one value, three ways of writing it, nothing that could break a topic, a key or a URL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.ids import TapId, checked_id
from backend.domain.refusal import Invalid

LOCATIONS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", fullmatch=True)


@given(location_id=LOCATIONS, number=st.integers(1, 99))
def test_a_tap_is_read_back_from_each_way_of_writing_it(location_id: str, number: int) -> None:
    tap_id = TapId(location_id, number)

    assert TapId.parse(str(tap_id)) == tap_id
    assert TapId.from_dimension(tap_id.dimension) == tap_id
    assert tap_id.sort_key == f"TAP#{number:02d}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "loc-001",
        "loc-001:7",
        "loc-001:00",
        "loc-001:100",
        "loc 1:07",
        ":07",
        "loc-001:\u0660\u0667",
        "l#c:07",
        "a:b:07",
    ],
)
def test_what_is_no_tap_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        TapId.parse(text)


@pytest.mark.parametrize("text", ["", "loc-001#TAP#7", "loc-001#07", "#TAP#07", "loc-001#TAP#07#STATE"])
def test_what_is_no_dimension_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        TapId.from_dimension(text)


@given(text=st.text(max_size=80))
def test_an_id_holds_nothing_that_a_key_or_topic_uses(text: str) -> None:
    try:
        checked_id(text, kind="device")
    except Invalid:
        return
    assert not set(text) & set("#/+$: \n\x00")
    assert text.isascii()
    assert 1 <= len(text) <= 63
