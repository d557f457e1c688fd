"""What is remembered of a scale that claims no pours: read back as it was, or begun anew."""

from typing import Any

import pytest

from backend.cellar import seeking
from backend.domain.pour import Weight, seek


def written() -> dict[str, Any]:
    remembered, _ = seek(None, [Weight(float(second), 100.0, second % 3 > 0) for second in range(20)])
    assert remembered is not None
    item = seeking.item_of(remembered)
    assert isinstance(item, dict)
    assert seeking.of_value(item) == remembered
    return item


@pytest.mark.parametrize(
    "damage",
    [
        {"at_s": None},
        {"rests": "yes"},
        {"memory": None},
        {"memory": []},
        {"memory": ["a pound"]},
    ],
)
def test_what_another_detector_remembered_begins_anew(damage: dict[str, Any]) -> None:
    assert seeking.of_value({**written(), **damage}) is None


def test_a_memory_with_other_kinds_of_values_begins_anew() -> None:
    item = written()
    for place, one in enumerate(item["memory"]):
        other = [*item["memory"]]
        other[place] = 1.0 if isinstance(one, list) else [1.0, 2.0]

        assert seeking.of_value({**item, "memory": other}) is None


def test_without_one_nothing_is_remembered() -> None:
    assert seeking.of_value(None) is None
