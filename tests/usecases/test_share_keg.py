"""Two faucets on one keg: one scale, one level on both tiles, and pours that belong to the keg."""

import pytest
from bar import FULL, MANAGER, ONE, OUNCE, STAFF, TWO, Bar, at, claim, said

from backend.domain.audit import Deed
from backend.domain.command import CommandName
from backend.domain.face import TapFace
from backend.domain.ids import TapId
from backend.domain.member import OWNER
from backend.domain.refusal import Conflict, Forbidden, Invalid, NotFound
from backend.usecases import load
from backend.usecases.audit import record
from backend.usecases.choose_keg import choose_keg
from backend.usecases.commands import send_command
from backend.usecases.keg_stock import queue_next, stock_kegs
from backend.usecases.record_waste import record_waste, undo_waste
from backend.usecases.set_up import place_scale, set_up_tap
from backend.usecases.share_keg import share_keg
from backend.usecases.undo_swap import undo_swap
from backend.usecases.view_board import view_board, view_faces
from backend.usecases.view_swap import view_swap
from backend.usecases.view_tap import view_tap
from backend.usecases.view_tares import view_tares
from backend.usecases.why import why

THREE, FOUR = TapId("loc-001", 3), TapId("loc-001", 4)


@pytest.fixture
def shared(bar: Bar) -> Bar:
    """A keg on the first tap, from which the third one pours too."""
    for tap_id in (THREE, FOUR):
        set_up_tap(bar.ports, tap_id=tap_id, member=OWNER)
    bar.change(second=0)
    share_keg(bar.ports, tap_id=THREE, with_tap=ONE, member=MANAGER)
    bar.take([said(10, FULL), said(60, FULL - 8 * OUNCE, pour=claim(50, FULL, 8))])
    return bar


def faces(bar: Bar) -> dict[TapId, TapFace]:
    """The board."""
    return {face.tap_id: face for face in view_board(bar.ports, location_id="loc-001", member=STAFF).faces}


def test_both_tiles_show_the_same_keg_and_each_its_own_number(shared: Bar) -> None:
    board = faces(shared)

    assert set(board) == {ONE, TWO, THREE, FOUR}
    assert board[THREE].level == board[ONE].level
    assert (board[THREE].beer, board[THREE].servings) == (board[ONE].beer, board[ONE].servings)
    assert board[FOUR].why == "no keg assigned"


def test_a_screen_that_asks_for_the_tap_that_changed_is_told_of_the_other_too(shared: Bar) -> None:
    location = load.location(shared.ports, "loc-001")

    told = view_faces(shared.ports, location=location, tap_ids=[ONE], member=STAFF)
    alone = view_faces(shared.ports, location=location, tap_ids=[THREE], member=STAFF)

    assert [face.tap_id for face in told] == [ONE, THREE]
    assert [(face.tap_id, face.level) for face in alone] == [(THREE, told[0].level)]


def test_pours_belong_to_the_keg_and_the_page_of_each_tap_shows_them(shared: Bar) -> None:
    page = view_tap(shared.ports, tap_id=THREE, member=STAFF, now=at(100))

    assert page.face.tap_id == THREE
    assert page.keg is not None
    assert page.keg.keg_id == shared.tap(ONE).keg_id
    assert [pour.keg_id for pour in page.pours] == [page.keg.keg_id]
    assert page.ledger is not None
    assert page.ledger.pours == 1


def test_a_keg_is_changed_queued_and_undone_at_either_tap(shared: Bar) -> None:
    (keg,) = stock_kegs(
        shared.ports, location_id="loc-001", beer_id="stout", type_id="half_barrel", count=1, member=OWNER, now=at(70)
    )
    queued = queue_next(shared.ports, tap_id=THREE, keg_id=keg.keg_id, member=MANAGER, now=at(80))
    choose_keg(shared.ports, tap_id=THREE, keg_id=keg.keg_id, member=STAFF, now=at(100))
    seen = view_swap(shared.ports, tap_id=THREE, member=STAFF, now=at(110))

    assert queued is not None
    assert queued.queued_on == ONE
    assert (shared.tap(ONE).keg_id, shared.tap(THREE).keg_id) == (keg.keg_id, None)
    assert seen.may_undo
    undo_swap(shared.ports, tap_id=THREE, member=STAFF, now=at(120))
    assert shared.tap(ONE).beer_id == "pils"


def test_it_stands_for_itself_again_when_it_is_told_so(shared: Bar) -> None:
    for _ in range(2):
        share_keg(shared.ports, tap_id=THREE, with_tap=None, member=MANAGER)

    assert (shared.tap(ONE).shared_by, shared.tap(THREE).shares) == ((), None)
    assert faces(shared)[THREE].why == "no keg assigned"


def test_another_keg_can_be_shared_instead(shared: Bar) -> None:
    shared.change(TWO, second=0)

    share_keg(shared.ports, tap_id=THREE, with_tap=TWO, member=MANAGER)

    assert [shared.tap(tap_id).shared_by for tap_id in (ONE, TWO)] == [(), (3,)]


@pytest.mark.parametrize(
    ("tap_id", "with_tap", "refusal", "why"),
    [
        (THREE, THREE, Invalid, "another tap of its own bar"),
        (THREE, TapId("loc-002", 1), Invalid, "another tap of its own bar"),
        (FOUR, THREE, Conflict, "choose that one"),
        (ONE, TWO, Conflict, "stand for themselves first"),
        (TWO, FOUR, Conflict, "take that away first"),
        (FOUR, TapId("loc-001", 9), NotFound, "no tap"),
    ],
)
def test_what_cannot_be_shared_is_refused(
    shared: Bar, tap_id: TapId, with_tap: TapId, refusal: type[Exception], why: str
) -> None:
    with pytest.raises(refusal, match=why):
        share_keg(shared.ports, tap_id=tap_id, with_tap=with_tap, member=OWNER)


def test_a_keg_of_its_own_is_taken_off_first(shared: Bar) -> None:
    shared.change(FOUR, second=10)

    with pytest.raises(Conflict, match="a keg of its own"):
        share_keg(shared.ports, tap_id=FOUR, with_tap=ONE, member=OWNER)


def test_no_scale_is_put_under_a_tap_that_shares_a_keg(shared: Bar) -> None:
    with pytest.raises(Conflict, match="stand for itself first"):
        place_scale(shared.ports, device_id="SCALE-9", tap_id=THREE, member=OWNER, now=at(0))


def test_only_a_manager_of_the_bar_says_so(shared: Bar) -> None:
    with pytest.raises(Forbidden):
        share_keg(shared.ports, tap_id=FOUR, with_tap=ONE, member=STAFF)
    with pytest.raises(NotFound):
        share_keg(shared.ports, tap_id=TapId("loc-002", 1), with_tap=None, member=MANAGER)


def test_waste_at_a_tap_that_pours_from_another_ones_keg_is_of_that_keg(shared: Bar) -> None:
    waste = record_waste(
        shared.ports, tap_id=THREE, gallons=0.25, reason="foam", at=at(70), member=STAFF, now=at(80), wall=at(80)
    )
    booked = shared.ledger(waste.keg_id).wasted

    undo_waste(shared.ports, tap_id=THREE, waste_id=waste.waste_id, at=waste.at, member=STAFF, now=at(90), wall=at(90))

    assert (waste.tap_id, waste.keg_id, booked) == (ONE, shared.tap(ONE).keg_id, 0.25)
    assert shared.ledger(waste.keg_id).wasted == 0


def test_what_is_asked_of_a_tap_that_has_no_scale_of_its_own_is_asked_of_the_one_under_its_keg(shared: Bar) -> None:
    command = send_command(
        shared.ports,
        tap_id=THREE,
        name=CommandName.IDENTIFY,
        params={"seconds": 5},
        member=STAFF,
        now=at(90),
        wall=at(90),
    )

    assert (command.device_id, command.tap_id) == ("SCALE-1", THREE)
    with pytest.raises(Conflict, match="no scale stands under tap loc-001:04"):
        send_command(
            shared.ports,
            tap_id=FOUR,
            name=CommandName.IDENTIFY,
            params={"seconds": 5},
            member=STAFF,
            now=at(90),
            wall=at(90),
        )


def test_the_facts_behind_its_level_and_its_tares_are_those_of_the_keg_that_it_pours_from(shared: Bar) -> None:
    mine, theirs = (why(shared.ports, tap_id=tap_id, member=STAFF, now=at(70)) for tap_id in (THREE, ONE))
    keg_id = str(shared.tap(ONE).keg_id)
    entry = record(
        location_id="loc-001", at=at(75), member=STAFF, deed=Deed.TARED, subject=keg_id, after={"empty_lbs": 30.0}
    )
    shared.ports.table.transact([entry])

    tares = view_tares(shared.ports, tap_id=THREE, member=STAFF, now=at(80))

    assert mine.level is not None
    assert (mine.tap_id, mine.level, mine.facts) == (THREE, theirs.level, theirs.facts)
    assert [one.subject for one in tares] == [keg_id]
