from datetime import UTC, datetime, timedelta

import pytest

from backend.domain.ids import TapId
from backend.ports import Bin, History, KegSpan, Recorded

TAP, OTHER_TAP = TapId("loc-001", 7), TapId("loc-001", 8)
NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def reading(
    seq: int | None, at: datetime = NOON, lbs: float = 87.3, keg_id: str | None = "keg-1", **more: object
) -> Recorded:
    return Recorded(
        device_id="SCALE-0042",
        boot=3,
        seq=seq,
        digest=None,
        measured_at=at,
        received_at=at,
        tap_id=TAP,
        keg_id=keg_id,
        weight_lbs=lbs,
    )._replace(
        **more,  # type: ignore[arg-type]  # each test names fields of a reading
    )


def foreign(at: datetime, digest: str, lbs: float = 87.3) -> Recorded:
    return reading(None, at, lbs, boot=None, digest=digest)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def bins(history: History, seconds: int = 300, tap_id: TapId = TAP) -> list[Bin]:
    return list(history.points(tap_id=tap_id, start=NOON - DAY, end=NOON + 30 * DAY, bin_seconds=seconds))


def kept(history: History, tap_id: TapId = TAP) -> list[Recorded]:
    return list(history.readings(tap_id=tap_id, start=NOON - DAY, end=NOON + 30 * DAY))


def test_a_reading_comes_back_with_all_it_said(history: History) -> None:
    full = reading(
        1,
        NOON + timedelta(milliseconds=250),
        87.3125,
        received_at=NOON + timedelta(seconds=2, milliseconds=125),
        stable=False,
        raw=-8_388_608,
        temp_f=38.25,
        battery_v=3.942,
        battery_pct=78.5,
        rssi=-61,
    )
    bare = reading(2, minutes(1), -1.5, keg_id=None)

    assert history.record([full, bare, foreign(minutes(2), "9f86d081")]) == 3

    assert kept(history) == [full, bare, foreign(minutes(2), "9f86d081")]
    assert history.count() == 3


def test_nothing_recorded_is_nothing_shown(history: History) -> None:
    assert history.record([]) == 0
    assert (bins(history), kept(history), history.count()) == ([], [], 0)


def test_recording_twice_is_harmless(history: History) -> None:
    batch = [reading(1), reading(2, minutes(1)), foreign(minutes(2), "a")]
    history.record(batch)

    again = [history.record(batch), history.record([*batch, *batch])]

    assert again == [0, 0]
    assert (history.count(), kept(history)) == (3, batch)


def test_an_identity_keeps_its_first_time_and_values(history: History) -> None:
    history.record([reading(1, NOON, 87.3)])

    new = history.record([reading(1, minutes(30), 60.0, keg_id="keg-2")])

    assert new == 0
    assert kept(history) == [reading(1, NOON, 87.3)]


def test_a_number_counts_within_its_boot_and_its_device(history: History) -> None:
    batch = [reading(1), reading(1, minutes(1), boot=4), reading(1, minutes(2), device_id="SCALE-0043")]

    assert history.record(batch) == 3


def test_numbers_that_were_missing_are_still_new(history: History) -> None:
    history.record([reading(seq, minutes(seq)) for seq in (1, 2, 3, 7, 8, 20)])

    new = [history.record([reading(seq, minutes(seq)) for seq in seqs]) for seqs in ([4, 5, 6], [1, 5, 9], range(30))]

    assert new == [3, 1, 20]
    assert [one.seq for one in kept(history)] == list(range(30))


def test_a_scale_under_two_taps_gives_its_reading_to_both(history: History) -> None:
    batch = [reading(1), reading(1, tap_id=OTHER_TAP, keg_id="keg-2")]

    assert (history.record(batch), history.record(batch)) == (2, 0)

    assert kept(history) == batch[:1]
    assert kept(history, OTHER_TAP) == batch[1:]


def test_a_repeated_reading_is_not_given_to_a_second_tap_at_another_time(history: History) -> None:
    batch = [reading(1), reading(1, minutes(5), tap_id=OTHER_TAP)]

    assert history.record(batch) == 1
    assert kept(history, OTHER_TAP) == []


def test_publishers_without_numbers_are_told_apart_by_time_and_payload(history: History) -> None:
    batch = [foreign(NOON, "a"), foreign(NOON, "b"), foreign(minutes(1), "a")]

    assert (history.record(batch), history.record(batch)) == (3, 0)


@pytest.mark.parametrize(
    "broken",
    [
        reading(None, boot=None),
        reading(1, boot=None),
        reading(None, digest=""),
        reading(-1),
        reading(2**63),
        reading(1, lbs=float("nan")),
        reading(1, lbs=float("inf")),
    ],
)
def test_a_reading_that_cannot_be_kept_leaves_its_batch_out_whole(history: History, broken: Recorded) -> None:
    with pytest.raises((ValueError, OverflowError)):
        history.record([reading(7), broken])

    assert history.count() == 0
    assert history.record([reading(7)]) == 1


def test_a_bin_tells_mean_least_most_and_last(history: History) -> None:
    history.record([reading(1, minutes(1), 90.0), reading(3, minutes(4), 87.0), reading(2, minutes(2), 84.0)])

    assert bins(history) == [
        Bin(
            start_s=int(NOON.timestamp()),
            keg_id="keg-1",
            count=3,
            mean_lbs=87.0,
            min_lbs=84.0,
            max_lbs=90.0,
            last_lbs=87.0,
        )
    ]


def test_bins_are_aligned_to_utc_and_take_their_first_moment_only(history: History) -> None:
    history.record([reading(1, minutes(4.99)), reading(2, minutes(5)), reading(3, minutes(9.99))])

    assert [(one.start, one.count) for one in bins(history)] == [(NOON, 1), (minutes(5), 2)]
    assert [one.start for one in bins(history, 86_400)] == [NOON.replace(hour=0)]


@pytest.mark.parametrize("turned", [False, True])
def test_the_last_of_two_at_one_moment_does_not_depend_on_which_came_first(history: History, *, turned: bool) -> None:
    pair = [reading(1, device_id="SCALE-B", lbs=50.0), reading(2, device_id="SCALE-A", lbs=60.0)]
    for one in reversed(pair) if turned else pair:
        history.record([one])
    unsealed = bins(history)[0].last_lbs

    history.record([reading(9, NOON + DAY)])

    assert (unsealed, bins(history)[0].last_lbs) == (60.0, 60.0)


def test_only_bins_that_begin_in_the_range_are_given(history: History) -> None:
    history.record([reading(number, minutes(number)) for number in range(30)])

    points = history.points(tap_id=TAP, start=minutes(4.5), end=minutes(20), bin_seconds=300)

    assert [one.start for one in points] == [minutes(5), minutes(10), minutes(15)]
    assert list(history.points(tap_id=TAP, start=minutes(9), end=minutes(9), bin_seconds=300)) == []


def test_a_bin_never_mixes_two_kegs(history: History) -> None:
    history.record(
        [
            reading(1, minutes(1), 30.0, "keg-b"),
            reading(2, minutes(2), 10.0, None),
            reading(3, minutes(3), 160.0, "keg-a"),
        ]
    )

    for seconds in (300, 3600, 86_400):
        assert [(one.keg_id, one.mean_lbs) for one in bins(history, seconds)] == [
            ("keg-b", 30.0),
            (None, 10.0),
            ("keg-a", 160.0),
        ]


def test_a_late_reading_changes_an_hour_that_is_long_over(history: History) -> None:
    history.record([reading(1, minutes(1), 90.0)])
    history.record([reading(9, NOON + 3 * DAY, 50.0)])

    history.record([reading(2, minutes(2), 80.0, received_at=NOON + 3 * DAY)])

    for seconds in (300, 900, 3600, 21_600, 86_400):
        first = bins(history, seconds)[0]
        assert (first.count, first.mean_lbs, first.last_lbs) == (2, 85.0, 80.0)


def test_a_day_that_is_half_over_shows_all_of_its_readings(history: History) -> None:
    history.record([reading(number, minutes(10 * number), 100.0 - number) for number in range(30)])

    (day,) = bins(history, 86_400)

    assert (day.count, day.max_lbs, day.last_lbs) == (30, 100.0, 71.0)


def test_another_length_of_bin_is_refused(history: History) -> None:
    with pytest.raises(ValueError, match="7200"):
        history.points(tap_id=TAP, start=NOON, end=NOON + DAY, bin_seconds=7200)


def test_readings_are_limited_to_the_oldest(history: History) -> None:
    history.record([reading(number, minutes(number)) for number in range(10)])

    first = history.readings(tap_id=TAP, start=minutes(2), end=minutes(8), limit=3)

    assert [one.seq for one in first] == [2, 3, 4]


def test_assigning_a_keg_moves_the_readings_of_its_span(history: History) -> None:
    history.record([reading(number, minutes(10 * number)) for number in range(12)])
    history.record([reading(99, NOON + 2 * DAY)])

    moved = history.assign(tap_id=TAP, spans=[KegSpan(keg_id="keg-2", start=minutes(30), end=minutes(90))])

    assert moved == 6
    assert [one.keg_id for one in kept(history)] == ["keg-1"] * 3 + ["keg-2"] * 6 + ["keg-1"] * 4
    assert [(one.start, one.keg_id, one.count) for one in bins(history, 3600)] == [
        (NOON, "keg-1", 3),
        (NOON, "keg-2", 3),
        (minutes(60), "keg-2", 3),
        (minutes(60), "keg-1", 3),
        (NOON + 2 * DAY, "keg-1", 1),
    ]


def test_assigning_the_same_again_rewrites_nothing(history: History) -> None:
    history.record([reading(1)])
    spans = [KegSpan(keg_id="keg-2", start=NOON)]

    assert [history.assign(tap_id=TAP, spans=spans) for _ in range(2)] == [1, 0]
    assert history.assign(tap_id=OTHER_TAP, spans=spans) == 0


def test_a_tap_can_be_said_to_have_held_no_keg(history: History) -> None:
    history.record([reading(1)])

    history.assign(tap_id=TAP, spans=[KegSpan(keg_id=None, start=NOON, end=minutes(1))])

    assert [one.keg_id for one in bins(history, 86_400)] == [None]


def test_a_span_that_ends_before_it_starts_is_refused(history: History) -> None:
    with pytest.raises(ValueError, match="keg-2"):
        history.assign(tap_id=TAP, spans=[KegSpan(keg_id="keg-2", start=NOON, end=NOON)])


def test_taps_of_one_scale_and_scales_of_one_tap_keep_apart(history: History) -> None:
    history.record([reading(1), reading(2, minutes(1), tap_id=OTHER_TAP), reading(1, minutes(2), device_id="SCALE-9")])

    assert [one.count for one in bins(history, 3600)] == [2]
    assert [one.count for one in bins(history, 3600, OTHER_TAP)] == [1]
