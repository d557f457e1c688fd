"""A scale that is only pretended: a load cell with a zero and a factor of its own, and what its firmware answers."""

import random
from dataclasses import dataclass, field
from typing import Any

from asking import Asking, wall
from bar import at

from backend.domain.command import Answer, CommandState, Sample, Sampled, Told
from backend.domain.reading import Reading
from backend.domain.steadiness import Samples
from backend.usecases.follow import follow_command
from backend.usecases.take_response import take_response, take_sample

NOISE = 19.0
"""Counts, 0.9 g."""


@dataclass
class PretendedScale:
    """Carries `load_lbs`; its cell counts by `cell_zero` and `cell_factor`, its firmware by `zero`, `factor`, `rev`."""

    ask: Asking
    device_id: str = "SCALE-1"
    cell_zero: float = 84_000.0
    cell_factor: float = 9500.0
    zero: int = 84_000
    factor: float = 9500.0
    rev: int = 1
    load_lbs: float = 0.0
    stable: bool = True
    awake: bool = True
    clock: float = 0.0
    slow: float = 0.0
    """Seconds that each answer takes."""
    restless_after_set: int = 0
    """How often it is not at rest when it is weighed after it took a calibration."""
    streams: str | None = None
    sequence: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    _heard: int = 0
    _restless: int = 0
    _done: dict[str, Any] = field(default_factory=dict)

    @property
    def raw(self) -> int:
        return round(self.cell_zero + self.load_lbs * self.cell_factor + self.dice.gauss(0, NOISE))

    @property
    def weight_lbs(self) -> float:
        return round((self.raw - self.zero) / self.factor, 3)

    def work(self) -> None:
        """Answer what has come over the broker, until nothing more does; what is heard again is done no more.

        An answer that could not be taken comes again with the next call, as from a broker that has no yes for it.
        """
        while self.awake and self._heard < len(self.ask.way.said):
            message = self.ask.way.messages[self._heard]
            self.clock += self.slow
            done = self._done.get(str(message["id"])) or self._do(message)
            self._done[str(message["id"])] = done
            self._answer(str(message["id"]), *done)
            self._heard += 1

    def say(self, second: float) -> None:
        """Send a reading."""
        self.sequence += 1
        reading = Reading(
            device_id=self.device_id,
            received_at=at(second),
            measured_at=at(second),
            weight_lbs=self.weight_lbs,
            digest=None,
            boot=1,
            seq=self.sequence,
            sent_t=int(at(second).timestamp()),
            stable=self.stable,
            raw=self.raw,
            cal=self.rev,
        )
        self.ask.bar.take([reading])

    def streamed(self, seconds: float = 4.0) -> Samples:
        """Stream for so long; gives what a page has gathered of it."""
        bar = self.ask.bar
        before = len(bar.told)
        for _ in range(int(seconds * 2)):
            counts = tuple(self.raw + (0 if self.stable else self.dice.randint(-20_000, 20_000)) for _ in range(5))
            sample = Sample(command_id=str(self.streams), raw=counts, stable=self.stable)
            take_sample(bar.ports, device_id=self.device_id, sample=sample, wall=wall(self.clock))
        samples = Samples()
        for event in bar.told[before:]:
            samples = samples.after(event, wall=wall(self.clock)) if isinstance(event, Sampled) else samples
        return samples

    def _do(self, message: dict[str, Any]) -> tuple[CommandState, str | None, dict[str, Told] | None]:
        name, params = message["command"], message["params"]
        setting: dict[str, Told] = {"zero": self.zero, "factor": self.factor, "rev": self.rev}
        if name == "get_config":
            return CommandState.DONE, None, setting
        if name == "set_config":
            if params["rev"] <= self.rev:
                return CommandState.FAILED, "stale_rev", {"why": "an older revision"}
            self.zero, self.factor, self.rev = params["zero"], params["factor"], params["rev"]
            self._restless = self.restless_after_set
            return CommandState.DONE, None, {"zero": self.zero, "factor": round(self.factor, 3), "rev": self.rev}
        if name == "tare":
            raw = self.raw
            stable, self._restless = self.stable and self._restless == 0, max(0, self._restless - 1)
            said: dict[str, Told] = {
                "residual_lbs": round((raw - self.zero) / self.factor, 3),
                "raw": raw,
                "sd_counts": NOISE,
                "stable": stable,
            }
            return (CommandState.DONE, None, said) if stable else (CommandState.FAILED, "unstable", said)
        self.streams = str(message["id"])
        return CommandState.ACCEPTED, None, None

    def _answer(self, command_id: str, state: CommandState, error: str | None, result: dict[str, Told] | None) -> None:
        ports = self.ask.bar.ports
        answer = Answer(command_id=command_id, state=state, error=error, result=result)
        taken = take_response(ports, device_id=self.device_id, response=answer, wall=wall(self.clock))
        follow_command(ports, command=taken.command, now=at(self.clock), wall=wall(self.clock))
