from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.ids import TapId
from backend.domain.level import NoLevel
from backend.domain.reading import Reading, in_order
from backend.domain.tap import Tap, TapState, moved_by, state_after

T0 = datetime(2026, 3, 20, 20, 0, tzinfo=UTC)
TAPS = st.sampled_from(
    [
        Tap(tap_id=TapId("loc-001", 1)),
        Tap(tap_id=TapId("loc-001", 1), keg_id="k", tapped_at=T0 + timedelta(seconds=20)),
        Tap(
            tap_id=TapId("loc-001", 1),
            keg_id="k",
            tapped_at=T0,
            full_lbs=160.0,
            empty_lbs=29.7,
            specific_gravity=1.01,
        ),
    ]
)


@st.composite
def readings(draw: st.DrawFn) -> list[Reading]:
    second, seq, lbs, said = 0, 0, 100.0, []
    for _ in range(draw(st.integers(1, 25))):
        second += draw(st.sampled_from([0, 1, 1, 1, 30, 200, -500]))
        seq += draw(st.sampled_from([1, 1, 1, 0, -1]))
        lbs += draw(st.sampled_from([0.0, -0.2, -0.2, -5.0, 3.0, 0.02]))
        boot = draw(st.sampled_from([1, 1, 1, 2, None]))
        said.append(
            Reading(
                device_id=draw(st.sampled_from(["SCALE-1", "SCALE-1", "SCALE-1", "SCALE-2"])),
                received_at=T0 + timedelta(seconds=second + draw(st.sampled_from([0, 0, -300]))),
                measured_at=T0 + timedelta(seconds=second),
                weight_lbs=draw(st.sampled_from([lbs, lbs, lbs, 2.0])),
                digest=f"d{len(said)}",
                boot=boot,
                seq=None if boot is None else max(seq, 0),
                stable=draw(st.sampled_from([True, True, False, None])),
            )
        )
    return said


def one_by_one(tap: Tap, said: Sequence[Reading]) -> tuple[TapState | None, list[Reading], int]:
    state: TapState | None = None
    moving, set_back = [], 0
    for reading in said:
        after = state_after(state, reading, tap=tap)
        if after is not None:
            set_back += state is not None and after.updated_at < state.updated_at
            state = after
            moving.append(reading)
    return state, moving, set_back


@given(tap=TAPS, said=readings())
def test_readings_taken_together_make_what_they_make_one_by_one(tap: Tap, said: list[Reading]) -> None:
    moved = moved_by(None, said, tap=tap)

    assert (moved.state, moved.readings, moved.set_back) == one_by_one(tap, said)


@given(tap=TAPS, said=readings(), cut=st.integers(0, 25))
def test_it_makes_no_difference_where_a_batch_ends(tap: Tap, said: list[Reading], cut: int) -> None:
    first = moved_by(None, said[:cut], tap=tap)
    second = moved_by(first.state, said[cut:], tap=tap)

    whole = moved_by(None, said, tap=tap)
    assert second.state == whole.state
    assert [*first.readings, *second.readings] == whole.readings
    assert first.set_back + second.set_back == whole.set_back


@given(said=readings(), seed=st.randoms())
def test_the_order_of_readings_does_not_depend_on_who_arrived_first(said: list[Reading], seed: Random) -> None:
    shuffled = list(said)
    seed.shuffle(shuffled)

    ordered = in_order(shuffled)

    assert [one.order for one in ordered] == sorted(one.order for one in said)


def test_a_tap_without_a_keg_moves_and_shows_nothing() -> None:
    reading = Reading(device_id="SCALE-1", received_at=T0, measured_at=T0, weight_lbs=80.0, digest=None, boot=1, seq=1)

    moved = moved_by(None, [reading], tap=Tap(tap_id=TapId("loc-001", 1)))

    assert moved.state is not None
    assert moved.state.level is NoLevel.NO_KEG
    assert moved.state.shown is None
