"""What the demo bar tells of its past: cleaned lines, spills, a plug pulled, calibrations, and a cell that has aged."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from app.demo_bar import LOCATION, PAST, SEED, TAPS, DemoTap, demo_taps, story_start
from app.demo_past import with_past
from app.demo_people import ALEX, PEOPLE, ROBIN
from app.demo_plan import plan_of, really_there, standing
from app.demo_scales import AGED_PLACE, BATTERIES, factor_of, revision_of, zero_of
from app.past import past_of
from app.seeding import seed
from app.story_file import LeftScale, Saved
from app.tap_story import Order
from backend.clock import Story
from backend.domain.audit import Deed
from backend.domain.ids import TapId
from backend.domain.keg import TareSource
from backend.domain.maintenance import CleaningState, cleaning_state
from backend.domain.member import OWNER
from backend.domain.units import lbs_of
from backend.embedded.broker_address import BrokerAddress
from backend.ports import Ports
from backend.usecases import load
from backend.usecases.audit import view_audit
from backend.usecases.book_past import PastTap
from backend.usecases.drift import drift_now
from backend.usecases.maintenance import view_cleanings
from backend.usecases.save_calibration import view_calibrations
from backend.usecases.view_kegs import KegsView, view_kegs
from backend.usecases.view_swap import view_swap
from firmware.sim.drinkers import past as drunk_past

START = story_start(datetime(2026, 3, 25, tzinfo=UTC))
AGED = TapId(LOCATION.location_id, AGED_PLACE + 1)
UNPLUGGED = TapId(LOCATION.location_id, 7)


@pytest.fixture(scope="module")
def told() -> list[DemoTap]:
    """The taps of the demo bar, with what happened there."""
    return [with_past(tap, start=START) for tap in demo_taps(TAPS, start=START)]


@pytest.fixture
def bar(ports: Ports, told: list[DemoTap]) -> Ports:
    """A store that holds three weeks of the demo bar."""
    until = int(START.timestamp())
    drunk = drunk_past(SEED, [tap.popularity for tap in told], until - 21 * 86_400, until, -7 * 3600)  # type: ignore[no-untyped-call]  # the MicroPython subset
    seed(ports, told, drunk, start=START, progress=lambda _: None)
    return ports


def pints(tap: DemoTap) -> list[Order]:
    """A pint every twenty minutes for sixty days."""
    ends = [START - timedelta(minutes=20) * place for place in range(60 * 72, 0, -1)]
    popular = [at for place, at in enumerate(ends) if place % max(1, round(4 / tap.popularity)) == 0]
    return [Order(at=at, oz=16.0, seconds=8.0) for at in popular]


def past(tap: DemoTap) -> PastTap:
    return past_of(tap.story, pints(tap), start=START - PAST, end=START, people=PEOPLE)


@pytest.mark.parametrize("place", range(TAPS))
def test_what_a_keg_held_is_poured_wasted_unseen_or_left(told: list[DemoTap], place: int) -> None:
    tap = told[place].story

    kegs = past(told[place]).kegs

    for keg in kegs:
        gone = [pour.gallons for pour in keg.pours]
        gone += [waste.gallons for waste in keg.wastes] + [fall.gallons for fall in keg.falls]
        left = tap.kind.gallons - keg.unseen - math.fsum(gone)
        truly = tap.left_gallons if keg.keg.closed_at is None else 0.0
        shown = lbs_of(left, specific_gravity=tap.beer.specific_gravity) + tap.shell_lbs
        factor = 1.03 if tap.aged_pct and keg in kegs[-3:] else 1.0
        assert shown == pytest.approx(factor * tap.gross_lbs(truly), abs=1e-6)
    lost = {waste.reason for keg in kegs for waste in keg.wastes}
    assert lost <= {"foam of a fresh keg", "cleaning", "spill", "foam", "other"}


def test_a_scale_without_power_says_nothing_and_finds_one_fall_afterwards(told: list[DemoTap]) -> None:
    tap = told[UNPLUGGED.number - 1]
    dark = tap.story.dark
    assert dark is not None
    orders = [Order(at=START - timedelta(minutes=7) * place, oz=16.0, seconds=8.0) for place in range(60, 0, -1)]

    lived = past_of(tap.story, orders, start=START - PAST, end=START, people=PEOPLE)

    (fall,) = [fall for keg in lived.kegs for fall in keg.falls]
    assert fall.at == dark[1]
    assert fall.gallons > 0.1
    assert [reading for reading in lived.readings if dark[0] < reading.measured_at < dark[1]] == []
    assert [pour for keg in lived.kegs for pour in keg.pours if dark[0] <= pour.started_at < dark[1]] == []
    assert fall.before_lbs - fall.after_lbs == pytest.approx(
        lbs_of(fall.gallons, specific_gravity=tap.story.beer.specific_gravity)
    )


def test_only_the_cell_that_has_aged_is_told_to_drift(bar: Ports) -> None:
    drift = partial(drift_now, bar, location_id=LOCATION.location_id)

    spans = {number: drift(device_id=f"SCALE-{number:04d}").span for number in range(1, TAPS + 1)}

    reported = {number for number, span in spans.items() if span is not None and span.reported}
    aged = spans[AGED.number]
    assert reported == {AGED.number}
    assert aged is not None
    assert aged.pct == pytest.approx(3, abs=0.3)


def test_one_line_is_due_for_cleaning_and_one_will_be_soon(bar: Ports) -> None:
    dues = [load.tap(bar, TapId(LOCATION.location_id, number)).cleaning_due for number in range(1, TAPS + 1)]

    states = [cleaning_state(due, now=START) for due in dues]

    assert states.count(CleaningState.DUE) == 1
    assert states.count(CleaningState.SOON) == 1
    cleanings = view_cleanings(bar, tap_id=AGED, member=OWNER, now=START)
    assert len(cleanings) == 4
    assert all(cleaned.by == ROBIN.sub and cleaned.seconds == 24 * 60 for cleaned in cleanings)


def test_scales_have_a_history_of_calibrations_and_two_were_never_calibrated(bar: Ports) -> None:
    counts = {}
    for number in range(1, TAPS + 1):
        device = f"SCALE-{number:04d}"
        known = view_calibrations(bar, device_id=device, member=OWNER)
        counts[number] = len(known)
        if known:
            newest = known[0]
            place = number - 1
            assert (newest.zero, newest.factor, newest.rev) == (zero_of(place), factor_of(place), revision_of(place))

    assert sorted(counts.values())[:3] == [0, 0, 1]
    assert max(counts.values()) == 3
    assert sum(count > 1 for count in counts.values()) >= 4


def test_the_audit_names_who_did_what(bar: Ports) -> None:
    entries = view_audit(bar, location_id=LOCATION.location_id, member=OWNER, now=START, limit=500).entries

    told = {(entry.by_name, entry.deed) for entry in entries}
    assert {
        (ALEX.name, Deed.CALIBRATED),
        (ALEX.name, Deed.STOCKED),
        (ALEX.name, Deed.QUEUED),
        (ROBIN.name, Deed.CLEANED),
        (ROBIN.name, Deed.SET_ASIDE),
        (ROBIN.name, Deed.WASTED),
    } <= told


def test_kegs_were_changed_by_their_scales_and_confirmed_and_say_how_their_shells_are_known(bar: Ports) -> None:
    view: KegsView = view_kegs(bar, location_id=LOCATION.location_id, member=OWNER, now=START)

    sources = {line.keg.tare.source for line in view.on_tap}
    last = view_swap(bar, tap_id=AGED, member=OWNER, now=START).last
    assert sources >= {
        TareSource.WEIGHED_EMPTY,
        TareSource.STAMPED,
        TareSource.INFERRED_FROM_FULL,
        TareSource.TYPE_DEFAULT,
    }
    assert last is not None
    assert (last.automatic, last.open, last.confirmed_by) == (True, False, ROBIN.sub)
    assert all(line.yield_pct is not None and 85 < line.yield_pct < 103.5 for line in view.kicked)
    assert [line.keg.queued_on for line in view.next] == [TapId(LOCATION.location_id, 1)]


def test_the_simulated_bar_holds_what_is_really_there_whatever_an_aged_cell_shows(
    bar: Ports, told: list[DemoTap]
) -> None:
    broker = BrokerAddress(host="127.0.0.1", port=1)
    begun = Saved(story=Story(seconds=START.timestamp(), speed=1.0), scales=really_there(bar, told))
    lost = Saved(story=Story(seconds=START.timestamp(), speed=1.0))

    plans = [plan_of(bar, broker, saved, now=START)["scales"] for saved in (begun, lost)]

    left = {told[0].story.scale_id: LeftScale(stands_lbs=44.092)}
    kept = plan_of(bar, broker, replace(lost, scales=left), now=START)["scales"]
    assert [scale["stands_lbs"] for scale in kept[:2]] == [44.092, None]
    for scales in plans:
        for tap, scale in zip(told, scales, strict=True):
            assert scale["beer_lbs"] == pytest.approx(tap.story.left_lbs, abs=0.02)
        assert [place for place, scale in enumerate(scales) if scale["aged_pct"]] == [AGED_PLACE]
        assert {place: scale["battery_pct"] for place, scale in enumerate(scales) if scale["battery_pct"]} == BATTERIES


def test_a_keg_waits_beside_its_platform_even_where_the_product_has_lost_sight_of_it(
    bar: Ports, told: list[DemoTap], monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = [(replace(tap, keg_id=None, empty_lbs=None, full_lbs=None), state) for tap, state in standing(bar)]
    monkeypatch.setattr("app.demo_plan.standing", lambda _: bare)
    left = {str(told[1].story.scale_id): LeftScale(beer_lbs=60.0, stands_lbs=44.092)}
    saved = Saved(story=Story(seconds=START.timestamp(), speed=1.0), scales=left)

    scales = plan_of(bar, BrokerAddress(host="127.0.0.1", port=1), saved, now=START)["scales"]

    assert (scales[1]["stands_lbs"], scales[1]["beer_lbs"]) == (44.092, 60.0)
    assert scales[1]["shell_lbs"] == pytest.approx(told[1].story.shell_lbs)
    assert (scales[2]["stands_lbs"], scales[2]["shell_lbs"]) == (None, None)
