"""What the pages of tare and calibration say: which picture fits, what came of a touch, what a scale was and is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from test_tap_facts import KEG, TAP, VIEW

from app.pages.calibrate_words import (
    bare_words,
    change_words,
    done_words,
    known_choices,
    place_of,
    placed_words,
    step_of,
)
from app.pages.scale_history import calibration_rows
from app.pages.tare_words import choices_of, confirm_words, tare_rows, told
from backend.domain.audit import Audited, Deed
from backend.domain.calibration import Calibration, Fit, Method
from backend.domain.keg import Tare, TareSource
from backend.domain.wizard import Setting, Step, TareOf, Wizard, WizardKind

AT = datetime(2026, 3, 20, 20, 40, tzinfo=UTC)
SETTING = Setting(factor=9500.0, zero=84_000, rev=2)
ROUGH = replace(VIEW, keg=replace(KEG, tare=Tare(empty_lbs=29.7, source=TareSource.TYPE_DEFAULT)), ledger=None)


def wizard(**changes: Any) -> Wizard:
    whole: dict[str, Any] = {
        "device_id": "SCALE-1",
        "location_id": "loc-001",
        "tap_id": TAP,
        "kind": WizardKind.TARE,
        "step": Step.DONE,
        "by": "ann",
        "by_name": "Ann",
        "begun_at": AT,
        "touched_at": AT,
        "tare_of": TareOf.PLATFORM,
        "residual_lbs": 0.004,
    }
    return Wizard(**{**whole, **changes})


@pytest.mark.parametrize(("lbs", "fits"), [(0.4, "platform"), (30.2, "empty_keg"), (160.0, "full_keg"), (88.0, None)])
def test_the_picture_that_fits_what_is_read_is_marked(lbs: float, fits: str | None) -> None:
    marked = [choice["name"] for choice in choices_of(ROUGH, lbs=lbs) if choice["fits"]]

    assert marked == ([fits] if fits else [])


def test_what_cannot_be_so_says_why_before_it_is_touched() -> None:
    no_keg = choices_of(replace(VIEW, keg=None), lbs=0.0)
    stamped = choices_of(VIEW, lbs=None)

    assert [bool(choice["no"]) for choice in no_keg] == [False, True, True]
    assert "known already: 29.7 lb, stamped" in stamped[2]["no"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "reads +0.00 lb: at zero, nothing had to be set."),
        ({"sent": SETTING, "residual_lbs": -0.02}, "reads -0.02 lb after it was set to zero."),
        ({"undone": True}, "Taken back"),
        ({"sent": SETTING, "problem": "the scale did not answer"}, "Not taken back: the scale did not answer."),
        ({"step": Step.REFUSED, "problem": "it moves"}, "Not tared: it moves."),
        ({"step": Step.ASKING}, "Weighing for two seconds"),
        ({"step": Step.SENDING}, "told its new zero"),
        (
            {"tare_of": TareOf.EMPTY_KEG, "tare": Tare(empty_lbs=31.0, source=TareSource.WEIGHED_EMPTY)},
            "weighs 31.0 lb, weighed empty (± 0.1 lb).",
        ),
    ],
)
def test_what_came_of_a_tare_is_said(changes: dict[str, Any], said: str) -> None:
    assert said in told(wizard(**changes))


def test_earlier_tares_are_rows_of_shells_and_zeros() -> None:
    shell = Audited(
        location_id="loc-001",
        at=AT,
        by="ann",
        by_name="Ann",
        deed=Deed.TARED,
        subject="keg-1",
        before={"empty_lbs": 29.7},
        after={"empty_lbs": 31.04},
    )
    zero = replace(shell, deed=Deed.TARE_UNDONE, subject="SCALE-1", before={"zero": 93_000}, after={"zero": 84_000})

    rows = tare_rows([shell, zero], zone=UTC)

    assert [row[1:] for row in rows] == [
        ("Shell of the keg", "29.7 lb", "31.0 lb", "Ann"),
        ("Zero of the scale, taken back", "93,000 counts", "84,000 counts", "Ann"),
    ]


@pytest.mark.parametrize(
    ("method", "step", "place", "drawn"),
    [
        (Method.KNOWN_WEIGHT, Step.EMPTY, 0, "empty"),
        (Method.KNOWN_WEIGHT, Step.LOADED, 1, "loaded"),
        (Method.KNOWN_WEIGHT, Step.CHECK, 3, "check"),
        (Method.FULL_KEG, Step.LOADED, 0, "keg"),
        (Method.FULL_KEG, Step.REVIEW, 1, "review"),
        (Method.UNDONE, Step.SENDING, 0, "sending"),
    ],
)
def test_a_wizard_stands_at_one_of_its_named_steps(method: Method, step: Step, place: int, drawn: str) -> None:
    under_way = wizard(kind=WizardKind.CALIBRATION, method=method, step=step)

    assert (place_of(under_way), step_of(under_way)) == (place, drawn)


def test_doubts_are_said_before_a_point_is_taken() -> None:
    assert "Put the weight on" in placed_words(counts=2_000, known_lbs=44.1, factor=9500)
    assert placed_words(counts=-400_000, known_lbs=44.1, factor=-9500) == ""
    doubted = placed_words(counts=20, known_lbs=44.1, factor=9500, empty_lbs=121.4)
    assert doubted.startswith("Nothing has changed since the platform was measured empty (at 121.4 lb)")
    lighter = placed_words(counts=-77.3 * 9500, known_lbs=44.1, factor=9500, empty_lbs=121.4)
    assert lighter.startswith("It is lighter now than when it was measured empty (at 121.4 lb)")
    assert "is nothing on it?" in bare_words(132.4, most=5.0)
    assert bare_words(0.9, most=5.0) == "It stands still: measure it."


def test_the_weights_of_the_bars_own_units_come_first() -> None:
    assert known_choices(metric=False) == ["25 lb", "50 lb", "10 kg", "20 kg", "25 kg"]
    assert known_choices(metric=True) == ["10 kg", "20 kg", "25 kg", "25 lb", "50 lb"]


def test_a_large_change_and_an_end_are_said_in_figures() -> None:
    fit = Fit(factor=10_300, zero=84_000, plus_minus_pct=0.4, change_pct=8.42, zero_shift_lbs=0.1)
    done = wizard(kind=WizardKind.CALIBRATION, method=Method.KNOWN_WEIGHT, residual_lbs=-0.12)

    assert change_words(fit) == "The factor changes by +8.4 %: that is a lot"
    assert "not known" in change_words(replace(fit, change_pct=None))
    assert done_words(done).endswith("it is 0.12 lb under.")
    assert done_words(replace(done, residual_lbs=0.001)).endswith("right to a hundredth of a pound.")


def test_each_calibration_stands_beside_the_one_before() -> None:
    first = Calibration(
        device_id="SCALE-1",
        factor=9500.0,
        zero=84_000,
        rev=1,
        method=Method.REPORTED,
        calibrated_at=AT,
        confirmed_at=AT,
        factor_since=AT,
        by="ann",
        by_name="Ann",
    )
    second = replace(
        first,
        factor=9785.0,
        zero=93_785,
        rev=2,
        method=Method.KNOWN_WEIGHT,
        calibrated_at=AT + timedelta(days=1),
        plus_minus_pct=0.38,
    )

    newest, oldest = calibration_rows([second, first], UTC)

    assert newest[1:] == ("known weight", "9,785.0", "+3.00 %", "93,785", "+1.00 lb", "± 0.4 %", "Ann")
    assert oldest[3:] == ("", "84,000", "", "not known", "Ann")


def test_a_tare_that_asks_is_confirmed_by_its_figure() -> None:
    hand = wizard(step=Step.REFUSED, tare_of=TareOf.PLATFORM, residual_lbs=4.8, problem="look")
    shell = wizard(step=Step.REFUSED, tare_of=TareOf.EMPTY_KEG, residual_lbs=38.13, problem="look")

    assert confirm_words(hand) == "Nothing is on it: take +4.80 lb as zero"
    assert confirm_words(shell) == "It is empty: its shell weighs 38.1 lb"
    assert confirm_words(wizard(step=Step.REFUSED, residual_lbs=None, problem="away")) == ""


def test_what_is_seen_after_a_zero_is_told_with_it() -> None:
    done = wizard(step=Step.DONE, tare_of=TareOf.PLATFORM, residual_lbs=0.0)

    assert told(done, warnings=("something lay on it",)).endswith("Something lay on it.")
