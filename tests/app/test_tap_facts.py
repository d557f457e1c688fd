from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.pages.tap_facts import facts_of, moment_words
from app.pages.tap_history import history_of
from backend.cellar.kegs import KegOutline
from backend.domain.beer import Beer
from backend.domain.face import Condition, TapFace
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, Tare, TareSource
from backend.domain.ledger import Ledger
from backend.domain.level import Level
from backend.domain.location import Location
from backend.domain.reading import Watermark
from backend.domain.scale import Scale, ScaleStatus
from backend.domain.tap import Tap, TapState
from backend.domain.times import epoch_ms
from backend.ports import Bin
from backend.usecases.view_history import HistoryView, Range
from backend.usecases.view_tap import TapView
from components.level_history import LevelNow

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


def test_a_level_is_explained_by_weight_shell_gravity_and_books() -> None:
    facts = dict(facts_of(VIEW))

    assert facts["Shown"] == "44.0 %, 57.6 lb of beer"
    assert facts["By the last weight alone"] == "43.8 %, 57.6 lb of beer"
    assert facts["Last reading"] == "87.30 lb, at rest, Fri 20 Mar, 20:41:05"
    assert facts["Empty shell"] == "29.7 lb, stamped on the keg (± 0.5 lb)"
    assert facts["Specific gravity"] == "1.010"
    assert facts["By the books"] == "15.50 gal less 8.60 gal poured in 71 pours, 0.10 gal wasted: 6.80 gal left"
    assert facts["Scale"] == "SCALE-0007, firmware 0.1.0"
    assert facts["Its link"] == "connected since Fri 20 Mar, 20:41"


def test_a_single_pour_is_told_in_the_singular() -> None:
    ledger = Ledger(keg_id="keg-1", opening=15.5, poured=0.125, pours=1)

    facts = dict(facts_of(replace(VIEW, ledger=ledger)))

    assert "0.12 gal poured in 1 pour: 15.38 gal left" in facts["By the books"]


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

    assert facts_of(bare) == [
        ("Shown", "no keg assigned"),
        ("Last reading", "not known yet"),
        ("Keg", "none assigned: docs/real-scales.md, section 2, says how to put one on this tap"),
        ("Scale", "none under this tap"),
    ]


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
