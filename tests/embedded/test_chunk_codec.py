"""What is packed into a chunk comes out of it exactly, and damage is told, never taken for readings."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backend.embedded.chunk_codec import BadChunk, Packed, Weights, pack, unpack, unpack_weights
from backend.embedded.chunk_column import read_column, write_column
from backend.embedded.varint import read_varints, varint, varints

HOUR = 1_774_036_800
TAP = 17
NUMBER = st.integers(-(2**63), 2**63 - 1)
NEAR = st.integers(-50, 50)


def or_none(values: st.SearchStrategy[int]) -> st.SearchStrategy[int | None]:
    return st.one_of(st.none(), values)


@st.composite
def columns(draw: st.DrawFn) -> list[int | None]:
    """What columns are like: any numbers, numbers near one another, in steps, the same, with or without gaps."""
    base, step = draw(NUMBER), draw(st.sampled_from([1, 10, 1000, -7]))
    values = draw(st.one_of(st.lists(NUMBER, min_size=1), st.lists(NEAR, min_size=1)))
    if draw(st.booleans()):
        values = [value * step for value in values]
    if draw(st.booleans()):
        values = [base + value for value in values]
    if draw(st.booleans()):
        values = [values[0] + place * step for place in range(len(values))]
    assume(all(-(2**63) <= value < 2**63 for value in values))
    gaps = draw(st.sets(st.integers(0, len(values))))
    return [None if place in gaps else value for place, value in enumerate(values)]


@settings(max_examples=400)
@given(column=columns(), behind=st.binary(max_size=3))
def test_a_column_of_any_numbers_comes_back(column: list[int | None], behind: bytes) -> None:
    head: list[int] = []
    planes = write_column(column, head)

    back, rest = read_column(iter(head), memoryview(planes + behind), len(column))

    assert back == column
    assert bytes(rest) == behind


@given(numbers=st.lists(st.one_of(NEAR, NUMBER, st.integers())))
def test_numbers_of_any_size_come_back_from_few_bytes(numbers: list[int]) -> None:
    assert read_varints(varints(numbers)) == numbers


def test_small_numbers_take_one_byte() -> None:
    assert {len(varint(number)) for number in range(-64, 64)} == {1}


rows = st.lists(
    st.tuples(
        st.integers(0, 3_599_999),
        st.sampled_from([1, 2]),
        st.one_of(st.just(-1), st.integers(0, 2**32), st.integers(0, 2**63 - 1)),
        st.one_of(st.just(-1), st.integers(0, 2**40)),
        st.one_of(st.just(""), st.text("0123456789abcdef", min_size=16, max_size=16), st.text(max_size=3)),
        st.sampled_from([0, 3, 4]),
        st.integers(-(10**12), 10**12),
        st.one_of(st.integers(-50_000, 1_700_000), st.integers(-(2**63), 2**63 - 1)),
        or_none(st.integers(0, 1)),
        or_none(st.one_of(st.integers(-(2**23), 2**23), NUMBER)),
        or_none(st.integers(-5000, 15_000)),
        or_none(st.integers(0, 5000)),
        or_none(st.integers(0, 10_000)),
        or_none(st.integers(-120, 0)),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(said=rows)
def test_every_row_comes_back_exactly(said: list[tuple[Any, ...]]) -> None:
    kept = [
        (HOUR * 1000 + after, TAP, device, boot, seq, digest, keg, HOUR * 1000 + after + waited, *told)
        for after, device, boot, seq, digest, keg, waited, *told in sorted(said, key=lambda row: row[:5])
    ]

    packed = pack(kept, hour=HOUR)

    assert unpack(packed, hour=HOUR, tap=TAP) == kept
    assert unpack_weights(packed.weights, hour=HOUR) == Weights(
        [row[0] for row in kept], [row[6] for row in kept], [row[8] for row in kept]
    )


def an_hour(count: int) -> list[tuple[Any, ...]]:
    """A keg that is poured from, its raw counts following its weight, at a reading a second."""
    return [
        (
            HOUR * 1000 + place * 1000, TAP, 1, 1_594_530_817, place, "", 3, HOUR * 1000 + place * 1000 + 137,
            weight := 1_000_000 - place // 60 * 1250 + place % 7 * 10, 1, 84_000 + weight * 95 // 100 + place % 31,
            3880, 3940, 7800, -61 + place % 3,
        )
        for place in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 5, 6, 360, 3600])
def test_hours_of_any_length_come_back(count: int) -> None:
    kept = an_hour(count)

    assert unpack(pack(kept, hour=HOUR), hour=HOUR, tap=TAP) == kept


def test_the_raw_counts_of_a_calibrated_scale_cost_little_beside_their_noise() -> None:
    with_raw, without = an_hour(360), [(*row[:10], None, *row[11:]) for row in an_hour(360)]

    costs = len(pack(with_raw, hour=HOUR).rest) - len(pack(without, hour=HOUR).rest)

    assert costs < 360


@pytest.mark.parametrize("part", [0, 1])
def test_a_byte_that_changed_anywhere_is_noticed(part: int) -> None:
    packed = pack(an_hour(40), hour=HOUR)

    for place in range(len(packed[part])):
        spoilt = bytearray(packed[part])
        spoilt[place] ^= 0x10
        both = Packed(bytes(spoilt), packed[1]) if part == 0 else Packed(packed[0], bytes(spoilt))
        with pytest.raises(BadChunk):
            unpack(both, hour=HOUR, tap=TAP)


@pytest.mark.parametrize("part", [0, 1])
def test_a_part_that_was_cut_short_is_noticed(part: int) -> None:
    packed = pack(an_hour(40), hour=HOUR)

    for size in range(len(packed[part])):
        both = Packed(packed[0][:size], packed[1]) if part == 0 else Packed(packed[0], packed[1][:size])
        with pytest.raises(BadChunk):
            unpack(both, hour=HOUR, tap=TAP)


def test_parts_of_two_hours_do_not_pass_for_one() -> None:
    one, other = pack(an_hour(40), hour=HOUR), pack(an_hour(41)[1:], hour=HOUR)

    with pytest.raises(BadChunk, match="checksum"):
        unpack(Packed(one.weights, other.rest), hour=HOUR, tap=TAP)


@given(anything=st.binary())
def test_no_bytes_at_all_pass_for_readings(anything: bytes) -> None:
    with pytest.raises(BadChunk):
        unpack(Packed(anything, anything), hour=HOUR, tap=TAP)
