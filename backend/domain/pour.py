"""Pours found in weights: the scale's own detector, for scales that claim none and for traces of any kind."""

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any, Final, NamedTuple, TypeAlias

from backend.domain.refusal import Invalid
from firmware.scale import pours

Remembered: TypeAlias = "float | int | bool | Sequence[float] | None"
GRAIN_S: Final = 1.0
"""Scales tell whole seconds."""
LEAST_LBS: Final[float] = pours.TOP_UP_LBS
"""No pour is found that takes less."""
FASTEST_LBS_PER_S: Final[float] = pours.FASTEST
QUICKEST_LBS: Final[float] = pours.QUICKEST_LBS
"""As much (lb) may be gone from one reading to the next, however fast."""
SHELL_LBS: Final[float] = pours.SHELL_LBS
"""No keg weighs less."""


class FoundPour(NamedTuple):
    """A fall in weight that stays, between two plateaus.

    `start_s` is in the time of the weights, `seconds` how long it ran, `before_lbs` and `after_lbs` the gross levels
    around it. `unseen` is a fall across a silence of more than 90 s: it is gone from the keg, but nobody knows when.
    """

    start_s: float
    seconds: float
    before_lbs: float
    after_lbs: float
    unseen: bool


class Seeking(NamedTuple):
    """What the detector remembers between two weights: the time of the last one (s), and a bounded memory.

    `rests` tells whether that lies on a plateau, so that nothing is under way.
    """

    at_s: float
    rests: bool
    memory: Sequence[Remembered]

    @property
    def whole(self) -> bool:
        """Whether the memory is one of this detector; an older one may have kept others."""
        return len(self.memory) == len(_FRESH) and all(map(_alike, self.memory, _FRESH))


class Weight(NamedTuple):
    """One weight: seconds in any epoch, gross lb, and the scale's own word whether it was at rest, if it has one."""

    at_s: float
    lbs: float
    stable: bool | None = None


def find_pours(
    weights_lbs: Sequence[float], times_s: Sequence[float], *, stable: Sequence[bool | None] | None = None
) -> list[FoundPour]:
    """Find the pours in a trace: weights in lb and their times in seconds go in, pours come out, oldest first.

    The weights are gross (shell and beer), as measured or filtered; the times may have any epoch and any spacing from
    0.1 s to 90 s, also an irregular one, and must not go back. `stable` is the scale's own word for each weight,
    where it has one: False for one that is not at rest. Without it rest is found by the weights alone.

    A pour is a fall of at least 0.13 lb (59 g, 2 oz) from one plateau to the next that stays; it ran no slower than
    a quarter of an ounce a second, and no faster than six where that can be told. Up to 24 oz may also go at once, by
    hand, if nothing leaned on the keg and nothing comes back within 30 s. What does come back was no pour, nor is
    what leads below the weight of any shell (4 lb), ends something that had leaned on the keg, or follows from the
    slope of a wander. Within 30 s of a pour a watched flow counts from 0.045 lb. After a silence of more than 90 s a
    fall larger than a cooler's wander is one `unseen` pour. Readings that are more than 3 s apart do not show when a
    pour began: it lies in the middle of the time it must have been in, and falls together above 24 oz are taken
    for several pours where the tap must have been shut in between.

    Its limits: what had lain on the keg for more than half an hour and weighs no more than 24 oz is taken for a pour
    when it goes, and so is a pull at the keg that lasts longer than the 15 to 30 s which a fall has to stay. Readings
    more than 20 s apart show a compressor's sharp edge as a step, so most of a pour has to fall between two of them
    (three, up to 40 s), by more than what follows: a taster of 4 oz that runs just as one is taken may be missed, and
    each pour is as far off as the cooler wanders from one reading to the next (10 to 40 g a minute).

    Raises:
        Invalid: as many times as weights are needed, all of them finite, and the times in order.
    """
    words: Sequence[bool | None] = [None] * len(weights_lbs) if stable is None else stable
    if not len(weights_lbs) == len(times_s) == len(words):
        raise Invalid(f"{len(weights_lbs)} weights, {len(times_s)} times, {len(words)} words: give one of each")
    trace = [Weight(at_s, lbs, word) for at_s, lbs, word in zip(times_s, weights_lbs, words, strict=True)]
    whole = all(float(at_s).is_integer() for at_s in times_s)
    seeker = _seeker(GRAIN_S if whole else 0.0)
    found = _feed(seeker, trace, since=trace[0].at_s if trace else 0.0)
    return found + [_pour(claim, trace[-1].at_s) for claim in seeker.finish()]


def seek(seeking: Seeking | None, weights: Sequence[Weight]) -> tuple[Seeking | None, list[FoundPour]]:
    """Go on seeking pours in more weights of one keg on one scale; give what to remember, and the pours now certain.

    The weights come in order of time and continue those before. None remembers nothing. Raises Invalid as above.
    """
    if not weights:
        return seeking, []
    seeker = _seeker(GRAIN_S)
    if seeking is not None:
        seeker.unpack(seeking.memory)
    found = _feed(seeker, weights, since=seeking.at_s if seeking is not None else weights[0].at_s)
    return _seeking(seeker, weights[-1].at_s), found


def at_rest(lbs: float, at_s: float) -> Seeking:
    """What to remember of a weight that was last seen at rest then, where nobody sought before."""
    seeker = _seeker(GRAIN_S)
    for _ in range(2):
        seeker.feed(1.0, lbs)
    return _seeking(seeker, at_s)


def _seeking(seeker: Any, at_s: float) -> Seeking:
    *kept, path_s, path_lbs, stride = seeker.pack()
    rests = bool(kept[_RESTING])
    return Seeking(at_s=at_s, rests=rests, memory=tuple(map(_rounded, [*kept, path_s, path_lbs, stride])))


def _seeker(grain_s: float) -> Any:
    return pours.Seeker(grain_s)  # type: ignore[no-untyped-call]  # the MicroPython subset knows no annotations


def _feed(seeker: Any, weights: Iterable[Weight], *, since: float) -> list[FoundPour]:
    found: list[FoundPour] = []
    for weight in weights:
        elapsed = weight.at_s - since
        if not (isfinite(weight.lbs) and isfinite(elapsed) and elapsed >= 0):
            raise Invalid(f"{weight.lbs} lb at {weight.at_s} s: weights are finite numbers in order of their times")
        since = weight.at_s
        claims = seeker.feed(elapsed, weight.lbs, weight.stable)
        if claims:
            found += [_pour(claim, since) for claim in claims]
    return found


def _pour(claim: tuple[float, float, float, float, bool], now_s: float) -> FoundPour:
    ago, seconds, before_lbs, after_lbs, unseen = claim
    return FoundPour(now_s - ago, seconds, before_lbs, after_lbs, unseen)


def _rounded(value: Any) -> Remembered:
    """To a millionth of a second and of a pound: the row stays small, and nothing turns on less."""
    if isinstance(value, list | tuple):
        return tuple(round(one, 6) for one in value)
    return round(value, 6) if isinstance(value, float) else value


def _alike(one: Remembered, fresh: Any) -> bool:
    """Whether a remembered value is of the kind that a fresh detector keeps there."""
    if fresh is None:
        return one is None or not isinstance(one, Sequence) or len(one) == _HELD
    return one is not None and isinstance(one, Sequence) == isinstance(fresh, list)


_FRESH: Final = tuple(_seeker(GRAIN_S).pack())
_RESTING: Final = pours.KEPT.split().index("resting")
_HELD: Final = 5
