"""What the page on real scales tells people to type does what it says."""

import json
import re
from pathlib import Path

import pytest

from backend.clock import SystemClock
from backend.domain.face import Condition
from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.member import OWNER
from backend.usecases.set_up import open_location, set_up_tap
from backend.usecases.view_board import view_board
from backend.wire.messages import ReadingMessage
from backend.wiring.embedded import open_embedded
from firmware.scale.config import Config

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "real-scales.md").read_text(encoding="utf-8")


def _fenced(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"the page has no {language}"
    return found[1]


def test_the_lines_that_set_up_a_bar_set_up_a_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bar = open_embedded(Path("data/site"), clock=SystemClock())
    open_location(bar.ports, location=Location(location_id="loc-001", name="My bar", timezone="UTC"), member=OWNER)
    set_up_tap(bar.ports, tap_id=TapId("loc-001", 1), member=OWNER)
    bar.store.close()

    exec(compile(_fenced("python"), "real-scales.md", "exec"), {})  # noqa: S102 - our own page

    bar = open_embedded(Path("data/site"), clock=SystemClock())
    face = view_board(bar.ports, location_id="loc-001", member=OWNER).faces[0]
    bar.store.close()
    assert face.beer is not None
    assert face.beer.name == "Harbor Pilsner"
    assert face.type_id == "half_barrel"
    assert face.condition is Condition.NO_READING


def test_the_example_of_a_scale_s_config_is_one_the_firmware_takes() -> None:
    settings = json.loads((ROOT / "firmware" / "config.example.json").read_text(encoding="utf-8"))

    config = Config(**settings["scale"])  # type: ignore[no-untyped-call]  # the MicroPython subset

    assert vars(config).items() >= settings["scale"].items()
    assert set(settings["wifi"]) == {"ssid", "key"}


def test_the_message_to_send_by_hand_is_a_message() -> None:
    payload = re.search(r"-m '([^']+)'", PAGE)

    assert payload
    assert ReadingMessage.parse(payload[1].encode()).weight_lbs == pytest.approx(87.3)
