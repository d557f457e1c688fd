"""Where the demo's story stands, saved with its data folder, so that the next run goes on from there."""

from pathlib import Path
from typing import Final

import orjson

from backend.clock import Story

NAME: Final = "story.json"


def read_story(folder: Path) -> Story | None:
    """Give the saved story, None where there is none that can be read: then the story begins again."""
    try:
        saved = orjson.loads((folder / NAME).read_bytes())
        return Story(seconds=float(saved["seconds"]), speed=float(saved["speed"]))
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


def write_story(folder: Path, story: Story) -> None:
    """Save the story whole or not at all."""
    draft = folder / f"{NAME}.new"
    draft.write_bytes(orjson.dumps({"seconds": story.seconds, "speed": story.speed}))
    draft.replace(folder / NAME)
