"""Whatever arrives in whatever order, the charts say what the readings say."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

from history_oracle import Oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.ids import TapId
from backend.ports import BIN_SECONDS, History, KegSpan, Recorded

BASE = datetime(2026, 3, 18, 20, 40, tzinfo=UTC)
TAPS = [TapId("loc-001", 1), TapId("loc-001", 2)]
KEGS = st.sampled_from([None, "keg-a", "keg-b"])
MINUTES = st.one_of(st.integers(0, 180), st.integers(0, 3 * 24 * 60))
"""Moments within three hours and within three days, so that bins fill up and days pass."""

Batch = list[Recorded]
Step = Batch | tuple[TapId, list[KegSpan]]


@st.composite
def readings(draw: st.DrawFn) -> Recorded:
    measured_at = BASE + timedelta(minutes=draw(MINUTES), milliseconds=draw(st.sampled_from([0, 0, 1, 59_999])))
    numbered = draw(st.integers(0, 3)) > 0
    return Recorded(
        device_id=draw(st.sampled_from(["SCALE-1", "SCALE-2"])),
        boot=draw(st.integers(0, 1)) if numbered else None,
        seq=draw(st.integers(0, 40)) if numbered else None,
        digest=None if numbered else draw(st.sampled_from(["ab", "cd"])),
        measured_at=measured_at,
        received_at=measured_at + timedelta(minutes=draw(st.sampled_from([0, 0, 0, 5, 90, 1500]))),
        tap_id=draw(st.sampled_from(TAPS)),
        keg_id=draw(KEGS),
        weight_lbs=draw(st.integers(-50_000, 1_700_000)) / 10_000,
    )


@st.composite
def assignments(draw: st.DrawFn) -> tuple[TapId, list[KegSpan]]:
    spans = []
    for _ in range(draw(st.integers(1, 2))):
        start, length = draw(MINUTES), draw(st.one_of(st.none(), st.integers(1, 300)))
        end = None if length is None else BASE + timedelta(minutes=start + length)
        spans.append(KegSpan(keg_id=draw(KEGS), start=BASE + timedelta(minutes=start), end=end))
    return draw(st.sampled_from(TAPS)), spans


steps = st.lists(
    st.one_of(st.lists(readings(), max_size=12), st.lists(readings(), max_size=3), assignments()), max_size=8
)


def take(history: History, oracle: Oracle, step: Step) -> None:
    if isinstance(step, tuple):
        tap_id, spans = step
        assert history.assign(tap_id=tap_id, spans=spans) == oracle.assign(tap_id, spans)
    else:
        assert history.record(step) == oracle.record(step)


def check(history: History, oracle: Oracle, start: datetime, end: datetime) -> None:
    for tap_id in TAPS:
        for seconds in BIN_SECONDS:
            bins = history.points(tap_id=tap_id, start=start, end=end, bin_seconds=seconds)
            assert list(bins) == oracle.points(tap_id, start, end, seconds)
        kept = history.readings(tap_id=tap_id, start=BASE, end=BASE + timedelta(days=9))
        assert [one.measured_at for one in kept] == [one.measured_at for one in oracle.readings(tap_id)]
        assert sorted(kept, key=repr) == sorted(oracle.readings(tap_id), key=repr)
    assert history.count() == len(oracle.kept)


@settings(max_examples=120, deadline=None)
@given(steps=steps, start=MINUTES, length=st.integers(0, 5000))
def test_charts_equal_what_the_readings_give_anew(
    adapter: Callable[[], AbstractContextManager[Any]], steps: list[Step], start: int, length: int
) -> None:
    oracle = Oracle()
    with adapter() as stores:
        for step in steps:
            take(stores.history, oracle, step)

        check(stores.history, oracle, BASE - timedelta(days=1), BASE + timedelta(days=9))
        some = BASE + timedelta(minutes=start)
        check(stores.history, oracle, some, some + timedelta(minutes=length))


@settings(max_examples=40, deadline=None)
@given(data=st.data(), batch=st.lists(readings(), min_size=1, max_size=25, unique_by=lambda one: (one.boot, one.seq)))
def test_order_and_duplicates_of_arrival_make_no_difference(
    adapter: Callable[[], AbstractContextManager[Any]], data: st.DataObject, batch: Batch
) -> None:
    oracle = Oracle()
    oracle.record(batch)
    shuffled = data.draw(st.permutations(batch + batch[: len(batch) // 2]))
    cut = data.draw(st.integers(0, len(shuffled)))

    with adapter() as stores:
        stores.history.record(shuffled[:cut])
        stores.history.record(shuffled[cut:])
        stores.history.record(batch)

        oracle.kept.sort(key=lambda reading: reading.measured_at)
        check(stores.history, oracle, BASE - timedelta(days=1), BASE + timedelta(days=9))
