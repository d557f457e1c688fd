"""The face of a tap in the words and numbers people read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.faces import UNIT_WORDS, row_of, volume_words
from backend.domain.beer import Beer, Serving
from backend.domain.face import Condition, TapFace
from backend.domain.ids import TapId
from backend.domain.level import Level
from backend.domain.location import Location, Settings
from backend.domain.units import VolumeUnit

BAR = Location(location_id="loc-001", name="Bar", timezone="America/Los_Angeles")
AT = datetime(2026, 3, 21, 3, 40, 0, 250_000, tzinfo=UTC)
PILS = Beer(beer_id="pils", name="Pils", brewery="North Pier", specific_gravity=1.010, srm=4)
FACE = TapFace(
    tap_id=TapId("loc-001", 7),
    beer=PILS,
    type_id="half_barrel",
    condition=Condition.OK,
    level=Level(percent=53.98, gallons=8.367, net_lbs=70.5),
    why=None,
    servings=66,
    at=AT,
    pouring=False,
    online=True,
)


def in_unit(unit: VolumeUnit) -> Location:
    return replace(BAR, settings=Settings(volume_unit=unit))


def test_a_row_says_all_that_a_tile_shows() -> None:
    row = row_of(FACE, location=BAR)

    assert row == {
        "tap": "loc-001:07",
        "no": 7,
        "beer": "Pils",
        "brewery": "North Pier",
        "color": "#f3d252",
        "pct": 53.98,
        "volume": "8.37 gal",
        "left": "66 pints",
        "size": "Half barrel",
        "state": "ok",
        "why": None,
        "at": AT.timestamp(),
        "pouring": False,
        "online": True,
        "new": None,
        "aside": None,
        "until": None,
        "clean": None,
    }


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        (VolumeUnit.US_GALLON, "8.37 gal"),
        (VolumeUnit.US_PINT, "66.94 pt"),
        (VolumeUnit.US_OZ, "1071 oz"),
        (VolumeUnit.IMPERIAL_PINT, "55.74 imp pt"),
        (VolumeUnit.LITRE, "31.67 L"),
    ],
)
def test_a_volume_is_told_in_the_unit_of_its_location(unit: VolumeUnit, words: str) -> None:
    row = row_of(FACE, location=in_unit(unit))

    assert row["volume"] == words


def test_every_unit_has_its_word() -> None:
    words = {unit: volume_words(1.0, unit=unit) for unit in VolumeUnit}

    assert all(words[unit].endswith(f" {UNIT_WORDS[unit]}") for unit in VolumeUnit)
    assert len(set(words.values())) == len(VolumeUnit)


@pytest.mark.parametrize(
    ("servings", "name", "words"),
    [
        (0, "pints", "0 pints"),
        (1, "pints", "1 pint"),
        (2, "pints", "2 pints"),
        (1, "glasses", "1 glass"),
        (3, "glasses", "3 glasses"),
        (1, "tulips", "1 tulip"),
        (1, "boxes", "1 box"),
        (1, "dishes", "1 dish"),
    ],
)
def test_servings_are_counted_in_singular_and_plural(servings: int, name: str, words: str) -> None:
    beer = replace(PILS, serving=Serving(name=name, oz=16))

    row = row_of(replace(FACE, beer=beer, servings=servings), location=BAR)

    assert row["left"] == words


@pytest.mark.parametrize("condition", list(Condition))
def test_every_condition_is_a_state_of_the_board(condition: Condition) -> None:
    row = row_of(replace(FACE, condition=condition), location=BAR)

    assert row["state"] == condition.value


def test_without_a_level_the_row_says_why_and_no_number() -> None:
    face = replace(FACE, level=None, servings=None, condition=Condition.LIFTED, why="keg lifted")

    row = row_of(face, location=BAR)

    assert (row["pct"], row["volume"], row["left"], row["why"]) == (None, "", "", "keg lifted")


def test_a_tap_that_nothing_hangs_on_still_has_a_row() -> None:
    bare = TapFace(
        tap_id=TapId("loc-001", 12),
        beer=None,
        type_id=None,
        condition=Condition.NO_KEG,
        level=None,
        why="no keg assigned",
        servings=None,
        at=None,
        pouring=False,
        online=None,
    )

    row = row_of(bare, location=BAR)

    assert (row["no"], row["beer"], row["brewery"], row["size"]) == (12, "No beer", "", "")
    assert (row["at"], row["online"]) == (None, None)


def test_a_beer_gets_darker_with_its_srm_and_never_leaves_the_scale() -> None:
    colours = [row_of(replace(FACE, beer=replace(PILS, srm=srm)), location=BAR)["color"] for srm in range(-2, 60)]
    brightness = [sum(bytes.fromhex(colour[1:])) for colour in colours]

    assert brightness == sorted(brightness, reverse=True)
    assert len(set(colours)) > 10
    assert row_of(replace(FACE, beer=replace(PILS, srm=None)), location=BAR)["color"] not in colours
