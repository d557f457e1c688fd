"""What a correction may not say: shells that no keg has, kegs of Staff long gone, the beer of other bars."""

from dataclasses import replace

import pytest
from bar import ELSEWHERE, EMPTY, FULL, MANAGER, STAFF, Bar, at

from backend.cellar import kegs
from backend.domain.audit import Deed
from backend.domain.correction import Wanted
from backend.domain.keg import Keg, Tare, TareSource
from backend.domain.member import OWNER
from backend.domain.refusal import Forbidden, Invalid
from backend.usecases.audit import view_audit
from backend.usecases.correct import correct_gravity, correct_keg
from backend.usecases.keg_stock import change_stocked, stock_kegs
from backend.usecases.preview_correction import preview_correction
from backend.usecases.revert_correction import revert_correction

DAY = 24 * 3600


def shell(lbs: float) -> Tare:
    return Tare(empty_lbs=lbs, source=TareSource.STAMPED)


def stocked(bar: Bar, tare: Tare | None = None) -> Keg:
    (keg,) = stock_kegs(
        bar.ports,
        location_id="loc-001",
        beer_id="pils",
        type_id="half_barrel",
        count=1,
        member=OWNER,
        now=at(0),
        tare=tare,
    )
    return keg


@pytest.mark.parametrize("lbs", [0.01, 15.0, 45.0, 140.0, 1000.0])
def test_a_shell_that_no_half_barrel_has_is_refused_wherever_it_is_told(bar: Bar, lbs: float) -> None:
    keg, waiting = bar.change(second=0), stocked(bar)

    with pytest.raises(Invalid, match="is no empty Half barrel"):
        correct_keg(bar.ports, keg_id=keg.keg_id, tare=shell(lbs), member=MANAGER, now=at(900))
    with pytest.raises(Invalid, match="is no empty Half barrel"):
        preview_correction(bar.ports, keg_id=keg.keg_id, wanted=Wanted(tare=shell(lbs)), member=MANAGER, now=at(900))
    with pytest.raises(Invalid, match="is no empty Half barrel"):
        stocked(bar, shell(lbs))
    with pytest.raises(Invalid, match="is no empty Half barrel"):
        change_stocked(bar.ports, keg_id=waiting.keg_id, tare=shell(lbs), member=MANAGER, now=at(900))


def test_a_shell_that_is_known_does_not_go_with_a_size_it_cannot_have(bar: Bar) -> None:
    keg = bar.change(second=0)
    correct_keg(bar.ports, keg_id=keg.keg_id, tare=shell(31.0), member=MANAGER, now=at(900))

    with pytest.raises(Invalid, match="is no empty Sixtel"):
        correct_keg(bar.ports, keg_id=keg.keg_id, type_id="sixth_barrel", member=MANAGER, now=at(910))


def test_staff_say_what_a_shell_weighs_for_a_day_after_the_keg_left(bar: Bar) -> None:
    old = bar.change(second=0)
    bar.change(second=100)

    correct_keg(bar.ports, keg_id=old.keg_id, tare=shell(31.0), member=STAFF, now=at(DAY))
    with pytest.raises(Forbidden, match="ask a Manager"):
        correct_keg(bar.ports, keg_id=old.keg_id, tare=shell(30.0), member=STAFF, now=at(DAY + 200))
    with pytest.raises(Forbidden, match="ask a Manager"):
        correct_keg(bar.ports, keg_id=stocked(bar).keg_id, tare=shell(30.0), member=STAFF, now=at(200))
    correct_keg(bar.ports, keg_id=old.keg_id, tare=shell(30.0), member=MANAGER, now=at(DAY + 200))

    assert bar.keg(old.keg_id).tare == shell(30.0)


def test_the_gravity_of_a_beer_that_another_bar_holds_is_not_for_a_manager_of_one(bar: Bar) -> None:
    keg, there = bar.change(second=0), bar.change(ELSEWHERE, second=0)

    with pytest.raises(Forbidden, match="other bars hold pils too"):
        correct_gravity(
            bar.ports, beer_id="pils", specific_gravity=1.02, location_id="loc-001", member=MANAGER, now=at(900)
        )
    done = correct_gravity(
        bar.ports, beer_id="pils", specific_gravity=1.02, location_id="loc-001", member=OWNER, now=at(900)
    )

    assert {one.keg.keg_id for one in done} == {keg.keg_id, there.keg_id}
    for place in ("loc-001", "loc-002"):
        entries = view_audit(bar.ports, location_id=place, member=OWNER, now=at(999)).entries
        assert [one.subject for one in entries if one.deed is Deed.GRAVITY] == ["pils"]


def test_another_gravity_does_not_make_somebody_the_weigher_of_the_shell(bar: Bar) -> None:
    keg = bar.change(second=0)
    correct_keg(bar.ports, keg_id=keg.keg_id, tare=shell(31.0), member=STAFF, now=at(900))

    correct_keg(bar.ports, keg_id=keg.keg_id, specific_gravity=1.02, member=MANAGER, now=at(950))

    row = bar.ports.table.get(kegs.tare_key(keg.keg_id))
    assert row is not None
    assert row["tared_by"] == STAFF.sub
    assert row["full_ref"] == pytest.approx(bar.keg(keg.keg_id).full_lbs)


def test_a_size_that_is_taken_back_brings_a_weighed_full_weight_back(bar: Bar) -> None:
    keg = bar.change(second=0)
    weighed = replace(bar.keg(keg.keg_id), full_lbs=FULL + 1.7, tare=shell(EMPTY))
    bar.ports.table.transact([kegs.put(weighed)])
    correct_keg(bar.ports, keg_id=keg.keg_id, type_id="euro_50l", member=MANAGER, now=at(900))
    entry = view_audit(bar.ports, location_id="loc-001", member=MANAGER, now=at(999)).entries[0]

    revert_correction(bar.ports, keg_id=keg.keg_id, audit_id=entry.audit_id, at=entry.at, member=MANAGER, now=at(1000))

    assert bar.keg(keg.keg_id).type_id == "half_barrel"
    assert bar.keg(keg.keg_id).full_lbs == pytest.approx(FULL + 1.7, abs=0.001)
