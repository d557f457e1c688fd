"""A bar: its scales, its cooler and its drinkers, at one moment of the story."""

from .cooler import Cooler
from .dice import Dice
from .drinkers import Drinkers
from .stand import TICK_MS
from .twin import Twin


class Bar:
    """Built from a checked plan. `now_ms` is the story in milliseconds since 1970, on a grid of 100 ms."""

    def __init__(self, plan):
        seed = plan["seed"]
        self.now_ms = int(plan["clock"]["story"] * 1000) // TICK_MS * TICK_MS
        self.drinking = plan["drinkers"]
        self.twins = []
        for place, spec in enumerate(plan["scales"]):
            self.twins.append(Twin(spec, place, seed, plan["broker"], plan["settings"], self.now_ms, plan["folder"]))
        self.by_scale = {twin.scale: twin for twin in self.twins}
        self._cooler = Cooler(Dice(seed, 271828))
        self._drinkers = Drinkers(seed, [twin.popularity for twin in self.twins], plan["utc_offset_s"])
        self._feel()

    def tick(self, rest_ms=TICK_MS):
        """Go on by 100 ms. Every scale converts, but those at rest only every `rest_ms`."""
        now = self.now_ms = self.now_ms + TICK_MS
        if now % 1000 == 0:
            self._second()
        for twin in self.twins:
            if twin.due_ms <= now:
                twin.tick(now, rest_ms)

    def events(self):
        """Take what has happened since the last call: a list of objects for the app, each scale's in order."""
        taken = []
        for twin in self.twins:
            if twin.happened:
                taken.extend(twin.happened)
                twin.happened = []
        return taken

    def truth(self):
        """What is really so, scale by scale."""
        return {"event": "truth", "t": self.now_ms / 1000, "scales": [twin.truth() for twin in self.twins]}

    def _second(self):
        self._cooler.advance(1)
        self._feel()
        if self.drinking:
            now_s = self.now_ms // 1000
            busy = self._drinkers.open_at(now_s)
            for twin in self.twins:
                if busy:
                    twin.jostle(self.now_ms)
                twin.drink(self._drinkers, self.now_ms)

    def _feel(self):
        for twin in self.twins:
            twin.feel(self._cooler.celsius)
