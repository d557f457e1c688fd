"""Where the demo's story stands, saved and taken up again."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.story_file import NAME, LeftScale, Saved, read_story, write_story
from backend.clock import MAX_SPEED, MIN_SPEED, Story

STORY = Saved(
    story=Story(seconds=1_774_064_400.25, speed=60.0),
    seed=7,
    scales={
        "SCALE-1": LeftScale(wifi=False, keg_id="keg-1", beer_lbs=12.5),
        "SCALE-2": LeftScale(stands_lbs=44.092),
        "SCALE-3": LeftScale(),
    },
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stories")


@given(st.floats(946_684_800, 4_102_444_800), st.floats(MIN_SPEED, MAX_SPEED))
def test_a_story_is_read_back_exactly_as_it_was_saved(shared: Path, seconds: float, speed: float) -> None:
    story = Saved(story=Story(seconds=seconds, speed=speed))

    write_story(shared, story)

    assert read_story(shared) == story


def test_without_a_file_the_story_begins_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read_story(tmp_path) is None
    assert caplog.records == []


@pytest.mark.parametrize(
    "saved",
    [
        b"",
        b"not JSON",
        b"[1, 2]",
        b"17",
        b'{"seconds": 1774064400.0}',
        b'{"seconds": null, "speed": 1}',
        b'{"seconds": "soon", "speed": 1}',
        b'{"seconds": 1e30, "speed": 1}',
        b'{"seconds": 1e999, "speed": 1}',
        b'{"seconds": NaN, "speed": 1}',
        b'{"seconds": -5, "speed": 1}',
        b'{"seconds": 1774064400, "speed": 0}',
        b'{"seconds": 1774064400, "speed": 601}',
        b"\xff\xfe",
        b'{"seconds": 1774064400, "speed": 1, "scales": 5}',
        b'{"seconds": 1774064400, "speed": 1, "scales": {"SCALE-1": {"beer_lbs": -3}}}',
        b'{"seconds": 1774064400, "speed": 1, "scales": {"SCALE-1": {"beer_lbs": "much"}}}',
    ],
)
def test_a_file_that_is_no_story_is_told_of_and_gives_the_earliest_moment(
    tmp_path: Path, saved: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / NAME).write_bytes(saved)

    story = read_story(tmp_path)

    assert story == Saved(story=Story(seconds=946_684_800.0, speed=1.0))
    assert "the saved story cannot be used" in capsys.readouterr().out


def test_a_save_that_fails_leaves_the_story_before_it(tmp_path: Path) -> None:
    write_story(tmp_path, STORY)
    (tmp_path / f"{NAME}.new").mkdir()

    with pytest.raises(OSError, match="directory"):
        write_story(tmp_path, Saved(story=Story(seconds=1_774_070_000, speed=1)))

    assert read_story(tmp_path) == STORY
