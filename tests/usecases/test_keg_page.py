"""What the page of a keg stands on: the keg in full, what a correction would change, and taking one back."""

import pytest
from bar import MANAGER, OUNCE, STAFF, Bar, at, claim, said

from backend.domain.audit import Deed
from backend.domain.correction import Wanted
from backend.domain.keg import Keg, Tare, TareSource
from backend.domain.member import Member, Role
from backend.domain.refusal import Conflict, Forbidden, Invalid, NotFound
from backend.usecases.correct import correct_keg
from backend.usecases.preview_correction import preview_correction
from backend.usecases.revert_correction import revert_correction
from backend.usecases.view_keg import view_keg

STAMPED = Tare(empty_lbs=31.2, source=TareSource.STAMPED)
STRANGER = Member(sub="stranger", name="Stranger", ceiling=Role.MANAGER)


def _tapped(bar: Bar, *, full_lbs: float | None = None) -> Keg:
    """A keg from which two glasses were poured; it weighed `full_lbs` before, by default what a full one does."""
    keg = bar.change(second=0)
    left = full_lbs or keg.full_lbs
    for second in (100, 200):
        bar.take([said(second, left - 16 * OUNCE, pour=claim(second - 10, left, 16))])
        left -= 16 * OUNCE
    return keg


def test_a_keg_is_seen_with_its_books_and_what_was_done_to_it(bar: Bar) -> None:
    keg = _tapped(bar)
    correct_keg(bar.ports, keg_id=keg.keg_id, tare=STAMPED, member=MANAGER, now=at(900), reason="read the collar")

    view = view_keg(bar.ports, keg_id=keg.keg_id, member=MANAGER, now=at(1000))

    assert view.ledger is not None
    assert view.ledger.pours == 2
    assert (view.keg.tare, view.tared_by) == (STAMPED, MANAGER.sub)
    assert view.audit is not None
    assert [(entry.deed, entry.reason) for entry in view.audit] == [(Deed.CORRECTED, "read the collar")]
    assert view_keg(bar.ports, keg_id=keg.keg_id, member=STAFF, now=at(1000)).audit is None


def test_a_keg_of_another_bar_is_not_there(bar: Bar) -> None:
    keg = _tapped(bar)

    for ask in (
        lambda: view_keg(bar.ports, keg_id=keg.keg_id, member=STRANGER, now=at(900)),
        lambda: view_keg(bar.ports, keg_id="nothing", member=MANAGER, now=at(900)),
        lambda: preview_correction(bar.ports, keg_id=keg.keg_id, wanted=Wanted(), member=STRANGER, now=at(900)),
    ):
        with pytest.raises(NotFound):
            ask()


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(tare=STAMPED),
        Wanted(beer_id="stout"),
        Wanted(tapped_at=at(-3600)),
        Wanted(tare=STAMPED, beer_id="stout", specific_gravity=1.02),
        Wanted(type_id="euro_50l"),
    ],
)
def test_a_preview_tells_what_the_correction_then_does_and_writes_nothing(bar: Bar, wanted: Wanted) -> None:
    keg = _tapped(bar, full_lbs=140.0 if wanted.type_id else None)
    books, kegs_before = bar.ledger(keg.keg_id), bar.keg(keg.keg_id)

    preview = preview_correction(bar.ports, keg_id=keg.keg_id, wanted=wanted, member=MANAGER, now=at(900))
    untouched = (bar.ledger(keg.keg_id), bar.keg(keg.keg_id))
    done = correct_keg(
        bar.ports,
        keg_id=keg.keg_id,
        tare=wanted.tare,
        beer_id=wanted.beer_id,
        type_id=wanted.type_id,
        specific_gravity=wanted.specific_gravity,
        tapped_at=wanted.tapped_at,
        member=MANAGER,
        now=at(900),
    )

    assert untouched == (books, kegs_before)
    assert (preview.before, preview.after, preview.rows) == (done.before, done.after, done.rows)
    assert preview.ledger_after is not None
    assert preview.ledger_after.remaining == pytest.approx(bar.ledger(keg.keg_id).remaining)
    level = bar.state().level
    assert preview.percent_after == pytest.approx(getattr(level, "percent", None))


def test_a_preview_is_refused_as_the_correction_would_be(bar: Bar) -> None:
    keg = _tapped(bar)

    with pytest.raises(Forbidden):
        preview_correction(bar.ports, keg_id=keg.keg_id, wanted=Wanted(beer_id="stout"), member=STAFF, now=at(900))
    with pytest.raises(Invalid):
        preview_correction(bar.ports, keg_id=keg.keg_id, wanted=Wanted(tapped_at=at(5000)), member=MANAGER, now=at(900))


def test_a_correction_is_taken_back_out_of_the_audit_once(bar: Bar) -> None:
    keg = _tapped(bar)
    level = bar.state().level
    correct_keg(bar.ports, keg_id=keg.keg_id, tare=STAMPED, beer_id="stout", member=MANAGER, now=at(900))
    (entry,) = view_keg(bar.ports, keg_id=keg.keg_id, member=MANAGER, now=at(950)).audit or ()

    revert_correction(bar.ports, keg_id=keg.keg_id, audit_id=entry.audit_id, at=entry.at, member=MANAGER, now=at(1000))

    again = bar.keg(keg.keg_id)
    assert (again.tare, again.beer_id, again.full_lbs) == (keg.tare, keg.beer_id, pytest.approx(keg.full_lbs))
    assert bar.state().level == level
    with pytest.raises(Conflict):
        revert_correction(
            bar.ports, keg_id=keg.keg_id, audit_id=entry.audit_id, at=entry.at, member=MANAGER, now=at(1100)
        )
    with pytest.raises(Forbidden):
        revert_correction(
            bar.ports, keg_id=keg.keg_id, audit_id=entry.audit_id, at=entry.at, member=STAFF, now=at(1100)
        )


def test_what_is_no_correction_cannot_be_taken_back(bar: Bar) -> None:
    keg = _tapped(bar)

    with pytest.raises(NotFound):
        revert_correction(bar.ports, keg_id=keg.keg_id, audit_id="x", at=at(0), member=MANAGER, now=at(900))


def test_a_tapped_time_is_taken_back_to_the_second(bar: Bar) -> None:
    keg = _tapped(bar)
    correct_keg(bar.ports, keg_id=keg.keg_id, tapped_at=at(-600), member=MANAGER, now=at(900))
    (entry,) = view_keg(bar.ports, keg_id=keg.keg_id, member=MANAGER, now=at(950)).audit or ()

    revert_correction(bar.ports, keg_id=keg.keg_id, audit_id=entry.audit_id, at=entry.at, member=MANAGER, now=at(1000))

    assert bar.keg(keg.keg_id).tapped_at == keg.tapped_at
