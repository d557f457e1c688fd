import re
from pathlib import Path

import pytest

import components
from components.tokens import CHIP_TONES, MARK_TONES, PALETTE, TEXT_TONES, contrast, css_variables

SHEETS = sorted(
    [*Path(components.__file__).parent.glob("*.css"), Path(components.__file__).parents[1] / "app" / "theme.css"]
)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tone", TEXT_TONES)
def test_words_stand_out_seven_times_from_the_card_and_the_night(tone: str) -> None:
    assert min(contrast(PALETTE[tone], PALETTE[ground]) for ground in ("card", "night")) >= 7


@pytest.mark.parametrize("tone", MARK_TONES)
def test_marks_stand_out_three_times_from_whatever_they_lie_on(tone: str) -> None:
    assert min(contrast(PALETTE[tone], PALETTE[ground]) for ground in ("card", "night", "raised")) >= 3


@pytest.mark.parametrize("tone", CHIP_TONES)
def test_ink_on_a_chip_stands_out_seven_times(tone: str) -> None:
    assert contrast(PALETTE["ink"], PALETTE[tone]) >= 7


def test_words_on_a_raised_ground_and_muted_words_can_be_read() -> None:
    assert contrast(PALETTE["text"], PALETTE["raised"]) >= 7
    assert contrast(PALETTE["muted"], PALETTE["raised"]) >= 7


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_sheet_uses_only_tokens_that_exist_and_fetches_nothing(sheet: Path) -> None:
    written = sheet.read_text(encoding="utf-8")

    used = set(re.findall(r"var\((--ss-[a-z0-9-]+)\)", written))
    told = set(re.findall(r"(--ss-[a-z0-9-]+):", css_variables()))

    assert used <= told
    assert not re.search(r"url\(|@import|https?:", written)
