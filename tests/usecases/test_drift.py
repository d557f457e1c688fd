"""Drift found by whole lives of kegs, from readings alone: a planted error within two kegs, and nothing from shells."""

import random

import pytest
from asking import asking, wall
from bar import MANAGER, ONE, Bar, at, said
from drinking import Drinking
from pretended_scale import PretendedScale

from backend.cellar import lives
from backend.domain.command import CommandName
from backend.domain.keg_type import keg_type
from backend.ports import Query
from backend.usecases.calibrate import begin_calibration
from backend.usecases.commands import send_command
from backend.usecases.drift import watch_drift
from backend.usecases.undo_swap import undo_swap
from backend.usecases.wizards import calibration_of


@pytest.mark.parametrize("type_id", ["half_barrel", "sixth_barrel"])
@pytest.mark.parametrize("span", [1.03, 0.97])
def test_a_planted_span_error_is_reported_once_two_kegs_are_empty(bar: Bar, span: float, type_id: str) -> None:
    kegs = Drinking(bar, span=span, type_id=type_id)
    usual = keg_type(type_id).tare_lbs or 0.0
    told = []
    for shell in (usual + 2.0, usual - 1.5, usual + 1.0):
        kegs.live(shell)
        kegs.watch()
        told.append(len(kegs.noted))

    assert told[:2] == [0, 0]
    (noted,) = kegs.noted
    assert noted.pct == pytest.approx(100 * (span - 1), abs=0.7)
    assert noted.plus_minus_pct == pytest.approx(0.46 if type_id == "half_barrel" else 0.62, abs=0.08)
    assert (noted.device_id, noted.tap_id, noted.zero_lbs) == ("SCALE-1", str(ONE), None)


def test_shells_a_kilogram_apart_raise_nothing_keg_after_keg(bar: Bar) -> None:
    kegs = Drinking(bar, type_id="sixth_barrel")
    dice = random.Random(11)

    for _ in range(12):
        kegs.live(15.5 + dice.uniform(-2.2, 2.2))
        view = kegs.watch()

    assert kegs.noted == []
    assert view.span is not None
    assert view.span.pct == pytest.approx(0.0, abs=0.7)


def test_a_change_without_a_gap_is_told_from_the_weights_alone(bar: Bar) -> None:
    kegs = Drinking(bar, span=1.05)

    for _ in range(3):
        kegs.live(29.7, gap=False)
        view = kegs.watch()

    assert view.zero is None
    assert view.span is not None
    assert view.span.pct == pytest.approx(5.0, abs=0.3)
    assert len(kegs.noted) >= 1


def test_a_zero_that_moved_is_told_by_itself(bar: Bar) -> None:
    kegs = Drinking(bar, zero=3.2)

    for _ in range(3):
        kegs.live(29.7)
        view = kegs.watch()

    assert view.span is not None
    assert not view.span.reported
    assert kegs.noted[-1].zero_lbs == pytest.approx(3.2, abs=0.05)
    assert kegs.noted[-1].pct is None


def test_a_keg_that_was_lifted_half_full_is_no_evidence(bar: Bar) -> None:
    kegs = Drinking(bar)

    for left in (50.0, 40.0, 0.0):
        kegs.live(29.7, left=left)
        view = kegs.watch()

    assert view.span is None
    assert kegs.noted == []


def test_watching_again_changes_nothing(bar: Bar) -> None:
    kegs = Drinking(bar, span=1.03)
    for _ in range(3):
        kegs.live(29.7)
        kegs.watch()
    rows = bar.ports.table.query(Query(partition="DEVICE#SCALE-1", begins_with="LIFE#")).items

    again = watch_drift(bar.ports, location_id="loc-001", now=at(kegs.second + 600))

    assert again.looked_at == 0
    assert bar.ports.table.query(Query(partition="DEVICE#SCALE-1", begins_with="LIFE#")).items == rows
    assert len(kegs.noted) == 1


def test_a_scale_that_is_looked_at_late_has_its_last_kegs_behind_it(bar: Bar) -> None:
    kegs = Drinking(bar, span=1.03)
    for _ in range(5):
        kegs.live(29.7)

    view = kegs.watch()

    assert view.span is not None
    assert (view.span.kegs, view.span.reported) == (2, True)
    assert len(view.lives) == 3
    assert len(kegs.noted) == 1


def test_a_keg_that_stands_there_again_has_not_ended(bar: Bar) -> None:
    kegs = Drinking(bar)
    first = kegs.live(29.7)
    kegs.watch()
    kegs.live(29.7)
    ended = kegs.watch().lives[1]

    undo_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(kegs.second))
    kegs.say(60.0)
    kegs.watch()
    kegs.live(29.7)
    again = next(life for life in kegs.watch().lives if life.keg_id == first.keg_id)

    assert ended.ended_at is not None
    assert again.ended_at is not None
    assert again.ended_at > ended.ended_at


def test_only_the_last_dozen_kegs_are_remembered(bar: Bar) -> None:
    kegs = Drinking(bar, type_id="keg_10l")
    for _ in range(15):
        kegs.live(13.2)
        kegs.watch()

    found = [lives.from_item(item) for item in bar.ports.table.query(lives.newest("SCALE-1", limit=100)).items]

    assert len(found) == 12
    assert found[0].tapped_at > found[-1].tapped_at


def test_a_new_factor_begins_a_new_count_and_a_first_word_of_the_old_one_does_not(bar: Bar) -> None:
    scale = PretendedScale(asking(bar))
    kegs = Drinking(bar, span=1.03)
    for _ in range(3):
        kegs.live(29.7)
        kegs.watch()
    scale.clock = kegs.second
    asked(bar, scale)

    told = kegs.watch()
    scale.rev, scale.factor = 2, 9785.0
    asked(bar, scale, later=10)
    after = kegs.watch()

    assert told.span is not None
    assert told.span.kegs == 2
    assert after.span is None
    calibration = calibration_of(bar.ports, "SCALE-1")
    assert calibration is not None
    assert calibration.drift_pct is None


def asked(bar: Bar, scale: PretendedScale, later: float = 0) -> None:
    """Let the scale be asked for its settings, and answer."""
    scale.clock += later
    send_command(
        bar.ports,
        device_id="SCALE-1",
        name=CommandName.GET_CONFIG,
        params={},
        member=MANAGER,
        now=at(scale.clock),
        wall=wall(scale.clock),
    )
    scale.work()


def test_what_was_found_stands_beside_the_calibration(bar: Bar) -> None:
    scale = PretendedScale(asking(bar))
    begin_calibration(bar.ports, device_id="SCALE-1", member=MANAGER, now=at(-10), wall=wall(0))
    scale.clock = -5
    scale.work()
    kegs = Drinking(bar, span=1.03)

    for _ in range(3):
        kegs.live(29.7)
        kegs.watch()

    calibration = calibration_of(bar.ports, "SCALE-1")
    assert calibration is not None
    assert calibration.drift_pct == pytest.approx(3.1, abs=0.3)
    assert calibration.drift_plus_minus_pct == pytest.approx(0.46, abs=0.05)
    assert calibration.zero_drift_lbs == pytest.approx(0.0, abs=0.05)


def test_a_keg_that_is_not_weighed_yet_is_waited_for(bar: Bar) -> None:
    bar.change(second=0)

    early = watch_drift(bar.ports, location_id="loc-001", now=at(200))
    bar.take([said(300, 160.3)])
    later = watch_drift(bar.ports, location_id="loc-001", now=at(400))

    assert (early.looked_at, later.looked_at) == (0, 1)
