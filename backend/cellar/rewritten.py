"""Which rows readings rewrite again and again; a store may keep them where rewriting is cheap."""

from typing import Final

_ENDS: Final = ("#STATE", "TELEMETRY", "LEDGER")
"""The state of a tap, the health of a scale, the books of a keg."""


def is_rewritten(sort_key: str) -> bool:
    """Whether the row under a sort key is one of them."""
    return sort_key.endswith(_ENDS)
