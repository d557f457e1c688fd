"""An hour of one tap as a few bytes: the readings by column, each exactly as the hot log kept it."""

import zlib
from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import sub
from typing import Any, Final, NamedTuple

from backend.embedded.chunk_column import read_column, write_column
from backend.embedded.scaled import Row
from backend.embedded.varint import read_varint, read_varints, varint, varints

VERSION: Final = 1
_LEAD: Final = 5
"""Bytes before the body of a part: its version and a checksum."""
_LEVEL: Final = 6
_RAW_DEFLATE: Final = -15
_SMALL_BLOCKS: Final = 2
"""zlib's memory level: blocks about as long as a column, so that each gets a code of its own."""
_FRACTION: Final = 16
"""Binary digits of the counts that a unit of weight stands for."""
_OF_THE_REST: Final = 11
_LEAST_FOR_A_LINE: Final = 6
_64_BITS: Final = 2**63
_UNREADABLE: Final = (ValueError, KeyError, IndexError, StopIteration, OverflowError, zlib.error)


class BadChunk(ValueError):  # noqa: N818 - what the bytes are
    """The bytes are not those that were written."""


class Weights(NamedTuple):
    """What roll-ups are counted from: one entry a reading, in order; moments in epoch ms."""

    at: list[int]
    keg: list[int]
    weight: list[int]


class Packed(NamedTuple):
    """An hour of a tap in two parts: what charts are drawn from, and all that the readings said besides."""

    weights: bytes
    rest: bytes


def pack(rows: Sequence[Row], *, hour: int) -> Packed:
    """Rows of the hot log (COLUMNS; of one tap, in the hour that begins at `hour` epoch s, in order) as bytes.

    Raw counts are told by their distance from the straight line along which a calibrated scale's weight follows
    them.
    """
    at, _, device, boot, seq, digest, keg, received, weight, stable, raw, *told = zip(*rows, strict=True)
    began = hour * 1000
    weights = _pressed([len(rows)], [[moment - began for moment in at], keg, weight])
    slope, counts = _off_the_line(weight, raw)
    text = [piece.encode() for piece in digest]
    waited = list(map(sub, received, at))
    columns = [device, boot, seq, list(map(len, text)), waited, stable, counts, *told]
    rest = _pressed([slope], columns, after=b"".join(text))
    check = zlib.crc32(weights, VERSION)
    return Packed(_sealed(weights, check), _sealed(rest, zlib.crc32(rest, check)))


def unpack(packed: Packed, *, hour: int, tap: int) -> list[Row]:
    """The rows that were packed. Raises BadChunk."""
    at, keg, weight = unpack_weights(packed.weights, hour=hour)
    try:
        body = _checked(packed.rest, after=zlib.crc32(packed.weights[_LEAD:], VERSION))
        (slope,), columns, text = _opened(body, heads=1, columns=_OF_THE_REST, count=len(at))
        device, boot, seq, lengths, waited, stable, counts, *told = columns
        digest = _pieces(text, lengths)
        received = [moment + wait for moment, wait in zip(at, waited, strict=True)]
        raw = _onto_the_line(weight, counts, slope)
    except _UNREADABLE as error:
        raise _bad(error) from error
    taps = [tap] * len(at)
    return list(zip(at, taps, device, boot, seq, digest, keg, received, weight, stable, raw, *told, strict=True))


def unpack_weights(weights: bytes, *, hour: int) -> Weights:
    """The moments, kegs and weights of the rows that were packed. Raises BadChunk."""
    try:
        body = _checked(weights, after=VERSION)
        _, (at, keg, weight), _ = _opened(body, heads=1, columns=3)
    except _UNREADABLE as error:
        raise _bad(error) from error
    began = hour * 1000
    return Weights([moment + began for moment in at], keg, weight)


def verify(packed: Packed) -> None:
    """Compare both parts with their checksums, without opening them. Raises BadChunk."""
    try:
        _checked(packed.rest, after=zlib.crc32(_checked(packed.weights, after=VERSION), VERSION))
    except ValueError as error:
        raise _bad(error) from error


def _pressed(heads: list[int], columns: Sequence[Sequence[Any]], *, after: bytes = b"") -> bytes:
    planes = [write_column(column, heads) for column in columns]
    told = varints(heads)
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW_DEFLATE, _SMALL_BLOCKS, zlib.Z_FILTERED)
    return deflate.compress(b"".join([varint(len(told)), told, *planes, after])) + deflate.flush()


def _opened(
    body: bytes, *, heads: int, columns: int, count: int | None = None
) -> tuple[list[int], list[Any], memoryview]:
    """The first head numbers, the columns and what lies behind them; without `count` the first number is that."""
    plain = memoryview(zlib.decompress(body, wbits=_RAW_DEFLATE))
    size, begin = read_varint(plain, 0)
    head = iter(read_varints(plain[begin : begin + size]))
    planes = plain[begin + size :]
    first = [next(head) for _ in range(heads)]
    found: list[Any] = []
    for _ in range(columns):
        column, planes = read_column(head, planes, first[0] if count is None else count)
        found.append(column)
    return first, found, planes


def _sealed(body: bytes, check: int) -> bytes:
    return bytes([VERSION]) + check.to_bytes(_LEAD - 1, "little") + body


def _checked(part: bytes, *, after: int) -> bytes:
    if part[:1] != bytes([VERSION]):
        raise ValueError("it is of no known version")
    body = part[_LEAD:]
    if zlib.crc32(body, after).to_bytes(_LEAD - 1, "little") != part[1:_LEAD]:
        raise ValueError("its checksum is wrong")
    return body


def _bad(error: Exception) -> BadChunk:
    return BadChunk(str(error) or type(error).__name__)


def _pieces(text: memoryview, lengths: Sequence[int]) -> list[str]:
    if not len(text):
        return [""] * len(lengths)
    ends = list(accumulate(lengths, initial=0))
    return [str(text[begin:end], "utf-8") for begin, end in pairwise(ends)]


def _off_the_line(weights: Sequence[int], raws: Sequence[int | None]) -> tuple[int, Sequence[int | None]]:
    """How many counts (in 1/65,536) a unit of weight stands for, and what the counts are besides."""
    slope = 0 if None in raws else _slope(weights, raws)  # type: ignore[arg-type]  # there is no None in it
    if not slope:
        return 0, raws
    counts = [raw - (weight * slope >> _FRACTION) for weight, raw in zip(weights, raws, strict=True)]  # type: ignore[operator]
    if min(counts) < -_64_BITS or max(counts) >= _64_BITS:
        return 0, raws
    return slope, counts


def _onto_the_line(weights: Sequence[int], counts: Sequence[int | None], slope: int) -> Sequence[int | None]:
    if not slope:
        return counts
    return [
        count + (weight * slope >> _FRACTION)  # type: ignore[operator]  # there is no None where there is a slope
        for weight, count in zip(weights, counts, strict=True)
    ]


def _slope(weights: Sequence[int], raws: Sequence[int]) -> int:
    """Between the middle of the lighter third and that of the heavier one: a knock at the scale does not turn it."""
    third = len(weights) // 3
    if third * 3 < _LEAST_FOR_A_LINE or min(weights) == max(weights):
        return 0
    pairs = sorted(zip(weights, raws, strict=True))
    light, heavy = pairs[third // 2][0], pairs[-1 - third // 2][0]
    if light == heavy:
        return 0
    low = sorted([raw for _, raw in pairs[:third]])[third // 2]
    high = sorted([raw for _, raw in pairs[-third:]])[-1 - third // 2]
    return ((high - low) << _FRACTION) // (heavy - light)
