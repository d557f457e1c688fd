import json
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from itertools import groupby, pairwise
from operator import is_not
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.history_chart import described
from components.history_figure import figure_of, fitting_labels
from components.level_history import KegChange, KegLevels, LevelHistory, LevelNow
from components.level_lines import MOST_POINTS, thinned
from components.wall_clock import local_column, local_ms

BIN = 300_000
DAY_S = 86_400
START = 1_774_000_000_000 // BIN * BIN
LA = "America/Los_Angeles"


class Point(NamedTuple):
    """The level of a keg in the bin that begins at `start_s`."""

    start_s: int
    keg: str
    mean: float


def point(at: int, *, keg: str = "k1", mean: float = 50.0) -> Point:
    return Point(start_s=(START + at * BIN) // 1000, keg=keg, mean=mean)


def levels_of(keg: str, points: Iterable[Point]) -> KegLevels:
    """The points as columns, the band a percent wide to each side."""
    starts_s, _, means = zip(*points, strict=True)
    return KegLevels(keg, starts_s, means, [mean - 1 for mean in means], [mean + 1 for mean in means])


def history(points: list[Point], changes: list[KegChange] | None = None) -> LevelHistory:
    end = START + 100 * BIN
    kegs = [levels_of(keg, run) for keg, run in groupby(points, key=lambda one: one.keg)]
    return LevelHistory(key="24 hours", start_ms=START, end_ms=end, bin_ms=BIN, kegs=kegs, changes=changes or [], tz=LA)


def band(figure: dict[str, Any]) -> dict[str, Any]:
    return next(trace for trace in figure["data"] if trace.get("fill"))


def line(figure: dict[str, Any]) -> dict[str, Any]:
    return next(trace for trace in figure["data"] if trace["mode"] == "lines" and "hovertemplate" in trace)


def dots(figure: dict[str, Any]) -> dict[str, Any]:
    return next(trace for trace in figure["data"] if trace["mode"] == "markers")


def verticals(figure: dict[str, Any]) -> dict[str, Any]:
    return next(trace for trace in figure["data"] if "dash" in trace.get("line", {}))


def parts(column: list[float | None]) -> list[list[float]]:
    """What a trace draws without lifting the pen: it begins anew after each None."""
    return [
        [one for one in run if one is not None] for drawn, run in groupby(column, key=partial(is_not, None)) if drawn
    ]


def test_each_keg_has_a_piece_of_line_and_of_band_of_its_own() -> None:
    points = [point(0), point(1, mean=48), point(2, keg="k2", mean=99), point(3, keg="k2", mean=97)]

    figure = figure_of(history(points, [KegChange(at_ms=START + 2 * BIN, label="Pilsner")]))

    assert parts(line(figure)["y"]) == [[50, 48], [99, 97]]
    assert parts(band(figure)["y"]) == [[51, 49, 47, 49], [100, 98, 96, 98]]
    assert [len(run) for run in parts(band(figure)["x"])] == [4, 4]


def test_a_year_of_many_kegs_is_no_more_traces_than_a_day_of_one() -> None:
    many = [point(at, keg=f"k{at // 2}") for at in range(90)]

    assert len(figure_of(history(many))["data"]) == len(figure_of(history([point(0), point(1)]))["data"])


def test_a_change_inside_a_bin_still_parts_the_lines() -> None:
    figure = figure_of(history([point(0), point(1, mean=3), point(1, keg="k2", mean=100), point(2, keg="k2", mean=98)]))

    assert parts(line(figure)["y"]) == [[50, 3], [100, 98]]


def test_a_keg_change_is_a_line_and_a_named_mark() -> None:
    changed = KegChange(at_ms=START + 2 * BIN, label="Pilsner")

    figure = figure_of(history([point(0), point(1)], [changed]))

    marks = figure["data"][-1]
    assert (marks["x"], marks["text"]) == ([local_ms(changed.at_ms, LA)], ["Pilsner"])
    assert verticals(figure)["x"] == [local_ms(changed.at_ms, LA), local_ms(changed.at_ms, LA), None]
    assert verticals(figure)["y"] == [0, 100, None]


def test_a_silence_is_a_gap_and_not_a_line() -> None:
    figure = figure_of(history([point(0), point(1), point(9), point(10)]))

    assert line(figure)["y"] == [50, 50, None, 50, 50]


def test_the_line_ends_at_the_level_that_the_page_shows() -> None:
    now = START + 99 * BIN
    told = replace(
        history([point(97), point(98, mean=26), point(99, mean=25)]), now=LevelNow(at_ms=now, keg="k1", percent=17.2)
    )

    drawn = line(figure_of(told))

    assert (drawn["x"][-1], drawn["y"]) == (local_ms(now, LA), [50, 26, 17.2])


def test_a_keg_without_a_bin_yet_is_seen_by_its_present_level() -> None:
    told = replace(history([point(97), point(98)]), now=LevelNow(at_ms=START + 99 * BIN, keg="k2", percent=100))

    figure = figure_of(told)

    assert parts(line(figure)["y"]) == [[50, 50], [100]]
    assert dots(figure)["y"][-1] == 100
    assert "to 100 percent" in described(told)


def test_a_bin_that_is_not_over_stands_in_the_middle_of_what_has_passed() -> None:
    told = replace(history([point(98), point(99)]), end_ms=START + 99 * BIN + BIN // 2)

    drawn = line(figure_of(told))

    assert drawn["x"][-1] == local_ms(START + 99 * BIN + BIN // 4, LA)


def test_labels_that_would_meet_are_left_out_and_crowded_marks_are_thin() -> None:
    close = [KegChange(at_ms=START + at * BIN, label="Harbor Pilsner") for at in (10, 49, 50, 90)]

    roomy, crowded = figure_of(history([point(0)], [close[0], close[3]])), figure_of(history([point(0)], close))

    assert fitting_labels(history([point(0)], close)) == [True, False, True, True]
    assert crowded["data"][-1]["text"] == ["Harbor Pilsner", "", "Harbor Pilsner", "Harbor Pilsner"]
    assert crowded["data"][-1]["customdata"] == ["Harbor Pilsner"] * 4
    assert crowded["data"][-1]["marker"]["size"] < roomy["data"][-1]["marker"]["size"]
    assert verticals(crowded)["line"]["width"] < verticals(roomy)["line"]["width"]


def test_the_label_of_a_keg_that_has_just_come_on_is_written_to_the_left_of_its_mark() -> None:
    late = [KegChange(at_ms=START + at * BIN, label="Harbor Pilsner") for at in (40, 94)]

    marks = figure_of(history([point(0)], late))["data"][-1]

    assert marks["text"] == ["Harbor Pilsner"] * 2
    assert marks["textposition"] == ["top center", "top left"]


def test_a_history_that_begins_within_its_range_says_since_when() -> None:
    told = replace(history([point(0), point(1)]), since="21 September 2026")

    assert described(told).startswith("Level over the last 24 hours, since 21 September 2026: from 50")


def test_a_point_with_no_other_near_it_can_be_seen() -> None:
    alone = figure_of(history([point(0)]))
    between = figure_of(history([point(0), point(1), point(2), point(30, mean=40), point(60), point(61), point(62)]))

    assert dots(alone)["y"] == [50]
    assert dots(between)["y"] == [40]


def test_times_are_the_bars_own_on_both_sides_of_a_clock_change() -> None:
    winter, summer = 1_772_900_000_000, 1_773_100_000_000  # 7 and 9 March 2026; the clocks go forward on the 8th

    assert (local_ms(winter, LA) - winter, local_ms(summer, LA) - summer) == (-8 * 3_600_000, -7 * 3_600_000)


@given(
    st.sampled_from([LA, "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
    st.lists(st.integers(1_767_225_600, 1_767_225_600 + 365 * DAY_S), min_size=1, max_size=200).map(sorted),
    st.sampled_from([0, 150_000, 10_800_000]),
)
def test_a_column_of_times_is_each_of_them_in_the_bars_own(tz: str, starts_s: list[int], after_ms: int) -> None:
    column = local_column(starts_s, after_ms=after_ms, tz=tz)

    assert column == [local_ms(start * 1000 + after_ms, tz) for start in starts_s]


def test_the_figure_is_plain_json_and_a_beers_name_is_no_markup_in_it() -> None:
    figure = figure_of(history([point(0), point(1)], [KegChange(at_ms=START, label="</script>")]))

    assert json.loads(json.dumps(figure)) == figure
    assert figure["data"][-1]["text"] == ["&lt;/script&gt;"]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=2500))
def test_thinning_keeps_the_extremes_the_order_and_at_most_five_hundred_points(means: list[float]) -> None:
    levels = levels_of("k1", [point(at, mean=round(mean, 1)) for at, mean in enumerate(means)])

    kept = thinned(levels)

    assert {len(column) for column in kept[1:]} == {len(kept.starts_s)}
    assert len(kept.starts_s) <= MOST_POINTS
    assert min(kept.lows) == min(levels.lows)
    assert max(kept.highs) == max(levels.highs)
    assert all(before < after for before, after in pairwise(kept.starts_s))
    assert all(min(levels.means) <= mean <= max(levels.means) for mean in kept.means)


@given(st.lists(st.tuples(st.integers(0, 90), st.sampled_from(["k1", "k2", "k3"])), min_size=1, max_size=60))
def test_no_line_ever_joins_two_kegs(told: list[tuple[int, str]]) -> None:
    means = {"k1": 10.0, "k2": 20.0, "k3": 30.0}
    points = [point(at, keg=keg, mean=means[keg]) for at, keg in sorted(told)]

    drawn = parts(line(figure_of(history(points)))["y"])

    assert all(len(set(run)) == 1 for run in drawn)
    assert sum(map(len, drawn)) == len(points)


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
def test_the_chart_says_in_a_sentence_what_it_shows(points: list[Point], sentence: str) -> None:
    assert described(history(points)) == sentence
