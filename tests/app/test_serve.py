"""One bar with real scales: what its data folder holds at the first start, and at every later one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import app.serve
from app.serve import open_site
from backend.clock import SystemClock
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.location import Location
from backend.domain.member import OWNER
from backend.embedded.broker_address import BrokerAddressRefused
from backend.embedded.folder import FolderInUse
from backend.ports import Ports
from backend.settings import HostSettings
from backend.usecases.set_up import open_location, place_scale, set_up_tap
from backend.usecases.view_board import view_board
from backend.wiring.embedded import open_embedded


@pytest.fixture
def settings(tmp_path: Path) -> HostSettings:
    """A bar whose data lies in a folder of the test, with a broker that nobody runs."""
    return HostSettings(data=tmp_path / "bar", broker="mqtt://127.0.0.1:1")


def taps_of(ports: Ports, location_id: str) -> list[str]:
    return [str(face.tap_id) for face in view_board(ports, location_id=location_id, member=OWNER).faces]


def test_an_empty_folder_becomes_a_bar_with_one_tap(settings: HostSettings) -> None:
    site, embedded = open_site(settings)

    with embedded.store:
        view = view_board(site.ports, location_id=site.location_id, member=OWNER)
        assert site.location_id == "loc-001"
        assert view.location.name == "My bar"
        assert taps_of(site.ports, "loc-001") == ["loc-001:01"]
        assert site.simulator is None
        assert isinstance(site.clock, SystemClock)


def test_the_second_start_finds_the_bar_as_it_was_left(settings: HostSettings) -> None:
    site, embedded = open_site(settings)
    with embedded.store:
        open_location(
            site.ports,
            location=Location(location_id="loc-001", name="The Copper Tap", timezone="Europe/Prague"),
            member=OWNER,
        )
        set_up_tap(site.ports, tap_id=TapId("loc-001", 2), member=OWNER)
        now = datetime(2026, 3, 21, 3, 40, tzinfo=UTC)
        place_scale(site.ports, device_id="SCALE-2", tap_id=TapId("loc-001", 2), member=OWNER, now=now)

    site, embedded = open_site(settings)

    with embedded.store:
        view = view_board(site.ports, location_id=site.location_id, member=OWNER)
        assert (view.location.name, view.location.timezone) == ("The Copper Tap", "Europe/Prague")
        assert taps_of(site.ports, "loc-001") == ["loc-001:01", "loc-001:02"]


def test_a_bar_of_another_name_is_served_and_none_is_added(settings: HostSettings) -> None:
    embedded = open_embedded(settings.data, clock=SystemClock(), broker=settings.broker)
    with embedded.store:
        place = Location(location_id="harbour", name="Harbour", timezone="UTC")
        open_location(embedded.ports, location=place, member=OWNER)

    site, embedded = open_site(settings)

    with embedded.store:
        assert site.location_id == "harbour"
        assert taps_of(site.ports, "harbour") == []


def test_a_folder_in_use_is_refused_and_says_by_whom(settings: HostSettings) -> None:
    _, embedded = open_site(settings)

    with embedded.store, pytest.raises(FolderInUse, match="is in use by process"):
        open_site(settings)


def test_an_address_that_is_none_is_refused_before_the_folder_is_taken(tmp_path: Path) -> None:
    settings = HostSettings(data=tmp_path / "bar", broker="http://127.0.0.1")

    with pytest.raises(BrokerAddressRefused):
        open_site(settings)

    assert not (tmp_path / "bar").exists()


def test_a_folder_is_given_up_where_the_bar_cannot_be_made(
    settings: HostSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> Keg:
        raise RuntimeError("no room")

    monkeypatch.setattr(app.serve, "open_location", fails)
    with pytest.raises(RuntimeError, match="no room"):
        open_site(settings)
    monkeypatch.undo()

    _, embedded = open_site(settings)

    embedded.store.close()
