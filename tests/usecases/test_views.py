"""What is shown: the board, a tap, its history; and to whom."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from bar import ELSEWHERE, EMPTY, FULL, MANAGER, ONE, OUNCE, PILS, STAFF, TWO, Bar, at, claim, said

from backend.cellar import scales
from backend.domain.face import Condition, TapFace
from backend.domain.ids import TapId
from backend.domain.member import OWNER, Member
from backend.domain.refusal import Conflict, Forbidden, Invalid, NotFound
from backend.domain.scale import ScaleStatus
from backend.usecases.list_beers import list_beers
from backend.usecases.set_up import add_beer, open_location, place_scale, set_up_tap
from backend.usecases.view_board import view_board, view_faces
from backend.usecases.view_history import Range, view_history
from backend.usecases.view_tap import view_tap


def test_the_board_has_a_face_for_every_tap_in_order(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(5, 87.3)])

    board = view_board(bar.ports, location_id="loc-001", member=STAFF)

    assert [face.tap_id for face in board.faces] == [ONE, TWO]
    face = board.faces[0]
    assert face.level is not None
    assert face.beer == PILS
    assert (round(face.level.percent), face.servings, face.condition) == (44, 54, Condition.OK)
    assert (board.faces[1].condition, board.faces[1].why) == (Condition.NO_KEG, "no keg assigned")


@pytest.mark.parametrize(
    ("lbs", "condition"),
    [
        (EMPTY + 0.5, Condition.EMPTY),
        (EMPTY - 1.0, Condition.EMPTY),
        (EMPTY + 13.0, Condition.CHANGE),
        (EMPTY + 26.0, Condition.LOW),
        (EMPTY + 27.0, Condition.OK),
        (10.0, Condition.LIFTED),
    ],
)
def test_a_face_says_how_its_tap_stands(bar: Bar, lbs: float, condition: Condition) -> None:
    bar.change(second=0)
    bar.take([said(5, lbs)])

    face = view_faces(bar.ports, location=_location(bar), tap_ids=[ONE], member=OWNER)[0]

    assert face.condition is condition


def _location(bar: Bar) -> object:
    return view_board(bar.ports, location_id="loc-001", member=OWNER).location


def test_a_fresh_keg_has_no_level_until_it_is_weighed(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(5, 40.0)])
    bar.change(second=60)

    face = view_board(bar.ports, location_id="loc-001", member=OWNER).faces[0]

    assert (face.condition, face.level, face.why) == (Condition.NO_READING, None, "no reading yet")


def test_a_lifted_keg_is_named_and_its_level_comes_back_with_it(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(5, 100.0), said(10, 0.2), said(15, 60.0, stable=False), said(20, 100.2)])

    face = view_board(bar.ports, location_id="loc-001", member=OWNER).faces[0]

    assert face.level is not None
    assert face.level.net_lbs == pytest.approx(100.0 - EMPTY)


def test_a_scale_whose_will_was_heard_is_not_online(bar: Bar) -> None:
    bar.ports.table.transact([scales.put(replace(bar.scale(), status=ScaleStatus.OFFLINE, session=1))])

    faces = view_board(bar.ports, location_id="loc-001", member=OWNER).faces

    assert faces[0].online is False


def test_a_scale_that_never_said_that_it_is_there_is_judged_by_the_age_of_its_readings(bar: Bar) -> None:
    faces = view_board(bar.ports, location_id="loc-001", member=OWNER).faces

    assert bar.scale().status is ScaleStatus.OFFLINE
    assert faces[0].online is None


def _face(bar: Bar) -> TapFace:
    return view_board(bar.ports, location_id="loc-001", member=OWNER).faces[0]


def test_another_keg_shows_no_level_until_it_has_stood_for_some_seconds_or_somebody_tells(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(5, 60.0), said(10, 0.2)])
    lifted = _face(bar)

    bar.take([said(15, 90.0, stable=False)])
    swinging = _face(bar)
    bar.take([said(17, FULL), said(20, FULL)])
    standing = _face(bar)
    bar.change(second=16, lifted=8)
    told = _face(bar)

    assert (lifted.condition, lifted.level, lifted.why) == (Condition.LIFTED, None, "keg lifted")
    for face in (swinging, standing):
        assert (face.condition, face.level, face.why) == (Condition.LIFTED, None, "keg set down: checking")
    assert told.level is not None
    assert told.level.percent == pytest.approx(100)


def test_another_keg_that_nobody_tells_of_shows_its_weight_once_it_has_stood_there(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(5, 60.0), said(10, 0.2), said(20, FULL), said(23, FULL)])
    waiting = _face(bar)

    bar.take([said(24, FULL)])

    assert waiting.level is None
    after = _face(bar).level
    assert after is not None
    assert after.percent == pytest.approx(100)


def test_the_same_keg_comes_back_once_it_stands_still(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(5, 60.0), said(10, 0.2), said(15, 75.0, stable=False)])
    swinging = _face(bar)

    bar.take([said(17, 60.3)])

    assert swinging.level is None
    back = _face(bar).level
    assert back is not None
    assert back.net_lbs == pytest.approx(60.0 - EMPTY)


def test_a_keg_told_before_it_stands_there_shows_nothing_while_it_is_set_down(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(2, 0.2), said(5, 75.0, stable=False)])
    swinging = _face(bar)

    bar.take([said(8, FULL)])

    assert (swinging.level, swinging.why) == (None, "keg set down: checking")
    standing = _face(bar).level
    assert standing is not None
    assert standing.percent == pytest.approx(100)


def test_a_tap_page_shows_its_keg_its_books_and_its_pours(bar: Bar) -> None:
    old = bar.change(second=0)
    bar.take([said(100, 40.0, pour=claim(90, 41.0, 16))])
    new = bar.change(second=300, lifted=200)
    bar.take([said(400, FULL - 16 * OUNCE, pour=claim(390, FULL, 16)), said(5, 99.0, device_id="SCALE-2")])

    view = view_tap(bar.ports, tap_id=ONE, member=STAFF, now=at(500))

    assert view.keg == bar.keg(new.keg_id)
    assert view.ledger is not None
    assert view.ledger.pours == 1
    assert [pour.started_at for pour in view.pours] == [at(390), at(90)]
    assert [keg.keg_id for keg in view.kegs] == [new.keg_id, old.keg_id]
    assert view.scale == bar.scale()


def test_history_is_told_as_levels_of_the_keg_of_each_time(bar: Bar) -> None:
    old = bar.change(second=0)
    new = bar.change(second=900, lifted=600)
    bar.take([said(second, 40.0 if second < 600 else 0.2 if second < 900 else FULL) for second in range(0, 1800, 60)])

    view = view_history(bar.ports, tap_id=ONE, span=Range.TWO_HOURS, member=STAFF, now=at(1800))

    told = [(one.keg_id, one.mean and round(one.mean.percent)) for one in view.bins]
    assert told == [(old.keg_id, 8)] * 2 + [(None, None)] + [(new.keg_id, 100)] * 3
    assert {keg_id: view.beers[keg.beer_id].name for keg_id, keg in view.kegs.items()} == {
        old.keg_id: "Pils",
        new.keg_id: "Pils",
    }


def test_the_range_picks_the_bin_and_another_may_be_asked_for(bar: Bar) -> None:
    bins = [view_history(bar.ports, tap_id=ONE, span=span, member=OWNER, now=at(0)).bin_seconds for span in Range]

    day = view_history(bar.ports, tap_id=ONE, span=Range.YEAR, member=OWNER, now=at(0), bin_seconds=86_400)

    assert bins == [300, 900, 3600, 21_600, 21_600]
    assert day.bin_seconds == 86_400
    with pytest.raises(Invalid, match="bins of 60 s are not kept"):
        view_history(bar.ports, tap_id=ONE, span=Range.DAY, member=OWNER, now=at(0), bin_seconds=60)


VIEWS: dict[str, Callable[[Bar, TapId, Member], object]] = {
    "board": lambda bar, tap_id, member: view_board(bar.ports, location_id=tap_id.location_id, member=member),
    "tap": lambda bar, tap_id, member: view_tap(bar.ports, tap_id=tap_id, member=member, now=at(0)),
    "beers": lambda bar, tap_id, member: list_beers(bar.ports, location_id=tap_id.location_id, member=member),
    "history": lambda bar, tap_id, member: view_history(
        bar.ports, tap_id=tap_id, span=Range.DAY, member=member, now=at(0)
    ),
}


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_is_shown_to_who_belongs_there_and_to_nobody_else(bar: Bar, view: str) -> None:
    assert VIEWS[view](bar, ONE, STAFF) is not None

    with pytest.raises(NotFound, match=r"^there is no location loc-002$"):
        VIEWS[view](bar, ELSEWHERE, MANAGER)


@pytest.mark.parametrize("view", ["tap", "history"])
def test_a_tap_that_is_not_there_is_not_found(bar: Bar, view: str) -> None:
    with pytest.raises(NotFound, match="there is no tap loc-001:77"):
        VIEWS[view](bar, TapId("loc-001", 77), OWNER)


def test_setting_up_is_for_admins_and_beers_for_managers(bar: Bar) -> None:
    location = view_board(bar.ports, location_id="loc-001", member=OWNER).location

    with pytest.raises(Forbidden, match="only an Admin may claim and place scales"):
        set_up_tap(bar.ports, tap_id=ONE, member=MANAGER)
    with pytest.raises(Forbidden):
        open_location(bar.ports, location=location, member=MANAGER)
    with pytest.raises(Forbidden):
        place_scale(bar.ports, device_id="SCALE-1", tap_id=ONE, member=MANAGER, now=at(0))
    with pytest.raises(Forbidden, match="only a Manager"):
        add_beer(bar.ports, beer=PILS, location_id="loc-001", member=STAFF)


def test_a_renamed_beer_stands_once_in_the_catalogue(bar: Bar) -> None:
    add_beer(bar.ports, beer=replace(PILS, name="Altes Pils"), location_id="loc-001", member=MANAGER)

    assert [beer.name for beer in list_beers(bar.ports, location_id="loc-001", member=STAFF)] == ["Altes Pils", "Stout"]


def test_a_tap_has_one_scale_and_a_retired_one_is_not_placed_again(bar: Bar) -> None:
    with pytest.raises(Conflict, match="has scale SCALE-1 already"):
        place_scale(bar.ports, device_id="SCALE-2", tap_id=ONE, member=OWNER, now=at(0))

    bar.ports.table.transact([scales.put(replace(bar.scale(), status=ScaleStatus.RETIRED))])
    with pytest.raises(Conflict, match="is retired"):
        place_scale(bar.ports, device_id="SCALE-1", tap_id=ELSEWHERE, member=OWNER, now=at(0))


def test_what_is_set_up_again_stays_as_it_is(bar: Bar) -> None:
    tap = bar.tap()

    set_up_tap(bar.ports, tap_id=ONE, member=OWNER)
    place_scale(bar.ports, device_id="SCALE-1", tap_id=ONE, member=OWNER, now=at(500))

    assert bar.tap() == tap
