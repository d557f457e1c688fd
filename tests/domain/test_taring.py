"""What a weight tells of a tare, and what cannot be so."""

import pytest

from backend.domain.keg import Keg, KegState, Tare, TareSource
from backend.domain.refusal import Conflict, Invalid
from backend.domain.taring import check_full_enough, check_platform, holds_beer, tare_of_empty, tare_of_full


def keg(source: TareSource = TareSource.TYPE_DEFAULT, type_id: str = "half_barrel") -> Keg:
    empty, full = (29.7, 160.34) if type_id == "half_barrel" else (10.0, 35.0)
    return Keg(
        keg_id="k",
        location_id="loc-001",
        beer_id="pils",
        type_id=type_id,
        state=KegState.ON_TAP,
        tare=Tare(empty_lbs=empty, source=source),
        full_lbs=full,
    )


@pytest.mark.parametrize("lbs", [-4.9, 0.0, 3.0])
def test_a_platform_a_little_off_can_be_set_to_zero(lbs: float) -> None:
    check_platform(lbs, again=False)


def test_a_platform_that_carries_something_is_refused_with_what_to_do() -> None:
    with pytest.raises(Invalid, match="take everything off"):
        check_platform(29.7, again=False)


def test_a_platform_that_is_off_after_it_was_set_to_zero_is_refused() -> None:
    with pytest.raises(Invalid, match=r"still reads \+0\.4 lb"):
        check_platform(0.4, again=True)


def test_an_empty_shell_is_its_tare() -> None:
    assert tare_of_empty(31.2, keg=keg()) == Tare(empty_lbs=31.2, source=TareSource.WEIGHED_EMPTY)
    assert tare_of_empty(9.1, keg=keg(type_id="corny_3gal")).empty_lbs == 9.1


@pytest.mark.parametrize("lbs", [0.3, 15.5, 45.0, 160.0])
def test_what_no_empty_half_barrel_weighs_is_refused(lbs: float) -> None:
    with pytest.raises(Invalid, match="is no empty Half barrel"):
        tare_of_empty(lbs, keg=keg())


def test_of_a_size_without_a_usual_shell_what_no_empty_keg_weighs_is_refused() -> None:
    with pytest.raises(Invalid, match="is no empty Corny 3 gal"):
        tare_of_empty(30.0, keg=keg(type_id="corny_3gal"))


def test_a_full_keg_gives_its_shell() -> None:
    found = tare_of_full(162.0, keg=keg())

    assert found.source is TareSource.INFERRED_FROM_FULL
    assert found.empty_lbs == pytest.approx(31.36)


@pytest.mark.parametrize("lbs", [87.3, 150.0, 170.0])
def test_what_no_full_half_barrel_weighs_is_refused(lbs: float) -> None:
    with pytest.raises(Invalid, match="is no full Half barrel"):
        tare_of_full(lbs, keg=keg())


@pytest.mark.parametrize("source", [TareSource.WEIGHED_EMPTY, TareSource.STAMPED])
def test_a_shell_that_is_known_is_not_inferred(source: TareSource) -> None:
    with pytest.raises(Conflict, match="is known"):
        tare_of_full(160.0, keg=keg(source))


def test_a_keg_that_was_poured_from_is_not_full() -> None:
    check_full_enough(keg(), gone=0.1, opening=15.5)

    with pytest.raises(Invalid, match=r"2\.0 gal were poured"):
        check_full_enough(keg(), gone=2.0, opening=15.5)


@pytest.mark.parametrize(
    ("lbs", "remaining", "holds"),
    [(38.1, 1.0, True), (38.1, 15.5, True), (31.4, 15.5, False), (29.7, 1.0, False), (38.1, 0.2, False)],
)
def test_a_keg_holds_beer_where_books_and_weight_say_so(lbs: float, remaining: float, *, holds: bool) -> None:
    assert holds_beer(lbs, keg=keg(), remaining=remaining, opening=15.5) is holds


@pytest.mark.parametrize("lbs", [156.0, 164.0])
def test_a_full_keg_is_read_the_same_by_a_tare_and_by_a_swap(lbs: float) -> None:
    with pytest.raises(Invalid, match="is no full Half barrel"):
        tare_of_full(lbs, keg=keg())
