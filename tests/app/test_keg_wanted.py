"""What a person enters about a keg is what differs from what is known; the seconds of its start are kept."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.pages.keg_wanted import correction_fields, preview_words, wanted_of
from backend.domain.beer import Beer
from backend.domain.correction import Wanted
from backend.domain.freshness import keeping
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, Tare, TareSource
from backend.domain.ledger import Ledger
from backend.domain.location import Location
from backend.domain.refusal import Invalid
from backend.usecases.preview_correction import Preview
from backend.usecases.view_keg import KegView

TAP = TapId("loc-001", 7)
AT = datetime(2026, 3, 21, 3, 41, 5, tzinfo=UTC)
BEERS = (Beer(beer_id="pilsner", name="Pilsner"), Beer(beer_id="stout", name="Stout", specific_gravity=1.014))
VIEW = KegView(
    location=Location(location_id="loc-001", name="The Bar", timezone="America/Los_Angeles"),
    keg=Keg(
        keg_id="keg-1",
        location_id="loc-001",
        beer_id="pilsner",
        type_id="half_barrel",
        state=KegState.ON_TAP,
        tare=Tare(empty_lbs=29.7, source=TareSource.TYPE_DEFAULT),
        full_lbs=160.34,
        tap_id=TAP,
        tapped_at=AT,
    ),
    beer=BEERS[0],
    ledger=Ledger(keg_id="keg-1", opening=15.5, poured=8.0, pours=64),
    specific_gravity=1.01,
    keeping=keeping(filled_on=None, best_by=None, today=AT.date()),
    tared_by=None,
    tared_at=None,
    audit=(),
)


def entered(view: KegView = VIEW, **changes: str) -> dict[str, str]:
    """What the form sends: what is known, but for the changes."""
    fields = correction_fields(view, BEERS, today="2026-03-22", twice=False, all_of_it=True)
    return {**{field["name"]: field.get("value", "") for field in fields}, **changes}


def test_a_form_in_which_nothing_was_touched_wants_nothing() -> None:
    assert wanted_of(entered(), VIEW) == Wanted()


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"beer": "stout"}, Wanted(beer_id="stout")),
        ({"size": "euro_50l"}, Wanted(type_id="euro_50l")),
        ({"gravity": "1.012"}, Wanted(specific_gravity=1.012)),
        ({"source": "stamped"}, Wanted(tare=Tare(empty_lbs=29.7, source=TareSource.STAMPED))),
        (
            {"shell": "31,2", "source": "weighed_empty"},
            Wanted(tare=Tare(empty_lbs=31.2, source=TareSource.WEIGHED_EMPTY)),
        ),
        ({"day": "2026-03-19"}, Wanted(tapped_at=datetime(2026, 3, 20, 3, 41, tzinfo=UTC))),
        ({"time": "19:10"}, Wanted(tapped_at=datetime(2026, 3, 21, 2, 10, tzinfo=UTC))),
        ({"reason": "because"}, Wanted()),
    ],
)
def test_what_was_changed_is_what_is_wanted(changes: dict[str, str], wanted: Wanted) -> None:
    assert wanted_of(entered(**changes), VIEW) == wanted


@pytest.mark.parametrize(
    "changes",
    [
        {"size": "bucket"},
        {"gravity": "2"},
        {"gravity": ""},
        {"shell": "31.2"},
        {"shell": "500", "source": "stamped"},
        {"shell": "", "source": "stamped"},
        {"source": "guessed"},
        {"day": ""},
        {"day": "yesterday"},
        {"time": ""},
        {"time": "02:30", "day": "2026-03-08"},
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(changes: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        wanted_of(entered(**changes), VIEW)


def test_of_a_night_with_two_half_past_ones_the_second_can_be_meant() -> None:
    second = replace(VIEW, keg=replace(VIEW.keg, tapped_at=datetime(2026, 11, 1, 9, 30, 20, tzinfo=UTC)))

    kept = wanted_of(entered(second), second)
    first = wanted_of(entered(second, which="first"), second)

    assert kept == Wanted()
    assert first == Wanted(tapped_at=datetime(2026, 11, 1, 8, 30, tzinfo=UTC))


def test_staff_are_asked_for_the_shell_alone() -> None:
    fields = correction_fields(VIEW, BEERS, today="2026-03-22", twice=False, all_of_it=False)

    assert [field["name"] for field in fields] == ["shell", "source", "reason"]
    said = {"shell": "31.2", "source": "stamped", "reason": ""}
    assert wanted_of(said, VIEW) == Wanted(tare=Tare(empty_lbs=31.2, source=TareSource.STAMPED))


def test_a_keg_in_stock_has_no_start_to_correct() -> None:
    stocked = replace(VIEW, keg=replace(VIEW.keg, state=KegState.IN_STOCK, tap_id=None, tapped_at=None))

    assert "day" not in entered(stocked)
    assert wanted_of(entered(stocked, beer="stout"), stocked) == Wanted(beer_id="stout")


def test_a_preview_is_told_in_numbers_before_and_after() -> None:
    assert VIEW.ledger is not None
    after = replace(VIEW.ledger, poured=7.9)
    preview = Preview(
        before={"beer_id": "pilsner"},
        after={"beer_id": "stout"},
        ledger_before=VIEW.ledger,
        ledger_after=after,
        percent_before=48.4,
        percent_after=49.0,
        rows=64,
    )

    assert preview_words(preview, VIEW) == [
        "The level goes from 48.4 % to 49.0 %.",
        "Left by the books: 7.50 gal, then 7.60 gal.",
        "Poured: 8.00 gal in 64 pours, then 7.90 gal in 64 pours.",
        "The volumes of 64 pours are worked out again.",
    ]
    assert preview_words(replace(preview, after={}), VIEW) == ["Nothing would change."]
    quiet = replace(preview, percent_before=None, ledger_after=VIEW.ledger, rows=0)
    assert preview_words(quiet, VIEW) == ["Only what is written of the keg changes; no number of the board does."]
