"""One keg: shell, beer and the gas that takes the beer's place.

Carbon dioxide at serving pressure weighs about 3.6 g a litre, so an empty half barrel under pressure
reads about 0.2 kg above its tare (study notes, section 3.2).
"""

LBS_PER_GALLON = 8.345  # of water; times the specific gravity
OZ_PER_GALLON = 128
GAS_LBS_PER_GALLON = 0.0300  # 3.6 g/L


class Keg:
    """Weights in lbs. `full_lbs` is shell and beer together when full; `gas` is False for a vented keg."""

    def __init__(self, shell_lbs, beer_lbs, full_lbs, sg, gas):
        self.shell_lbs = shell_lbs
        self.beer_lbs = beer_lbs
        self.sg = sg
        self._lbs_per_gallon = LBS_PER_GALLON * sg
        self._capacity_lbs = max(full_lbs - shell_lbs, beer_lbs)
        self._gas_share = GAS_LBS_PER_GALLON / self._lbs_per_gallon if gas else 0.0

    @property
    def gross_lbs(self):
        """What an ideal scale shows: shell, beer, and gas in the space above the beer."""
        return self.shell_lbs + self.beer_lbs + (self._capacity_lbs - self.beer_lbs) * self._gas_share

    @property
    def gallons(self):
        """Beer left, in US gallons."""
        return self.beer_lbs / self._lbs_per_gallon

    @property
    def ounces(self):
        """Beer left, in US fluid ounces."""
        return self.gallons * OZ_PER_GALLON

    def draw(self, oz):
        """Take up to `oz` out; return the ounces that came."""
        lbs = oz * self._lbs_per_gallon / OZ_PER_GALLON
        if lbs >= self.beer_lbs:
            oz = self.ounces
            self.beer_lbs = 0.0
            return oz
        self.beer_lbs -= lbs
        return oz


def weight(lbs):
    """A load without beer: a known weight, or a shell that was emptied and vented."""
    return Keg(lbs, 0.0, lbs, 1.0, False)
