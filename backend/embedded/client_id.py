"""The name by which the broker knows this data folder's session, the same at every start."""

import re
import secrets
from pathlib import Path
from typing import Final

CLIENT_ID_FILE: Final = "intake-id"
_VALID: Final = re.compile(r"scale-sense-[0-9a-f]{8,32}")


def client_id(folder: Path) -> str:
    """Give the folder's client id, made at the first call; two folders on one broker never share one.

    Raises:
        OSError: the folder cannot be written to.
    """
    path = folder / CLIENT_ID_FILE
    if path.exists():
        known = path.read_text(encoding="ascii", errors="replace").strip()
        if _VALID.fullmatch(known):
            return known
    fresh = f"scale-sense-{secrets.token_hex(4)}"
    path.write_text(fresh + "\n", encoding="ascii")
    return fresh
