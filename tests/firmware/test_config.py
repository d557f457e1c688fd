from firmware.scale.config import BOUNDS, Config, ConfigError

BOTH_INTERPRETERS = True


def refusal(**settings):
    try:
        Config(**settings)
    except ConfigError as error:
        return str(error)
    return None


def test_every_default_lies_within_its_bounds():
    config = Config()

    for name, (least, most, default) in BOUNDS.items():
        assert least <= getattr(config, name) == default <= most, name
        assert refusal(**{name: default}) is None


def test_what_lies_outside_is_refused_with_what_is_allowed():
    assert refusal(heartbeat_s=301) == "heartbeat_s is 301: give a value from 1 to 300"
    assert refusal(heartbeat_s=0) == "heartbeat_s is 0: give a value from 1 to 300"


def test_unknown_names_wrong_types_and_nan_are_refused():
    assert "unknown setting 'hartbeat_s'" in refusal(hartbeat_s=30)
    assert refusal(heartbeat_s=1.5) == "heartbeat_s must be a whole number"
    assert refusal(heartbeat_s=True) == "heartbeat_s must be a whole number"
    assert refusal(deadband_lbs="0.05") == "deadband_lbs must be a number"
    assert "give a value from" in refusal(deadband_lbs=float("nan"))


def test_a_factor_near_zero_is_refused_and_a_negative_one_is_not():
    assert "at least 50 counts" in refusal(factor=0)
    assert "at least 50 counts" in refusal(factor=-49.9)
    assert Config(factor=-9500.0, zero=1000).lbs(1000 - 9500) == 1.0
