"""Filling the data folder: what the board, history and books say is what was asked for."""

import math
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.demo_bar import LOCATION, SEED, TAPS, demo_taps, story_start
from app.past import past_of
from app.seeding import GuestOrder, seed
from app.tap_story import Order
from backend.cellar import kegs, pours
from backend.domain.member import OWNER
from backend.domain.units import OZ_PER_GALLON
from backend.ports import Ports
from backend.usecases import load
from backend.usecases.view_board import view_board
from backend.usecases.view_tap import kegs_of
from firmware.sim.drinkers import past as drunk_past

START = story_start(datetime(2026, 3, 25, tzinfo=UTC))
PAST = timedelta(days=60)
BUSY_WEEK = timedelta(days=7)


def drunk(count: int, *, back: timedelta) -> list[GuestOrder]:
    """What the guests of so many taps ordered up to the story's beginning."""
    until = int(START.timestamp())
    popularity = [tap.popularity for tap in demo_taps(count, start=START)]
    told = drunk_past(SEED, popularity, until - int(back.total_seconds()), until, -7 * 3600)  # type: ignore[no-untyped-call]  # the MicroPython subset
    return list(told)


def test_the_board_shows_what_was_asked_for(ports: Ports) -> None:
    taps = demo_taps(3, start=START)

    seed(ports, taps, drunk(3, back=BUSY_WEEK), start=START, progress=lambda _: None)

    view = view_board(ports, location_id=LOCATION.location_id, member=OWNER)
    assert [face.tap_id for face in view.faces] == [tap.story.tap_id for tap in taps]
    for face, tap in zip(view.faces, taps, strict=True):
        assert face.level is not None
        assert face.level.gallons == pytest.approx(tap.story.left_gallons, abs=1e-6)
        assert face.level.percent == pytest.approx(100 * tap.story.left_gallons / tap.story.kind.gallons, abs=1e-4)
        assert face.beer == tap.story.beer
        assert face.at is not None
        assert timedelta() < START - face.at <= timedelta(minutes=5)


def test_history_has_every_reading_and_the_books_every_pour(ports: Ports) -> None:
    taps = demo_taps(3, start=START)
    ordered = drunk(3, back=BUSY_WEEK)

    seed(ports, taps, ordered, start=START, progress=lambda _: None)

    told = 0
    for place, tap in enumerate(taps):
        orders = [Order(at=_moment(t), oz=oz, seconds=seconds) for t, at, oz, seconds in ordered if at == place]
        past = past_of(tap.story, orders, start=START - PAST, end=START)
        told += len(past.readings)
        for keg in past.kegs:
            ledger = load.ledger(ports, keg.keg.keg_id)
            assert ledger.poured == pytest.approx(math.fsum(pour.gallons for pour in keg.pours))
            assert ledger.remaining == pytest.approx(
                tap.story.left_gallons if keg.keg.closed_at is None else 0.0, abs=1e-6
            )
        assert len(kegs_of(ports, tap_id=tap.story.tap_id, until=START, limit=100)) == len(past.kegs)
    assert ports.history.count() == told


def test_every_pour_is_in_the_books_of_the_keg_that_stood_there(ports: Ports) -> None:
    taps = demo_taps(3, start=START)
    ordered = drunk(3, back=BUSY_WEEK)

    seed(ports, taps, ordered, start=START, progress=lambda _: None)

    query = pours.between(LOCATION.location_id, start=START - PAST, end=START, limit=1000)
    booked = [pours.from_item(item) for item in load.every(ports, query)]
    total = sum(pour.gallons for pour in booked)
    assert total == pytest.approx(sum(oz for _, _, oz, _ in ordered) / OZ_PER_GALLON, rel=0.01)
    for pour in booked:
        keg = kegs.from_item(ports.table.get(kegs.key(pour.keg_id)) or {})
        assert keg.tapped_at is not None
        assert keg.tapped_at <= pour.started_at
        assert keg.closed_at is None or pour.started_at < keg.closed_at


def test_progress_goes_from_nothing_to_all_and_never_back(ports: Ports) -> None:
    heard: list[float] = []

    seed(ports, demo_taps(3, start=START), drunk(3, back=BUSY_WEEK), start=START, progress=heard.append)

    assert all(0 <= one <= other <= 1 for one, other in pairwise(heard))
    assert heard[0] < 0.1
    assert heard[-1] == pytest.approx(1.0)
    assert len(heard) > 10


def test_the_whole_bar_is_seeded_with_nothing_missing(ports: Ports) -> None:
    taps = demo_taps(TAPS, start=START)
    began = time.monotonic()

    seed(ports, taps, drunk(TAPS, back=PAST), start=START, progress=lambda _: None)

    print(f"sixty days of {TAPS} taps: {ports.history.count()} readings in {time.monotonic() - began:.1f} s")  # noqa: T201 - a figure to look at
    view = view_board(ports, location_id=LOCATION.location_id, member=OWNER)
    assert all(face.level is not None for face in view.faces)
    assert len(view.faces) == TAPS


def _moment(epoch_s: int) -> datetime:
    return datetime.fromtimestamp(epoch_s, tz=UTC)
