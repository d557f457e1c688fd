"""Where the demo's story stands, saved with its data folder, so that the next run goes on from there."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import structlog

from backend.clock import MAX_SPEED, MIN_SPEED, Story

NAME: Final = "story.json"
_FIRST_S: Final = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
_LAST_S: Final = datetime(2100, 1, 1, tzinfo=UTC).timestamp()

_log = structlog.get_logger(__name__)


def read_story(folder: Path) -> Story | None:
    """Give the saved story, None where there is none: then it begins.

    A file that cannot be used gives a story at its earliest moment: the demo then goes on from its newest reading.
    """
    place = folder / NAME
    try:
        return _story(orjson.loads(place.read_bytes()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, KeyError, TypeError, ValueError) as why:
        _log.warning("the saved story cannot be used: going on from the newest reading", file=str(place), why=str(why))
        return Story(seconds=_FIRST_S, speed=1.0)


def _story(saved: Any) -> Story:
    """Read what was saved; raises KeyError, TypeError, ValueError where it is no story."""
    story = Story(seconds=float(saved["seconds"]), speed=float(saved["speed"]))
    if not (_FIRST_S <= story.seconds <= _LAST_S and MIN_SPEED <= story.speed <= MAX_SPEED):
        raise ValueError(f"a story at {story.seconds:g} s and {story.speed:g}x is out of bounds")
    return story


def write_story(folder: Path, story: Story) -> None:
    """Save the story whole or not at all."""
    draft = folder / f"{NAME}.new"
    draft.write_bytes(orjson.dumps({"seconds": story.seconds, "speed": story.speed}))
    draft.replace(folder / NAME)
