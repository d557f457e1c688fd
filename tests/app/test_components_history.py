import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.history_chart import described
from components.history_figure import (
    MOST_POINTS,
    KegChange,
    LevelHistory,
    LevelNow,
    LevelPoint,
    figure_of,
    fitting_labels,
    local_ms,
    thinned,
)

BIN = 300_000
START = 1_774_000_000_000 // BIN * BIN
LA = "America/Los_Angeles"


def point(at: int, *, keg: str = "k1", mean: float = 50.0) -> LevelPoint:
    return LevelPoint(start_ms=START + at * BIN, keg=keg, mean=mean, low=mean - 1, high=mean + 1)


def history(points: list[LevelPoint], changes: list[KegChange] | None = None) -> LevelHistory:
    end = START + 100 * BIN
    return LevelHistory(
        key="24 hours", start_ms=START, end_ms=end, bin_ms=BIN, points=points, changes=changes or [], tz=LA
    )


def lines(figure: dict[str, Any]) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if trace["mode"].startswith("lines") and trace.get("fill") is None]


def test_each_keg_has_a_line_and_a_band_of_its_own() -> None:
    points = [point(0), point(1, mean=48), point(2, keg="k2", mean=99), point(3, keg="k2", mean=97)]

    figure = figure_of(history(points, [KegChange(at_ms=START + 2 * BIN, label="Pilsner")]))

    assert [trace["y"] for trace in lines(figure)] == [[50, 48], [99, 97]]
    assert [trace["y"] for trace in figure["data"] if trace.get("fill")] == [[51, 49, 47, 49], [100, 98, 96, 98]]


def test_a_change_inside_a_bin_still_parts_the_lines() -> None:
    figure = figure_of(history([point(0), point(1, mean=3), point(1, keg="k2", mean=100), point(2, keg="k2", mean=98)]))

    assert [trace["y"] for trace in lines(figure)] == [[50, 3], [100, 98]]


def test_a_keg_change_is_a_line_and_a_named_mark() -> None:
    changed = KegChange(at_ms=START + 2 * BIN, label="Pilsner")

    figure = figure_of(history([point(0), point(1)], [changed]))

    marks = figure["data"][-1]
    assert (marks["x"], marks["text"]) == ([local_ms(changed.at_ms, LA)], ["Pilsner"])
    assert figure["layout"]["shapes"][0]["x0"] == local_ms(changed.at_ms, LA)


def test_a_silence_is_a_gap_and_not_a_line() -> None:
    figure = figure_of(history([point(0), point(1), point(9), point(10)]))

    assert lines(figure)[0]["y"] == [50, 50, None, 50, 50]


def test_the_line_ends_at_the_level_that_the_page_shows() -> None:
    now = START + 99 * BIN
    told = replace(
        history([point(97), point(98, mean=26), point(99, mean=25)]), now=LevelNow(at_ms=now, keg="k1", percent=17.2)
    )

    line = lines(figure_of(told))[0]

    assert (line["x"][-1], line["y"]) == (local_ms(now, LA), [50, 26, 17.2])


def test_a_keg_without_a_bin_yet_is_seen_by_its_present_level() -> None:
    told = replace(history([point(97), point(98)]), now=LevelNow(at_ms=START + 99 * BIN, keg="k2", percent=100))

    drawn = lines(figure_of(told))

    assert [line["y"] for line in drawn] == [[50, 50], [100]]
    assert "to 100 percent" in described(told)


def test_a_bin_that_is_not_over_stands_in_the_middle_of_what_has_passed() -> None:
    told = replace(history([point(98), point(99)]), end_ms=START + 99 * BIN + BIN // 2)

    line = lines(figure_of(told))[0]

    assert line["x"][-1] == local_ms(START + 99 * BIN + BIN // 4, LA)


def test_labels_that_would_meet_are_left_out_and_crowded_marks_are_thin() -> None:
    close = [KegChange(at_ms=START + at * BIN, label="Harbor Pilsner") for at in (10, 49, 50, 90)]

    roomy, crowded = figure_of(history([point(0)], [close[0], close[3]])), figure_of(history([point(0)], close))

    assert fitting_labels(history([point(0)], close)) == [True, False, True, True]
    assert crowded["data"][-1]["text"] == ["Harbor Pilsner", "", "Harbor Pilsner", "Harbor Pilsner"]
    assert crowded["data"][-1]["customdata"] == ["Harbor Pilsner"] * 4
    assert crowded["data"][-1]["marker"]["size"] < roomy["data"][-1]["marker"]["size"]
    assert crowded["layout"]["shapes"][0]["line"]["width"] < roomy["layout"]["shapes"][0]["line"]["width"]


def test_a_history_that_begins_within_its_range_says_since_when() -> None:
    told = replace(history([point(0), point(1)]), since="21 September 2026")

    assert described(told).startswith("Level over the last 24 hours, since 21 September 2026: from 50")


def test_a_single_point_can_be_seen() -> None:
    assert lines(figure_of(history([point(0)])))[0]["mode"] == "lines+markers"


def test_times_are_the_bars_own_on_both_sides_of_a_clock_change() -> None:
    winter, summer = 1_772_900_000_000, 1_773_100_000_000  # 7 and 9 March 2026; the clocks go forward on the 8th

    assert (local_ms(winter, LA) - winter, local_ms(summer, LA) - summer) == (-8 * 3_600_000, -7 * 3_600_000)


def test_the_figure_is_plain_json_and_a_beers_name_is_no_markup_in_it() -> None:
    figure = figure_of(history([point(0), point(1)], [KegChange(at_ms=START, label="</script>")]))

    assert json.loads(json.dumps(figure)) == figure
    assert figure["data"][-1]["text"] == ["&lt;/script&gt;"]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=2500))
def test_thinning_keeps_the_extremes_the_order_and_at_most_five_hundred_points(means: list[float]) -> None:
    points = [point(at, mean=mean) for at, mean in enumerate(means)]

    kept = thinned(points)

    assert len(kept) <= MOST_POINTS
    assert min(one.low for one in kept) == min(one.low for one in points)
    assert max(one.high for one in kept) == max(one.high for one in points)
    assert all(before.start_ms < after.start_ms for before, after in pairwise(kept))
    assert all(min(means) - 1e-6 <= one.mean <= max(means) + 1e-6 for one in kept)


@given(st.lists(st.tuples(st.integers(0, 90), st.sampled_from(["k1", "k2", "k3"])), min_size=1, max_size=60))
def test_no_line_ever_joins_two_kegs(told: list[tuple[int, str]]) -> None:
    means = {"k1": 10.0, "k2": 20.0, "k3": 30.0}
    points = [point(at, keg=keg, mean=means[keg]) for at, keg in sorted(told)]

    drawn = lines(figure_of(history(points)))

    assert all(len({y for y in trace["y"] if y is not None}) == 1 for trace in drawn)
    assert sum(y is not None for trace in drawn for y in trace["y"]) == len(points)


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([], "No level in the last 24 hours yet. It appears here once this tap has a keg and a reading."),
        (
            [point(0, mean=71), point(1, mean=63.6)],
            "Level over the last 24 hours: from 71 to 64 percent, no keg change.",
        ),
    ],
)
def test_the_chart_says_in_a_sentence_what_it_shows(points: list[LevelPoint], sentence: str) -> None:
    assert described(history(points)) == sentence
