import json

from scale_bench.golden import FOLDER, GOLDEN

from firmware.scale import messages

BOTH_INTERPRETERS = True


def test_every_golden_message_comes_out_byte_for_byte():
    for name, payload in GOLDEN.items():
        with open(FOLDER + name + ".json", "rb") as file:
            assert payload == file.read(), name


def test_every_message_is_json():
    for name, payload in GOLDEN.items():
        assert isinstance(json.loads(payload), dict), name


def test_numbers_round_half_away_from_zero_and_never_show_a_negative_zero():
    shown = [messages.fixed(value, 3) for value in (0, 0.0005, -0.0005, -0.0004, 87.3, -3.25, 159.9999, 1234.5)]

    assert shown == ["0.000", "0.001", "-0.001", "0.000", "87.300", "-3.250", "160.000", "1234.500"]


def test_a_word_that_would_break_the_json_is_refused():
    for word in ('a"b', "a\\b", "a\nb", "caf\u00e9"):
        try:
            messages.status(online=True, session=1, fw=word)
        except ValueError as error:
            assert "plain letters" in str(error)
        else:
            raise AssertionError(word)
