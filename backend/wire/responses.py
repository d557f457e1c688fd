"""`keg/response/{device}`: what became of a command, and the raw counts that a stream sends."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from backend.domain import command
from backend.wire.commands import CommandId
from backend.wire.messages import StrictMessage

ResponseState = Literal["accepted", "done", "failed", "sample"]
ERROR_WORDS: Final = (
    "expired",
    "unsupported",
    "bad_params",
    "stale_rev",
    "unstable",
    "busy",
    "fault",
    "flash",
    "rolled_back",
    "restarted",
)
"""The words of `error` that our scales use; another short word is taken as it comes."""
MAX_COUNTS: Final = 32
"""Most raw counts in one message of a stream."""

_Count = Annotated[int, Field(ge=-(2**23), lt=2**23)]  # of a 24-bit converter
_EpochSeconds = Annotated[int, Field(ge=0, le=253_402_300_799)]
_Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
_Text = Annotated[str, Field(max_length=200)]
_Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)]  # the table keeps no more than 38 digits
_Value = (
    bool | _Whole | Annotated[float, Field(ge=-1e9, le=1e9)] | _Text | Annotated[list[_Whole], Field(max_length=64)]
)


class Sample(StrictMessage):
    """Raw counts of the converter in order, as a stream sends them; `t` is that of the last, in epoch s."""

    raw: Annotated[list[_Count], Field(min_length=1, max_length=MAX_COUNTS)]
    t: _EpochSeconds | None = None
    stable: bool


class TareReport(StrictMessage):
    """The result of `tare`: lb from zero with the calibration in force, mean and deviation of the raw counts (2 s)."""

    residual_lbs: Annotated[float, Field(ge=-200_000, le=400_000)]
    raw: _Count
    sd_counts: Annotated[float, Field(ge=0, le=1e8)]
    stable: bool


class ResponseMessage(StrictMessage):
    """One answer. `error` is a word, only where it failed; `result` is an object of the command's own."""

    id: CommandId
    state: ResponseState
    ok: bool
    error: _Word | None = None
    result: Annotated[dict[_Word, _Value | None], Field(max_length=32)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        failed = self.state == "failed"
        if self.ok == failed:
            raise ValueError("ok is false where the state is failed, and only there")
        if failed != (self.error is not None):
            raise ValueError("error names why a command failed: it comes with the state failed, and only then")
        if self.state == "sample":
            self.sample()
        return self

    def response(self) -> command.Answer | command.Sample:
        """The same as the domain knows it."""
        if self.state == "sample":
            sample = self.sample()
            return command.Sample(command_id=self.id, raw=tuple(sample.raw), stable=sample.stable, t=sample.t)
        state = command.CommandState(self.state)
        return command.Answer(command_id=self.id, state=state, error=self.error, result=self.result)

    def sample(self) -> Sample:
        """Give the raw counts of a message of the state `sample`; raises ValueError where it holds none."""
        return Sample.model_validate(self.result)

    def tare_report(self) -> TareReport:
        """Give the result of `tare`; raises ValueError where this is no such result."""
        return TareReport.model_validate(self.result)
