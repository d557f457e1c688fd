"""Money as people read it, from minor units."""

from typing import Final

CURRENCY: Final = "$"
"""Bars keep amounts without a currency; until a location names its own, they are shown as dollars."""
_MINOR: Final = 100


def money_words(cents: int) -> str:
    """Give `$1,650.00`, below zero `-$3.50`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{CURRENCY}{abs(cents) // _MINOR:,}.{abs(cents) % _MINOR:02d}"
