"""Kegs that are put on a scale, drunk up and lifted, one after the other, by what the scale says of them."""

from dataclasses import dataclass

from bar import PILS, Bar, at, said

from backend.domain.drift import DriftNoted
from backend.domain.keg import Keg
from backend.domain.keg_type import keg_type
from backend.domain.units import lbs_of
from backend.usecases.change_keg import NextKeg
from backend.usecases.drift import DriftView, drift_now, watch_drift

HOUR = 3600.0


@dataclass
class Drinking:
    """Kegs under one scale that shows `span` times what stands on it, and `zero` lb more."""

    bar: Bar
    span: float = 1.0
    zero: float = 0.0
    type_id: str = "half_barrel"
    second: float = 0.0

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
