"""What happens on a platform: pours, knocks, hands and changes of keg, as the cell feels them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.sim.cooler import Wander
from firmware.sim.dice import Dice
from firmware.sim.keg import Keg, weight
from firmware.sim.stand import RefusedError, Stand


def half_barrel(beer_lbs: float) -> Keg:
    return Keg(29.7, beer_lbs, 160.2, 1.010, gas=True)


def stand_with(keg: Keg | None, grams: float = 0) -> Stand:
    return Stand(keg, Wander(grams, 900, 1), Dice(1), 0)


def lived(stand: Stand, since_ms: int, until_ms: int) -> list[float]:
    felt = []
    for now in range(since_ms + 100, until_ms + 100, 100):
        stand.advance(now)
        felt.append(stand.felt_lbs)
    return felt


def kinds(stand: Stand) -> list[str]:
    return [event[0] for event in stand.happened]


@given(st.floats(1, 64))
def test_a_pour_takes_its_ounces_and_says_what_the_cell_saw(oz: float) -> None:
    stand = stand_with(half_barrel(100))
    before = stand.keg.ounces

    stand.pour(oz, oz / 2 + 0.3)
    lived(stand, 0, 40000)

    kind, since, until, drawn, before_lbs, after_lbs = stand.happened[0]
    assert (kind, since) == ("poured", 0)
    assert drawn == pytest.approx(oz)
    assert stand.keg.ounces == pytest.approx(before - oz)
    assert stand.poured_oz == pytest.approx(oz)
    assert before_lbs - after_lbs == pytest.approx(oz / 128 * 8.345 * 1.010, rel=0.005)
    assert until == pytest.approx(1000 * (oz / 2 + 0.3), abs=250)


def test_a_bump_rings_and_leaves_the_weight_as_it_was() -> None:
    stand = stand_with(half_barrel(100))
    before = stand.felt_lbs

    stand.bump(5)
    felt = lived(stand, 0, 8000)

    assert max(felt) - min(felt) > 2
    assert felt[-1] == before


def test_a_hand_on_the_keg_adds_its_weight_until_it_is_lifted() -> None:
    stand = stand_with(half_barrel(100))
    before = stand.felt_lbs

    stand.lean(5, 6)
    felt = lived(stand, 0, 15000)

    assert sum(felt[15:50]) / 35 == pytest.approx(before + 5, abs=0.5)
    assert min(felt) < before
    assert felt[-1] == pytest.approx(before, abs=0.01)


def test_a_change_is_lift_nearly_nothing_slam_and_settle() -> None:
    stand = stand_with(half_barrel(3))
    new = half_barrel(130.5)

    stand.change(new, 40)
    felt = lived(stand, 0, 60000)

    assert [event for event in stand.happened if event[0] in ("lifted", "changed")] == [
        ("lifted", 0),
        ("changed", 0, 41200),
    ]
    assert all(abs(lbs) < 0.1 for lbs in felt[80:400])
    assert max(felt) > 160.2 * 1.02
    assert felt[-1] == pytest.approx(160.2, abs=0.1)
    assert stand.keg is new


def test_a_keg_waits_beside_its_platform_while_a_weight_stands_there_and_is_put_back() -> None:
    stand = stand_with(half_barrel(100))
    own, before = stand.keg, stand.felt_lbs

    stand.place(None, 1)
    bare = lived(stand, 0, 20000)
    stand.place(weight(44.1), 1)
    loaded = lived(stand, 20000, 40000)
    beside = stand.own_keg
    stand.put_back(1)
    back = lived(stand, 40000, 70000)

    assert bare[-1] == pytest.approx(0.0, abs=0.1)
    assert loaded[-1] == pytest.approx(44.1, abs=0.1)
    assert beside is own
    assert back[-1] == pytest.approx(before, abs=0.1)
    assert stand.keg is stand.own_keg is own


def test_a_platform_begins_with_a_weight_that_stood_there_long_and_its_keg_beside_it() -> None:
    stand = stand_with(half_barrel(100))

    stand.begin_beside(weight(44.1))

    assert (stand.beside, stand.own_keg.beer_lbs) == (True, 100)
    assert lived(stand, 0, 2000)[-1] == pytest.approx(44.1, abs=0.001)
    assert kinds(stand) == []
    stand.put_back(1)
    lived(stand, 2000, 20000)
    assert not stand.beside
    assert stand.keg.beer_lbs == 100


def test_nothing_can_be_put_back_that_was_not_taken_off_and_another_keg_ends_the_waiting() -> None:
    stand = stand_with(half_barrel(100))
    new = half_barrel(130.5)

    with pytest.raises(RefusedError, match="no keg waits beside"):
        stand.put_back(1)
    stand.place(weight(44.1), 1)
    lived(stand, 0, 20000)
    stand.change(new, 1)
    lived(stand, 20000, 40000)

    assert stand.own_keg is new
    with pytest.raises(RefusedError, match="no keg waits beside"):
        stand.put_back(1)


def test_a_new_keg_creeps_up_to_its_weight_within_the_hour() -> None:
    stand = stand_with(half_barrel(3))

    stand.change(half_barrel(130.5), 40)
    felt = lived(stand, 0, 3600000)

    assert 0.02 < 160.2 - felt[600] < 0.05
    assert felt[-1] == pytest.approx(160.2, abs=0.001)


def test_a_keg_that_runs_dry_spits_foam_and_is_kicked() -> None:
    stand = stand_with(half_barrel(0.5))
    there = stand.keg.ounces

    stand.pour(16, 8.3)
    lived(stand, 0, 30000)

    assert kinds(stand) == ["poured", "kicked"]
    assert stand.happened[0][3] == pytest.approx(there)
    assert stand.keg.beer_lbs == 0
    assert stand.felt_lbs == pytest.approx(29.7 + 0.46, abs=0.02)


def test_lifting_a_keg_that_pours_ends_the_pour_first() -> None:
    stand = stand_with(half_barrel(100))

    stand.pour(16, 8.3)
    lived(stand, 0, 4000)
    stand.change(half_barrel(130.5), 20)
    lived(stand, 4000, 40000)

    assert kinds(stand) == ["poured", "lifted", "changed"]
    assert 5 < stand.happened[0][3] < 9


def test_a_platform_without_a_keg_gets_one_and_nothing_was_lifted() -> None:
    stand = stand_with(None)

    stand.change(half_barrel(130.5), 5)
    lived(stand, 0, 30000)

    assert kinds(stand) == ["changed"]


def test_a_keg_taken_away_for_good_leaves_the_platform_empty() -> None:
    stand = stand_with(half_barrel(100))

    stand.change(None, 5)
    lived(stand, 0, 30000)

    assert kinds(stand) == ["lifted"]
    assert not stand.changing
    assert stand.load_lbs == 0


def test_what_cannot_be_done_is_refused_with_what_to_do_first() -> None:
    dry, busy, empty = stand_with(half_barrel(0)), stand_with(half_barrel(50)), stand_with(None)
    busy.pour(16, 8.3)
    busy.lean(5, 6)

    with pytest.raises(RefusedError, match="change the keg first"):
        dry.pour(16, 8.3)
    with pytest.raises(RefusedError, match="wait for the last drop"):
        busy.pour(16, 8.3)
    with pytest.raises(RefusedError, match="wait until it is lifted"):
        busy.lean(5, 6)
    with pytest.raises(RefusedError, match="no keg stands there"):
        empty.pour(16, 8.3)
    busy.change(half_barrel(100), 5)
    with pytest.raises(RefusedError, match="being changed already"):
        busy.change(half_barrel(100), 5)


def test_a_scale_rests_only_when_nothing_has_moved_for_a_while() -> None:
    stand = stand_with(half_barrel(100))
    lived(stand, 0, 12000)
    quiet = stand.resting

    stand.pour(4, 2.3)
    lived(stand, 12000, 20000)
    soon_after = stand.resting
    lived(stand, 20000, 40000)

    assert quiet
    assert not soon_after
    assert stand.resting


def test_a_keg_that_is_set_down_askew_is_lifted_again_and_stands_at_the_second_go() -> None:
    stand = stand_with(half_barrel(20))

    stand.change(half_barrel(130), 20, wobbles=True)
    lived(stand, 0, 22000)
    askew = stand.load_lbs
    lived(stand, 22000, 26000)
    again = stand.load_lbs
    lived(stand, 26000, 60000)

    assert (round(askew), again, round(stand.load_lbs)) == (160, 0.0, 160)
    assert kinds(stand) == ["lifted", "changed"]
    kind, lifted, placed = stand.happened[1]
    assert (kind, lifted) == ("changed", 0)
    assert placed > 26000
