"""Corrections: what was wrong about a keg is put right from its start, and nothing of it is lost or counted twice."""

import pytest
from bar import EMPTY, FULL, MANAGER, ONE, OUNCE, STAFF, TWO, Bar, at, claim, said

from backend.cellar import corrections
from backend.domain.audit import Deed
from backend.domain.correction import CorrectionMoved, KegCorrected
from backend.domain.keg import KegState, Tare, TareSource
from backend.domain.level import Level
from backend.domain.member import OWNER
from backend.domain.refusal import Forbidden, Invalid, NotFound
from backend.domain.units import gallons_of
from backend.ports import Query
from backend.usecases import load
from backend.usecases.audit import view_audit
from backend.usecases.change_keg import NextKeg
from backend.usecases.correct import correct_gravity, correct_keg, finish_corrections
from backend.usecases.keg_stock import stock_kegs
from backend.usecases.record_waste import record_waste

STAMPED = Tare(empty_lbs=31.2, source=TareSource.STAMPED)


def _poured(bar: Bar, *, glasses: int, first: float = 100, left: float = FULL) -> float:
    """Glasses of 16 oz, a minute apart, each told by its scale; gives the gross weight after them."""
    readings = []
    for number in range(glasses):
        second = first + 60 * number
        readings.append(said(second, left - 16 * OUNCE, pour=claim(second - 10, left, 16)))
        left -= 16 * OUNCE
    bar.take(readings)
    return left


def _balanced(bar: Bar, keg_id: str) -> None:
    """The books tell what the scale tells."""
    ledger, level = bar.ledger(keg_id), bar.state().level
    assert isinstance(level, Level)
    taken = ledger.poured + ledger.wasted + ledger.cleaned + ledger.unseen
    assert ledger.opening - taken == pytest.approx(level.gallons, abs=0.01 * ledger.opening)


def test_another_tare_moves_the_level_and_leaves_the_pours_alone(bar: Bar) -> None:
    keg = bar.change(second=0)
    left = _poured(bar, glasses=10)
    poured = bar.ledger(keg.keg_id).poured

    done = correct_keg(bar.ports, keg_id=keg.keg_id, tare=STAMPED, member=STAFF, now=at(900))

    level = bar.state().level
    assert isinstance(level, Level)
    assert level.net_lbs == pytest.approx(left - 31.2)
    assert bar.state().shown is not None
    assert bar.ledger(keg.keg_id).poured == pytest.approx(poured)
    assert done.after["empty_lbs"] == 31.2
    assert (bar.tap().empty_lbs, bar.keg(keg.keg_id).tare) == (31.2, STAMPED)
    _balanced(bar, keg.keg_id)


def test_another_beer_counts_every_pour_anew_from_its_weight(bar: Bar) -> None:
    keg = bar.change(second=0)
    _poured(bar, glasses=10)

    correct_keg(bar.ports, keg_id=keg.keg_id, beer_id="stout", member=MANAGER, now=at(900), reason="mixed up")

    assert [pour.gallons for pour in bar.pours()] == pytest.approx(
        [gallons_of(16 * OUNCE, specific_gravity=1.014)] * 10
    )
    assert (bar.tap().beer_id, bar.tap().specific_gravity) == ("stout", 1.014)
    assert bar.keg(keg.keg_id).full_lbs == pytest.approx(EMPTY + 15.5 * 8.345 * 1.014)
    assert bar.ledger(keg.keg_id).specific_gravity == 1.014
    _balanced(bar, keg.keg_id)


def test_another_size_takes_the_shell_of_that_size_along(bar: Bar) -> None:
    keg = bar.change(second=0)
    bar.take([said(100, 58.0)])

    correct_keg(bar.ports, keg_id=keg.keg_id, type_id="sixth_barrel", member=MANAGER, now=at(900))

    right = bar.keg(keg.keg_id)
    assert (right.type_id, right.tare.empty_lbs) == ("sixth_barrel", 15.5)
    assert bar.ledger(keg.keg_id).opening == pytest.approx(31 / 6)
    _balanced(bar, keg.keg_id)


def test_a_keg_tapped_earlier_gets_the_pours_of_that_time_from_the_one_before(bar: Bar) -> None:
    old = bar.change(second=0)
    _poured(bar, glasses=4, first=100, left=60.0)
    _poured(bar, glasses=3, first=1000)
    new = bar.change(keg=NextKeg(beer_id="stout", type_id="half_barrel"), second=1500)

    correct_keg(bar.ports, keg_id=new.keg_id, tapped_at=at(600), member=MANAGER, now=at(1600))

    assert (bar.ledger(old.keg_id).pours, bar.ledger(new.keg_id).pours) == (4, 3)
    assert [pour.keg_id for pour in bar.pours()] == [old.keg_id] * 4 + [new.keg_id] * 3
    assert [(stay.keg_id, stay.tapped_at, stay.closed_at) for stay in bar.stays()] == [
        (new.keg_id, at(600), None),
        (old.keg_id, at(0), at(600)),
    ]
    assert {row[2] for row in bar.recorded() if row[0] >= 600} == {new.keg_id}
    assert {row[2] for row in bar.recorded() if row[0] < 600} == {old.keg_id}
    assert bar.keg(old.keg_id).closed_at == at(600)
    assert bar.state().keg_id == new.keg_id
    # The old keg left with what it weighed last: 60 lb less four glasses.
    left = gallons_of(60.0 - 4 * 16 * OUNCE - EMPTY, specific_gravity=1.010)
    assert bar.ledger(old.keg_id).remaining == pytest.approx(left)
    _balanced(bar, new.keg_id)


def test_a_keg_tapped_later_gives_the_pours_before_it_back(bar: Bar) -> None:
    old = bar.change(second=0)
    _poured(bar, glasses=4, first=100)
    new = bar.change(second=50, lifted=40)
    assert bar.ledger(new.keg_id).pours == 4

    correct_keg(bar.ports, keg_id=new.keg_id, tapped_at=at(210), member=MANAGER, now=at(900))

    assert (bar.ledger(old.keg_id).pours, bar.ledger(new.keg_id).pours) == (2, 2)
    assert bar.keg(old.keg_id).closed_at == at(210)
    assert {row[2] for row in bar.recorded() if row[0] < 210} == {old.keg_id}


def test_a_correction_said_twice_changes_nothing_more(bar: Bar) -> None:
    keg = bar.change(second=0)
    _poured(bar, glasses=5)
    correct_keg(bar.ports, keg_id=keg.keg_id, beer_id="stout", tare=STAMPED, member=OWNER, now=at(900))
    before = (bar.ledger(keg.keg_id), bar.keg(keg.keg_id), bar.pours(), bar.state(), bar.tap())

    again = correct_keg(bar.ports, keg_id=keg.keg_id, beer_id="stout", tare=STAMPED, member=OWNER, now=at(950))

    assert (again.before, again.after, again.rows) == ({}, {}, 0)
    assert (bar.ledger(keg.keg_id), bar.keg(keg.keg_id), bar.pours(), bar.state(), bar.tap()) == before
    told = view_audit(bar.ports, location_id="loc-001", member=OWNER, now=at(999), subject=keg.keg_id)
    assert len(told.entries) == 1


def test_a_correction_there_and_back_leaves_the_books_as_they_were(bar: Bar) -> None:
    keg = bar.change(second=0)
    _poured(bar, glasses=5)
    correct_keg(bar.ports, keg_id=keg.keg_id, tare=STAMPED, member=OWNER, now=at(900))
    correct_keg(bar.ports, keg_id=keg.keg_id, tare=keg.tare, member=OWNER, now=at(901))

    ledger = bar.ledger(keg.keg_id)

    assert bar.keg(keg.keg_id).tare == keg.tare
    assert bar.keg(keg.keg_id).full_lbs == pytest.approx(keg.full_lbs)
    assert ledger.opening == pytest.approx(15.5)
    assert ledger.unseen == pytest.approx(0, abs=1e-9)


def test_a_correction_is_audited_with_what_was_and_what_is(bar: Bar) -> None:
    keg = bar.change(second=0)

    correct_keg(bar.ports, keg_id=keg.keg_id, tare=STAMPED, member=MANAGER, now=at(900), reason=" read the stamp ")

    told = view_audit(bar.ports, location_id="loc-001", member=MANAGER, now=at(999), subject=keg.keg_id)
    (entry,) = told.entries
    assert (entry.deed, entry.subject, entry.by, entry.by_name) == (Deed.CORRECTED, keg.keg_id, "manager-1", "Mia")
    assert (entry.before["empty_lbs"], entry.after["empty_lbs"], entry.reason) == (29.7, 31.2, "read the stamp")
    assert "beer_id" not in entry.after


def test_more_pours_than_a_group_holds_are_corrected_in_steps_that_are_told(bar: Bar) -> None:
    keg = bar.change(second=0)
    _poured(bar, glasses=110)

    done = correct_keg(bar.ports, keg_id=keg.keg_id, beer_id="stout", member=MANAGER, now=at(9000))

    assert done.rows == 110
    told = [event for event in bar.told if isinstance(event, CorrectionMoved)]
    assert [(event.done, event.total) for event in told] == [(60, 110)]
    assert any(isinstance(event, KegCorrected) and event.tap_id == "loc-001:01" for event in bar.told)
    assert bar.ledger(keg.keg_id).poured == pytest.approx(sum(pour.gallons for pour in bar.pours()))
    assert bar.ports.table.get(corrections.key(keg.keg_id)) is None
    _balanced(bar, keg.keg_id)


def test_a_keg_that_stood_elsewhere_meanwhile_is_left_alone(bar: Bar) -> None:
    keg, other = bar.change(second=0), bar.change(TWO, second=0)
    bar.take([said(100, FULL - 1, device_id="SCALE-2", pour=claim(90, FULL, 16))])
    _poured(bar, glasses=2)
    before = bar.ledger(other.keg_id)

    correct_keg(bar.ports, keg_id=keg.keg_id, beer_id="stout", member=MANAGER, now=at(900))

    assert bar.ledger(other.keg_id) == before


def test_waste_told_in_gallons_stays_and_goes_with_its_keg(bar: Bar) -> None:
    old = bar.change(second=0)
    bar.take([said(100, 60.0), said(800, FULL)])
    record_waste(
        bar.ports, tap_id=ONE, gallons=0.25, reason="foam", at=at(700), member=STAFF, now=at(900), wall=at(900)
    )
    new = bar.change(second=900)

    correct_keg(bar.ports, keg_id=new.keg_id, tapped_at=at(600), beer_id="stout", member=MANAGER, now=at(950))

    assert (bar.ledger(old.keg_id).wasted, bar.ledger(new.keg_id).wasted) == (0, 0.25)


def test_the_gravity_of_a_beer_is_put_right_for_every_keg_of_it_that_is_on(bar: Bar) -> None:
    one, two = bar.change(second=0), bar.change(TWO, second=0)
    _poured(bar, glasses=3)

    done = correct_gravity(
        bar.ports, beer_id="pils", specific_gravity=1.008, location_id="loc-001", member=MANAGER, now=at(900)
    )

    assert {one.keg.keg_id for one in done} == {one.keg_id, two.keg_id}
    assert load.beer(bar.ports, "pils").specific_gravity == 1.008
    assert (bar.tap().specific_gravity, bar.ledger(two.keg_id).specific_gravity) == (1.008, 1.008)
    _balanced(bar, one.keg_id)
    again = correct_gravity(
        bar.ports, beer_id="pils", specific_gravity=1.008, location_id="loc-001", member=MANAGER, now=at(950)
    )
    assert [corrected.rows for corrected in again] == [0, 0]


@pytest.mark.parametrize(
    ("wanted", "said_no"),
    [
        ({"tapped_at": at(5000)}, "in the future"),
        ({"tapped_at": at(-100)}, "the keg before was put on"),
        ({"beer_id": "nothing"}, "there is no beer nothing"),
        ({"type_id": "bucket"}, "is no keg type"),
        ({"type_id": "mini_5l"}, "no shell weight is known"),
        ({"specific_gravity": 9.0}, "no finished beer"),
    ],
)
def test_what_cannot_have_been_is_refused_and_leaves_nothing_behind(
    bar: Bar, wanted: dict[str, object], said_no: str
) -> None:
    bar.change(second=-50)
    keg = bar.change(second=0)
    before = bar.keg(keg.keg_id)

    with pytest.raises((Invalid, NotFound), match=said_no):
        correct_keg(bar.ports, keg_id=keg.keg_id, member=OWNER, now=at(900), **wanted)  # type: ignore[arg-type]

    assert bar.keg(keg.keg_id) == before
    assert bar.ports.table.get(corrections.key(keg.keg_id)) is None


def test_a_tare_is_for_staff_and_the_rest_for_managers_and_other_bars_have_no_such_keg(bar: Bar) -> None:
    keg = bar.change(second=0)

    correct_keg(bar.ports, keg_id=keg.keg_id, tare=STAMPED, member=STAFF, now=at(900))
    with pytest.raises(Forbidden, match="Manager"):
        correct_keg(bar.ports, keg_id=keg.keg_id, tare=STAMPED, beer_id="stout", member=STAFF, now=at(900))
    with pytest.raises(NotFound, match=r"^there is no keg nobody$"):
        correct_keg(bar.ports, keg_id="nobody", tare=STAMPED, member=STAFF, now=at(900))


def test_pours_without_a_keg_before_are_not_left_without_one(bar: Bar) -> None:
    keg = bar.change(second=0)
    _poured(bar, glasses=3)

    with pytest.raises(Invalid, match="no keg stood there before"):
        correct_keg(bar.ports, keg_id=keg.keg_id, tapped_at=at(500), member=OWNER, now=at(900))


def test_nothing_is_due_when_nothing_was_cut_short(bar: Bar) -> None:
    assert finish_corrections(bar.ports, now=at(900)) == 0
    assert bar.ports.table.query(Query(partition="KEG#none")).items == []


def test_a_keg_in_stock_has_no_books_yet_and_is_put_right_all_the_same(bar: Bar) -> None:
    (keg,) = stock_kegs(
        bar.ports, location_id="loc-001", beer_id="pils", type_id="half_barrel", count=1, member=OWNER, now=at(0)
    )

    correct_keg(bar.ports, keg_id=keg.keg_id, tare=STAMPED, beer_id="stout", member=MANAGER, now=at(10))

    right = bar.keg(keg.keg_id)
    assert (right.tare, right.beer_id, right.state) == (STAMPED, "stout", KegState.IN_STOCK)
    with pytest.raises(Invalid, match="never stood on a tap"):
        correct_keg(bar.ports, keg_id=keg.keg_id, tapped_at=at(5), member=MANAGER, now=at(20))


def test_waste_without_a_keg_before_is_not_left_without_one(bar: Bar) -> None:
    keg = bar.change(second=0)
    record_waste(bar.ports, tap_id=ONE, gallons=1.0, reason="foam", at=at(100), member=STAFF, now=at(200), wall=at(200))
    before = bar.ledger(keg.keg_id)

    with pytest.raises(Invalid, match=r"waste was booked at .* no keg stood there before"):
        correct_keg(bar.ports, keg_id=keg.keg_id, tapped_at=at(600), member=MANAGER, now=at(900))

    assert (bar.ledger(keg.keg_id), bar.keg(keg.keg_id).tapped_at) == (before, at(0))
