import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.aws.attributes import decoded, encoded, number_text
from backend.cellar.limits import GREATEST, LEAST, MAX_DIGITS

floats = st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x == 0 or LEAST <= abs(x) <= GREATEST)
whole_numbers = st.integers(-(10**MAX_DIGITS) + 1, 10**MAX_DIGITS - 1)


def through(value: Any) -> Any:
    return decoded(encoded({"x": value}))["x"]


@given(value=floats | whole_numbers)
def test_every_number_comes_back_equal(value: float) -> None:
    assert through(value) == value


@given(value=st.integers(54, 125).map(lambda power: float(10**power)) | floats.map(lambda x: math.floor(x) * 1.0))
def test_a_whole_float_comes_back_equal_however_large(value: float) -> None:
    assert through(value) == value


@given(value=floats)
def test_a_number_never_has_more_digits_than_dynamodb_keeps(value: float) -> None:
    digits = number_text(value).lower().partition("e")[0].lstrip("-").replace(".", "").strip("0")

    assert len(digits) <= MAX_DIGITS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5"),
        (5, "5"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e-5, "1e-05"),
        (1e23, "99999999999999991611392"),
        (1e39, "1e+39"),
    ],
)
def test_numbers_are_written_as_what_they_are(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5), ("5.00", 5), ("5E+1", 50), ("1E-5", 1e-5), ("0.30000000000000004", 0.1 + 0.2), ("9" * 38, 10**38 - 1)],
)
def test_numbers_are_read_however_dynamodb_writes_them(text: str, value: float) -> None:
    found = decoded({"x": {"N": text}})["x"]

    assert found == value
    assert type(found) is type(value)


def test_true_is_no_number_and_null_is_no_text() -> None:
    item = {"yes": True, "no": False, "one": 1, "none": None, "word": "None", "empty": ""}

    assert {name: (type(value), value) for name, value in decoded(encoded(item)).items()} == {
        name: (type(value), value) for name, value in item.items()
    }


def test_maps_and_lists_keep_their_order_and_tuples_become_lists() -> None:
    assert through({"b": [1, (2, {"c": ()})], "a": {}}) == {"b": [1, [2, {"c": []}]], "a": {}}


def test_what_others_wrote_by_hand_is_shown_as_json_would() -> None:
    foreign = {"names": {"SS": ["b", "a"]}, "numbers": {"NS": ["2", "1"]}, "bytes": {"B": b"\x00\xff"}}

    assert decoded(foreign) == {"names": ["a", "b"], "numbers": [1, 2], "bytes": "AP8="}
