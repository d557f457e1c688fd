"""What a person says a keg is, as fields; read back as what differs; and what would come of it, in words."""

from datetime import datetime
from typing import Final

from app.entries import day_of, moment_of, number_of, time_of
from app.faces import volume_words
from app.pages.tap_facts import TARE_WORDS
from backend.domain.beer import LEAST_GRAVITY, MOST_GRAVITY, Beer, unusual_gravity
from backend.domain.correction import Wanted
from backend.domain.keg import Tare, TareSource
from backend.domain.keg_type import KEG_TYPES
from backend.domain.refusal import Invalid
from backend.usecases.preview_correction import Preview
from backend.usecases.view_keg import KegView
from components.form import Entered, Field

LIGHTEST_SHELL_LBS: Final = 3.0
HEAVIEST_SHELL_LBS: Final = 80.0
_TOLD: Final = (TareSource.WEIGHED_EMPTY, TareSource.STAMPED)
_SECOND_TIME: Final = "second"
_NOT_SEEN: Final = 0.05
"""Points of percent; less does not show."""


def correction_fields(
    view: KegView, beers: tuple[Beer, ...], *, today: str, twice: bool, all_of_it: bool
) -> list[Field]:
    """Give the fields; without `all_of_it` only what the shell weighs, which is for Staff too."""
    shell = [
        Field(name="shell", label="Empty shell", kind="number", value=_shell(view), unit="lb", most=8),
        Field(name="source", label="How that is known", kind="select", value=_source(view), choices=_sources(view)),
    ]
    why = Field(name="reason", label="Why", kind="text", most=120, help="For whoever reads the list below later.")
    if not all_of_it:
        return [*shell, why]
    facts = [
        Field(
            name="beer",
            label="Beer",
            kind="select",
            value=view.keg.beer_id,
            choices=[(beer.beer_id, beer.name) for beer in beers],
        ),
        Field(
            name="size",
            label="Size",
            kind="select",
            value=view.keg.type_id,
            choices=[(kind.type_id, kind.name) for kind in KEG_TYPES.values()],
        ),
        *shell,
        Field(name="gravity", label="Specific gravity", kind="number", value=_gravity(view), most=8),
    ]
    return [*facts, *_tapped_fields(view, today=today, twice=twice), why]


def wanted_of(entered: Entered, view: KegView) -> Wanted:
    """Read what differs from what is known of the keg; raises Invalid."""
    keg = view.keg
    if "beer" not in entered:
        return Wanted(tare=_tare(entered, view))
    if entered["size"] not in KEG_TYPES:
        raise Invalid("choose a size of the list")
    gravity = None
    if entered["gravity"] != _gravity(view) and (entered["beer"] == keg.beer_id or entered["gravity"]):
        gravity = number_of(entered["gravity"], what="the specific gravity", least=LEAST_GRAVITY, most=MOST_GRAVITY)
    return Wanted(
        tare=_tare(entered, view),
        specific_gravity=gravity,
        beer_id=entered["beer"] if entered["beer"] != keg.beer_id else None,
        type_id=entered["size"] if entered["size"] != keg.type_id else None,
        tapped_at=_tapped_at(entered, view) if "day" in entered else None,
    )


def preview_words(preview: Preview, view: KegView) -> list[str]:
    """Say what a correction would change, a line each."""
    if not preview.after:
        return ["Nothing would change."]
    said = []
    if preview.percent_before is not None and preview.percent_after is not None:
        same = abs(preview.percent_before - preview.percent_after) < _NOT_SEEN
        said.append(
            f"The level stays at {preview.percent_before:.1f} %."
            if same
            else f"The level goes from {preview.percent_before:.1f} % to {preview.percent_after:.1f} %."
        )
    unit, before, after = view.location.settings.volume_unit, preview.ledger_before, preview.ledger_after
    if before is not None and after is not None:
        left = [volume_words(max(0.0, books.remaining), unit=unit) for books in (before, after)]
        poured = [f"{volume_words(books.poured, unit=unit)} in {books.pours} pours" for books in (before, after)]
        if left[0] != left[1]:
            said.append(f"Left by the books: {left[0]}, then {left[1]}.")
        if poured[0] != poured[1]:
            said.append(f"Poured: {poured[0]}, then {poured[1]}.")
    gravity = preview.after.get("specific_gravity")
    warning = unusual_gravity(float(gravity)) if gravity is not None else None
    if warning is not None:
        said.append(f"{warning[:1].upper()}{warning[1:]}.")
    if preview.rows:
        said.append(f"{recounted_words(preview.rows)}.")
    return said or ["Only what is written of the keg changes; no number of the board does."]


def recounted_words(rows: int) -> str:
    """Say how many pours and wastes get other volumes by a correction."""
    if rows == 1:
        return "The volume of 1 pour is worked out again"
    return f"The volumes of {rows} pours are worked out again"


def _tapped_fields(view: KegView, *, today: str, twice: bool) -> list[Field]:
    if view.keg.tapped_at is None:
        return []
    local = view.keg.tapped_at.astimezone(view.location.zone)
    return [
        Field(name="day", label="Tapped on", kind="date", value=f"{local:%Y-%m-%d}", until=today, most=10),
        Field(name="time", label="at", kind="time", value=f"{local:%H:%M}", most=8),
        Field(
            name="which",
            label="The clocks went back that night",
            kind="select",
            value=_SECOND_TIME if local.fold else "first",
            choices=[("first", "the first time it was that late"), (_SECOND_TIME, "the second time")],
            hidden=not (twice or local.fold),
        ),
    ]


def _tapped_at(entered: Entered, view: KegView) -> datetime | None:
    known = view.keg.tapped_at
    if known is None:
        return None
    day = day_of(entered["day"], what="the day it was tapped")
    if day is None:
        raise Invalid("a keg on tap was tapped some day: enter the day")
    clock = time_of(entered["time"], what="the time it was tapped")
    said = moment_of(day, clock, view.location.zone, second=entered.get("which") == _SECOND_TIME)
    local = known.astimezone(view.location.zone)
    if (f"{local:%Y-%m-%d}", f"{local:%H:%M}") == (entered["day"], f"{clock:%H:%M}") and (
        abs((said - known).total_seconds()) < 60  # noqa: PLR2004 - the same minute: its seconds are kept
    ):
        return None
    return said


def _tare(entered: Entered, view: KegView) -> Tare | None:
    known = view.keg.tare
    if (entered["shell"], entered["source"]) == (_shell(view), _source(view)):
        return None
    lbs = known.empty_lbs
    if entered["shell"] != _shell(view):
        lbs = number_of(
            entered["shell"],
            what="the weight of the shell",
            least=LIGHTEST_SHELL_LBS,
            most=HEAVIEST_SHELL_LBS,
            unit="lb",
        )
    if entered["source"] not in _TOLD:
        raise Invalid("say how the weight of the shell is known: it was weighed empty, or is stamped on the keg")
    return Tare(empty_lbs=lbs, source=TareSource(entered["source"]))


def _shell(view: KegView) -> str:
    return f"{view.keg.tare.empty_lbs:.1f}"


def _gravity(view: KegView) -> str:
    return f"{view.specific_gravity:.3f}"


def _source(view: KegView) -> str:
    return view.keg.tare.source.value


def _sources(view: KegView) -> list[tuple[str, str]]:
    known = [] if view.keg.tare.source in _TOLD else [view.keg.tare.source]
    return [(source.value, TARE_WORDS[source]) for source in (*known, *_TOLD)]
