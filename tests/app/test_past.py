"""The past of the demo bar: its books and its weights agree, whatever the guests order."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo_bar import LOCATION, SEED, TAPS, DemoTap, demo_taps, story_start
from app.past import CHANGE_TAKES, past_of
from app.past_readings import HEARTBEAT, WANDER_LBS
from app.tap_story import FOAM_GALLONS, Order, TapStory
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg import KegState
from backend.domain.keg_type import keg_type
from backend.domain.refusal import Invalid
from backend.domain.units import OZ_PER_GALLON, gallons_of
from backend.usecases.book_past import PastKeg, PastTap
from firmware.sim.drinkers import past as drunk_past

START = datetime(2026, 1, 20, 4, 40, tzinfo=UTC)
DAYS = timedelta(days=3)
END = START + DAYS
PINT = 16.0
ALE = Beer(beer_id="ale", name="Ale", specific_gravity=1.012)


def story(*, left: float = 1.5, type_id: str = "keg_10l", silent_since: datetime | None = None) -> TapStory:
    return TapStory(
        tap_id=TapId("loc-001", 7),
        scale_id="SCALE-0007",
        beer=ALE,
        kind=keg_type(type_id),
        shell_lbs=13.4,
        left_gallons=left,
        silent_since=silent_since,
    )


def pints(count: int, *, before: datetime = END, every: timedelta = timedelta(minutes=10)) -> list[Order]:
    """So many pints, the last of them one stretch before a moment."""
    return [Order(at=before - every * place, oz=PINT, seconds=8.0) for place in range(count, 0, -1)]


def poured(keg: PastKeg) -> float:
    return math.fsum(pour.gallons for pour in keg.pours)


def left_in(keg: PastKeg, tap: TapStory) -> float:
    """What the books say is left of a full keg."""
    return tap.kind.gallons - poured(keg) - math.fsum(waste.gallons for waste in keg.wastes) - keg.unseen


def assert_agrees(told: PastTap, tap: TapStory, *, start: datetime, end: datetime) -> None:
    """Books, times and weights of a past tell one story."""
    *before, last = told.kegs
    assert left_in(last, tap) == pytest.approx(tap.left_gallons, abs=1e-6)
    assert [left_in(keg, tap) for keg in before] == pytest.approx([0.0] * len(before), abs=1e-6)
    assert_times(told.kegs, start=start, end=tap.silent_since or end)
    assert_weights(told, tap, end=end)


def assert_times(kegs: Sequence[PastKeg], *, start: datetime, end: datetime) -> None:
    assert [keg.keg.state for keg in kegs] == [KegState.KICKED] * (len(kegs) - 1) + [KegState.ON_TAP]
    assert kegs[0].keg.tapped_at == start
    for one, following in pairwise(kegs):
        assert one.keg.closed_at is not None
        assert following.keg.tapped_at is not None
        assert one.keg.closed_at < following.keg.tapped_at
    for place, keg in enumerate(kegs):
        tapped_at, until = keg.keg.tapped_at, keg.keg.closed_at or end
        assert tapped_at is not None
        assert keg.keg.closed_at is not None or place == len(kegs) - 1
        assert keg.unseen == 0 or place == 0
        assert all(tapped_at <= waste.at < until for waste in keg.wastes)
        ends = [(pour.started_at, pour.started_at + timedelta(seconds=pour.seconds)) for pour in keg.pours]
        assert all(tapped_at <= begun <= done <= until for begun, done in ends)
        assert all(done < begun for (_, done), (begun, _) in pairwise(ends))
    assert len({pour.pour_id for keg in kegs for pour in keg.pours}) == sum(len(keg.pours) for keg in kegs)


def assert_weights(told: PastTap, tap: TapStory, *, end: datetime) -> None:
    times = [reading.measured_at for reading in told.readings]
    until = tap.silent_since or end
    assert times == sorted(times)
    assert times[-1] < until
    assert until - times[-1] <= HEARTBEAT
    assert [reading.seq for reading in told.readings] == list(range(1, len(times) + 1))
    stays = {keg.keg.keg_id: keg.keg for keg in told.kegs}
    standing = [reading for reading in told.readings if reading.keg_id is not None]
    bare = [reading for reading in told.readings if reading.keg_id is None]
    assert len(bare) == len(told.kegs) - 1
    assert all(abs(reading.weight_lbs) <= WANDER_LBS for reading in bare)
    for reading in standing:
        assert tap.shell_lbs - WANDER_LBS - 1e-3 <= reading.weight_lbs <= tap.full_lbs + WANDER_LBS + 1e-3
        keg = stays[reading.keg_id or ""]
        assert keg.tapped_at is not None
        assert keg.tapped_at <= reading.measured_at < (keg.closed_at or until)
    net = told.readings[-1].weight_lbs - tap.shell_lbs
    left = gallons_of(net, specific_gravity=tap.beer.specific_gravity)
    assert left == pytest.approx(tap.left_gallons, abs=0.02)


@st.composite
def orders(draw: st.DrawFn) -> list[Order]:
    """Whatever guests may order, crowded or seldom, also in one second and right up to the end."""
    gaps = draw(st.lists(st.integers(0, 5400), max_size=120))
    at, told = START - timedelta(minutes=30), []
    for gap in gaps:
        at += timedelta(seconds=gap)
        oz = draw(st.sampled_from([4.0, 12.0, 16.1, 20.3, 64.0, 160.0]))
        told.append(Order(at=at, oz=oz, seconds=round(oz / 2, 1)))
    return told


@given(
    orders(),
    st.floats(0, 1),
    st.sampled_from(["keg_10l", "sixth_barrel", "half_barrel"]),
    st.sampled_from([None, END - timedelta(minutes=22)]),
)
def test_the_books_of_every_keg_agree_with_what_is_left_in_it(
    given_orders: list[Order], share: float, type_id: str, silent_since: datetime | None
) -> None:
    kind = keg_type(type_id)
    left = share * (kind.gallons - FOAM_GALLONS)
    tap = story(left=left, type_id=type_id, silent_since=silent_since)

    told = past_of(tap, given_orders, start=START, end=END)

    assert_agrees(told, tap, start=START, end=END)


@pytest.fixture(scope="module")
def bar() -> tuple[datetime, list[DemoTap], list[list[Order]]]:
    """The demo bar's taps and two weeks of what its guests really order."""
    end = story_start(datetime(2026, 3, 25, tzinfo=UTC))
    taps = demo_taps(TAPS, start=end)
    until = int(end.timestamp())
    popularity = [tap.popularity for tap in taps]
    told: list[list[Order]] = [[] for _ in taps]
    offset = end.astimezone(LOCATION.zone).utcoffset() or timedelta()
    drunk = drunk_past(SEED, popularity, until - 14 * 86_400, until, int(offset.total_seconds()))  # type: ignore[no-untyped-call]  # the MicroPython subset
    for t, place, oz, seconds in drunk:
        told[place].append(Order(at=datetime.fromtimestamp(t, tz=UTC), oz=oz, seconds=seconds))
    return end, taps, told


def test_the_demo_bars_own_guests_leave_what_its_taps_are_said_to_hold(
    bar: tuple[datetime, list[DemoTap], list[list[Order]]],
) -> None:
    end, taps, told = bar
    start = end - timedelta(days=14)

    pasts = [past_of(tap.story, ordered, start=start, end=end) for tap, ordered in zip(taps, told, strict=True)]

    for tap, past in zip(taps, pasts, strict=True):
        assert_agrees(past, tap.story, start=start, end=end)
    served = math.fsum(poured(keg) for past in pasts for keg in past.kegs)
    ordered = sum(order.oz for one in told for order in one) / OZ_PER_GALLON
    assert served == pytest.approx(ordered, rel=0.01)
    assert sum(len(past.kegs) for past in pasts) > len(taps)


def test_a_glass_that_empties_a_keg_is_finished_from_the_next() -> None:
    tap = story(left=2.0)
    last = END - timedelta(hours=5)

    told = past_of(tap, pints(18, before=last), start=START, end=END)

    empty, fresh = told.kegs
    half, rest = empty.pours[-1], fresh.pours[0]
    assert half.gallons + rest.gallons == pytest.approx(PINT / OZ_PER_GALLON)
    assert half.seconds + rest.seconds == pytest.approx(8.0)
    assert half.after_lbs == pytest.approx(tap.shell_lbs)
    assert rest.before_lbs == pytest.approx(tap.gross_lbs(tap.fresh_gallons))
    assert empty.keg.closed_at is not None
    assert empty.keg.closed_at - half.started_at >= CHANGE_TAKES
    assert fresh.wastes[0].gallons == FOAM_GALLONS


def test_a_keg_that_runs_empty_in_the_last_minutes_is_changed_before_the_story_begins() -> None:
    tap = story(left=story().fresh_gallons - 0.06)

    told = past_of(tap, pints(3, every=timedelta(seconds=75)), start=START, end=END)

    assert_agrees(told, tap, start=START, end=END)
    assert len(told.kegs) == 2


def test_what_the_first_keg_had_lost_before_the_story_is_unseen() -> None:
    tap = story(left=1.0)

    told = past_of(tap, pints(4), start=START, end=END)

    (only,) = told.kegs
    assert only.unseen == pytest.approx(tap.kind.gallons - 1.0 - 4 * PINT / OZ_PER_GALLON)
    assert told.readings[0].weight_lbs == pytest.approx(tap.gross_lbs(1.5), abs=WANDER_LBS + 1e-3)


def test_a_keg_that_is_empty_when_the_story_begins_still_stands_there() -> None:
    tap = story(left=0.0)

    told = past_of(tap, pints(40), start=START, end=END)

    assert_agrees(told, tap, start=START, end=END)
    assert told.kegs[-1].keg.state is KegState.ON_TAP


def test_a_tap_that_nobody_ordered_from_has_one_keg_and_its_heartbeats() -> None:
    told = past_of(story(), [], start=START, end=END)

    assert len(told.kegs) == 1
    assert len(told.readings) == DAYS / HEARTBEAT


def test_nobody_is_served_at_a_scale_that_has_fallen_silent() -> None:
    silent = END - timedelta(hours=2)
    tap = story(silent_since=silent)

    told = past_of(tap, pints(30), start=START, end=END)

    assert all(pour.started_at < silent for keg in told.kegs for pour in keg.pours)
    assert silent - HEARTBEAT <= told.readings[-1].measured_at < silent


@pytest.mark.parametrize("left", [-0.1, story().fresh_gallons + 0.01, math.nan])
def test_a_tap_cannot_be_said_to_hold_more_than_a_fresh_keg_or_less_than_nothing(left: float) -> None:
    with pytest.raises(Invalid, match="cannot be left on tap"):
        story(left=left)
