"""The topics of a bar as values that check themselves: `keg/{readings,status,command,response}/{device}`."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final, Self

from backend.domain.ids import checked_id
from backend.domain.refusal import Invalid


class WrongTopic(ValueError):  # noqa: N818 - the topic is wrong
    """A topic that is none of ours, or names a device that cannot exist."""


@dataclass(frozen=True, slots=True, order=True)
class DeviceTopic:
    """A topic of one device; the device id stands in the topic and nowhere else."""

    kind: ClassVar[str]
    device_id: str

    def __post_init__(self) -> None:
        """Refuse an id that could not stand in a topic, a key and a URL."""
        try:
            checked_id(self.device_id, kind="device")
        except Invalid as error:
            raise WrongTopic(str(error)) from None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `keg/<kind>/SCALE-0042`; raises WrongTopic."""
        prefix, _, device_id = text.rpartition("/")
        if prefix != f"keg/{cls.kind}":
            raise WrongTopic(f"{text[:80]!r} is no {cls.kind} topic: write it like keg/{cls.kind}/SCALE-0042")
        return cls(device_id)

    @classmethod
    def filter(cls) -> str:
        """The subscription that hears every device."""
        return f"keg/{cls.kind}/+"

    @property
    def text(self) -> str:
        """The topic as it goes over the wire."""
        return f"keg/{self.kind}/{self.device_id}"


class ReadingsTopic(DeviceTopic):
    """`keg/readings/SCALE-0042`: what a scale weighs."""

    kind = "readings"


class StatusTopic(DeviceTopic):
    """`keg/status/SCALE-0042`: a scale's birth message and its last will, retained."""

    kind = "status"


class CommandTopic(DeviceTopic):
    """`keg/command/SCALE-0042`: what a scale is told to do; the broker keeps it while the scale is away."""

    kind = "command"


class ResponseTopic(DeviceTopic):
    """`keg/response/SCALE-0042`: what became of a command."""

    kind = "response"


INTAKE_FILTERS: Final = (ReadingsTopic.filter(), StatusTopic.filter(), ResponseTopic.filter())
"""All that the intake subscribes to."""


@lru_cache(maxsize=1024)  # a bar says the same few dozen again and again; what is refused is not remembered
def parse_topic(text: str) -> ReadingsTopic | StatusTopic | ResponseTopic:
    """Read a topic that the intake listens to; raises WrongTopic."""
    if text.startswith("keg/status/"):
        return StatusTopic.parse(text)
    if text.startswith("keg/response/"):
        return ResponseTopic.parse(text)
    return ReadingsTopic.parse(text)
