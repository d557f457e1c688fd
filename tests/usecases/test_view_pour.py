"""A pour with its raw trace."""

import pytest
from bar import MANAGER, ONE, OUNCE, STAFF, TWO, Bar, at, claim, said

from backend.domain.member import Member, Role
from backend.domain.refusal import NotFound
from backend.usecases.view_pour import view_pour


def test_a_pour_is_seen_with_the_weights_around_it_and_no_others(bar: Bar) -> None:
    full = bar.change(second=0).full_lbs
    lighter = full - 16 * OUNCE
    bar.take([said(60, full), said(95, full), said(104, full - 8 * OUNCE, stable=False)])
    bar.take([said(112, lighter, pour=claim(100, full, 16)), said(200, lighter)])
    (pour,) = bar.pours()

    view = view_pour(bar.ports, tap_id=ONE, pour_id=pour.pour_id, started_at=pour.started_at, member=STAFF)

    assert view.pour == pour
    assert [reading.measured_at for reading in view.readings] == [at(95), at(104), at(112)]
    assert view.readings[-1].weight_lbs == pytest.approx(lighter)


def test_a_pour_is_seen_only_at_its_tap_and_in_its_bar(bar: Bar) -> None:
    full = bar.change(second=0).full_lbs
    bar.take([said(112, full - 16 * OUNCE, pour=claim(100, full, 16))])
    (pour,) = bar.pours()
    stranger = Member(sub="stranger", name="Stranger", ceiling=Role.MANAGER)

    for tap_id, pour_id, member in ((TWO, pour.pour_id, MANAGER), (ONE, "another", MANAGER), (ONE, "x", stranger)):
        with pytest.raises(NotFound):
            view_pour(bar.ports, tap_id=tap_id, pour_id=pour_id, started_at=pour.started_at, member=member)
