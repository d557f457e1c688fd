"""What each command takes, and who may send it: one table, asked before anything is written or sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from backend.domain.command import CommandName, Param
from backend.domain.member import Act
from backend.domain.refusal import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a parameter may be: yes or no, or a number from `least` to `most`, whole where `whole`."""

    least: float = 0
    most: float = 0
    whole: bool = True
    flag: bool = False
    required: bool = True

    def allows(self, value: Param) -> bool:
        """Whether the value may stand; NaN never does."""
        if self.flag or isinstance(value, bool):
            return self.flag and isinstance(value, bool)
        return (isinstance(value, int) or not self.whole) and self.least <= value <= self.most

    @property
    def said(self) -> str:
        """The bound in words."""
        if self.flag:
            return "yes or no"
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.least:g} to {self.most:g}"


def _setting(least: float, most: float, *, whole: bool = True) -> Bound:
    return Bound(least=least, most=most, whole=whole, required=False)


NOTHING: Final[Mapping[str, Bound]] = MappingProxyType({})
PARAMS: Final[Mapping[CommandName, Mapping[str, Bound]]] = MappingProxyType(
    {
        CommandName.IDENTIFY: MappingProxyType({"seconds": Bound(least=1, most=300)}),
        CommandName.GET_CONFIG: NOTHING,
        CommandName.SET_CONFIG: MappingProxyType(
            {
                "rev": Bound(least=1, most=2**31 - 1),
                "zero": _setting(-(2**23), 2**23 - 1),
                "factor": _setting(-200_000, 200_000, whole=False),
                "heartbeat_s": _setting(1, 300),
                "deadband_lbs": _setting(0.01, 2, whole=False),
            }
        ),
        CommandName.TARE: NOTHING,
        CommandName.MAINTENANCE: MappingProxyType(
            {"on": Bound(flag=True), "minutes": Bound(least=1, most=240, required=False)}
        ),
        CommandName.STREAM: MappingProxyType({"hz": Bound(least=1, most=10), "seconds": Bound(least=1, most=300)}),
        CommandName.REBOOT: NOTHING,
        CommandName.SELFTEST: NOTHING,
    }
)
"""The parameters of each command, with their bounds."""

ACTS: Final[Mapping[CommandName, Act]] = MappingProxyType(
    {
        CommandName.IDENTIFY: Act.TARE,
        CommandName.GET_CONFIG: Act.TARE,
        CommandName.SET_CONFIG: Act.CALIBRATE,
        CommandName.TARE: Act.TARE,
        CommandName.MAINTENANCE: Act.TARE,
        CommandName.STREAM: Act.CALIBRATE,
        CommandName.REBOOT: Act.REBOOT,
        CommandName.SELFTEST: Act.TARE,
    }
)
"""The row of the matrix that decides who may send a command."""


def checked_params(name: CommandName, params: Mapping[str, Param]) -> Mapping[str, Param]:
    """Give the parameters back if the command takes them. Raises Invalid, which names the first that is wrong."""
    bounds = PARAMS[name]
    for key, value in params.items():
        bound = bounds.get(key)
        if bound is None:
            takes = ", ".join(bounds) or "none"
            raise Invalid(f"{name.value} has no parameter {key[:40]!r}: it takes {takes}")
        if not bound.allows(value):
            raise Invalid(f"{key} of {name.value} is {value!r:.40}: give {bound.said}")
    missing = [key for key, bound in bounds.items() if bound.required and key not in params]
    if missing:
        raise Invalid(f"{name.value} lacks {', '.join(missing)}: give {bounds[missing[0]].said}")
    return MappingProxyType(dict(params))
