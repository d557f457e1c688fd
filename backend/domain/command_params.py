"""What each command takes, and who may send it: one table, asked before anything is written or sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from backend.domain.command import CommandName, Param
from backend.domain.member import Act
from backend.domain.refusal import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a parameter may be: yes or no, or a number from `least` to `most`, whole where `whole`.

    An absent one is `default`; without a default it is left out, or refused where it is `required`.
    """

    least: float = 0
    most: float = 0
    whole: bool = True
    flag: bool = False
    required: bool = False
    default: Param | None = None

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
        return f"a {'whole ' if self.whole else ''}number from {self.least:.10g} to {self.most:.10g}"


_Bounds: TypeAlias = Mapping[str, Bound]
_NOTHING: Final[_Bounds] = MappingProxyType({})
_CALIBRATION: Final = frozenset({"zero", "factor", "rev"})
LEAST_FACTOR: Final = 50.0
"""Raw counts per lb, up or down: below it one count would be more than a third of an ounce."""

PARAMS: Final[Mapping[CommandName, _Bounds]] = MappingProxyType(
    {
        CommandName.IDENTIFY: MappingProxyType({"seconds": Bound(least=1, most=300, default=20)}),
        CommandName.GET_CONFIG: _NOTHING,
        CommandName.SET_CONFIG: MappingProxyType(
            {
                "zero": Bound(least=-(2**23), most=2**23 - 1),
                "factor": Bound(least=-200_000, most=200_000, whole=False),
                "rev": Bound(least=1, most=2**31 - 1),
                "heartbeat_s": Bound(least=1, most=300),
                "deadband_lbs": Bound(least=0.01, most=2, whole=False),
                "floor_ms": Bound(least=100, most=1000),
                "keepalive_s": Bound(least=5, most=300),
                "response_s": Bound(least=1, most=60),
                "backoff_s": Bound(least=1, most=600),
                "replay_after_s": Bound(least=5, most=3600),
            }
        ),
        CommandName.TARE: _NOTHING,
        CommandName.MAINTENANCE: MappingProxyType(
            {"on": Bound(flag=True, required=True), "minutes": Bound(least=1, most=1440, default=60)}
        ),
        CommandName.STREAM: MappingProxyType(
            {"hz": Bound(least=1, most=10, default=10), "seconds": Bound(least=0, most=600, default=60)}
        ),
        CommandName.REBOOT: _NOTHING,
        CommandName.SELFTEST: _NOTHING,
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
    """Give the parameters of a command, absent ones at their default. Raises Invalid, which names what is wrong."""
    bounds = PARAMS[name]
    for key, value in params.items():
        bound = bounds.get(key)
        if bound is None:
            raise Invalid(f"{name.value} has no parameter {key[:40]!r}: it takes {', '.join(bounds) or 'none'}")
        if not bound.allows(value):
            raise Invalid(f"{key} of {name.value} is {value!r:.40}: give {bound.said}")
    full = {key: bound.default for key, bound in bounds.items() if bound.default is not None} | dict(params)
    missing = [key for key, bound in bounds.items() if bound.required and key not in full]
    if missing:
        raise Invalid(f"{name.value} lacks {missing[0]}: give {bounds[missing[0]].said}")
    if name is CommandName.SET_CONFIG:
        _check_settings(full)
    return MappingProxyType(full)


def _check_settings(params: Mapping[str, Param]) -> None:
    if not params:
        raise Invalid("set_config sets nothing: name at least one setting")
    calibration = _CALIBRATION & params.keys()
    if calibration and len(calibration) < len(_CALIBRATION):
        raise Invalid("zero, factor and rev are one calibration: send all three or none")
    if "factor" in params and abs(params["factor"]) < LEAST_FACTOR:
        raise Invalid(f"factor is {params['factor']:g}: give at least {LEAST_FACTOR:g} counts per lb, up or down")
