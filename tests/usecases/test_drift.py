"""Drift found by whole lives of kegs, from readings alone: a planted error within two kegs, and nothing from shells."""

import random
from dataclasses import dataclass, field

import pytest
from asking import asking, wall
from bar import MANAGER, ONE, PILS, Bar, at, said
from pretended_scale import PretendedScale

from backend.cellar import lives
from backend.domain.drift import DriftNoted
from backend.domain.keg import Keg
from backend.domain.keg_type import keg_type
from backend.domain.units import lbs_of
from backend.ports import Query
from backend.usecases.calibrate import begin_calibration
from backend.usecases.change_keg import NextKeg
from backend.usecases.drift import DriftView, drift_now, watch_drift
from backend.usecases.wizards import calibration_of

HOUR = 3600.0


@dataclass
class Cellar:
    """Kegs under one scale that shows `span` times what stands on it, and `zero` lb more."""

    bar: Bar
    span: float = 1.0
    zero: float = 0.0
    type_id: str = "half_barrel"
    second: float = 0.0
    shells: list[float] = field(default_factory=list)

    def say(self, lbs: float, *, after: float = 30.0) -> None:
        self.second += after
        self.bar.take([said(self.second, round(self.span * lbs + self.zero, 3))])

    def live(self, shell: float, *, left: float = 0.0, gap: bool = True) -> Keg:
        """Put a keg on, drink it up, and lift it; the bare platform is seen before, where there is a gap."""
        kind = keg_type(self.type_id)
        beer = lbs_of(kind.gallons, specific_gravity=PILS.specific_gravity)
        gas = 0.03 * kind.gallons
        lifted = self.second + 5
        self.second = lifted
        if gap:
            self.say(0.0, after=20)
            self.say(0.01, after=30)
        tapped = self.second + 5
        keg = self.bar.change(keg=NextKeg(beer_id="pils", type_id=self.type_id), second=tapped, lifted=lifted)
        self.second = tapped
        self.say(shell + beer, after=5)
        self.say(shell + beer)
        for tenth in range(1, 10):
            self.say(shell + beer * (1 - tenth / 10) + gas * tenth / 10, after=HOUR)
        self.say(shell + gas + left, after=HOUR)
        self.say(shell + gas + left)
        return keg

    def watch(self) -> DriftView:
        watch_drift(self.bar.ports, location_id="loc-001", now=at(self.second))
        return drift_now(self.bar.ports, device_id="SCALE-1", location_id="loc-001")

    @property
    def noted(self) -> list[DriftNoted]:
        return [event for event in self.bar.told if isinstance(event, DriftNoted)]


@pytest.mark.parametrize("type_id", ["half_barrel", "sixth_barrel"])
@pytest.mark.parametrize("span", [1.03, 0.97])
def test_a_planted_span_error_is_reported_once_two_kegs_are_empty(bar: Bar, span: float, type_id: str) -> None:
    cellar = Cellar(bar, span=span, type_id=type_id)
    usual = keg_type(type_id).tare_lbs or 0.0
    told = []
    for shell in (usual + 2.0, usual - 1.5, usual + 1.0):
        cellar.live(shell)
        cellar.watch()
        told.append(len(cellar.noted))

    assert told[:2] == [0, 0]
    (noted,) = cellar.noted
    assert noted.pct == pytest.approx(100 * (span - 1), abs=0.7)
    assert noted.plus_minus_pct == pytest.approx(0.46 if type_id == "half_barrel" else 0.62, abs=0.08)
    assert (noted.device_id, noted.tap_id, noted.zero_lbs) == ("SCALE-1", str(ONE), None)


def test_shells_a_kilogram_apart_raise_nothing_keg_after_keg(bar: Bar) -> None:
    cellar = Cellar(bar, type_id="sixth_barrel")
    dice = random.Random(11)

    for _ in range(12):
        cellar.live(15.5 + dice.uniform(-2.2, 2.2))
        view = cellar.watch()

    assert cellar.noted == []
    assert view.span is not None
    assert view.span.pct == pytest.approx(0.0, abs=0.7)


def test_a_change_without_a_gap_is_told_from_the_weights_alone(bar: Bar) -> None:
    cellar = Cellar(bar, span=1.05)

    for _ in range(3):
        cellar.live(29.7, gap=False)
        view = cellar.watch()

    assert view.zero is None
    assert view.span is not None
    assert view.span.pct == pytest.approx(5.0, abs=0.3)
    assert len(cellar.noted) >= 1


def test_a_zero_that_moved_is_told_by_itself(bar: Bar) -> None:
    cellar = Cellar(bar, zero=3.2)

    for _ in range(3):
        cellar.live(29.7)
        view = cellar.watch()

    assert view.span is not None
    assert not view.span.reported
    assert cellar.noted[-1].zero_lbs == pytest.approx(3.2, abs=0.05)
    assert cellar.noted[-1].pct is None


def test_a_keg_that_was_lifted_half_full_is_no_evidence(bar: Bar) -> None:
    cellar = Cellar(bar)

    for left in (50.0, 40.0, 0.0):
        cellar.live(29.7, left=left)
        view = cellar.watch()

    assert view.span is None
    assert cellar.noted == []


def test_watching_again_changes_nothing(bar: Bar) -> None:
    cellar = Cellar(bar, span=1.03)
    for _ in range(3):
        cellar.live(29.7)
        cellar.watch()
    rows = bar.ports.table.query(Query(partition="DEVICE#SCALE-1", begins_with="LIFE#")).items

    again = watch_drift(bar.ports, location_id="loc-001", now=at(cellar.second + 600))

    assert again.looked_at == 0
    assert bar.ports.table.query(Query(partition="DEVICE#SCALE-1", begins_with="LIFE#")).items == rows
    assert len(cellar.noted) == 1


def test_only_the_last_dozen_kegs_are_remembered(bar: Bar) -> None:
    cellar = Cellar(bar, type_id="keg_10l")
    for _ in range(15):
        cellar.live(13.2)
        cellar.watch()

    found = [lives.from_item(item) for item in bar.ports.table.query(lives.newest("SCALE-1", limit=100)).items]

    assert len(found) == 12
    assert found[0].tapped_at > found[-1].tapped_at


def test_a_new_calibration_begins_a_new_count(bar: Bar) -> None:
    scale = PretendedScale(asking(bar))
    cellar = Cellar(bar, span=1.03)
    for _ in range(3):
        cellar.live(29.7)
        cellar.watch()
    begin_calibration(bar.ports, device_id="SCALE-1", member=MANAGER, now=at(cellar.second), wall=wall(0))
    scale.clock = cellar.second
    scale.work()

    view = cellar.watch()

    assert view.span is None
    calibration = calibration_of(bar.ports, "SCALE-1")
    assert calibration is not None
    assert calibration.drift_pct is None


def test_what_was_found_stands_beside_the_calibration(bar: Bar) -> None:
    scale = PretendedScale(asking(bar))
    begin_calibration(bar.ports, device_id="SCALE-1", member=MANAGER, now=at(-10), wall=wall(0))
    scale.clock = -5
    scale.work()
    cellar = Cellar(bar, span=1.03)

    for _ in range(3):
        cellar.live(29.7)
        cellar.watch()

    calibration = calibration_of(bar.ports, "SCALE-1")
    assert calibration is not None
    assert calibration.drift_pct == pytest.approx(3.1, abs=0.3)
    assert calibration.drift_plus_minus_pct == pytest.approx(0.46, abs=0.05)
    assert calibration.zero_drift_lbs == pytest.approx(0.0, abs=0.05)


def test_a_keg_that_is_not_weighed_yet_is_waited_for(bar: Bar) -> None:
    bar.change(second=0)

    early = watch_drift(bar.ports, location_id="loc-001", now=at(200))
    bar.take([said(300, 160.3)])
    later = watch_drift(bar.ports, location_id="loc-001", now=at(400))

    assert (early.looked_at, later.looked_at) == (0, 1)
