"""Where the demo's story stands, and its bar, saved with the data folder, so that the next run goes on from there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import structlog

from backend.clock import MAX_SPEED, MIN_SPEED, Story

NAME: Final = "story.json"
_FIRST_S: Final = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
_LAST_S: Final = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_MOST_LBS: Final = 1000.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftScale:
    """What a simulated scale was left with: whether its Wi-Fi was up, and the beer (lb) of which keg stood on it.

    The beer is known after an orderly end only. `stands_lbs` is what stood on the platform (lb, 0: nothing) while the
    keg waited beside it; None where the keg stood there.
    """

    wifi: bool = True
    keg_id: str | None = None
    beer_lbs: float | None = None
    stands_lbs: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A story as it was saved. `seeded` is False while its past is being written; `seed` is that of its guests."""

    story: Story
    seeded: bool = True
    seed: int = 0
    scales: Mapping[str, LeftScale] = field(default_factory=dict)


def read_story(folder: Path) -> Saved | None:
    """Give the saved story, None where there is none: then it begins.

    A file that cannot be used gives a story at its earliest moment: the demo then goes on from its newest reading.
    """
    place = folder / NAME
    try:
        return _saved(orjson.loads(place.read_bytes()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as why:
        _log.warning("the saved story cannot be used: going on from the newest reading", file=str(place), why=str(why))
        return Saved(story=Story(seconds=_FIRST_S, speed=1.0))


def write_story(folder: Path, saved: Saved) -> None:
    """Save the story whole or not at all. Raises OSError."""
    told = {
        "seconds": saved.story.seconds,
        "speed": saved.story.speed,
        "seeded": saved.seeded,
        "seed": saved.seed,
        "scales": {
            scale: {
                "wifi": left.wifi,
                "keg_id": left.keg_id,
                "beer_lbs": left.beer_lbs,
                "stands_lbs": left.stands_lbs,
            }
            for scale, left in saved.scales.items()
        },
    }
    draft = folder / f"{NAME}.new"
    draft.write_bytes(orjson.dumps(told))
    draft.replace(folder / NAME)


def _saved(told: Any) -> Saved:
    """Read what was saved; raises KeyError, TypeError, ValueError, AttributeError where it is no story."""
    story = Story(seconds=float(told["seconds"]), speed=float(told["speed"]))
    if not (_FIRST_S <= story.seconds <= _LAST_S and MIN_SPEED <= story.speed <= MAX_SPEED):
        raise ValueError(f"a story at {story.seconds:g} s and {story.speed:g}x is out of bounds")
    return Saved(
        story=story,
        seeded=told.get("seeded", True) is True,
        seed=int(told.get("seed", 0)),
        scales={str(scale): _left(one) for scale, one in told.get("scales", {}).items()},
    )


def _left(told: Any) -> LeftScale:
    keg_id = told.get("keg_id")
    return LeftScale(
        wifi=told.get("wifi", True) is True,
        keg_id=None if keg_id is None else str(keg_id),
        beer_lbs=_lbs(told.get("beer_lbs")),
        stands_lbs=_lbs(told.get("stands_lbs")),
    )


def _lbs(told: Any) -> float | None:
    if told is not None and not 0 <= float(told) <= _MOST_LBS:
        raise ValueError(f"{told} lb do not fit on a scale")
    return None if told is None else float(told)
