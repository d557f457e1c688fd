"""A column of a chunk: whole numbers that change little, as a few head numbers and planes of bytes that pack well."""

from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import gcd
from operator import sub
from sys import byteorder
from typing import Final

_NOTHING: Final = 0
_CONSTANT: Final = 1
_EVEN: Final = 2
_PLAIN: Final = 3
_DELTA: Final = 4
_MASKED: Final = 8
"""Added to the kind of a column in which some values are None."""
_BYTE: Final = 256
_ENOUGH: Final = 32
_LEAST: Final = -(2**63)
_MOST: Final = 2**63 - 1
_CODES: Final = {1: "B", 2: "h", 4: "i", 8: "q"}


def write_column(values: Sequence[int | None], head: list[int]) -> bytes:
    """The planes of a column of integers of 64 bits; what else reading it takes is appended to `head`.

    Values, or the steps between them, are told by their distance from a common one in units of a common divisor,
    all first bytes before all second ones: most of what comes after the first is zeros.
    """
    if None not in values:
        return _write_kept(values, head, 0)  # type: ignore[arg-type]  # there is no None in it
    kept = [value for value in values if value is not None]
    if not kept:
        head.append(_NOTHING)
        return b""
    return bytes(value is not None for value in values) + _write_kept(kept, head, _MASKED)


def read_column(head: Iterator[int], planes: memoryview, count: int) -> tuple[list[int | None], memoryview]:
    """The `count` values of a column, and the planes after it; takes its numbers from `head`.

    Raises ValueError, KeyError, StopIteration or OverflowError for what `write_column` never wrote.
    """
    kind = next(head)
    if kind == _NOTHING:
        return [None] * count, planes
    if not kind & _MASKED:
        return _read_kept(kind, head, planes, count)  # type: ignore[return-value]  # a list of int is one of int | None
    mask = bytes(planes[:count])
    kept, planes = _read_kept(kind - _MASKED, head, planes[count:], mask.count(1))
    left = iter(kept)
    return [next(left) if there else None for there in mask], planes


def _write_kept(values: Sequence[int], head: list[int], masked: int) -> bytes:
    first = values[0]
    if values.count(first) == len(values):
        head += (_CONSTANT + masked, first)
        return b""
    steps = list(map(sub, values[1:], values))
    if steps.count(steps[0]) == len(steps):
        head += (_EVEN + masked, first, steps[0])
        return b""
    if _are_smaller(steps, values):
        head += (_DELTA + masked, first)
        return _write_words(steps, head)
    head.append(_PLAIN + masked)
    return _write_words(values, head)


def _read_kept(kind: int, head: Iterator[int], planes: memoryview, count: int) -> tuple[list[int], memoryview]:
    if kind == _CONSTANT:
        return [next(head)] * count, planes
    if kind == _EVEN:
        first, step = next(head), next(head)
        return [first + step * place for place in range(count)], planes
    if kind == _DELTA:
        first = next(head)
        steps, planes = _read_words(head, planes, count - 1)
        return list(accumulate(steps, initial=first)), planes
    if kind == _PLAIN:
        return _read_words(head, planes, count)
    raise ValueError(f"there is no column of kind {kind}")


def _are_smaller(steps: Sequence[int], values: Sequence[int]) -> bool:
    """Whether the steps between values are less spread than the values; steps too large for 64 bits are not."""
    if min(steps) < _LEAST // 2 or max(steps) > _MOST // 2:
        return False
    some = _some(values)
    middle = sorted(some)[len(some) // 2]
    return sum(map(abs, _some(steps))) < sum([abs(value - middle) for value in some])


def _some(values: Sequence[int]) -> Sequence[int]:
    """A few of them from all over: enough to choose by, and all of them would cost more than they gain."""
    return values[:: 1 + len(values) // _ENOUGH]


def _divisor(words: Sequence[int], low: int) -> int:
    divisor = gcd(*[word - low for word in _some(words)])
    return 1 if divisor == 1 else gcd(*[word - low for word in words])


def _write_words(words: Sequence[int], head: list[int]) -> bytes:
    low, high = min(words), max(words)
    divisor = _divisor(words, low)
    width, base = _width(words, low, high, divisor)
    head += (width, base, divisor)
    if divisor == 1:
        reduced = array(_CODES[width], [word - base for word in words])
    else:
        reduced = array(_CODES[width], [(word - base) // divisor for word in words])
    if width == 1:
        return reduced.tobytes()
    if byteorder == "big":
        reduced.byteswap()
    raw = reduced.tobytes()
    return b"".join([raw[rank::width] for rank in range(width)])


def _width(words: Sequence[int], low: int, high: int, divisor: int) -> tuple[int, int]:
    """Bytes a word and the base they are told from: one, or else most words lie in the first byte above it."""
    if (high - low) // divisor < _BYTE:
        return 1, low
    some = _some(words)
    base = sorted(some)[len(some) // 2] - _BYTE // 2 * divisor
    for width in (2, 4, 8):
        bound = 1 << (8 * width - 1)
        if -bound <= (low - base) // divisor and (high - base) // divisor < bound:
            return width, base
    return 8, low + (1 << 63) * divisor  # the whole range of 64 bits, with its middle for a base


def _read_words(head: Iterator[int], planes: memoryview, count: int) -> tuple[list[int], memoryview]:
    width, base, divisor = next(head), next(head), next(head)
    size = width * count
    if len(planes) < size:
        raise ValueError("a column is cut short")
    words = array(_CODES[width])
    if width == 1:
        words.frombytes(planes[:size])
    else:
        raw = bytearray(size)
        for rank in range(width):
            raw[rank::width] = planes[rank * count : (rank + 1) * count]
        words.frombytes(raw)
        if byteorder == "big":
            words.byteswap()
    if divisor == 1:
        return [word + base for word in words], planes[size:]
    return [word * divisor + base for word in words], planes[size:]
