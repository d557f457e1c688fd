"""The simulated HX711 against the real driver, bit by bit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.scale.hx711 import Hx711
from firmware.sim.board import Air, SimBoard
from firmware.sim.chip import HIGHEST, LOWEST, Chip


def driver_on(chip: Chip) -> tuple[Hx711, SimBoard]:
    board = SimBoard("SCALE-0001", chip, Air("127.0.0.1", 1883, None, None, up=True), 0, 1)
    return Hx711(board), board


def converted(driver: Hx711, board: SimBoard, chip: Chip, code: int) -> int | None:
    board.now_ms += 100
    chip.convert(code)
    return driver.read()


@given(st.integers(LOWEST + 1, HIGHEST - 1).filter(lambda code: code != -1))
def test_the_real_driver_reads_every_code_that_the_chip_converts(code: int) -> None:
    chip = Chip()
    driver, board = driver_on(chip)

    read = converted(driver, board, chip, code)

    assert read == code
    assert driver.fault is None
    assert not driver.ready()


def test_a_conversion_is_read_once_and_then_the_chip_is_busy() -> None:
    chip = Chip()
    driver, board = driver_on(chip)

    first = converted(driver, board, chip, 1234567)
    again = driver.read()

    assert first == 1234567
    assert again is None


@pytest.mark.parametrize("code", [HIGHEST + 1, LOWEST - 1, 10**9, -(10**9)])
def test_a_load_beyond_the_range_of_the_chip_saturates_it(code: int) -> None:
    chip = Chip()
    driver, board = driver_on(chip)

    read = converted(driver, board, chip, code)

    assert read is None
    assert driver.fault == "saturated"


@pytest.mark.parametrize("fault", ["saturated", "stuck", "unplugged"])
def test_the_driver_names_each_fault_of_the_chip_and_sees_it_mended(fault: str) -> None:
    chip = Chip()
    driver, board = driver_on(chip)
    converted(driver, board, chip, 5000)

    chip.break_down(fault)
    for n in range(40):
        converted(driver, board, chip, 5000 + n)
    broken = driver.fault
    chip.break_down(None)
    mended = [converted(driver, board, chip, 6000 + n) for n in range(5)]

    assert broken == fault
    assert mended[-1] == 6004
    assert driver.fault is None


def test_a_fault_that_no_chip_has_is_refused() -> None:
    with pytest.raises(ValueError, match="saturated, stuck, unplugged"):
        Chip().break_down("on fire")
