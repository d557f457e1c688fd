"""Who may do what, and what is said to those who may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.location import FOR_EVER, Location, Settings
from backend.domain.member import LEAST_ROLE, OWNER, Act, Grant, Member, Role
from backend.domain.refusal import Forbidden, Invalid, NotFound

MATRIX = {
    Role.STAFF: {Act.VIEW_LEVELS, Act.TARE, Act.BOOK_WASTE, Act.SWAP},
    Role.MANAGER: {Act.ASSIGN, Act.STOCK, Act.VIEW_REPORTS, Act.MANAGE_SETTINGS, Act.CALIBRATE},
    Role.ADMIN: {Act.UPDATE_FIRMWARE, Act.REBOOT, Act.MANAGE_MEMBERS, Act.MANAGE_FLEET},
}


def _member(ceiling: Role, grant: Role) -> Member:
    return Member(sub="u1", name="Una", ceiling=ceiling, grants=(Grant(location_id="loc-001", role=grant),))


@given(ceiling=st.sampled_from(Role), grant=st.sampled_from(Role), act=st.sampled_from(Act))
def test_the_lesser_of_grant_and_ceiling_decides(ceiling: Role, grant: Role, act: Act) -> None:
    role = Role.ADMIN if ceiling is Role.ADMIN else min(ceiling, grant)
    allowed = any(act in acts for least, acts in MATRIX.items() if least <= role)

    assert _member(ceiling, grant).may(act, location_id="loc-001") is allowed


def test_every_act_has_its_least_role() -> None:
    assert set(LEAST_ROLE) == set(Act)


@pytest.mark.parametrize("act", Act)
def test_another_location_is_answered_like_one_that_is_not_there(act: Act) -> None:
    member = _member(Role.MANAGER, Role.MANAGER)

    with pytest.raises(NotFound, match=r"^there is no location loc-002$"):
        member.must(act, location_id="loc-002")


def test_a_role_that_is_too_small_is_told_who_may() -> None:
    with pytest.raises(Forbidden, match="only a Manager may assign beer or keg"):
        _member(Role.STAFF, Role.MANAGER).must(Act.ASSIGN, location_id="loc-001")


def test_an_admin_sees_every_location() -> None:
    assert all(OWNER.may(act, location_id="anywhere") for act in Act)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"low_keg_warning_pct": 101}, "out of bounds"),
        ({"low_keg_critical_pct": 30}, "must not lie above low_keg_warning_pct"),
        ({"battery_critical_pct": float("nan")}, "out of bounds"),
        ({"offline_critical_secs": 200}, "must not be shorter"),
        ({"history_days": 6.9}, "give 7 to 3650, or 0"),
        ({"history_days": 3651}, "give 7 to 3650, or 0"),
        ({"history_days": -1}, "give 7 to 3650, or 0"),
        ({"history_days": float("nan")}, "give 7 to 3650, or 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, float], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        Settings(**settings)


@pytest.mark.parametrize("days", [FOR_EVER, 7, 365, 3650])
def test_readings_may_be_kept_for_a_week_to_ten_years_or_for_ever(days: float) -> None:
    assert Settings(history_days=days).history_days == days


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "UTC\0"])
def test_a_bar_in_no_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(Invalid, match="no time zone"):
        Location(location_id="loc-001", name="Anchor", timezone=zone)
