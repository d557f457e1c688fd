"""Whole numbers of any size as few bytes: zigzag, then seven bits a byte, as in Protocol Buffers."""

from collections.abc import Iterable, Sequence

_MORE = 0x80
_SEVEN = 0x7F


def varint(number: int) -> bytes:
    """One number."""
    left = ~number << 1 | 1 if number < 0 else number << 1
    out = bytearray()
    while left > _SEVEN:
        out.append(left & _SEVEN | _MORE)
        left >>= 7
    out.append(left)
    return bytes(out)


def varints(numbers: Iterable[int]) -> bytes:
    """Several numbers, one after the other."""
    return b"".join([varint(number) for number in numbers])


def read_varint(data: Sequence[int], at: int) -> tuple[int, int]:
    """The number that begins at `at`, and where the next one does. Raises IndexError where it is cut short."""
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & _SEVEN) << shift
        if byte < _MORE:
            return (~(number >> 1) if number & 1 else number >> 1), at
        shift += 7


def read_varints(data: Sequence[int]) -> list[int]:
    """All numbers. Raises IndexError where the last one is cut short."""
    numbers, at = [], 0
    while at < len(data):
        number, at = read_varint(data, at)
        numbers.append(number)
    return numbers
