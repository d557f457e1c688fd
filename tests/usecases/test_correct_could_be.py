"""A correction that cannot be true by what the keg weighed, or by what was poured from it, is refused."""

import pytest
from bar import FULL, MANAGER, OUNCE, Bar, at, claim, said

from backend.domain.correction import Wanted
from backend.domain.refusal import Invalid
from backend.usecases.change_keg import NextKeg
from backend.usecases.correct import correct_keg
from backend.usecases.preview_correction import preview_correction
from backend.usecases.revert_correction import revert_correction
from backend.usecases.view_keg import view_keg


def _small(bar: Bar, keg_id: str, *, second: float = 9000) -> None:
    correct_keg(bar.ports, keg_id=keg_id, type_id="sixth_barrel", member=MANAGER, now=at(second))


def test_a_size_that_weighs_less_full_than_the_keg_weighs_now_is_refused_before_and_when_it_is_said(bar: Bar) -> None:
    keg = bar.change(second=0)
    bar.take([said(100, 89.0)])
    before = (bar.keg(keg.keg_id), bar.ledger(keg.keg_id))

    with pytest.raises(Invalid, match=r"89\.0 lb on its scale, and a Sixtel"):
        preview_correction(
            bar.ports,
            keg_id=keg.keg_id,
            wanted=Wanted(type_id="sixth_barrel"),
            member=MANAGER,
            now=at(900),
        )
    with pytest.raises(Invalid, match="check the size"):
        _small(bar, keg.keg_id)
    assert (bar.keg(keg.keg_id), bar.ledger(keg.keg_id)) == before


def test_what_a_keg_weighed_when_it_was_put_on_counts_when_it_is_nearly_empty_now(bar: Bar) -> None:
    keg = bar.change(second=0)
    bar.take([said(second, 120.0) for second in (10, 20, 30)])
    bar.take([said(5000, 40.0)])

    with pytest.raises(Invalid, match=r"120\.0 lb"):
        _small(bar, keg.keg_id)


def test_a_size_from_which_more_was_poured_than_it_holds_is_refused(bar: Bar) -> None:
    keg = bar.change(second=0)
    left, readings = FULL, []
    for number in range(100):
        second = 4000 + 60 * number
        readings.append(said(second, left - 8 * OUNCE, pour=claim(second - 10, left, 8)))
        left -= 8 * OUNCE
    bar.take(readings)
    bar.take([said(11000, 40.0)])

    with pytest.raises(Invalid, match=r"121 % of its beer would have been poured"):
        _small(bar, keg.keg_id, second=12000)


def test_what_a_correction_took_away_can_be_put_back_even_where_it_cannot_be_true(bar: Bar) -> None:
    keg = bar.change(keg=NextKeg(beer_id="pils", type_id="sixth_barrel"), second=0)
    bar.take([said(100, 89.0)])
    correct_keg(bar.ports, keg_id=keg.keg_id, type_id="half_barrel", member=MANAGER, now=at(900))
    (entry, *_) = view_keg(bar.ports, keg_id=keg.keg_id, member=MANAGER, now=at(950)).audit or ()

    revert_correction(bar.ports, keg_id=keg.keg_id, audit_id=entry.audit_id, at=entry.at, member=MANAGER, now=at(960))

    assert bar.keg(keg.keg_id).type_id == "sixth_barrel"
