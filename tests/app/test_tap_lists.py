"""The lists of the desk pages: pours, kegs, books and waste, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.pages.tap_acts import standing_words
from app.pages.tap_lists import books_of, days_words, keg_rows, pour_rows, yield_words
from app.pages.tap_pour import trace_of
from app.pages.tap_waste import waste_fields, waste_gallons
from backend.domain.face import Condition, TapFace
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, Tare, TareSource
from backend.domain.ledger import Ledger, Pour
from backend.domain.location import Location
from backend.domain.maintenance import Aside, AsideKind
from backend.domain.refusal import Invalid
from backend.domain.tap import Tap
from backend.domain.units import VolumeUnit
from backend.ports import Recorded
from backend.usecases.record_waste import WASTE_REASONS
from backend.usecases.view_pour import PourView
from backend.usecases.view_tap import TapView
from components.table import Cell

TAP = TapId("loc-001", 7)
AT = datetime(2026, 3, 21, 3, 41, 5, tzinfo=UTC)
KEG = Keg(
    keg_id="keg-1",
    location_id="loc-001",
    beer_id="pilsner",
    type_id="half_barrel",
    state=KegState.KICKED,
    tare=Tare(empty_lbs=29.7, source=TareSource.STAMPED),
    full_lbs=160.5,
    tap_id=TAP,
    tapped_at=AT - timedelta(days=3, hours=12),
    closed_at=AT,
)
POUR = Pour(
    pour_id="p-1",
    tap_id=TAP,
    keg_id="keg-1",
    started_at=AT,
    seconds=8.4,
    gallons=0.125,
    before_lbs=90.32,
    after_lbs=89.27,
)
LEDGER = Ledger(keg_id="keg-1", opening=15.5, poured=14.0, wasted=0.5, cleaned=0.25, unseen=0.1, pours=112)
VIEW = TapView(
    location=Location(location_id="loc-001", name="The Bar", timezone="America/Los_Angeles"),
    tap=Tap(tap_id=TAP, keg_id="keg-1"),
    face=TapFace(
        tap_id=TAP,
        beer=None,
        type_id="half_barrel",
        condition=Condition.OK,
        level=None,
        why=None,
        servings=None,
        at=AT,
        pouring=False,
        online=True,
    ),
    state=None,
    keg=KEG,
    ledger=LEDGER,
    scale=None,
    pours=(POUR,),
    kegs=(KEG, replace(KEG, keg_id="keg-0", closed_at=None, state=KegState.ON_TAP)),
    ledgers={"keg-1": LEDGER},
)


def test_a_pour_is_listed_with_the_way_to_its_trace() -> None:
    ((when, ounces, seconds),) = pour_rows(VIEW)

    assert when == Cell("Fri 20 Mar, 20:41:05", key="p-1", label="What the scale weighed at Fri 20 Mar, 20:41:05")
    assert (ounces, seconds) == ("16.0", "8.4")


def test_kegs_are_listed_with_what_came_of_them_and_the_way_to_correct_each() -> None:
    done, standing = keg_rows(VIEW)

    assert done[:6] == ("Tue 17 Mar, 08:41", "Fri 20 Mar, 20:41", "Half barrel", "ran empty", "90 %", "3.5")
    assert isinstance(done[6], Cell)
    assert done[6].href == "/kegs/keg-1"
    assert (standing[1], standing[4], standing[5]) == ("", "", "")
    assert (yield_words(None), days_words(replace(KEG, tapped_at=None))) == ("", "")


def test_the_books_of_a_keg_make_the_full_keg() -> None:
    parts, full = books_of(LEDGER, unit=VolumeUnit.US_GALLON)

    assert full == "15.50 gal when it was full."
    assert [part.kind for part in parts] == ["left", "poured", "wasted", "cleaned", "unseen"]
    assert sum(part.share for part in parts) == pytest.approx(1.0)
    assert parts[1].words == "14.00 gal, 112 pours"


def test_beer_that_was_found_is_told_and_not_drawn() -> None:
    parts, _ = books_of(replace(LEDGER, unseen=-0.5), unit=VolumeUnit.US_GALLON)

    assert (parts[-1].name, parts[-1].share, parts[-1].words) == ("More than the books knew", 0.0, "0.50 gal")
    assert books_of(None, unit=VolumeUnit.US_GALLON) == ((), "No keg is on, so there are no books to show.")


def test_a_trace_is_told_by_the_seconds_since_the_pour_began() -> None:
    readings = [
        Recorded("S", 1, seq, None, AT + timedelta(seconds=second), AT, TAP, "keg-1", lbs)
        for seq, (second, lbs) in enumerate([(-12, 90.31), (3, 89.9), (14, 89.27)])
    ]

    trace = trace_of(PourView(pour=POUR, readings=tuple(readings)))

    assert trace["points"] == [(-12.0, 90.31), (3.0, 89.9), (14.0, 89.27)]
    assert (trace["before"], trace["after"], trace["seconds"]) == (90.32, 89.27, 8.4)
    assert trace["says"].startswith("3 weights from -12 to 14 seconds. 16.0 oz in 8.4 s: 90.32 lb before")


@pytest.mark.parametrize(
    ("unit", "size", "amount", "gallons"),
    [
        (VolumeUnit.US_GALLON, "16", "", 0.125),
        (VolumeUnit.US_PINT, "own", "64", 0.5),
        (VolumeUnit.LITRE, "0.5", "", 0.5 / 3.785411784),
        (VolumeUnit.LITRE, "own", "1,5", 1.5 / 3.785411784),
        (VolumeUnit.IMPERIAL_PINT, "1", "", 4.54609 / 8 / 3.785411784),
    ],
)
def test_waste_is_told_in_the_measures_of_the_bar(unit: VolumeUnit, size: str, amount: str, gallons: float) -> None:
    assert size in dict(next(field["choices"] for field in waste_fields(unit, own=False) if field["name"] == "size"))
    said = {"size": size, "amount": amount, "reason": "foam"}
    assert waste_gallons(said, unit=unit) == pytest.approx(gallons)


@pytest.mark.parametrize(
    "said",
    [
        {"size": "17", "amount": "", "reason": "foam"},
        {"size": "own", "amount": "", "reason": "foam"},
        {"size": "own", "amount": "99999", "reason": "foam"},
        {"size": "16", "amount": "", "reason": "<script>"},
    ],
)
def test_waste_that_no_list_offers_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        waste_gallons(said, unit=VolumeUnit.US_GALLON)


def test_every_reason_of_waste_can_be_chosen() -> None:
    (reasons,) = [field["choices"] for field in waste_fields(VolumeUnit.LITRE, own=True) if field["name"] == "reason"]

    assert tuple(dict(reasons)) == WASTE_REASONS


def test_a_tap_says_that_it_is_set_aside_and_when_its_line_is_due() -> None:
    aside = Aside(kind=AsideKind.CLEANING, since=AT, until=AT + timedelta(hours=1), by="owner")
    face = replace(VIEW.face, aside=aside, cleaning_due=AT + timedelta(days=3))
    cleaned = replace(VIEW, face=face, tap=replace(VIEW.tap, cleaned_at=AT - timedelta(days=11)))

    during, after, late = (
        standing_words(cleaned, now=AT + lapse)
        for lapse in (timedelta(minutes=5), timedelta(hours=2), timedelta(days=4))
    )

    assert during.startswith("Its line is being cleaned until 21:41: what leaves now is not sold.")
    assert after == "Line cleaned Mon 9 Mar, 20:41. To be cleaned by Mon 23 Mar, 20:41."
    assert "Clean the line: it was due Mon 23 Mar, 20:41." in late
