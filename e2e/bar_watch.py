"""Looking at a tile and at the truth behind it, many times a second, while somebody pulls a lever of the bar."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from board_page import OpenPage, ready, tile
from demo_server import Demo
from playwright.sync_api import expect

OZ = 1 / 128
_LOOK_EVERY_S = 0.03


class Bar:
    """The board of a demo, and the simulator page beside it, once the guests stay away."""

    def __init__(self, demo: Demo, open_page: OpenPage) -> None:
        self.demo = demo
        self.levers = open_page(demo.url + "simulator")
        self.levers.wait_for_function("window.did_handshake === true")
        self.levers.get_by_role("button", name="Guests stay away").click()
        expect(self.levers.locator(".ss-notice").first).to_contain_text("The guests stay away")
        self.board = ready(open_page(demo.url, reduced_motion="reduce"))  # so that it turns no pages

    def pull(self, lever: str, tap: int) -> None:
        """Pull a lever of a tap."""
        self.levers.get_by_role("button", name=f"{lever}, tap {tap}", exact=True).click(no_wait_after=True)

    def gallons(self, tap: int) -> float:
        """The volume on the tile."""
        return volume_of(tile(self.board, tap).locator(".ss-volume").inner_text())

    def watch(self, tap: int, *, ends: Callable[["Watch", float], bool]) -> "Watch":
        """Look at tile and truth until `ends(seen so far, seconds since the start)`; a minute at most."""
        seen, began = Watch(), time.monotonic()
        while (now := time.monotonic() - began) < 60 and not ends(seen, now):
            truth = self.demo.truth(tap)
            seen.true.append((time.monotonic() - began, truth["gallons"], truth["pouring"]))
            seen.shown.append((time.monotonic() - began, self.gallons(tap)))
            self.board.wait_for_timeout(_LOOK_EVERY_S * 1000)
        return seen


@dataclass
class Watch:
    """What the truth and the tile said, sample by sample: seconds since the start, gallons, whether it flows."""

    shown: list[tuple[float, float]] = field(default_factory=list)
    true: list[tuple[float, float, bool]] = field(default_factory=list)

    @property
    def poured_oz(self) -> float:
        """What has left the keg."""
        return (self.true[0][1] - self.true[-1][1]) / OZ

    @property
    def still(self) -> bool:
        """Whether nothing has flowed for two seconds, so that the tile rests too."""
        return bool(self.true) and self.true[-1][0] > max(1.0, self.last_drop_at() + 2)

    def fell_at(self) -> float:
        """When the tile first showed less than at the start."""
        return next((at for at, volume in self.shown if volume < self.shown[0][1]), inf)

    def gone_at(self, ounces: float) -> float:
        """When this much had left the keg."""
        return next((at for at, volume, _ in self.true if self.true[0][1] - volume >= ounces * OZ - 1e-6), inf)

    def last_drop_at(self) -> float:
        """When it last flowed; minus infinity before the first drop."""
        return max((at for at, _, pouring in self.true if pouring), default=-inf)

    def furthest_oz(self, *, since: float) -> float:
        """The greatest distance (US oz) of the tile from the truth at the end, from `since` on."""
        return max(abs(volume - self.true[-1][1]) for at, volume in self.shown if at >= since) / OZ


def volume_of(words: str) -> float:
    """The gallons in the words of a tile."""
    found = re.search(r"(\d+\.\d\d) gal", words)
    assert found, words
    return float(found[1])
