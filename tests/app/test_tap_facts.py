from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.pages.tap_facts import making_of, moment_words, reasons_of
from app.pages.tap_history import history_of
from backend.cellar.kegs import KegOutline
from backend.domain.beer import Beer
from backend.domain.face import Condition, TapFace
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, Tare, TareSource
from backend.domain.ledger import Ledger
from backend.domain.level import Level
from backend.domain.location import Location, Settings
from backend.domain.reading import Watermark
from backend.domain.scale import Scale, ScaleStatus
from backend.domain.tap import Tap, TapState
from backend.domain.times import epoch_ms
from backend.domain.units import VolumeUnit
from backend.domain.why import Fact, Why
from backend.ports import Bin
from backend.usecases.view_history import HistoryView, Range
from backend.usecases.view_tap import TapView
from components.level_history import LevelNow
from components.made_of import Making
from components.reasons import Reason

TAP = TapId("loc-001", 7)
AT = datetime(2026, 3, 21, 3, 41, 5, tzinfo=UTC)
BAR = Location(location_id="loc-001", name="The Bar", timezone="America/Los_Angeles")
LEVEL = Level(percent=44.0, gallons=6.8, net_lbs=57.6)
KEG = Keg(
    keg_id="keg-1",
    location_id="loc-001",
    beer_id="pilsner",
    type_id="half_barrel",
    state=KegState.ON_TAP,
    tare=Tare(empty_lbs=29.7, source=TareSource.STAMPED),
    full_lbs=160.5,
    tap_id=TAP,
    tapped_at=AT,
)
OUTLINE = KegOutline(keg_id="keg-1", beer_id="pilsner", empty_lbs=29.7, full_lbs=160.5, tapped_at=AT)
VIEW = TapView(
    location=BAR,
    tap=Tap(tap_id=TAP, keg_id="keg-1", tapped_at=AT, specific_gravity=1.01),
    face=TapFace(
        tap_id=TAP,
        beer=None,
        type_id="half_barrel",
        condition=Condition.OK,
        level=LEVEL,
        why=None,
        servings=54,
        at=AT,
        pouring=False,
        online=True,
    ),
    state=TapState(
        tap_id=TAP,
        weight_lbs=87.3,
        level=replace(LEVEL, percent=43.8),
        updated_at=AT,
        mark=Watermark(measured_at=AT, device_id="SCALE-0007", boot=1, seq=2),
    ),
    keg=KEG,
    ledger=Ledger(keg_id="keg-1", opening=15.5, poured=8.6, wasted=0.1, pours=71),
    scale=Scale(device_id="SCALE-0007", status=ScaleStatus.ONLINE, fw_version="0.1.0", heard_at=AT),
    pours=(),
    kegs=(KEG,),
)


def bin_of(keg_id: str | None) -> Bin:
    """A bin that begins at AT, of three readings that weighed the 44 % of LEVEL."""
    gross = 29.7 + 0.44 * (160.5 - 29.7)
    return Bin(int(AT.timestamp()), keg_id, 3, gross, gross, gross, gross)


WHY = Why(
    tap_id=TAP,
    level=replace(LEVEL, percent=43.8),
    no_level=None,
    shown_pct=44.0,
    facts=(
        Fact(name="raw counts", value=936581, unit="counts", at=AT, source="SCALE-0007"),
        Fact(name="factor", value=None, unit="counts/lb", effect_pct=0.6, source="not told", advice="calibrate it"),
        Fact(name="weight", value=87.3, unit="lb", at=AT, source="at rest"),
        Fact(name="tare", value=29.7, unit="lb", plus_minus=0.5, effect_pct=0.8, source="read from the stamp"),
        Fact(name="gravity", value=1.01, plus_minus=0.003, effect_pct=0.01, source="given for this beer"),
        Fact(name="last swap", value="keg-1", at=AT, source="this keg has been on since"),
        Fact(name="drift", value=-2.5, unit="%", plus_minus=0.7, source="2 kegs seen full and empty"),
        Fact(name="books", value=6.8, unit="gal", source="in gallons"),
    ),
    plus_minus_pct=1.0,
    plus_minus_servings=1.24,
)


def told(view: TapView = VIEW, why: Why = WHY) -> dict[str, Reason]:
    """The reasons by their names."""
    return {reason.name: reason for reason in reasons_of(why, view)}


def test_a_level_is_explained_by_every_part_of_it() -> None:
    reasons = told()

    assert reasons["Shown"].value == "44.0 %"
    assert reasons["Shown"].off == "± 1.0 points"
    assert "by the last weight alone 43.8 %" in reasons["Shown"].known
    assert reasons["Raw counts"].value == "936,581 counts"
    assert reasons["Last reading"].value == "87.30 lb"
    assert reasons["Last reading"].known == "at rest, Fri 20 Mar, 20:41:05"
    assert (reasons["Empty shell"].value, reasons["Empty shell"].off) == ("29.7 lb", "± 0.5 lb")
    assert reasons["Specific gravity"].value == "1.010"
    assert reasons["On tap since"].value == "Fri 20 Mar, 20:41"
    assert (reasons["Drift of the scale"].value, reasons["Drift of the scale"].off) == ("-2.5 %", "± 0.7 %")
    assert reasons["By the books"].value == "6.80 gal left"
    assert reasons["By the books"].known == "15.50 gal less 8.60 gal poured in 71 pours, 0.10 gal wasted"
    assert reasons["Scale"].value == "SCALE-0007"
    assert reasons["Scale"].known == "firmware 0.1.0, connected since Fri 20 Mar, 20:41"


def test_what_matters_most_is_drawn_longest_and_says_what_would_make_it_better() -> None:
    reasons = told()

    assert reasons["Empty shell"].share == pytest.approx(0.64)
    assert reasons["Factor"].share == pytest.approx(0.36)
    assert reasons["Empty shell"].effect == "± 0.8 points of the level"
    assert reasons["Specific gravity"].effect == ""
    assert (reasons["Factor"].value, reasons["Factor"].advice) == ("not known yet", "Better: calibrate it.")


def test_a_single_pour_is_told_in_the_singular_and_found_beer_as_found() -> None:
    ledger = Ledger(keg_id="keg-1", opening=15.5, poured=0.125, unseen=-0.25, pours=1)

    known = told(replace(VIEW, ledger=ledger))["By the books"].known

    assert known == "15.50 gal less 0.12 gal poured in 1 pour, and 0.25 gal found"


def test_a_bare_tap_says_what_is_missing_and_invents_nothing() -> None:
    bare = replace(
        VIEW,
        tap=Tap(tap_id=TAP),
        face=replace(VIEW.face, level=None, why="no keg assigned", condition=Condition.NO_KEG),
        state=None,
        keg=None,
        ledger=None,
        scale=None,
    )
    nothing = replace(WHY, level=None, no_level="no keg assigned", facts=(), plus_minus_pct=None)

    assert [(reason.name, reason.value) for reason in reasons_of(nothing, bare)] == [
        ("Shown", "no keg assigned"),
        ("Keg", "none on this tap"),
        ("Scale", "none under this tap"),
    ]
    assert making_of(nothing, bare) == "There is no level to explain: no keg assigned."


@pytest.mark.parametrize(
    ("unit", "per_volume", "volume"),
    [
        (VolumeUnit.US_GALLON, "8.43 lb a gallon", "6.80 gal"),
        (VolumeUnit.LITRE, "2.23 lb a litre", "25.74 L"),
        (VolumeUnit.US_OZ, "0.066 lb an ounce", "870 oz"),
        (VolumeUnit.IMPERIAL_PINT, "1.27 lb an imperial pint", "45.30 imp pt"),
    ],
)
def test_the_sum_behind_a_level_is_told_in_the_units_of_the_bar(unit: VolumeUnit, per_volume: str, volume: str) -> None:
    location = replace(BAR, settings=Settings(volume_unit=unit))
    tap = replace(VIEW.tap, beer_id="pilsner", type_id="half_barrel", empty_lbs=29.7, full_lbs=160.5)

    making = making_of(WHY, replace(VIEW, location=location, tap=tap))

    assert isinstance(making, Making)
    assert (making.gross_lbs, making.empty_lbs, making.net_lbs) == (87.3, 29.7, 57.6)
    assert (making.per_volume, making.volume, making.percent) == (per_volume, volume, 43.8)
    assert making.off == "± 1.0 points"


@pytest.mark.parametrize(
    ("servings", "words"),
    [(0.3, ", less than a pint"), (1.24, ", about 1 pint"), (2.6, ", about 3 pints"), (None, "")],
)
def test_how_far_off_a_level_may_be_is_told_in_what_the_bar_sells(servings: float | None, words: str) -> None:
    view = replace(VIEW, face=replace(VIEW.face, beer=Beer(beer_id="pilsner", name="Pilsner")))

    reason = told(view, replace(WHY, plus_minus_servings=servings))["Shown"]

    assert reason.off == "± 1.0 points" + words


def test_what_is_left_is_told_in_money_where_somebody_said_what_it_cost() -> None:
    beer = Beer(beer_id="pilsner", name="Pilsner", price_cents=700)
    face = replace(VIEW.face, beer=beer, price_cents=700, value_left_cents=7260)

    worth = told(replace(VIEW, face=face))["Worth"]

    assert worth.value == "$72.60"
    assert worth.known == "what the beer that is left has cost; a pint sells for $7.00"
    assert "Worth" not in told()


def test_a_moment_is_told_in_the_bars_time() -> None:
    assert moment_words(AT, ZoneInfo("America/Los_Angeles")) == "Fri 20 Mar, 20:41"
    assert moment_words(AT, ZoneInfo("Europe/Berlin"), seconds=True) == "Sat 21 Mar, 04:41:05"


def test_bins_without_a_level_leave_a_gap_and_kegs_of_the_range_are_marked() -> None:
    known = bin_of("keg-1")
    unknown = bin_of(None)
    gone = bin_of("nobody-knows")
    view = HistoryView(
        tap_id=TAP,
        start=AT,
        end=AT.replace(hour=4),
        bin_seconds=300,
        weights=(unknown, gone, known),
        kegs={"keg-1": OUTLINE, "older": OUTLINE._replace(keg_id="older", tapped_at=AT.replace(hour=1))},
        beers={"pilsner": Beer(beer_id="pilsner", name="Pilsner", specific_gravity=1.01)},
    )

    history = history_of(view, span=Range.DAY, tap=VIEW)

    assert [(levels.keg, levels.starts_s, levels.means) for levels in history.kegs] == [
        ("keg-1", (int(AT.timestamp()),), [44.0])
    ]
    assert [change.label for change in history.changes] == ["Pilsner"]
    assert history.now == LevelNow(at_ms=epoch_ms(AT), keg="keg-1", percent=44.0)
    assert history.since == ""
    assert (history.tz, history.warn_pct, history.crit_pct) == ("America/Los_Angeles", 20.0, 10.0)


def test_a_year_of_which_little_is_known_begins_with_what_is() -> None:
    known = bin_of("keg-1")
    view = HistoryView(
        tap_id=TAP,
        start=AT.replace(year=2025),
        end=AT.replace(month=5),
        bin_seconds=21_600,
        weights=(known,),
        kegs={"keg-1": OUTLINE},
        beers={},
    )

    year, day = (history_of(view, span=span, tap=VIEW) for span in (Range.YEAR, Range.DAY))

    assert (year.start_ms, year.since) == (epoch_ms(AT), "20 March 2026")
    assert (day.start_ms, day.since) == (epoch_ms(view.start), "")
