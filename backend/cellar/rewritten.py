"""Which rows readings rewrite again and again; a store may keep them where rewriting is cheap."""

from typing import Final

_MADE_ANEW: Final = ("#STATE", "TELEMETRY")
"""The state of a tap, the health of a scale: what the last readings said."""
_ENDS: Final = (*_MADE_ANEW, "LEDGER")
"""These, and the books of a keg."""


def is_rewritten(sort_key: str) -> bool:
    """Whether the row under a sort key is one of them."""
    return sort_key.endswith(_ENDS)


def is_made_anew(sort_key: str) -> bool:
    """Whether the row under a sort key comes again with the next readings, should it be lost."""
    return sort_key.endswith(_MADE_ANEW)
