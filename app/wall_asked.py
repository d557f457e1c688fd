"""What a board may ask, in strict shapes: whoever can open the page can send anything."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

_Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=128)]
_Number: TypeAlias = Annotated[int, Field(ge=0, le=2**31 - 1)]


class _Asked(BaseModel):
    """Something asked: its number comes back with the answer, `at` is the bar's time of the touch (epoch seconds)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    ask: _Number
    at: Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]


class _AtTap(_Asked):
    tap: Annotated[str, Field(min_length=1, max_length=80)]


class Look(_AtTap):
    """What can be done at this tap?"""

    do: Literal["look"]


class Choose(_AtTap):
    """This keg was put on: one of a list, or one of this beer and size."""

    do: Literal["choose"]
    keg: _Id | None
    beer: _Id | None
    size: _Id | None
    sure: bool = False  # also where nothing was lifted
    seen: Annotated[str, Field(max_length=40)] | None = None  # the last change that the sheet knew of


class Wait(_AtTap):
    """This keg of the stock is not on yet: it is the next one here."""

    do: Literal["wait"]
    keg: _Id


class Confirm(_AtTap):
    """The keg that the scale found is the right one."""

    do: Literal["confirm"]


class TakeBack(_AtTap):
    """The last change of kegs was none."""

    do: Literal["take_back"]


class SetAside(_AtTap):
    """Set the tap aside from now on."""

    do: Literal["aside"]
    kind: Literal["cleaning", "maintenance"]


class PutBack(_AtTap):
    """Put it back in service."""

    do: Literal["back"]


class BookWaste(_AtTap):
    """So many glasses of it were lost: `glass` is a place in the list that the sheet offers."""

    do: Literal["waste"]
    reason: Annotated[str, Field(min_length=1, max_length=40)]
    glass: Annotated[int, Field(ge=0, le=20)]


class Light(_AtTap):
    """Let its scale light up."""

    do: Literal["light"]


class Undo(_Asked):
    """Take back what this board did."""

    do: Literal["undo"]
    undo: _Number


AtTap: TypeAlias = Look | Choose | Wait | Confirm | TakeBack | SetAside | PutBack | BookWaste | Light
Asked: TypeAlias = AtTap | Undo

ASKED: TypeAdapter[Asked] = TypeAdapter(Annotated[Asked, Field(discriminator="do")])
"""Reads what a board asks; raises ValidationError."""
