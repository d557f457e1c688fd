from scale_bench.fake_board import CONVERSION_MS, FakeBoard

from firmware.scale.hx711 import Hx711

BOTH_INTERPRETERS = True


def read_all(board, cell, codes):
    """Give the chip one code after the other, a conversion apart; return what the driver made of each."""
    seen = []
    for code in codes:
        board.ticks += CONVERSION_MS
        board.chip.codes.append(code)
        seen.append(cell.read())
    return seen


def test_codes_come_out_as_twos_complement():
    board = FakeBoard()
    cell = Hx711(board)
    codes = [0, 1, -2, 829350, -829350, 0x7FFFFE, -0x7FFFFF]

    assert read_all(board, cell, codes) == codes
    assert cell.fault is None


def test_each_conversion_takes_25_pulses_and_leaves_the_clock_low():
    board = FakeBoard()
    cell = Hx711(board)

    read_all(board, cell, [5, 6])

    assert board.chip.pulses == 50
    assert board.chip.level == 0


def test_interrupts_are_held_off_for_one_pulse_at_a_time():
    board = FakeBoard()
    cell = Hx711(board)

    read_all(board, cell, [5])

    assert board.edges_while_off == [1] * 25


def test_a_saturated_cell_is_a_fault_on_either_side():
    for code in (0x7FFFFF, -0x800000):
        board = FakeBoard()
        cell = Hx711(board)

        assert read_all(board, cell, [100, code]) == [100, None]
        assert cell.fault == "saturated"


def test_the_same_code_again_and_again_is_a_fault():
    board = FakeBoard()
    cell = Hx711(board)

    seen = read_all(board, cell, [4711] * 20)

    assert seen == [4711] * 19 + [None]
    assert cell.fault == "stuck"


def test_a_single_minus_one_is_left_out_and_three_mean_an_open_line():
    board = FakeBoard()
    cell = Hx711(board)

    assert read_all(board, cell, [7, -1, 9]) == [7, None, 9]
    assert cell.fault is None

    assert read_all(board, cell, [-1, -1, -1]) == [None, None, None]
    assert cell.fault == "unplugged"


def test_a_line_that_stays_silent_is_unplugged_after_600_ms_and_not_before():
    board = FakeBoard()
    cell = Hx711(board)

    board.ticks = 600
    assert cell.read() is None
    assert cell.fault is None

    board.ticks = 601
    assert cell.read() is None
    assert cell.fault == "unplugged"


def test_ten_days_of_silence_stay_a_fault_although_the_ticks_wrap():
    board = FakeBoard(ticks=(1 << 30) - 1000)
    cell = Hx711(board)

    for _ in range(14400):
        board.ticks += 60000
        cell.read()
        assert cell.fault == "unplugged"


def test_a_fault_goes_after_three_good_codes_and_none_of_them_counts_before():
    board = FakeBoard()
    cell = Hx711(board)
    read_all(board, cell, [0x7FFFFF])

    assert read_all(board, cell, [10, 11]) == [None, None]
    assert cell.fault == "saturated"
    assert read_all(board, cell, [12, 13]) == [12, 13]
    assert cell.fault is None


def test_a_stuck_cell_does_not_recover_by_repeating_another_code():
    board = FakeBoard()
    cell = Hx711(board)
    read_all(board, cell, [4711] * 20)

    assert read_all(board, cell, [4712] * 30) == [None] * 30
    assert cell.fault == "stuck"
