"""Every kind of row: how one is made at random, written and read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from backend.cellar import asides, audit, beers, corrections, kegs, locations, pours, scales, swaps, taps
from backend.domain.audit import Audited, Deed
from backend.domain.beer import Beer, Serving
from backend.domain.correction import Underway, Wanted
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, Tare, TareSource
from backend.domain.keg_type import KEG_TYPES
from backend.domain.ledger import Ledger, Pour, Unseen, Waste
from backend.domain.level import Level, NoLevel
from backend.domain.location import Location, Settings
from backend.domain.maintenance import Aside, AsideKind, Cleaned
from backend.domain.offers import Offer, OfferWhy
from backend.domain.pour import Weight, seek
from backend.domain.reading import Watermark
from backend.domain.scale import Scale, ScaleStatus
from backend.domain.shown import Shown
from backend.domain.swap import BooksBefore, KegBefore, Swap, SwapRecord
from backend.domain.tap import Tap, TapState
from backend.domain.times import whole_ms
from backend.domain.units import VolumeUnit
from backend.ports import Item, Put

IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", fullmatch=True)
TAP_IDS = st.builds(TapId, IDS, st.integers(1, 99))
MOMENTS = st.datetimes(
    min_value=datetime(1971, 1, 1),  # noqa: DTZ001 - a bound of hypothesis
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
).map(whole_ms)


def _numbers(least: float, most: float) -> st.SearchStrategy[float]:
    """Numbers as scales and sums give them: the table refuses those nearer to nothing than 1e-130."""
    return st.floats(least, most).map(lambda number: round(number, 9))


LBS = _numbers(-100, 1000)
GALLONS = _numbers(0, 100)
VERSIONS = st.integers(0, 10**6)
WORDS = st.text(min_size=1, max_size=40).filter(str.strip)
MAYBE_NUMBER = st.none() | st.integers(0, 2**32 - 1)

BEERS = st.builds(
    Beer,
    beer_id=IDS,
    name=WORDS,
    brewery=st.text(max_size=20),
    style=st.text(max_size=20),
    abv=st.none() | _numbers(0, 20),
    specific_gravity=st.floats(0.98, 1.2),
    srm=st.none() | st.integers(0, 80),
    serving=st.builds(Serving, name=WORDS, oz=st.floats(1, 128)),
    price_cents=st.none() | st.integers(0, 10_000),
    cost_cents=st.none() | st.integers(0, 100_000),
)
LOCATIONS = st.builds(
    Location,
    location_id=IDS,
    name=WORDS,
    address=st.text(max_size=60),
    timezone=st.sampled_from(["America/Los_Angeles", "Europe/Berlin", "UTC", "Australia/Lord_Howe"]),
    settings=st.builds(
        Settings,
        low_keg_warning_pct=st.floats(15, 50),
        low_keg_critical_pct=_numbers(0, 15),
        history_days=st.sampled_from([0.0, 7.0, 365.0, 3650.0]),
        volume_unit=st.sampled_from(VolumeUnit),
        staff_may_assign=st.booleans(),
    ),
)
DAYS = st.dates(date(1971, 1, 1), date(2200, 1, 1))
ONE_KEG = st.builds(
    Keg,
    keg_id=IDS,
    location_id=IDS,
    beer_id=IDS,
    type_id=st.sampled_from(sorted(KEG_TYPES)),
    state=st.sampled_from([state for state in KegState if state is not KegState.NEXT]),
    tare=st.builds(Tare, empty_lbs=st.floats(1, 50), source=st.sampled_from(TareSource)),
    full_lbs=st.floats(51, 300),
    tap_id=st.none() | TAP_IDS,
    tapped_at=st.none() | MOMENTS,
    closed_at=st.none() | MOMENTS,
    taken_lbs=st.none() | LBS,
    cost_cents=st.none() | st.integers(0, 100_000),
    filled_on=st.none() | DAYS,
    best_by=st.none() | DAYS,
    label=st.none() | WORDS,
    version=VERSIONS,
)
KEGS = ONE_KEG | st.builds(lambda keg, tap: replace(keg, state=KegState.NEXT, queued_on=tap), ONE_KEG, TAP_IDS)
LEDGERS = st.builds(
    Ledger,
    keg_id=IDS,
    opening=GALLONS,
    poured=GALLONS,
    wasted=GALLONS,
    cleaned=GALLONS,
    unseen=_numbers(-5, 5),
    pours=st.integers(0, 1000),
    specific_gravity=st.none() | st.floats(0.98, 1.2),
    since=st.none() | MOMENTS,
    rest_lbs=st.none() | LBS,
    rest_at=st.none() | MOMENTS,
    rest_cal=MAYBE_NUMBER,
    weighed=st.none() | GALLONS,
    version=VERSIONS,
)
POURS = st.builds(
    Pour,
    pour_id=IDS,
    tap_id=TAP_IDS,
    keg_id=IDS,
    started_at=MOMENTS,
    seconds=_numbers(0, 600),
    gallons=GALLONS,
    before_lbs=LBS,
    after_lbs=LBS,
    device_id=st.none() | IDS,
    version=VERSIONS,
)
WASTES = st.builds(
    Waste,
    waste_id=IDS,
    tap_id=TAP_IDS,
    keg_id=IDS,
    at=MOMENTS,
    gallons=GALLONS,
    reason=WORDS,
    by=WORDS,
    before_lbs=st.none() | LBS,
    after_lbs=st.none() | LBS,
    of_poured=GALLONS,
    of_unseen=GALLONS,
    booked_at=st.none() | MOMENTS,
    version=VERSIONS,
)
UNSEENS = st.builds(
    Unseen,
    unseen_id=IDS,
    tap_id=TAP_IDS,
    keg_id=IDS,
    at=MOMENTS,
    gallons=GALLONS,
    before_lbs=LBS,
    after_lbs=LBS,
    device_id=st.none() | IDS,
    version=VERSIONS,
)
SCALES = st.builds(
    Scale,
    device_id=IDS,
    location_id=st.none() | IDS,
    tap_id=st.none() | TAP_IDS,
    status=st.sampled_from(ScaleStatus),
    fw_version=st.none() | WORDS,
    session=MAYBE_NUMBER,
    clock_trusted=st.booleans(),
    claims_pours=st.booleans(),
    reset=st.none() | WORDS,
    heard_at=st.none() | MOMENTS,
    version=VERSIONS,
)
ASIDES = st.builds(
    Aside,
    kind=st.sampled_from(AsideKind),
    since=MOMENTS,
    until=MOMENTS,
    by=WORDS,
    ended_at=st.none() | MOMENTS,
)
TAPS = st.builds(
    Tap,
    tap_id=TAP_IDS,
    scale_id=st.none() | IDS,
    scale_since=st.none() | MOMENTS,
    beer_id=st.none() | IDS,
    keg_id=st.none() | IDS,
    type_id=st.none() | st.sampled_from(sorted(KEG_TYPES)),
    tapped_at=st.none() | MOMENTS,
    full_lbs=st.none() | LBS,
    empty_lbs=st.none() | LBS,
    specific_gravity=st.none() | st.floats(0.98, 1.2),
    aside=st.none() | ASIDES,
    cleaned_at=st.none() | MOMENTS,
    swapped_at=st.none() | MOMENTS,
    found=st.booleans(),
    shares=st.none() | TAP_IDS,
    shared_by=st.lists(st.integers(1, 99), max_size=3).map(tuple),
    cost_cents=st.none() | st.integers(0, 100_000),
    version=VERSIONS,
)
SWAPS = st.builds(
    Swap,
    lifted_at=MOMENTS,
    keg_id=st.none() | IDS,
    before_lbs=st.none() | LBS,
    placed_at=st.none() | MOMENTS,
    gross_lbs=st.none() | LBS,
    stood_at=st.none() | MOMENTS,
    over_gap=st.booleans(),
    judged=st.booleans(),
)
BEFORE = st.builds(
    KegBefore,
    state=st.sampled_from(KegState),
    empty_lbs=LBS,
    tare_source=st.sampled_from(TareSource),
    full_lbs=LBS,
    tap_id=st.none() | TAP_IDS,
    tapped_at=st.none() | MOMENTS,
    closed_at=st.none() | MOMENTS,
    queued_on=st.none() | TAP_IDS,
    taken_lbs=st.none() | LBS,
)
OFFERS = st.builds(
    Offer,
    keg_id=st.none() | IDS,
    beer_id=IDS,
    type_id=st.sampled_from(sorted(KEG_TYPES)),
    why=st.sampled_from(OfferWhy),
    expected_lbs=LBS,
    off_lbs=st.none() | LBS,
    label=st.none() | WORDS,
)
BOOKS = st.builds(
    BooksBefore,
    version=VERSIONS,
    unseen=_numbers(-5, 5),
    rest_lbs=st.none() | LBS,
    rest_at=st.none() | MOMENTS,
    rest_cal=MAYBE_NUMBER,
    weighed=st.none() | GALLONS,
)
RECORDS = st.builds(
    SwapRecord,
    tap_id=TAP_IDS,
    at=MOMENTS,
    lifted_at=MOMENTS,
    by=WORDS,
    automatic=st.booleans(),
    old_keg_id=st.none() | IDS,
    new_keg_id=st.none() | IDS,
    old_before=st.none() | BEFORE,
    new_before=st.none() | BEFORE,
    old_books=st.none() | BOOKS,
    from_tap=st.none() | TAP_IDS,
    gross_lbs=st.none() | LBS,
    before_lbs=st.none() | LBS,
    offers=st.lists(OFFERS, max_size=3).map(tuple),
    confirmed_by=st.none() | WORDS,
    said_at=st.none() | MOMENTS,
    undone_at=st.none() | MOMENTS,
    undone_by=st.none() | WORDS,
    version=VERSIONS,
)
SHOWN = st.builds(
    Shown,
    net_lbs=GALLONS,
    rest_lbs=LBS,
    rest_net_lbs=GALLONS,
    rest_at=MOMENTS,
    pouring=st.booleans(),
    odd_since=st.none() | MOMENTS,
    low_since=st.none() | MOMENTS,
    extra_lbs=LBS,
    extra_net_lbs=LBS,
    settled=st.booleans(),
    unseated=st.booleans(),
    seen_lbs=st.none() | LBS,
    steps=st.integers(-1, 50),
)

SEEKING = st.lists(st.tuples(LBS, st.none() | st.booleans()), min_size=1, max_size=30).map(
    lambda told: seek(None, [Weight(7.0 * n, lbs, stable) for n, (lbs, stable) in enumerate(told)])[0]
)


@st.composite
def _states(draw: st.DrawFn) -> TapState:
    moment = draw(MOMENTS)
    levels = st.builds(Level, percent=_numbers(0, 100), gallons=GALLONS, net_lbs=GALLONS) | st.sampled_from(NoLevel)
    mark = Watermark(
        measured_at=moment,
        device_id=draw(IDS),
        boot=draw(MAYBE_NUMBER),
        seq=draw(MAYBE_NUMBER),
        digest=draw(st.none() | st.just("0123456789abcdef")),
        cal=draw(MAYBE_NUMBER),
    )
    return TapState(
        tap_id=draw(TAP_IDS),
        weight_lbs=draw(LBS),
        level=draw(levels),
        updated_at=moment,
        mark=mark,
        keg_id=draw(st.none() | IDS),
        stable=draw(st.booleans()),
        shown=draw(st.none() | SHOWN),
        swap=draw(st.none() | SWAPS),
        seeking=draw(st.none() | SEEKING),
        version=draw(VERSIONS),
    )


FACTS = st.dictionaries(IDS, st.none() | st.booleans() | st.integers(-9, 9) | GALLONS | WORDS, max_size=4)
AUDITED = st.builds(
    Audited,
    location_id=IDS,
    at=MOMENTS,
    by=WORDS,
    by_name=WORDS,
    deed=st.sampled_from(Deed),
    subject=IDS,
    before=FACTS,
    after=FACTS,
    reason=st.text(max_size=40),
)

UNDERWAY = st.builds(
    Underway,
    keg_id=IDS,
    location_id=IDS,
    wanted=st.builds(
        Wanted,
        tare=st.none() | st.builds(Tare, empty_lbs=st.floats(1, 50), source=st.sampled_from(TareSource)),
        specific_gravity=st.none() | st.floats(0.98, 1.2),
        beer_id=st.none() | IDS,
        type_id=st.none() | st.sampled_from(sorted(KEG_TYPES)),
        tapped_at=st.none() | MOMENTS,
        full_lbs=st.none() | st.floats(20, 250),
    ),
    by=WORDS,
    by_name=WORDS,
    at=MOMENTS,
    reason=st.text(max_size=40),
    done=st.integers(0, 1000),
    total=st.integers(0, 1000),
    tell_since=st.none() | MOMENTS,
    version=VERSIONS,
)

Written = Callable[..., Put]
Read = Callable[[Item], object]
KINDS: dict[str, tuple[st.SearchStrategy[object], Written, Read, bool]] = {
    "location": (LOCATIONS, lambda one: locations.puts(one)[0], locations.from_item, False),
    "beer": (BEERS, lambda one: beers.puts(one)[0], beers.from_item, False),
    "tap": (TAPS, taps.put, taps.from_item, True),
    "state": (_states(), taps.put_state, taps.state_from_item, True),
    "keg": (KEGS, kegs.put, kegs.from_item, True),
    "ledger": (LEDGERS, kegs.put_ledger, kegs.ledger_from_item, True),
    "pour": (POURS, pours.put, pours.from_item, True),
    "claims": (
        st.builds(pours.Claims, key=IDS.map(pours.claims_key), pour_ids=st.lists(IDS).map(tuple), version=VERSIONS),
        lambda one: pours.put_claims(one, []),
        pours.claims_from_item,
        True,
    ),
    "waste": (WASTES, pours.put_waste, pours.waste_from_item, True),
    "unseen": (UNSEENS, pours.put_unseen, pours.unseen_from_item, True),
    "correction": (UNDERWAY, corrections.put, corrections.from_item, True),
    "scale": (SCALES, scales.put, scales.from_item, True),
    "aside": (
        st.tuples(TAP_IDS, ASIDES),
        lambda one: asides.put(*one),
        asides.from_item,
        False,
    ),
    "cleaned": (
        st.builds(Cleaned, at=MOMENTS, by=WORDS, seconds=st.none() | _numbers(0, 30_000)),
        lambda one: asides.put_cleaned(TapId("loc-001", 7), one),
        asides.cleaned_from_item,
        False,
    ),
    "swap": (RECORDS, swaps.put, swaps.from_item, True),
    "audit": (AUDITED, audit.put, audit.from_item, False),
}
"""How each kind is made, written and read, and whether it is written only over the version that was read."""
