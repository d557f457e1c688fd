"""A tap set aside: nothing is sold meanwhile, it ends by itself, and a cleaned line is clean for two weeks."""

from datetime import timedelta

import pytest
from bar import ELSEWHERE, FULL, MANAGER, ONE, OUNCE, STAFF, TWO, Bar, at, claim, said

from backend.domain.audit import Deed
from backend.domain.face import TapFace
from backend.domain.ids import TapId
from backend.domain.ledger import WasteBooked
from backend.domain.maintenance import AsideKind, CleaningDue, CleaningState, TapBack, TapSetAside, cleaning_state
from backend.domain.member import OWNER
from backend.domain.refusal import Conflict, Invalid, NotFound
from backend.usecases import load
from backend.usecases.audit import view_audit
from backend.usecases.maintenance import (
    begin_maintenance,
    end_maintenance,
    end_overdue,
    note_cleaned,
    tell_cleaning_due,
    view_cleanings,
)
from backend.usecases.view_board import view_faces

CLEANING, MAINTENANCE = AsideKind.CLEANING, AsideKind.MAINTENANCE


def _face(bar: Bar, tap_id: TapId = ONE) -> TapFace:
    location = load.location(bar.ports, "loc-001")
    return view_faces(bar.ports, location=location, tap_ids=[tap_id], member=OWNER)[0]


@pytest.mark.parametrize(("kind", "cleaned", "wasted"), [(CLEANING, 1, 0), (MAINTENANCE, 0, 1)])
def test_what_leaves_while_a_tap_is_set_aside_is_not_sold(bar: Bar, kind: AsideKind, cleaned: int, wasted: int) -> None:
    keg = bar.change(second=0)
    begin_maintenance(bar.ports, tap_id=ONE, kind=kind, member=STAFF, now=at(100))

    taken = bar.take([said(200, FULL - 64 * OUNCE, pour=claim(150, FULL, 64))])

    ledger = bar.ledger(keg.keg_id)
    assert (taken.pours, taken.wastes, taken.telling) == (0, 1, True)
    assert (ledger.pours, ledger.poured) == (0, 0)
    assert any(isinstance(event, WasteBooked) for event in bar.told)
    assert ledger.cleaned == pytest.approx(0.5 * cleaned)
    assert ledger.wasted == pytest.approx(0.5 * wasted)
    assert ledger.remaining == pytest.approx(15.0)
    assert bar.pours() == []


def test_what_was_told_late_is_told_apart_by_when_it_left(bar: Bar) -> None:
    keg = bar.change(second=0)
    begin_maintenance(bar.ports, tap_id=ONE, kind=CLEANING, member=STAFF, now=at(100), minutes=10)
    end_maintenance(bar.ports, tap_id=ONE, member=STAFF, now=at(400))
    begin_maintenance(bar.ports, tap_id=ONE, kind=MAINTENANCE, member=STAFF, now=at(2000), minutes=10)

    late = [
        said(90, FULL - OUNCE * 16, pour=claim(80, FULL, 16)),  # before it was set aside: sold
        said(210, FULL - OUNCE * 48, pour=claim(200, FULL - OUNCE * 16, 32)),  # cleaning
        said(1000, FULL - OUNCE * 64, pour=claim(990, FULL - OUNCE * 48, 16)),  # in service again: sold
        said(2100, FULL - OUNCE * 80, pour=claim(2090, FULL - OUNCE * 64, 16)),  # maintenance
    ]
    bar.take(late)
    bar.take(late)

    ledger = bar.ledger(keg.keg_id)
    assert ledger.pours == 2
    assert [ledger.poured, ledger.cleaned, ledger.wasted] == pytest.approx([0.25, 0.25, 0.125])


def test_it_ends_by_itself_in_measured_time_though_no_timer_fires(bar: Bar) -> None:
    keg = bar.change(second=0)
    begin_maintenance(bar.ports, tap_id=ONE, kind=MAINTENANCE, member=STAFF, now=at(100))
    bar.take([said(3000, FULL)])
    aside = _face(bar).aside

    bar.take([said(3701, FULL - 16 * OUNCE, pour=claim(3700, FULL, 16))])

    assert aside is not None
    assert aside.until == at(3700)
    assert _face(bar).aside is None
    assert bar.ledger(keg.keg_id).pours == 1


def test_the_timer_ends_it_once_and_says_so(bar: Bar) -> None:
    begin_maintenance(bar.ports, tap_id=ONE, kind=CLEANING, member=STAFF, now=at(100))

    ended = [end_overdue(bar.ports, now=at(second)) for second in (3699, 3701, 3702)]

    assert ended == [0, 1, 0]
    assert _face(bar).aside is None
    assert bar.told[-1] == TapBack(location_id="loc-001", tap_id="loc-001:01", kind=CLEANING, by_itself=True)
    (cleaned,) = view_cleanings(bar.ports, tap_id=ONE, member=STAFF, now=at(9000))
    assert (cleaned.at, cleaned.by, cleaned.seconds) == (at(3700), "staff-1", 3600)


def test_a_tap_that_comes_back_by_itself_can_be_set_aside_again_before_the_timer_comes(bar: Bar) -> None:
    begin_maintenance(bar.ports, tap_id=ONE, kind=CLEANING, member=STAFF, now=at(100), minutes=5)
    begin_maintenance(bar.ports, tap_id=ONE, kind=MAINTENANCE, member=STAFF, now=at(1000))

    assert end_overdue(bar.ports, now=at(1001)) == 0
    assert bar.tap().cleaned_at == at(400)
    face = _face(bar)
    assert face.aside is not None
    assert face.aside.kind is MAINTENANCE


@pytest.mark.parametrize(("seconds", "cleans"), [(1, False), (179, False), (180, True)])
def test_a_line_is_not_cleaned_in_a_moment(bar: Bar, seconds: float, *, cleans: bool) -> None:
    begin_maintenance(bar.ports, tap_id=ONE, kind=CLEANING, member=STAFF, now=at(100))

    ended = end_maintenance(bar.ports, tap_id=ONE, member=STAFF, now=at(100 + seconds))

    entries = view_audit(bar.ports, location_id="loc-001", member=OWNER, now=at(999)).entries
    assert ended.cleans is cleans
    assert (bar.tap().cleaned_at is not None) is cleans
    assert entries[0].deed is (Deed.CLEANED if cleans else Deed.PUT_BACK)


def test_it_is_told_who_set_it_aside_and_who_put_it_back(bar: Bar) -> None:
    begin_maintenance(bar.ports, tap_id=ONE, kind=MAINTENANCE, member=STAFF, now=at(100))
    end_maintenance(bar.ports, tap_id=ONE, member=MANAGER, now=at(200))

    entries = view_audit(bar.ports, location_id="loc-001", member=OWNER, now=at(999)).entries

    assert [(entry.deed, entry.by) for entry in entries] == [
        (Deed.PUT_BACK, "manager-1"),
        (Deed.SET_ASIDE, "staff-1"),
    ]
    assert isinstance(bar.told[-2], TapSetAside)
    assert isinstance(bar.told[-1], TapBack)


def test_said_again_it_stays_aside_longer_and_for_the_other_reason_it_is_refused(bar: Bar) -> None:
    begin_maintenance(bar.ports, tap_id=ONE, kind=CLEANING, member=STAFF, now=at(100))

    longer = begin_maintenance(bar.ports, tap_id=ONE, kind=CLEANING, member=STAFF, now=at(600), minutes=90)

    assert (longer.since, longer.until) == (at(100), at(600 + 5400))
    with pytest.raises(Conflict, match="set aside for cleaning: end that first"):
        begin_maintenance(bar.ports, tap_id=ONE, kind=MAINTENANCE, member=STAFF, now=at(700))


def test_a_line_is_due_two_weeks_after_it_was_cleaned_and_spoken_of_two_days_before(bar: Bar) -> None:
    begin_maintenance(bar.ports, tap_id=ONE, kind=CLEANING, member=STAFF, now=at(100))
    end_maintenance(bar.ports, tap_id=ONE, member=STAFF, now=at(1300))

    due = _face(bar).cleaning_due

    assert due == at(1300) + timedelta(days=14)
    states = [cleaning_state(due, now=due + timedelta(hours=hours)) for hours in (-49, -47, -1, 0, 100)]
    assert states == [
        CleaningState.CLEAN, CleaningState.SOON, CleaningState.SOON, CleaningState.DUE, CleaningState.DUE,
    ]  # fmt: skip
    assert cleaning_state(None, now=at(0)) is CleaningState.CLEAN


def test_lines_that_are_due_are_told_of(bar: Bar) -> None:
    note_cleaned(bar.ports, tap_id=TWO, at=at(0), member=STAFF, now=at(10))
    later = at(0) + timedelta(days=12, minutes=-1)

    told = tell_cleaning_due(bar.ports, location_id="loc-001", now=later)

    assert told == 1
    assert bar.told[-1] == CleaningDue(location_id="loc-001", tap_id="loc-001:01", due=at(-3600) + timedelta(days=14))


def test_a_touch_taken_back_cleans_no_line(bar: Bar) -> None:
    begin_maintenance(bar.ports, tap_id=ONE, kind=CLEANING, member=STAFF, now=at(100))

    end_maintenance(bar.ports, tap_id=ONE, member=STAFF, now=at(105), done=False)

    assert bar.tap().cleaned_at is None
    assert view_cleanings(bar.ports, tap_id=ONE, member=STAFF, now=at(999)) == ()
    with pytest.raises(Conflict, match="nothing to end"):
        end_maintenance(bar.ports, tap_id=ONE, member=STAFF, now=at(106))


def test_a_cleaning_noted_late_does_not_undo_a_later_one(bar: Bar) -> None:
    note_cleaned(bar.ports, tap_id=ONE, at=at(500), member=STAFF, now=at(1000))
    note_cleaned(bar.ports, tap_id=ONE, at=at(100), member=STAFF, now=at(1000))

    assert bar.tap().cleaned_at == at(500)
    assert [one.at for one in view_cleanings(bar.ports, tap_id=ONE, member=STAFF, now=at(999))] == [at(500), at(100)]
    with pytest.raises(Invalid, match="in the future"):
        note_cleaned(bar.ports, tap_id=ONE, at=at(2000), member=STAFF, now=at(1000))


@pytest.mark.parametrize("minutes", [0, -5, 481, float("nan")])
def test_a_time_that_makes_no_sense_is_refused(bar: Bar, minutes: float) -> None:
    with pytest.raises(Invalid, match="1 to 480 minutes"):
        begin_maintenance(bar.ports, tap_id=ONE, kind=CLEANING, member=STAFF, now=at(100), minutes=minutes)


def test_taps_of_other_bars_are_nobodys_business(bar: Bar) -> None:
    with pytest.raises(NotFound):
        begin_maintenance(bar.ports, tap_id=ELSEWHERE, kind=CLEANING, member=STAFF, now=at(100))
    with pytest.raises(NotFound):
        end_maintenance(bar.ports, tap_id=ELSEWHERE, member=STAFF, now=at(100))
    with pytest.raises(NotFound):
        view_cleanings(bar.ports, tap_id=ELSEWHERE, member=STAFF, now=at(100))


def test_a_fall_that_nobody_saw_while_the_tap_was_aside_is_part_of_that(bar: Bar) -> None:
    keg = bar.change(second=0)
    bar.take([said(50, FULL), said(60, FULL)])
    begin_maintenance(bar.ports, tap_id=ONE, kind=CLEANING, member=STAFF, now=at(100))

    left = FULL - 32 * OUNCE
    bar.take([said(second, left, seq=second, boot=2) for second in range(600, 700, 10)])

    ledger = bar.ledger(keg.keg_id)
    assert ledger.cleaned == pytest.approx(0.25, abs=0.01)
    assert (ledger.unseen, ledger.pours) == (0, 0)
