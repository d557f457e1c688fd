"""Waste in the books, and scales that come and go."""

import pytest
from bar import ELSEWHERE, FULL, MANAGER, ONE, OUNCE, STAFF, Bar, at, claim, said

from backend.cellar.pours import waste_from_item
from backend.domain.audit import Deed
from backend.domain.maintenance import AsideKind
from backend.domain.member import OWNER, Member
from backend.domain.reading import ScaleHeard, StatusReport
from backend.domain.refusal import Conflict, Forbidden, Invalid, NotFound
from backend.domain.scale import ScaleStatus
from backend.ports import Query
from backend.usecases import load
from backend.usecases.anchor import anchor_books
from backend.usecases.audit import view_audit
from backend.usecases.maintenance import begin_maintenance
from backend.usecases.record_waste import record_waste, undo_waste
from backend.usecases.take_statuses import take_statuses


def test_waste_leaves_the_keg_that_stood_there_then(bar: Bar) -> None:
    old = bar.change(second=0)
    new = bar.change(second=1000, lifted=900)

    waste = record_waste(
        bar.ports,
        tap_id=ONE,
        gallons=0.25,
        reason=" line cleaned ",
        at=at(500),
        member=STAFF,
        now=at(1000),
        wall=at(1000),
    )

    assert (waste.keg_id, waste.reason, waste.by) == (old.keg_id, "line cleaned", "staff-1")
    assert bar.ledger(old.keg_id).remaining == pytest.approx(15.25)
    assert bar.ledger(new.keg_id).wasted == 0


@pytest.mark.parametrize("gallons", [0, -1, 15.6, float("nan"), float("inf")])
def test_waste_that_cannot_be_is_refused(bar: Bar, gallons: float) -> None:
    bar.change(second=0)

    with pytest.raises(Invalid, match="cannot be lost from this keg"):
        record_waste(
            bar.ports, tap_id=ONE, gallons=gallons, reason="foam", at=at(5), member=OWNER, now=at(1000), wall=at(1000)
        )


def test_waste_needs_a_reason_and_a_keg_and_is_booked_once(bar: Bar) -> None:
    keg = bar.change(second=0)
    record_waste(bar.ports, tap_id=ONE, gallons=0.1, reason="foam", at=at(5), member=OWNER, now=at(1000), wall=at(1000))

    with pytest.raises(Conflict, match="booked on tap loc-001:01 already"):
        record_waste(
            bar.ports, tap_id=ONE, gallons=0.1, reason="foam", at=at(5), member=OWNER, now=at(1000), wall=at(1000)
        )
    with pytest.raises(Invalid, match="say why"):
        record_waste(
            bar.ports, tap_id=ONE, gallons=0.1, reason=" ", at=at(6), member=OWNER, now=at(1000), wall=at(1000)
        )
    with pytest.raises(Conflict, match="no keg stood on tap"):
        record_waste(
            bar.ports, tap_id=ONE, gallons=0.1, reason="foam", at=at(-5), member=OWNER, now=at(1000), wall=at(1000)
        )

    assert bar.ledger(keg.keg_id).wasted == pytest.approx(0.1)


def test_waste_of_a_moment_to_come_is_refused(bar: Bar) -> None:
    bar.change(second=0)

    with pytest.raises(Invalid, match="in the future"):
        record_waste(
            bar.ports, tap_id=ONE, gallons=0.1, reason="foam", at=at(500), member=OWNER, now=at(300), wall=at(300)
        )


def test_no_more_is_lost_than_what_is_left_and_a_little(bar: Bar) -> None:
    keg = bar.change(second=0)
    bar.take([said(100, 40.0, pour=claim(50, FULL, 15.0 * 128))])

    with pytest.raises(Invalid, match=r"at most 0\.81"):
        record_waste(
            bar.ports, tap_id=ONE, gallons=1.0, reason="foam", at=at(200), member=OWNER, now=at(300), wall=at(300)
        )
    record_waste(bar.ports, tap_id=ONE, gallons=0.8, reason="foam", at=at(200), member=OWNER, now=at(300), wall=at(300))

    assert bar.ledger(keg.keg_id).remaining == pytest.approx(-0.3)


def test_two_bookings_together_take_no_more_than_the_keg_held(bar: Bar) -> None:
    keg = bar.change(second=0)
    record_waste(
        bar.ports, tap_id=ONE, gallons=15.4, reason="line left open", at=at(5), member=OWNER, now=at(9), wall=at(9)
    )

    with pytest.raises(Invalid, match=r"at most 0\.10"):
        record_waste(bar.ports, tap_id=ONE, gallons=0.2, reason="foam", at=at(6), member=OWNER, now=at(9), wall=at(9))
    record_waste(bar.ports, tap_id=ONE, gallons=0.1, reason="foam", at=at(6), member=OWNER, now=at(9), wall=at(9))

    assert bar.ledger(keg.keg_id).wasted == pytest.approx(15.5)
    with pytest.raises(Invalid, match=r"at most 0\.00"):
        record_waste(bar.ports, tap_id=ONE, gallons=0.01, reason="foam", at=at(7), member=OWNER, now=at(9), wall=at(9))


@pytest.mark.parametrize("member", [STAFF, MANAGER])
def test_waste_elsewhere_is_no_business_of_theirs(bar: Bar, member: Member) -> None:
    with pytest.raises(NotFound, match=r"^there is no location loc-002$"):
        record_waste(
            bar.ports,
            tap_id=ELSEWHERE,
            gallons=0.1,
            reason="foam",
            at=at(5),
            member=member,
            now=at(1000),
            wall=at(1000),
        )


def _report(*, online: bool, session: int, second: float, ahead: float = 0, device_id: str = "SCALE-1") -> StatusReport:
    return StatusReport(
        device_id=device_id,
        received_at=at(second),
        online=online,
        session=session,
        sent_t=int(at(second + ahead).timestamp()) if online else None,
    )


def test_a_birth_then_its_will_then_the_next_birth_are_each_believed(bar: Bar) -> None:
    heard = []
    for report in (
        _report(online=True, session=1, second=0),
        _report(online=False, session=1, second=60),
        _report(online=True, session=2, second=61),
    ):
        take_statuses(bar.ports, reports=[report])
        heard.append(bar.scale().status)

    assert heard == [ScaleStatus.ONLINE, ScaleStatus.OFFLINE, ScaleStatus.ONLINE]
    assert [event.online for event in bar.told if isinstance(event, ScaleHeard)] == [True, False, True]


def test_the_late_will_of_an_old_session_is_not_believed(bar: Bar) -> None:
    take_statuses(bar.ports, reports=[_report(online=True, session=1, second=0)])

    taken = take_statuses(
        bar.ports, reports=[_report(online=True, session=2, second=40), _report(online=False, session=1, second=45)]
    )

    assert taken.changed == 1
    assert bar.scale().status is ScaleStatus.ONLINE


def test_after_a_birth_with_another_time_readings_count_at_receipt_until_a_birth_agrees(bar: Bar) -> None:
    take_statuses(bar.ports, reports=[_report(online=True, session=1, second=0, ahead=-4000)])
    bar.take([said(-3990, 100.0, seq=1, received=10)])

    take_statuses(bar.ports, reports=[_report(online=True, session=2, second=20)])
    bar.take([said(25, 99.0, seq=2, received=30)])

    assert [row[:2] for row in bar.recorded()] == [(10.0, 100.0), (25.0, 99.0)]


def test_a_scale_that_nobody_claimed_is_counted_and_makes_no_row(bar: Bar) -> None:
    taken = take_statuses(bar.ports, reports=[_report(online=True, session=1, second=0, device_id="NEW-1")])

    assert (taken.changed, taken.unclaimed) == (0, 1)
    assert bar.told == []


def test_foam_that_ran_through_the_faucet_is_taken_out_of_what_was_poured(bar: Bar) -> None:
    keg = bar.change(second=0)
    bar.take([said(3600, FULL)])
    anchor_books(bar.ports, location_id="loc-001", now=at(3601))
    left = FULL - 16 * OUNCE
    bar.take([said(3700, left, pour=claim(3690, FULL, 16))])

    waste = record_waste(
        bar.ports, tap_id=ONE, gallons=0.125, reason="foam", at=at(3710), member=STAFF, now=at(3711), wall=at(3711)
    )

    ledger = bar.ledger(keg.keg_id)
    assert waste.of_poured == pytest.approx(0.125)
    assert ledger.pours == 1
    assert [ledger.poured, ledger.wasted] == pytest.approx([0.0, 0.125])
    assert ledger.remaining == pytest.approx(15.375)


def test_a_leak_that_the_scale_had_seen_is_no_longer_unseen_once_it_is_told(bar: Bar) -> None:
    keg = bar.change(second=0)
    leaked = FULL - 64 * OUNCE
    for second, lbs in ((3600, FULL), (4300, leaked), (5000, leaked)):
        bar.take([said(second, lbs)])
        anchor_books(bar.ports, location_id="loc-001", now=at(second + 1))
    unseen = bar.ledger(keg.keg_id).unseen

    record_waste(
        bar.ports, tap_id=ONE, gallons=0.4, reason="line", at=at(5100), member=STAFF, now=at(5101), wall=at(5101)
    )

    ledger = bar.ledger(keg.keg_id)
    assert unseen == pytest.approx(0.5, abs=0.08)
    assert ledger.wasted == 0.4
    assert ledger.unseen == pytest.approx(0.1, abs=0.01)
    assert ledger.remaining == pytest.approx(15.0, abs=0.001)


def test_waste_booked_by_mistake_is_taken_back_and_leaves_no_trace_but_the_audit(bar: Bar) -> None:
    keg = bar.change(second=0)
    bar.take([said(100, FULL - 16 * OUNCE, pour=claim(90, FULL, 16))])
    before = bar.ledger(keg.keg_id)
    waste = record_waste(
        bar.ports, tap_id=ONE, gallons=0.25, reason="spill", at=at(200), member=STAFF, now=at(201), wall=at(201)
    )

    for _ in range(2):
        undo_waste(bar.ports, tap_id=ONE, waste_id=waste.waste_id, at=waste.at, member=STAFF, now=at(210), wall=at(210))

    after = bar.ledger(keg.keg_id)
    assert [after.poured, after.wasted, after.unseen] == [before.poured, 0, before.unseen]
    entries = view_audit(bar.ports, location_id="loc-001", member=OWNER, now=at(999)).entries
    assert [entry.deed for entry in entries][:2] == [Deed.WASTE_UNDONE, Deed.WASTED]


def test_waste_of_others_or_of_long_ago_is_taken_back_by_a_manager(bar: Bar) -> None:
    bar.change(second=0)
    mine = record_waste(
        bar.ports, tap_id=ONE, gallons=0.1, reason="foam", at=at(5), member=STAFF, now=at(6), wall=at(6)
    )
    other = record_waste(
        bar.ports, tap_id=ONE, gallons=0.1, reason="foam", at=at(7), member=OWNER, now=at(8), wall=at(8)
    )

    for waste, second in ((mine, 1000), (other, 20)):
        with pytest.raises(Forbidden, match="Manager"):
            undo_waste(
                bar.ports,
                tap_id=ONE,
                waste_id=waste.waste_id,
                at=waste.at,
                member=STAFF,
                now=at(second),
                wall=at(second),
            )
        undo_waste(
            bar.ports, tap_id=ONE, waste_id=waste.waste_id, at=waste.at, member=MANAGER, now=at(second), wall=at(second)
        )


def test_ones_own_waste_of_an_hour_ago_is_taken_back_just_after_it_was_told_by_the_clock_on_the_wall(bar: Bar) -> None:
    bar.change(second=0)
    mine = [
        record_waste(
            bar.ports, tap_id=ONE, gallons=0.1, reason="foam", at=at(n), member=STAFF, now=at(3600), wall=at(10)
        )
        for n in (5, 6)
    ]

    undo_waste(
        bar.ports,
        tap_id=ONE,
        waste_id=mine[0].waste_id,
        at=mine[0].at,
        member=STAFF,
        now=at(3600 + 899 * 60),
        wall=at(10 + 899),
    )
    with pytest.raises(Forbidden, match="Manager"):
        undo_waste(
            bar.ports,
            tap_id=ONE,
            waste_id=mine[1].waste_id,
            at=mine[1].at,
            member=STAFF,
            now=at(3601),
            wall=at(10 + 901),
        )


@pytest.mark.parametrize("member", [STAFF, MANAGER])
def test_what_a_scale_found_while_a_line_was_cleaned_stays_in_the_books(bar: Bar, member: Member) -> None:
    keg = bar.change(second=0)
    bar.take([said(60, FULL)])
    begin_maintenance(bar.ports, tap_id=ONE, kind=AsideKind.CLEANING, member=STAFF, now=at(100))
    bar.take([said(200, FULL - 64 * OUNCE, pour=claim(160, FULL, 64))])
    (item,) = load.every(bar.ports, Query(partition="LOCATION#loc-001", begins_with="WASTE#"))
    found = waste_from_item(item)

    with pytest.raises(Conflict, match=r"found 0\.50 gal gone while it was set aside"):
        undo_waste(
            bar.ports,
            tap_id=ONE,
            waste_id=found.waste_id,
            at=found.at,
            member=member,
            now=at(300),
            wall=at(300),
        )

    assert bar.ledger(keg.keg_id).cleaned == pytest.approx(0.5)
