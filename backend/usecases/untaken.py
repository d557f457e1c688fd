"""What a reading told that could not be taken, because a row it needs cannot be read."""

from dataclasses import dataclass

from backend.domain.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Untaken:
    """A reading whose place or whose pour is known to nobody until a row is mended; `why` names the row.

    Its message should be kept where it can be taken again. What else it told is taken.
    """

    reading: Reading
    why: str
